// The scanner: looks, asks the server, shows the verdict, and goes on. Without it the page has a form for codes.

import { hasLight, look, reasonOf, runs, setLight, start, stayAwake, stop } from "./camera.js";
import { makeReader } from "./decoder.js";
import { fill, makeScreen } from "./screen.js";
import { insist, newScanId, post, Refused } from "./sender.js";
import { signal, unlock } from "./signals.js";

const NEXT_AFTER = 2000; // milliseconds that a welcome stays
const SAME_CODE = 3000; // milliseconds without a code in the picture until the same one counts anew

const root = document.getElementById("scanner");
const words = root.dataset;
const part = (name) => root.querySelector(`[data-${name}]`);
const video = part("video");

const settings = {
  get: (name) => localStorage.getItem(`door.${name}`) !== "off",
  set: (name, on) => localStorage.setItem(`door.${name}`, on ? "on" : "off"),
};

let current = null; // the scan that is being sent or shown
let seen = { text: "", at: -Infinity };
let timer = 0;
let giveUp = new AbortController();

const screen = makeScreen(root, {
  next,
  undo,
  force: () => current && send({ ...current, scan_id: newScanId(), force: true }),
});

function next() {
  clearTimeout(timer);
  giveUp.abort();
  current = null;
  root.dataset.state = "ready";
  screen.finder();
  if (runs(video)) screen.hint(words.wordReady);
  screen.net("on");
}

function found(text) {
  const now = performance.now();
  const same = text === seen.text && now - seen.at < SAME_CODE;
  seen = { text, at: now };
  if (!same) scan(text);
}

function scan(code) {
  send({ code, scan_id: newScanId(), type: words.type, force: false, scanned_at: new Date().toISOString() });
}

async function send(attempt) {
  clearTimeout(timer);
  giveUp.abort();
  giveUp = new AbortController();
  const stopped = giveUp.signal;
  current = attempt;
  root.dataset.state = "sending";
  screen.net("busy");
  try {
    const answer = await insist(words.redeem, attempt, words.csrf, away, stopped);
    if (!stopped.aborted) show(answer);
  } catch (error) {
    if (stopped.aborted) return;
    const text = error instanceof Refused && error.kind === "often" ? words.wordOften : words.wordReload;
    trouble(words.wordRefused, text, words.wordNext);
  }
}

function away() {
  if (root.dataset.state === "sending") trouble(words.wordOffline, words.wordWaiting, words.wordStop);
  root.dataset.state = "waiting";
  screen.net("off");
}

function trouble(headline, instruction, nextWord) {
  const answer = { answer: "trouble", tone: "warn", shape: "triangle", headline, instruction };
  screen.verdict(answer, { next: nextWord });
  signal("middle", !settings.get("sound"));
}

function show(answer) {
  screen.net("on");
  screen.count(answer.count, answer.expected);
  if (answer.undo) screen.add(answer);
  screen.verdict(answer, {});
  signal(answer.sound, !settings.get("sound"));
  if (answer.answer === "ok" && settings.get("auto")) timer = setTimeout(next, NEXT_AFTER);
}

async function undo(scan, name) {
  clearTimeout(timer);
  try {
    const answer = await post(words.undo.replace("SCAN", scan), {}, words.csrf);
    screen.remove(scan);
    screen.count(answer.count, answer.expected);
    seen = { text: "", at: -Infinity };
    next();
    screen.announce(fill(words.wordUndone, { name }), false);
    screen.hint(fill(words.wordUndone, { name }));
  } catch (error) {
    const kind = error instanceof Refused ? error.kind : "away";
    const text = { late: words.wordLate, away: words.wordKept }[kind] ?? words.wordReload;
    trouble(kind === "away" ? words.wordOffline : words.wordNot, text, words.wordNext);
  }
}

// -- the camera

async function begin() {
  screen.hint(words.wordStarting);
  try {
    await start(video);
    delete part("finder").dataset.blind;
    part("light").hidden = !hasLight(video);
    screen.hint(words.wordReady);
    part("bycode").open = false;
  } catch (error) {
    const word = { denied: words.wordDenied, missing: words.wordMissing, busy: words.wordBusy }[reasonOf(error)];
    part("finder").dataset.blind = "";
    screen.hint(word, true);
    part("bycode").open = true;
  }
}

function switchOf(name, changed) {
  const button = part(name);
  button.addEventListener("click", async () => {
    const on = await changed(button.getAttribute("aria-pressed") !== "true");
    button.setAttribute("aria-pressed", String(on));
  });
  return button;
}

function remembered(name) {
  const button = switchOf(name, (on) => {
    settings.set(name, on);
    if (name === "auto" && !on) clearTimeout(timer);
    return on;
  });
  button.setAttribute("aria-pressed", String(settings.get(name)));
}

remembered("sound");
remembered("auto");
switchOf("light", (on) => setLight(video, on));
part("tools").hidden = false;
part("start").addEventListener("click", begin);
document.addEventListener("pointerdown", unlock);
document.addEventListener("keydown", unlock);

// A hand scanner types: what it types outside a field lands in the field for codes.
const field = root.querySelector("input[name=code]");
document.addEventListener("keydown", (event) => {
  const typing = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (typing && event.key !== " " && !event.target.closest("input, textarea, select")) {
    if (root.dataset.state === "verdict") next();
    part("bycode").open = true;
    field.focus();
  }
});
field.form.addEventListener("submit", (event) => {
  if (!field.value.startsWith("EV1:")) return; // the short code for people is for the form alone
  event.preventDefault();
  const code = field.value;
  field.value = "";
  scan(code);
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  if (!runs(video)) begin();
  else stayAwake();
});
window.addEventListener("pagehide", () => stop(video));
window.addEventListener("offline", () => screen.net("off"));
window.addEventListener("online", () => screen.net(current && root.dataset.state === "waiting" ? "busy" : "on"));

root.dataset.state = "ready";
const ready = begin();
try {
  const read = await makeReader({ module: words.zxing, wasm: words.wasm });
  await ready;
  look(video, read, () => root.dataset.state === "ready", found);
  root.dataset.reader = "ready";
} catch (error) {
  console.warn("no reader", error);
  screen.hint(words.wordReader, true);
  part("bycode").open = true;
}
