// Notes badges that were read at the tables. What no network takes waits in this browser, and goes out by itself later.

import { Refused, newScanId, post } from "../checkin/sender.js";

const PAUSE = 5000; // milliseconds between two tries
const AT_ONCE = 50; // lines in one go; the server takes up to 100
const SHOWN = 12;

const root = document.getElementById("seen");
const words = root.dataset;
const part = (name) => root.querySelector(`[data-${name}]`);
const form = part("form");
const field = form.elements.code;

const answered = [];
let memory = null; // what waits where the browser stores nothing: as long as the page is open
let busy = false;
let state = "";

/** What waits: [{ scan_id, scanned_at, code }], the oldest first. */
function waiting() {
  if (memory) return memory;
  try {
    return JSON.parse(localStorage.getItem(words.shelf)) ?? [];
  } catch {
    return [];
  }
}

function keep(scans) {
  try {
    localStorage.setItem(words.shelf, JSON.stringify(scans));
  } catch {
    memory = scans;
  }
}

function line(scan, said) {
  const item = document.createElement("li");
  const what = document.createElement("span");
  const when = document.createElement("time");
  what.textContent = `${scan.code.slice(-8)}: ${said}`;
  when.dateTime = scan.scanned_at;
  when.textContent = new Date(scan.scanned_at).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
  item.append(what, when);
  return item;
}

function show() {
  const queue = waiting();
  const sentence = { "": words.wordNone, away: words.wordOffline, out: words.wordReload }[state] ?? "";
  const counted = state === "" && queue.length ? words.wordSending : sentence;
  part("state").textContent = counted.replace("NUM", queue.length);
  const lines = [
    ...queue.toReversed().map((scan) => line(scan, words.wordWaiting)),
    ...answered.map(([scan, outcome]) => line(scan, words[`word${outcome[0].toUpperCase()}${outcome.slice(1)}`])),
  ];
  part("list").replaceChildren(...lines.slice(0, SHOWN));
}

function settled(scan, outcome) {
  keep(waiting().filter((each) => each.scan_id !== scan.scan_id));
  answered.unshift([scan, outcome]);
}

async function send(most) {
  const batch = waiting().slice(0, most);
  if (!batch.length) return;
  try {
    const answer = await post(words.send, { scans: batch }, words.csrf);
    const outcomes = new Map(answer.scans.map((each) => [each.scan_id, each.outcome]));
    for (const scan of batch) settled(scan, outcomes.get(scan.scan_id) ?? "unknown");
    state = "";
  } catch (error) {
    if (!(error instanceof Refused)) state = "away";
    else if (error.kind === "reload") state = "out";
    else if (error.kind === "refused" && batch.length > 1) return send(1); // one of them is no code: find it
    else if (error.kind === "refused") settled(batch[0], "unknown");
    return;
  }
  show();
  await send(AT_ONCE);
}

async function empty() {
  if (busy) return;
  busy = true;
  await send(AT_ONCE);
  busy = false;
  show();
}

form.addEventListener("submit", (event) => {
  const code = field.value.trim();
  if (!code) return; // the server says what is missing
  event.preventDefault();
  event.stopImmediatePropagation();
  keep([...waiting(), { scan_id: newScanId(), scanned_at: new Date().toISOString(), code }]);
  field.value = "";
  field.focus();
  show();
  empty();
}, true);
window.addEventListener("online", empty);
setInterval(() => waiting().length && empty(), PAUSE);
show();
empty();
