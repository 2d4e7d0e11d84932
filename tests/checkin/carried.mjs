// Reads, one JSON object a line, what a device was told and what it scans, and writes what the browser's judge answers by
// that alone. The modules lie in the folder that is named first.

import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const { decide } = await import(new URL("decide.js", folder));

const BITS = { revoked: 1, cancelled: 2, notApproved: 4, owes: 8, blocked: 16 };

function rowOf(told, code) {
  const digest = createHash("sha256").update(Buffer.from(told.salt, "hex")).update(code).digest();
  const hash = digest.subarray(0, 16).toString("base64").replace(/=+$/, "");
  return told.rows.find((row) => row[0].replace(/=+$/, "") === hash) ?? null;
}

function ticketOf(told, row) {
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

function verdict({ told, list, code, attempt }) {
  const row = rowOf(told, code);
  const windows = {};
  const elsewhere = {};
  for (const [number, key, entries, inside, first, entered] of row?.[7] ?? []) {
    const at = told.lists[number].id;
    const window = { key, first, device: 0, id: "", entries, inside: Boolean(inside), entered };
    if (at === list) windows[key] = window;
    (elsewhere[at] ??= []).push(key);
  }
  const door = told.lists.find((each) => each.id === list);
  return decide(door, row && ticketOf(told, row), windows, elsewhere, attempt);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { answer, forced } = verdict(JSON.parse(line));
  console.log(JSON.stringify([answer, forced]));
}
