// Reads a file of vCards with ical.js: the text on stdin, a JSON list of cards on stdout, each a list of
// [name, parameters, values].
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { default: ICAL } = await import(pathToFileURL(process.argv[2]));

const parsed = ICAL.parse(readFileSync(0, "utf8"));
const cards = parsed[0] === "vcard" ? [parsed] : parsed;
const read = cards.map(([, properties]) => properties.map(([name, more, , ...values]) => [name, more, values]));
process.stdout.write(JSON.stringify(read));
