// Carries news between phone and server: hands in what waits, then asks what has changed, again and again. Whether the
// network is there shows in whether that works; nobody has to say so.

import { get, post, Refused } from "./sender.js";

const WHILE_THERE = 20_000; // milliseconds between two contacts
const WHILE_AWAY = 3000;
const JITTER = 2000; // so far apart phones begin that come back at once
const PATIENCE = 20_000; // for a batch

/**
 * A carrier for `known` and a queue, see below. `tell` hears { net(there), progress(share or null), learnt(), gone(kind) }.
 */
export function makeCarrier({ setup, csrf, known, tell }) {
  let queue = null;
  let there = navigator.onLine;
  let ended = false;
  let running = null;
  let timer = 0;

  function say(now) {
    if (there !== now) {
      there = now;
      tell.net(now);
    }
  }

  async function learn() {
    const first = known.told() === null;
    let cursor = first ? "" : known.told().cursor;
    for (;;) {
      const progress = cursor === "" ? tell.progress : undefined;
      progress?.(0);
      const address = `${setup.sync}?cursor=${encodeURIComponent(cursor)}`;
      const { answer, began, answered } = await get(address, queue.waiting(), progress);
      if (ended) return;
      const enough = await known.learn(answer, began, answered);
      progress?.(null);
      if (enough) break;
      cursor = "";
    }
    tell.learnt();
  }

  async function run() {
    try {
      await queue.flush();
      await learn();
      say(true);
    } catch (error) {
      tell.progress(null);
      if (ended) return;
      if (error instanceof Refused && ["revoked", "gone"].includes(error.kind)) {
        ended = true;
        tell.gone(error.kind);
      } else {
        if (!(error instanceof Refused || error instanceof TypeError || error instanceof DOMException)) console.warn("no contact", error);
        say(false);
      }
    }
  }

  function later(pause) {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(contact, pause);
  }

  /** Hand in and ask now; one at a time. */
  function contact() {
    running ??= run().finally(() => {
      running = null;
      later(there ? WHILE_THERE : WHILE_AWAY + Math.random() * JITTER);
    });
    return running;
  }

  const soon = () => later(Math.random() * JITTER);
  window.addEventListener("online", soon);
  window.addEventListener("offline", () => say(false));
  document.addEventListener("visibilitychange", () => document.hidden || soon());

  return {
    /** The queue, which sends through `send`. */
    carries(made) {
      queue = made;
    },
    send: (scans, left) => post(setup.scans, { scans, waiting: left }, csrf(), PATIENCE),
    contact,
    soon,

    /** Somebody else found the network away. */
    away() {
      say(false);
      later(WHILE_AWAY);
    },

    /** Nothing more is asked for. */
    end() {
      ended = true;
      clearTimeout(timer);
    },

    isThere: () => there,
  };
}
