// Says of codes what a device answers by what it was told, and how many milliseconds that took: from the text to the
// verdict.

import { answerLines } from "../support/node/answering.mjs";
import { deviceTold } from "../support/node/device.mjs";

await answerLines(async ({ told, list, texts }) => {
  const known = await deviceTold(told);
  if (!known.decidesAt(list)) throw new Error("this device may not decide at this list");
  const answers = [];
  const milliseconds = [];
  for (const code of texts) {
    const begun = performance.now();
    const { answer } = await known.judge({ code, list, type: "entry", force: false });
    milliseconds.push(performance.now() - begun);
    answers.push(answer);
  }
  return { answers, milliseconds };
});
