// Reads cases, one JSON object a line, and writes what the browser's judge says of each. The modules lie in the folder
// that is named first.

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const { decide } = await import(new URL("decide.js", folder));
const { told, stillInside } = await import(new URL("story.js", folder));
const { wall, instant, lastTime } = await import(new URL("zone.js", folder));

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

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(said[asked.what](asked)));
}
