// What a list asks for, and what follows from it for one moment. A door is
// { id, zone, window, entries, unpaid, opens, closes, daily_from, daily_until, most, least, exit_all, closed, products,
//   addons, days, after, questions: [{ id, kind, required, options }] },
// moments in milliseconds, times of the day in minutes, null where the list does not ask. A ticket is
// { product, addons, days, here, revoked, cancelled, approved, owes, blocked }. Twin of partnering/checkin/rules.py.

import { iso, wall } from "./zone.js";

const overnight = (door) =>
  door.daily_from !== null && door.daily_until !== null && door.daily_until <= door.daily_from;

/** The day that a moment belongs to: until its end, a night belongs to the day on which it began. */
export function dayOf(door, at) {
  const { day, minute } = wall(door.zone, at);
  return iso(overnight(door) && minute < door.daily_until ? day - 1 : day);
}

/** The key of the window that an entry at a moment belongs to: "event", or an ISO day. */
export function windowOf(door, at) {
  return door.window === "day" ? dayOf(door, at) : "event";
}

/** Whether a ticket of this type, with these add-ons, is one of those that a list lets in. */
export function letsIn(door, product, addons) {
  if (door.products === null && door.addons === null) return true;
  return (door.products ?? []).includes(product) || addons.some((addon) => (door.addons ?? []).includes(addon));
}

/** Whether list and ticket are both for the day of a moment. */
export function onDay(door, ticket, at) {
  const day = dayOf(door, at);
  return (door.days === null || door.days.includes(day)) && (ticket.days.length === 0 || ticket.days.includes(day));
}

/** Why a list does not let in at a moment, or null while it does. */
export function tooEarlyOrLate(door, at) {
  if (door.closed) return "no_longer_valid";
  if (door.opens !== null && at < door.opens) return "not_yet_valid";
  if (door.closes !== null && at >= door.closes) return "no_longer_valid";
  const { minute } = wall(door.zone, at);
  if (overnight(door)) return door.daily_until <= minute && minute < door.daily_from ? "not_yet_valid" : null;
  if (door.daily_from !== null && minute < door.daily_from) return "not_yet_valid";
  if (door.daily_until !== null && minute >= door.daily_until) return "no_longer_valid";
  return null;
}

/** The required questions without an answer that fits, by id. */
export function missing(door, answers) {
  return door.questions.filter((each) => each.required && !fits(each, answers[each.id])).map((each) => each.id);
}

/** Whether this is an answer to a question at all. */
export function fits(question, answer) {
  if (question.kind === "yes_no") return typeof answer === "boolean";
  if (typeof answer !== "string") return false;
  return question.kind === "choice" ? question.options.includes(answer) : answer.trim() !== "";
}
