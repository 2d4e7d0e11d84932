// A phone that is let go: it forgets every guest at once, hands in what still waits, and forgets that it ever was one.

import { makeQueue } from "./queue.js";
import { post } from "./sender.js";
import { forgetShell } from "./shell.js";
import { openVault } from "./vault.js";

/** Forget guests and pages of an event. What waits stays, encrypted under a key of its own. */
export async function forget({ event, scope }) {
  const vault = await openVault(event);
  await vault.forgetGuests();
  await forgetShell(scope);
  return vault;
}

/** Forget, and hand in what waits; answers how many scans still wait. Without any nothing of the door is left here. */
export async function leave(setup, csrf = "") {
  const vault = await forget(setup);
  const queue = makeQueue(vault, {
    send: (scans, left) => post(setup.scans, { scans, waiting: left }, csrf, 20_000),
    changed: () => {},
    became: () => {},
  });
  try {
    await queue.flush();
  } catch (error) {
    console.info("what waits could not be handed in yet", error.message);
  }
  const waiting = await queue.count();
  if (waiting === 0) await vault.destroy();
  return waiting;
}
