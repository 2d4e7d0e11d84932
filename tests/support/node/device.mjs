// A device at a door as its page makes it, but for the vault, which is in memory here: no IndexedDB is outside a browser.

import { module } from "./answering.mjs";

const { makeKnown } = await module("known.js");

const copied = (value) => JSON.parse(JSON.stringify(value)); // a vault seals text

/** What `known.js` asks of a vault. */
function vaultInMemory() {
  let state = null;
  let kept = [];
  const log = new Map();
  return {
    told: async () => copied(state),
    guests: async () => copied(kept),
    async keep(told, rows) {
      state = copied(told);
      kept = copied([...rows.values()]);
    },
    noted: async () => copied([...log.values()]),
    note: async (id, entry) => void log.set(id, copied(entry)),
    forget: async (ids) => ids.forEach((id) => log.delete(id)),
  };
}

async function learn(vault, told) {
  const moment = { wall: Date.now(), steady: performance.now() };
  await makeKnown(vault).learn(told, moment, moment);
}

/**
 * What a device knows that was told `told`, and whose page is opened anew without network: its `now()` is `at`
 * (milliseconds, by the server's clock) for good.
 */
export async function deviceAt(told, at) {
  const vault = vaultInMemory();
  await learn(vault, told);
  const known = makeKnown(vault);
  await known.load();
  const wall = known.told().heard_at + at - told.now;
  Date.now = () => wall;
  return known;
}
