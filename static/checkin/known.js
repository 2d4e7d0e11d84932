// Everything that a phone knows of guests, in memory while its page is open: told by the server, changed by what this
// phone scans until the server tells of that too. A row is [hash, registration, name, organisation, ticket type, state,
// add-ons, stories], see checkin/syncing.py.

import { decide } from "./decide.js";
import { windowOf } from "./rules.js";
import { told as tell } from "./story.js";
import { pieceOf } from "./vault.js";

export const BITS = { revoked: 1, cancelled: 2, notApproved: 4, owes: 8, blocked: 16, attention: 32, noPhotos: 64 };
const MINUTE = 60_000;
const MOST_NOTED = 100;

/** What a code is called on this phone: sixteen octets of SHA-256 over the salt (hex) and the code, in base64. */
export async function hashOf(salt, code) {
  const octets = Uint8Array.from(salt.match(/../g), (pair) => parseInt(pair, 16));
  const text = new TextEncoder().encode(code);
  const all = new Uint8Array(octets.length + text.length);
  all.set(octets);
  all.set(text, octets.length);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all)).slice(0, 16);
  return btoa(String.fromCharCode(...digest)).replace(/=+$/, "");
}

/** Letters as people type them: no accents, no case. */
export function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").replace(/ł/gi, "l").toLowerCase();
}

/** A memory of guests over a vault. */
export function makeKnown(vault) {
  const rows = new Map(); // by hash
  const guests = new Map(); // by registration: the row of its newest code
  const folded = new Map(); // by registration, as far as it was searched for
  const noted = new Map(); // what was decided here, by the id of the scan
  const scanned = new Map(); // ids of scans by registration: a list is counted by asking for each guest
  let told = null; // what the server told beside rows
  let heard = 0; // when, by a clock that runs on as long as the page is open

  function put(row) {
    rows.set(row[0], row);
    const other = guests.get(row[1]);
    if (!other || other[0] === row[0] || !(row[5] & BITS.revoked)) guests.set(row[1], row);
    folded.delete(row[1]);
  }

  function clear() {
    [rows, guests, folded].forEach((each) => each.clear());
  }

  function take(entry) {
    if (noted.has(entry.scan_id)) drop(noted.get(entry.scan_id));
    noted.set(entry.scan_id, entry);
    if (scanned.has(entry.guest)) scanned.get(entry.guest).add(entry.scan_id);
    else scanned.set(entry.guest, new Set([entry.scan_id]));
  }

  function drop({ scan_id, guest }) {
    noted.delete(scan_id);
    scanned.get(guest).delete(scan_id);
    if (scanned.get(guest).size === 0) scanned.delete(guest);
  }

  /** Milliseconds since the last contact; a clock that was set back meanwhile makes them no fewer than were lived. */
  const since = () => Math.max(0, Date.now() - told.heard_at, heard ? performance.now() - heard : 0);
  const now = () => told.now + since();

  /** The windows of a guest at a list, by what the server told and what this phone has let in and out since. */
  function windowsAt(guest, number, stories) {
    const list = told.lists[number];
    const windows = {};
    for (const [where, key, entries, inside, first, entered, device] of stories) {
      if (where === number) windows[key] = { key, first, device, id: "", entries, inside: Boolean(inside), entered };
    }
    const passages = [...(scanned.get(guest) ?? [])]
      .map((id) => noted.get(id))
      .filter((each) => each.fresh && !each.undone && each.answer === "ok" && each.list === list.id);
    if (passages.length === 0 || !list.zone) return windows;
    return tell(list, passages.map(passageOf), windows).windows;
  }

  const passageOf = (entry) => ({
    at: entry.at,
    device: told.event.device,
    id: entry.scan_id,
    type: entry.type,
    forced: entry.forced,
  });

  /** Keys of windows in which a guest was let in, by the id of the list. */
  function elsewhere(guest, stories) {
    return Object.fromEntries(
      told.lists.map((list, number) => [list.id, Object.keys(windowsAt(guest, number, stories))]),
    );
  }

  return {
    /** Take up what the vault keeps; whether anything was there. */
    async load() {
      told = await vault.told();
      if (told === null) return false;
      (await vault.guests()).forEach(put);
      (await vault.noted()).forEach(take);
      return true;
    },

    /**
     * Take in what the server told, asked at `began` and answered at `answered` ({ wall, steady } milliseconds).
     * False where it rests on something that is not known here: then all of it has to be asked for.
     */
    async learn(answer, began, answered) {
      const { rows: news, ...rest } = answer;
      if (!answer.whole && (told === null || shapeOf(told) !== shapeOf(answer))) return false;
      if (answer.whole) clear();
      news.forEach(put);
      told = { ...rest, heard_at: answered.wall };
      heard = answered.steady;
      const settled = [...noted.values()].filter((each) => each.fresh && each.settled && each.settled <= began.wall);
      await vault.keep(told, rows, answer.whole ? null : new Set(news.map((row) => pieceOf(row[0]))));
      for (const entry of settled) {
        entry.fresh = false;
        await vault.note(entry.scan_id, entry);
      }
      return true;
    },

    /** Forget everything; the vault forgets by itself. */
    forget() {
      clear();
      noted.clear();
      scanned.clear();
      told = null;
      heard = 0;
    },

    told: () => told,
    size: () => guests.size,
    now,
    since,

    /** Whether this phone may decide at a list by itself: it knows it, and the lease runs. */
    decidesAt: (list) => told !== null && now() < told.lease_until && told.lists.some((each) => each.id === list && each.zone),

    /** Whether the lease is over, or the clock was set back so far that nobody can tell. */
    isOver: () => told !== null && (now() >= told.lease_until || (!heard && Date.now() < told.heard_at - MINUTE)),

    /** How many came in at a list in the window that runs, as far as is known here. */
    count(list) {
      const number = told.lists.findIndex((each) => each.id === list);
      if (number < 0) return 0;
      const key = windowOf(told.lists[number], now());
      let found = 0;
      for (const [guest, row] of guests) if (windowsAt(guest, number, row[7])[key]) found += 1;
      return found;
    },

    /** Rows of guests whose name or organisation has every one of these words; from two letters on. */
    named(text, most) {
      const parts = fold(text).split(/\s+/).filter(Boolean);
      if (parts.join("").length < 2) return [];
      const found = [];
      for (const [guest, row] of guests) {
        if (row[5] & BITS.revoked) continue;
        if (!folded.has(guest)) folded.set(guest, fold(`${row[2]} ${row[3]}`));
        if (parts.every((part) => folded.get(guest).includes(part))) found.push(row);
        if (found.length >= most) break;
      }
      return found;
    },

    guest: (id) => guests.get(id) ?? null,

    /** Whether a guest is in at a list: "here", "out" or "expected". */
    standing(row, list) {
      const windows = Object.values(windowsAt(row[1], told.lists.findIndex((each) => each.id === list), row[7]));
      if (windows.length === 0) return "expected";
      return windows.some((each) => each.inside) ? "here" : "out";
    },

    /** The verdict on an attempt { code or guest, list, type, force, answers }: a decision with what it rests on. */
    async judge(attempt) {
      const row = attempt.guest ? guests.get(attempt.guest) : rows.get(await hashOf(told.salt, attempt.code));
      const number = told.lists.findIndex((each) => each.id === attempt.list);
      const at = now();
      const windows = row ? windowsAt(row[1], number, row[7]) : {};
      const decision = decide(
        told.lists[number],
        row ? ticketOf(row, told) : null,
        windows,
        row && told.lists[number].after ? elsewhere(row[1], row[7]) : {},
        { at, type: attempt.type, force: attempt.force && told.may.force, answers: attempt.answers ?? {} },
      );
      return {
        ...decision,
        at,
        since: since(),
        contact: told.stamp,
        row: row ?? null,
        list: told.lists[number],
        first: windows[decision.window] ?? null,
      };
    },

    /** Note an attempt and what it was answered, { scan_id, guest, list, type, answer, forced, … }. */
    async note(entry) {
      const row = guests.get(entry.guest);
      const number = told.lists.findIndex((each) => each.id === entry.list);
      const before = row ? row[7].filter((story) => story[0] === number) : [];
      const whole = { undone: null, settled: 0, became: "", ...entry, before, fresh: entry.answer === "ok" };
      take(whole);
      await vault.note(entry.scan_id, whole);
      const old = this.entries().slice(MOST_NOTED).filter((each) => !each.fresh && each.settled);
      old.forEach(drop);
      if (old.length > 0) await vault.forget(old.map((each) => each.scan_id));
      return whole;
    },

    /** Change what was noted about a scan, if it was. */
    async change(id, values) {
      const entry = noted.get(id);
      if (!entry) return;
      Object.assign(entry, values);
      await vault.note(id, entry);
    },

    /** Take back what was decided: what the server has told of it already, too. */
    async takeBack(id, at) {
      const entry = noted.get(id);
      await this.change(id, { undone: at });
      const row = guests.get(entry.guest);
      if (entry.fresh || !row) return;
      const number = told.lists.findIndex((each) => each.id === entry.list);
      row[7] = [...row[7].filter((story) => story[0] !== number), ...entry.before];
      await vault.keep(told, rows, new Set([pieceOf(row[0])]));
    },

    /** What was decided here, the newest first. */
    entries: () => [...noted.values()].sort((one, other) => other.at - one.at),
    entry: (id) => noted.get(id) ?? null,
  };
}

/** What the numbers in rows point at, and what rows are told of: where that changes, all rows have to be told anew. */
function shapeOf({ salt, lists, tickets, addons }) {
  const ids = (each) => each.map(({ id, extras }) => [id, extras?.includes("photo") ?? false]);
  return JSON.stringify([salt, ids(lists), ids(tickets), ids(addons)]);
}

function ticketOf(row, told) {
  const state = row[5];
  const type = told.tickets[row[4]];
  return {
    product: type.id,
    addons: row[6].map((number) => told.addons[number].id),
    days: type.days,
    here: true,
    revoked: Boolean(state & BITS.revoked),
    cancelled: Boolean(state & BITS.cancelled),
    approved: !(state & BITS.notApproved),
    owes: Boolean(state & BITS.owes),
    blocked: Boolean(state & BITS.blocked),
  };
}
