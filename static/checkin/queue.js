// Scans that wait until the network is back. A scan keeps its id, so that handing it in twice counts it once; it goes
// only once the server has said what became of it.

import { Refused } from "./sender.js";

const BATCH = 100;

/**
 * A queue over a vault. `send(scans, left)` posts a batch and answers { scans: [{ scan_id, state, reason }] }; `changed`
 * is told how many wait, `became` what the server says of each.
 */
export function makeQueue(vault, { send, changed, became }) {
  const stuck = new Set(); // what the server cannot read stays, and holds nothing else up
  const touched = new Set(); // changed while it was on its way
  let running = null;
  let waiting = 0;

  async function count() {
    waiting = await vault.waiting();
    changed(waiting);
    return waiting;
  }

  async function hand(batch) {
    let answer;
    try {
      answer = await send(batch, Math.max(0, waiting - batch.length));
    } catch (error) {
      if (!(error instanceof Refused) || error.kind !== "refused") throw error;
      if (batch.length === 1) return void stuck.add(batch[0].scan_id);
      const half = batch.length >> 1;
      await hand(batch.slice(0, half));
      return hand(batch.slice(half));
    }
    const taken = answer.scans.filter((each) => !touched.has(each.scan_id));
    await vault.drop(taken.map((each) => each.scan_id));
    for (const each of taken) await became(each);
    if (taken.length === 0) batch.forEach((each) => touched.has(each.scan_id) || stuck.add(each.scan_id));
    return undefined;
  }

  async function run() {
    for (;;) {
      touched.clear();
      const all = (await count()) > stuck.size ? await vault.scans(BATCH + stuck.size) : [];
      const batch = all.filter((each) => !stuck.has(each.scan_id)).slice(0, BATCH);
      if (batch.length === 0) return;
      await hand(batch);
    }
  }

  return {
    /** Keep a scan. */
    async add(scan) {
      touched.add(scan.scan_id);
      await vault.keepScan(scan);
      await count();
    },

    /** Hand in whatever waits; throws what stopped it. */
    flush() {
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },

    count,
    waiting: () => waiting,
  };
}
