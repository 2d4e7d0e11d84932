// Says, of what a device was told and what it scans without network, what the device answers by that alone.

import { answerLines } from "../support/node/answering.mjs";
import { deviceAt } from "../support/node/device.mjs";

await answerLines(async ({ told, list, code, attempt: { at, ...attempt } }) => {
  const known = await deviceAt(told, at);
  if (!known.decidesAt(list)) return null;
  const { answer, forced, at: moment } = await known.judge({ code, list, ...attempt });
  return { answer, forced, at: moment };
});
