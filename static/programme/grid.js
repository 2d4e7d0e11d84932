// Moves sessions of the draft by keyboard and by dragging. Without it each session opens its form.

const root = document.querySelector("#desk-grid");
const STEP = 5 * 60000;
const LOOK_EVERY = 20000; // milliseconds between looks at what others did
const HOLD = 400; // a finger that rests so long picks a session up
const FAR = 6; // pixels before a press is a drag
const EDGE = 40; // pixels from an edge at which the table goes on by itself
const SPEED = 12; // pixels a frame

const words = root ? root.dataset : {};
const say = (text) => { root.querySelector("[data-says]").textContent = text; };
const refuse = (text) => { root.querySelector("[data-refuses]").textContent = text; };
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const blocks = () => [...root.querySelectorAll("[data-block]")];
const blockOf = (id) => blocks().find((block) => block.value === id);

let held = null; // { block, at, room, minutes, by }
let versions = null;

/** The rows and columns of the table as they lie on the page now. */
function geometry() {
  const wrap = root.querySelector(".planner__wrap");
  const box = wrap.getBoundingClientRect();
  const left = box.left - wrap.scrollLeft;
  const upper = box.top - wrap.scrollTop;
  const rows = [...wrap.querySelectorAll("tbody tr")].map((row) => {
    const place = row.getBoundingClientRect();
    return { at: Date.parse(row.dataset.at), label: row.dataset.at.slice(11, 16), top: place.top - upper, bottom: place.bottom - upper };
  });
  const rooms = [...wrap.querySelectorAll("thead th")].map((head) => {
    const place = head.getBoundingClientRect();
    return { id: head.dataset.room, name: head.firstChild.textContent.trim(), left: place.left - left, width: place.width };
  });
  return { wrap, box, left, upper, rows, rooms, opens: rows[0].at, closes: rows.at(-1).at + STEP };
}

const yOf = ({ rows }, at) => {
  const row = rows[Math.round((at - rows[0].at) / STEP)];
  return row ? row.top : rows.at(-1).bottom;
};

/** A time as the table writes it; what lies outside it is reckoned from its first row. */
function clock({ rows }, at) {
  const first = rows[0].label.split(":").map(Number);
  const minutes = first[0] * 60 + first[1] + Math.round((at - rows[0].at) / 60000);
  return `${Math.floor(minutes / 60) % 24}:${String(minutes % 60).padStart(2, "0")}`;
}

/** What is in the way of the held session where it is now, in words. */
function inTheWay() {
  const until = held.at + held.minutes * 60000;
  const people = held.block.dataset.people.split("|").filter(Boolean);
  const found = [];
  for (const other of blocks()) {
    if (other === held.block || !other.dataset.at) continue;
    const begins = Date.parse(other.dataset.at);
    if (begins >= until || begins + other.dataset.minutes * 60000 <= held.at) continue;
    if (other.dataset.room === held.room) found.push(fill(words.wordRoom, { title: other.dataset.title }));
    for (const name of other.dataset.people.split("|")) {
      if (people.includes(name)) found.push(fill(words.wordPerson, { name, title: other.dataset.title }));
    }
  }
  if (stretches(held.block).some(([begins, ends]) => begins < until && ends > held.at)) found.push(words.wordAway);
  return found;
}

const stretches = (block) =>
  block.dataset.away.split(" ").filter(Boolean).map((stretch) => stretch.split("/").map((at) => Date.parse(at)));

/** Show where the held session would lie, and tell it. */
function show(quiet = false) {
  const where = geometry();
  const ghost = root.querySelector("[data-ghost]");
  const room = where.rooms.find((each) => each.id === held.room);
  const until = held.at + held.minutes * 60000;
  const found = inTheWay();
  const time = `${clock(where, held.at)}–${clock(where, until)}`;
  ghost.hidden = false;
  ghost.toggleAttribute("data-blocked", found.length > 0);
  ghost.querySelector("[data-ghost-title]").textContent = `${time} ${held.block.dataset.title}`;
  ghost.querySelector("[data-ghost-why]").textContent = found.join(" ");
  ghost.style.insetBlockStart = `${yOf(where, held.at)}px`;
  ghost.style.insetInlineStart = `${room.left}px`;
  ghost.style.inlineSize = `${room.width}px`;
  ghost.style.blockSize = `${Math.max(20, yOf(where, Math.min(until, where.closes)) - yOf(where, held.at))}px`;
  if (held.by === "keys") ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (!quiet) say([fill(words.wordAt, { time, room: room.name }), ...(found.length ? found : [words.wordFree])].join(" "));
}

/** Hatch the times at which its people cannot come. */
function hatch(on) {
  for (const old of root.querySelectorAll(".planner__away")) old.remove();
  if (!on) return;
  const where = geometry();
  const [first, last] = [where.rooms[0], where.rooms.at(-1)];
  for (const [begins, ends] of stretches(held.block)) {
    const band = document.createElement("div");
    band.className = "planner__away";
    band.style.insetBlockStart = `${yOf(where, Math.max(begins, where.opens))}px`;
    band.style.blockSize = `${yOf(where, Math.min(ends, where.closes)) - yOf(where, Math.max(begins, where.opens))}px`;
    band.style.insetInlineStart = `${first.left}px`;
    band.style.inlineSize = `${last.left + last.width - first.left}px`;
    where.wrap.append(band);
  }
}

function take(block, by) {
  const where = geometry();
  held = {
    block,
    by,
    at: block.dataset.at ? Date.parse(block.dataset.at) : where.opens,
    room: where.rooms.some((room) => room.id === block.dataset.room) ? block.dataset.room : where.rooms[0].id,
    minutes: Number(block.dataset.minutes),
  };
  held.at = bounded(where, held.at);
  block.dataset.held = "";
  block.setAttribute("aria-pressed", "true");
  hatch(true);
  show(true);
  if (by === "keys") say(fill(words.wordHeld, { title: block.dataset.title }));
}

const bounded = (where, at) => Math.max(where.opens, Math.min(where.closes - STEP, at));

function release() {
  const { block } = held;
  delete block.dataset.held;
  block.removeAttribute("aria-pressed");
  hatch(false);
  root.querySelector("[data-ghost]").hidden = true;
  held = null;
}

function putBack() {
  const { title } = held.block.dataset;
  release();
  say(fill(words.wordBack, { title }));
}

/** Send where it was put, then draw the table anew. */
async function putDown() {
  const { block, at, room, minutes } = held;
  const id = block.value;
  release();
  if (Date.parse(block.dataset.at) === at && block.dataset.room === room) return;
  let answer;
  try {
    const response = await fetch(block.dataset.place, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": words.csrf },
      body: JSON.stringify({ at: new Date(at).toISOString(), minutes, room, version: Number(block.dataset.version) }),
    });
    answer = { ok: response.ok, ...(await response.json()) };
  } catch {
    refuse(words.wordFailed);
    return;
  }
  if (answer.session && versions) versions[id] = answer.session.version;
  await redraw(id);
  if (!answer.ok) {
    refuse(answer.session ? answer.error : words.wordFailed);
    return;
  }
  const misfits = [...(blockOf(id)?.querySelectorAll(".block__misfit") ?? [])].map((each) => each.textContent);
  say([answer.said, ...misfits].join(" "));
}

/** Take over the parts of the page as the server draws them now; focus stays where it was. */
async function redraw(focus) {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const wrap = root.querySelector(".planner__wrap");
  const scrolled = { left: wrap.scrollLeft, top: wrap.scrollTop, behavior: "instant" };
  for (const part of root.querySelectorAll("[data-part]")) {
    const next = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (next) part.replaceWith(document.adoptNode(next));
  }
  root.querySelector(".planner__wrap").scrollTo(scrolled);
  help();
  if (focus) blockOf(focus)?.focus({ preventScroll: true });
}

/** Look whether others changed something; what they changed is marked. */
async function look() {
  if (document.hidden || held) return;
  let now;
  try {
    const response = await fetch(words.state, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    now = (await response.json()).versions;
  } catch {
    return;
  }
  const before = versions ?? Object.fromEntries(blocks().map((block) => [block.value, Number(block.dataset.version)]));
  const others = versions && Object.keys(now).join() !== Object.keys(versions).join();
  versions = now;
  const changed = Object.keys(now).filter((id) => before[id] !== undefined && before[id] !== now[id]);
  if (held || (!changed.length && !others)) return;
  const typing = document.activeElement?.closest("form[method=post], .planner__find");
  if (!typing) await redraw(document.activeElement?.matches("[data-block]") ? document.activeElement.value : null);
  const shown = changed.map(blockOf).filter(Boolean);
  for (const block of shown) block.dataset.changed = words.wordChanged;
  if (shown.length) say(fill(words.wordOthers, { titles: shown.map((block) => block.dataset.title).join(", ") }));
}

function help() {
  root.querySelector("[data-help]").hidden = false;
  for (const block of blocks()) block.setAttribute("aria-describedby", "grid-help");
  beyond();
}

/** Name the rooms that lie beyond the right edge. */
function beyond() {
  const { box, left, rooms } = geometry();
  const hidden = rooms.filter((room) => left + room.left + room.width / 2 > box.right);
  root.querySelector("[data-beyond]").hidden = hidden.length === 0;
  root.querySelector("[data-beyond-names]").textContent = fill(words.wordBeyond, { rooms: hidden.map((room) => room.name).join(", ") });
}

// -- keys

function moved(key, far) {
  const where = geometry();
  const step = far ? 6 * STEP : STEP;
  const column = where.rooms.findIndex((room) => room.id === held.room);
  if (key === "ArrowUp") held.at = bounded(where, held.at - step);
  if (key === "ArrowDown") held.at = bounded(where, held.at + step);
  if (key === "ArrowLeft") held.room = where.rooms[Math.max(0, column - 1)].id;
  if (key === "ArrowRight") held.room = where.rooms[Math.min(where.rooms.length - 1, column + 1)].id;
  show();
}

function onKey(event) {
  const block = event.target.closest("[data-block]");
  if (!block || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!held) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (!event.repeat) take(block, "keys");
    } else if (event.key === "e" || event.key === "E") {
      event.preventDefault();
      block.form.requestSubmit(block);
    }
    return;
  }
  if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    moved(event.key, event.shiftKey);
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    if (!event.repeat) putDown();
  } else if (event.key === "Escape") {
    event.preventDefault();
    putBack();
  }
}

// -- pointers

let pressed = null; // { block, x, y, from, timer, touch }

function onDown(event) {
  const block = event.target.closest("[data-block]");
  if (!block || event.button !== 0 || held) return;
  const where = geometry();
  const inTable = block.dataset.at && block.closest("table");
  const from = inTable ? event.clientY - where.upper - yOf(where, Date.parse(block.dataset.at)) : 0;
  pressed = { block, x: event.clientX, y: event.clientY, from, touch: event.pointerType === "touch" };
  if (pressed.touch) pressed.timer = setTimeout(() => lift(event.clientX, event.clientY), HOLD);
}

function lift(x, y) {
  take(pressed.block, "pointer");
  root.dataset.dragging = "";
  follow(x, y);
}

function follow(x, y) {
  const where = geometry();
  const top = y - where.upper - pressed.from;
  const row = where.rows.findLast((each) => each.top <= top + 2) ?? where.rows[0];
  const room = where.rooms.findLast((each) => each.left <= x - where.left) ?? where.rooms[0];
  if (row.at !== held.at || room.id !== held.room) {
    Object.assign(held, { at: row.at, room: room.id });
    show();
  }
  pressed.at = { x, y };
  if (!pressed.edge && atEdge()) pressed.edge = requestAnimationFrame(scrollOn);
}

/** How far the table and the page go on by themselves while the pointer rests at an edge of what is seen of them. */
function atEdge() {
  const { x, y } = pressed.at;
  const wrap = root.querySelector(".planner__wrap");
  const { left, right, top, bottom } = wrap.getBoundingClientRect();
  const head = wrap.querySelector("thead").offsetHeight;
  const times = wrap.querySelector("tbody th").offsetWidth;
  const [upper, lower] = [Math.max(0, top) + head + EDGE, Math.min(innerHeight, bottom) - EDGE];
  const across = x > right - EDGE ? 1 : x < left + times + EDGE ? -1 : 0;
  const down = y > lower ? 1 : y < upper ? -1 : 0;
  return across || down ? { wrap, across: across * SPEED, down: down * SPEED } : null;
}

function scrollOn() {
  if (!pressed || held?.by !== "pointer") return;
  pressed.edge = null;
  const edge = atEdge();
  if (!edge) return;
  const { wrap } = edge;
  const before = [wrap.scrollLeft, wrap.scrollTop, scrollY].join();
  const stuck = wrap.scrollTop;
  wrap.scrollBy({ left: edge.across, top: edge.down, behavior: "instant" });
  if (wrap.scrollTop === stuck) scrollBy({ top: edge.down, behavior: "instant" });
  if ([wrap.scrollLeft, wrap.scrollTop, scrollY].join() !== before) follow(pressed.at.x, pressed.at.y);
}

function onMove(event) {
  if (!pressed) return;
  const far = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > FAR;
  if (!held && far && pressed.touch) drop();
  else if (!held && far) lift(event.clientX, event.clientY);
  else if (held) follow(event.clientX, event.clientY);
}

function drop() {
  clearTimeout(pressed?.timer);
  cancelAnimationFrame(pressed?.edge);
  pressed = null;
  delete root.dataset.dragging;
}

function onUp(event) {
  if (!pressed) return;
  const dragged = held?.by === "pointer";
  const { top, bottom, left, right } = root.querySelector(".planner__wrap").getBoundingClientRect();
  const inside = event.clientY >= top && event.clientY <= bottom && event.clientX >= left && event.clientX <= right;
  drop();
  if (!dragged) return;
  addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, once: true });
  setTimeout(() => dispatchEvent(new Event("click")), 0); // where no click follows, the listener above ends here
  if (inside) putDown();
  else putBack();
}

if (root) {
  help();
  root.addEventListener("keydown", onKey);
  root.addEventListener("scroll", beyond, { capture: true, passive: true });
  addEventListener("resize", beyond);
  root.addEventListener("focusout", () => { if (held?.by === "keys") putBack(); });
  root.addEventListener("pointerdown", onDown);
  root.addEventListener("touchmove", (event) => { if (held) event.preventDefault(); }, { passive: false });
  root.addEventListener("contextmenu", (event) => { if (pressed?.touch) event.preventDefault(); });
  addEventListener("pointermove", onMove);
  addEventListener("pointerup", onUp);
  addEventListener("pointercancel", () => { if (held?.by === "pointer") putBack(); drop(); });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && held?.by === "pointer") { drop(); putBack(); } });
  setInterval(look, LOOK_EVERY);
}
