// What a verdict says that this phone found by itself: the sentences that the server gave along, as it would fill them.
// Twin of partnering/checkin/words.py.

import { BITS } from "./known.js";
import { fill } from "./screen.js";
import { wall } from "./zone.js";

const SHAPES = { ok: "tick", warn: "triangle", bad: "octagon" };
const SOUNDS = { ok: "high", warn: "middle", bad: "low" };
const DAY = 86_400_000;
export const UNDO = 15 * 60_000;

/** The wall clock at a door: "8:41". */
export function clockAt(zone, at) {
  const { minute } = wall(zone, at);
  return `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, "0")}`;
}

/** The same in a sentence: "8:41 Uhr", and with its day where that is another one than `now`'s. */
export function momentAt(said, zone, at, now) {
  const time = fill(said.clock, { time: clockAt(zone, at) });
  const [day, today] = [wall(zone, at).day, wall(zone, now).day];
  if (day === today) return { time, day: "" };
  const words = new Intl.DateTimeFormat(said.locale, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return { time, day: words.format(new Date(day * DAY)) };
}

/** A decision of `known.judge` about an attempt, as the screen shows what the server answers. */
export function shown(said, told, decision, attempt) {
  const { row, list, at } = decision;
  const [tone, headline, instruction] = sentences(said, decision, attempt);
  const heard = momentAt(said, list.zone, told.now, at);
  const refused = decision.answer !== "ok";
  return {
    answer: decision.answer,
    tone,
    shape: SHAPES[tone],
    sound: SOUNDS[tone],
    headline,
    instruction,
    name: row?.[2] ?? "",
    organisation: row?.[3] ?? "",
    ticket: row ? told.tickets[row[4]].name : "",
    at: clockAt(list.zone, at),
    type: attempt.type,
    scan: attempt.scan_id,
    person: "",
    undo: !refused,
    force: refused && told.may.force && !said.never.includes(decision.answer) && attempt.type === "entry" && row !== null,
    extras: extrasOf(said, told, list, row),
    note: "",
    attention: row !== null && Boolean(row[5] & BITS.attention),
    questions: decision.answer === "incomplete" ? list.questions.map(questionOf) : [],
    offline: fill(said.list, { time: heard.day ? `${heard.day}, ${heard.time}` : heard.time }),
  };
}

/** [tone, headline, what to do]. */
function sentences(said, decision, attempt) {
  const { answer, row, first, list, at } = decision;
  if (answer === "ok") {
    const owes = row[5] & BITS.owes && list.unpaid === "warn";
    const which =
      attempt.type === "exit" ? "exit" : decision.forced ? "forced" : owes ? "owes" : first ? "back" : "welcome";
    const [tone, headline, instruction] = said.admitted[which];
    return [tone, headline, `${instruction} ${said.later}`];
  }
  const [tone, headline, instruction] = said.refused[answer];
  if (answer !== "already_in" || !first) return [tone, headline, instruction];
  const when = momentAt(said, list.zone, first.first, at);
  const seen = fill(when.day ? said.seen_on : said.seen, { ...when, door: list.name, who: first.device });
  return [tone, headline, `${seen} ${instruction}`];
}

function extrasOf(said, told, list, row) {
  if (!row) return [];
  const named = row[6].map((number) => told.addons[number]).filter((each) => list.extras.includes(each.id));
  const photos = list.extras.includes("photo") && row[5] & BITS.noPhotos ? [said.no_photos] : [];
  return [...named.map((each) => each.name), ...photos];
}

const questionOf = ({ id, label, kind, required, options, names }) => ({
  id,
  label,
  kind,
  required,
  options: options.map((key, number) => ({ key, label: names[number] })),
});

/** What the log calls an attempt that was decided here: [tone, word]. */
export function wordOf(said, entry) {
  if (entry.undone !== null) return ["warn", said.log.undone];
  if (entry.became === "duplicate" || entry.became === "review") return ["warn", said.log[entry.became]];
  if (entry.answer !== "ok") return said.refused[entry.answer].slice(0, 2);
  return ["ok", entry.type === "exit" ? said.log.exit : entry.forced ? said.log.forced : said.log.admitted];
}
