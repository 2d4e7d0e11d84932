// Reads what a device was told and what it scans, and writes what the browser's judge says of each, and how long it
// took: from the text to the verdict. The modules lie in the folder that is named first.

import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const { decide } = await import(new URL("decide.js", folder));
const { told, list, texts } = JSON.parse(readFileSync(0, "utf8"));

const BITS = { revoked: 1, cancelled: 2, notApproved: 4, owes: 8, blocked: 16 };
const salt = Buffer.from(told.salt, "hex");
const rows = new Map(told.rows.map((row) => [row[0], row]));
const door = told.lists.find((each) => each.id === list);

async function hashed(text) {
  const octets = Buffer.concat([salt, Buffer.from(text)]);
  const digest = Buffer.from(await webcrypto.subtle.digest("SHA-256", octets));
  return digest.subarray(0, 16).toString("base64").replace(/=+$/, "");
}

function ticketOf(row) {
  const sold = told.tickets[row[4]];
  const has = (bit) => (row[5] & bit) !== 0;
  return {
    here: true,
    product: sold.id,
    addons: row[6].map((number) => told.addons[number].id),
    days: sold.days,
    revoked: has(BITS.revoked),
    cancelled: has(BITS.cancelled),
    approved: !has(BITS.notApproved),
    owes: has(BITS.owes),
    blocked: has(BITS.blocked),
  };
}

async function verdict(text) {
  const row = rows.get(await hashed(text));
  const attempt = { at: Date.now(), type: "entry", force: false, answers: {} };
  return decide(door, row ? ticketOf(row) : null, {}, {}, attempt).answer;
}

const answers = [];
const milliseconds = [];
for (const text of texts) {
  const begun = performance.now();
  answers.push(await verdict(text));
  milliseconds.push(performance.now() - begun);
}
console.log(JSON.stringify({ answers, milliseconds }));
