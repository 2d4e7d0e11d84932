// Says of cases what the browser's judge says.

import { answerLines, module } from "../support/node/answering.mjs";

const { decide } = await module("decide.js");
const { told, stillInside } = await module("story.js");
const { wall, instant, lastTime } = await module("zone.js");

const said = {
  decide: ({ door, ticket, windows, elsewhere, attempt }) => decide(door, ticket, windows, elsewhere, attempt),
  story: ({ door, passages, at }) => {
    const { windows, marks } = told(door, passages);
    const inside = Object.values(windows).map((window) => [window.key, stillInside(door, window, at)]);
    return { windows, marks, inside: Object.fromEntries(inside) };
  },
  zone: ({ zone, at, minute }) => {
    const { day, minute: shown } = wall(zone, at);
    return [day, shown, instant(zone, day, minute), lastTime(zone, minute, at)];
  },
};

await answerLines((asked) => said[asked.what](asked));
