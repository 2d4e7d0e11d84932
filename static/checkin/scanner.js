// The scanner: looks, asks the server, shows the verdict, and goes on. Where the server does not answer within a second
// it decides by itself, from what it was told before, and hands in later. Without script the page has a form for codes.

import { look, runs } from "./camera.js";
import { makeCarrier } from "./carrier.js";
import { makeReader } from "./decoder.js";
import { hashOf, makeKnown } from "./known.js";
import { forget, leave } from "./leaving.js";
import { makePanels } from "./panels.js";
import { makeQueue } from "./queue.js";
import { fill, makeScreen } from "./screen.js";
import { insist, newScanId, post, Refused } from "./sender.js";
import { keepShell } from "./shell.js";
import { signal } from "./signals.js";
import { makeTools, settings } from "./tools.js";
import { openVault, vaultOfThisPage } from "./vault.js";
import { listen } from "./wedge.js";
import { shown, UNDO } from "./wording.js";

const NEXT_AFTER = 2000; // milliseconds that a welcome stays
const SAME_CODE = 3000; // milliseconds without a code in the picture until the same one counts anew
const PATIENCE = 1000; // milliseconds for an answer where this phone can decide by itself
const LEASE_EVERY = 30_000;
const PRINTED = "door.printed";

const root = document.getElementById("scanner");
const words = root.dataset;
const part = (name) => root.querySelector(`[data-${name}]`);
const setup = JSON.parse(part("setup").textContent);
const { said } = setup;
const video = part("video");
const field = root.querySelector("input[name=code]");

let csrf = words.csrf;
let current = null; // the scan that is being sent or shown
let timer = 0;
let turn = Promise.resolve(); // scans are judged one after the other
let giveUp = new AbortController();
let first = true; // no code was in the picture yet
let badge = null; // whose badge can be printed now: a hash of the code
const seen = new Map(); // codes in the picture, and when they were last seen there

const vault = await openVault(setup.event).catch(vaultOfThisPage);
const known = makeKnown(vault);
const screen = makeScreen(root, said, {
  next,
  undo,
  force: () => current && send({ ...current, scan_id: newScanId(), force: true }),
  answer: (answers) => current && send({ ...current, scan_id: newScanId(), answers }),
  csrf: () => csrf,
});
const carrier = makeCarrier({
  setup,
  csrf: () => csrf,
  known,
  tell: {
    net: pill,
    progress: screen.loading,
    learnt: () => {
      root.dataset.list = "ready";
    },
    gone,
  },
});
const queue = makeQueue(vault, {
  send: carrier.send,
  changed: () => pill(),
  became: ({ scan_id, state, reason }) => known.change(scan_id, { state: "handed", settled: Date.now(), became: state, reason }),
});
carrier.carries(queue);
const panels = makePanels(root, {
  known,
  said,
  list: setup.list,
  deeds: {
    letIn: (guest, type) => send(attemptOf({ guest, type, via: "search" })),
    undo,
    person: (guest) => (carrier.isThere() ? words.person.replace("PERSON", guest) : null),
  },
});
const tools = makeTools(root, { screen, said, changed: (name, on) => name === "auto" && !on && clearTimeout(timer) });

/** What the pill says now. */
function pill() {
  screen.net(root.dataset.state === "sending" ? "busy" : carrier.isThere() ? "on" : "off", queue.waiting());
}

function next() {
  clearTimeout(timer);
  timer = 0;
  giveUp.abort();
  current = null;
  root.dataset.state = "ready";
  screen.finder();
  if (runs(video)) screen.hint(words.wordReady);
  pill();
}

/**
 * The badge of whoever came in is printed on a page of its own, and this one is opened anew: a ticket that is still in
 * the picture then was scanned before. Only a hash of its code is kept for that, for a minute.
 */
async function toPrint(code) {
  const salt = newScanId();
  badge = { salt, hash: await hashOf(salt, code), at: Date.now() };
}

root.addEventListener("submit", (event) => {
  if (badge && event.target.querySelector("[data-badge]")) sessionStorage.setItem(PRINTED, JSON.stringify(badge));
});

async function isPrinted(text) {
  const kept = JSON.parse(sessionStorage.getItem(PRINTED));
  sessionStorage.removeItem(PRINTED);
  return kept !== null && Date.now() - kept.at < 60_000 && (await hashOf(kept.salt, text)) === kept.hash;
}

/** The first code in the picture after this page was opened; see above. */
async function foundFirst(text) {
  if (await isPrinted(text)) seen.set(text, performance.now());
  found(text);
}

/** A code in the picture. One that stays there is one scan; the next guest's ends the welcome of the one before. */
function found(text) {
  if (first) {
    first = false;
    foundFirst(text);
    return;
  }
  const now = performance.now();
  if (!looksOut() && text !== current?.code) return; // whoever comes next has to wait for this answer
  const same = now - (seen.get(text) ?? -Infinity) < SAME_CODE;
  seen.set(text, now);
  for (const [code, at] of seen) if (now - at > SAME_CODE) seen.delete(code);
  if (!same && looksOut()) scan(text, "camera");
}

const welcomes = () => root.dataset.state === "verdict" && timer !== 0;
const looksOut = () => root.dataset.state === "ready" || welcomes();

function attemptOf(values) {
  return { scan_id: newScanId(), list: setup.list, type: words.type, force: false, via: "camera", ...values };
}

function scan(code, via) {
  panels.close();
  send(attemptOf({ code, via }));
}

/** Judge an attempt, after the one before has got its answer. */
function send(attempt) {
  if (root.dataset.state === "waiting") giveUp.abort();
  turn = turn.then(() => judge(attempt)).catch((error) => console.warn("this scan failed", error));
  return turn;
}

async function judge(attempt) {
  clearTimeout(timer);
  timer = 0;
  giveUp = new AbortController();
  const stopped = giveUp.signal;
  current = attempt;
  const alone = known.decidesAt(setup.list);
  if (alone && (attempt.guest || !carrier.isThere())) return decideHere(attempt);
  root.dataset.state = "sending";
  pill();
  const { scan_id, code, type, force, answers = {} } = attempt;
  const asked = { scan_id, code, type, force, answers, scanned_at: new Date().toISOString() };
  try {
    const answer = alone
      ? await post(words.redeem, asked, csrf, PATIENCE)
      : await insist(words.redeem, asked, csrf, away, stopped);
    if (stopped.aborted) return undefined;
    if (!carrier.isThere()) carrier.soon();
    await noteAnswer(attempt, answer);
    return show(answer);
  } catch (error) {
    if (stopped.aborted) return undefined;
    return failed(attempt, alone, error);
  }
}

/** What to do without an answer: decide by itself where that may be, else say why not. */
async function failed(attempt, alone, error) {
  const kind = error instanceof Refused ? error.kind : "away";
  if (kind === "revoked") return gone(kind);
  if (kind === "gone") await carrier.contact(); // which finds out whether that is so, or only this door was taken away
  if (root.dataset.list === "none" && kind === "gone") return undefined;
  if (kind === "gone" && !known.decidesAt(setup.list)) return trouble(words.wordRefused, said.door_gone, words.wordNext);
  if (kind === "reload") renewKey();
  if (kind === "away") carrier.away();
  if (alone && kind !== "refused") return decideHere(attempt);
  return trouble(words.wordRefused, kind === "often" ? words.wordOften : words.wordReload, words.wordNext);
}

/** Decide from what is on this phone, keep the scan, and show the same screen as the server's answer. */
async function decideHere(attempt) {
  const decision = await known.judge(attempt);
  const answer = shown(said, known.told(), decision, attempt);
  const { since, contact, forced, at, row } = decision;
  const { scan_id, list, type, via, code, guest, answers } = attempt;
  const who = code === undefined ? { guest } : { code: code.slice(0, 300) };
  await queue.add({ scan_id, list, said: decision.answer, since: Math.round(since), contact, type, via, forced, answers: answers ?? {}, ...who });
  const { name, organisation, ticket } = answer;
  const entry = { scan_id, list, type, at, since, contact, forced, answer: decision.answer, name, organisation, ticket };
  await known.note({ ...entry, guest: row?.[1] ?? "", state: "waiting" });
  show(answer);
  if (decision.answer === "ok" && !decision.first) screen.count(Number(part("count").textContent) + 1);
  if (carrier.isThere()) carrier.soon();
}

/** Remember what the server answered, for the time until it tells of it itself. */
async function noteAnswer(attempt, answer) {
  if (known.told() === null) return;
  const { scan_id, list, type } = attempt;
  const { name, organisation, ticket, person } = answer;
  const forced = attempt.force && answer.answer === "ok";
  const moment = { at: known.now(), since: known.since(), contact: known.told().stamp };
  const entry = { scan_id, list, type, ...moment, forced, answer: answer.answer, name, organisation, ticket };
  await known.note({ ...entry, guest: person, state: "online", settled: Date.now(), public: answer.scan });
}

function away() {
  if (root.dataset.state === "sending") trouble(words.wordOffline, words.wordWaiting, words.wordStop);
  root.dataset.state = "waiting";
  carrier.away();
}

function trouble(headline, instruction, nextWord, own = {}) {
  clearTimeout(timer);
  timer = 0;
  const answer = { answer: "trouble", tone: "warn", shape: "triangle", headline, instruction };
  screen.verdict(answer, { next: nextWord, ...own });
  signal("middle", !settings.get("sound"));
  pill();
}

function show(answer) {
  if (answer.count !== undefined) screen.count(answer.count, answer.expected);
  if (answer.undo) screen.add(answer);
  screen.verdict(answer);
  pill();
  signal(answer.sound, !settings.get("sound"));
  badge = null;
  if (answer.person && current?.code && part("print")) {
    const prints = answer.answer === "ok" && answer.type === "entry" && answer.first_at === null && settings.get("print");
    const scan = current;
    toPrint(scan.code).then(() => prints && scan === current && screen.print()); // unless the next guest came meanwhile
    if (prints) return;
  }
  if (answer.answer === "ok" && settings.get("auto")) {
    timer = setTimeout(() => {
      timer = 0;
      next();
    }, NEXT_AFTER);
  }
}

/** Take back a scan: `id` is what the server calls it, or this phone. */
async function undo(id, name) {
  clearTimeout(timer);
  timer = 0;
  const entry = known.entry(id) ?? known.entries().find((each) => each.public === id) ?? null;
  const address = entry ? entry.public : id;
  try {
    if (address && (carrier.isThere() || !entry)) {
      const answer = await post(words.undo.replace("SCAN", address), {}, csrf, entry ? PATIENCE : undefined);
      if (entry) await known.takeBack(entry.scan_id, known.now());
      undone(id, name, answer);
      carrier.soon();
      return;
    }
  } catch (error) {
    const kind = error instanceof Refused ? error.kind : "away";
    if (kind !== "away" || !entry) {
      const text = { late: words.wordLate, away: words.wordKept }[kind] ?? words.wordReload;
      trouble(kind === "away" ? words.wordOffline : words.wordNot, text, words.wordNext);
      return;
    }
    carrier.away();
  }
  await undoHere(id, name, entry);
}

/** Take it back here, and tell the server with the next batch. */
async function undoHere(id, name, entry) {
  const gone = Math.round(entry.since + Math.max(0, known.now() - entry.at));
  if (gone - entry.since > UNDO) return trouble(words.wordNot, words.wordLate, words.wordNext);
  const { scan_id, list, type, forced, guest, since, contact } = entry;
  const waits = (await vault.scan(scan_id)) ?? { scan_id, list, said: "ok", since: Math.round(since), contact, type, forced, guest };
  await queue.add({ ...waits, undone: gone });
  await known.takeBack(scan_id, known.now());
  await known.change(scan_id, { state: "waiting" });
  undone(id, name, { count: known.count(setup.list) });
  if (carrier.isThere()) carrier.soon();
  return undefined;
}

function undone(id, name, { count, expected }) {
  screen.remove(id);
  screen.count(count, expected);
  seen.clear();
  next();
  screen.announce(fill(words.wordUndone, { name }), false);
  screen.hint(fill(words.wordUndone, { name }));
}

// -- this phone loses what it was given

/** The phone was let go, or nobody is signed in any more: nothing of any guest stays. */
async function gone(kind) {
  carrier.end();
  sessionStorage.removeItem(PRINTED);
  known.forget();
  screen.forget();
  panels.close();
  root.dataset.list = "none";
  const [headline, instruction] = kind === "revoked" ? said.revoked : said.signed_out;
  trouble(headline, instruction, "", { reload: true });
  if (kind === "revoked") await leave(setup, csrf);
  else await forget(setup);
  root.dataset.gone = kind;
}

async function checkLease() {
  if (!known.isOver()) return;
  known.forget();
  screen.forget();
  await vault.forgetGuests();
  root.dataset.list = "none";
  if (carrier.isThere()) return;
  trouble(...said.over, words.wordNext);
}

/** A page that was kept for long has an old key for forms; the server gives a new one. */
async function renewKey() {
  try {
    const page = await fetch(`${location.pathname}?shell=1`, { cache: "no-store", redirect: "error" });
    const read = new DOMParser().parseFromString(await page.text(), "text/html");
    csrf = read.getElementById("scanner")?.dataset.csrf ?? csrf;
  } catch {
    carrier.away();
  }
}

// -- what people do

listen({
  found(code) {
    field.value = "";
    if (root.dataset.state === "verdict") next();
    scan(code, "typed");
  },
  begin() {
    if (root.dataset.state === "verdict") next();
    panels.close();
    part("bycode").open = true;
    field.focus();
  },
});
field.form.addEventListener("submit", (event) => {
  const whole = field.value.startsWith("EV1:");
  if (!whole && carrier.isThere()) return; // the short code for people is for the form alone
  event.preventDefault();
  const code = field.value;
  field.value = "";
  if (whole) scan(code, "typed");
  else trouble(words.wordOffline, said.short, words.wordNext);
});
root.addEventListener("click", (event) => {
  const link = event.target.closest("[data-opens-search], [data-opens-log], [data-search]");
  if (!link || known.told() === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const log = "opensLog" in link.dataset;
  if (log && carrier.isThere()) return; // with a network the log of the door says more
  event.preventDefault();
  if (root.dataset.state === "verdict") next();
  panels.open(log ? "log" : "search");
});

// -- it begins

root.judge = async (code) => {
  const began = performance.now();
  const attempt = attemptOf({ code });
  const answer = shown(said, known.told(), await known.judge(attempt), attempt);
  return { answer: answer.answer, headline: answer.headline, milliseconds: performance.now() - began };
};

root.dataset.state = "ready";
const camera = tools.begin();
await queue.count();
root.dataset.list = (await known.load()) ? "ready" : "none";
if (known.told() !== null) {
  if (words.shell !== undefined) {
    const own = known.entries().filter((each) => each.list === setup.list && each.answer === "ok" && each.undone === null);
    for (const each of own.slice(0, 3).reverse()) screen.add({ ...each, scan: each.scan_id, at: "" });
    screen.count(known.count(setup.list));
  }
  await checkLease();
}
setInterval(checkLease, LEASE_EVERY);
const address = new URL(location.href);
if (address.searchParams.has("unsent")) {
  history.replaceState(null, "", address.pathname);
  trouble(words.wordOffline, said.unsent, words.wordNext);
} else if (words.shell !== undefined && known.told() !== null) {
  if (address.pathname.endsWith("/search")) panels.open("search");
  if (address.pathname.endsWith("/log")) panels.open("log");
}
carrier.contact().then(() => carrier.isThere() && keepShell(setup)).then(
  (kept) => {
    root.dataset.kept = kept ? "yes" : "no";
    navigator.storage?.persist?.();
  },
  (error) => console.info("this page could not be kept for the time without network", error.message),
);
try {
  const read = await makeReader({ module: words.zxing, wasm: words.wasm });
  await camera;
  look(video, read, () => looksOut() || root.dataset.state === "verdict", found);
  root.dataset.reader = "ready";
} catch (error) {
  console.warn("no reader", error);
  screen.hint(words.wordReader, true);
  part("bycode").open = true;
}
