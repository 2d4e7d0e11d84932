// For programs that tests start with the folder of the site's modules: see tests/support/modules.py.

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);

/** One of the site's modules. */
export const module = (name) => import(new URL(name, folder));

/** Answer every line, a JSON value, with what `say` gives for it. */
export async function answerLines(say) {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await say(JSON.parse(line))));
  }
}
