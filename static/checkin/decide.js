// The verdict at a door as a pure function, for a device whose network is away: the first refusal wins, in the order of
// the server. Twin of partnering/checkin/deciding.py, tested on the same table.

import { dayOf, letsIn, missing, onDay, tooEarlyOrLate, windowOf } from "./rules.js";
import { lastWindow, stillInside, whyNotAgain } from "./story.js";

/** Answers that nobody at a door can overrule. */
export const NEVER_FORCED = ["unknown", "wrong_event", "revoked", "cancelled", "blocked", "incomplete"];

/**
 * Let in or out whoever shows `ticket` (null: no code that is known here), or say why not.
 *
 * `windows` is the story of its place at this door so far, `elsewhere` the windows of its admissions at other lists by
 * the id of the list, and `attempt` { at, type, force, answers }. Gives { answer, forced, window, questions }.
 */
export function decide(door, ticket, windows, elsewhere, attempt) {
  if (attempt.type === "exit") return out(door, ticket, windows, attempt);
  const key = windowOf(door, attempt.at);
  const refusals = [
    ...standing(door, ticket, attempt.at),
    ...moving(door, windows[key] ?? null, elsewhere, attempt),
  ];
  let forced = false;
  for (const refusal of refusals) {
    if (!attempt.force || NEVER_FORCED.includes(refusal)) {
      const questions = refusal === "incomplete" ? missing(door, attempt.answers) : [];
      return { answer: refusal, forced: false, window: key, questions };
    }
    forced = true;
  }
  return { answer: "ok", forced, window: key, questions: [] };
}

/** What stands against a ticket at a moment whoever came before, in order: the refusals that no scan changes. */
export function standing(door, ticket, at) {
  if (ticket === null) return ["unknown"];
  const found = [];
  if (ticket.revoked) found.push(ticket.cancelled && ticket.here ? "cancelled" : "revoked");
  if (!ticket.here) return [...found, "wrong_event"];
  if (!letsIn(door, ticket.product, ticket.addons)) found.push("wrong_ticket_type");
  if (!onDay(door, ticket, at)) found.push("wrong_day");
  if (ticket.cancelled) found.push("cancelled");
  if (!ticket.approved) found.push("not_approved");
  if (ticket.owes && door.unpaid === "refuse") found.push("unpaid");
  if (ticket.blocked) found.push("blocked");
  const hours = tooEarlyOrLate(door, at);
  if (hours !== null) found.push(hours);
  return found;
}

/** What stands against it because of who was where before. */
function moving(door, window, elsewhere, attempt) {
  const found = [];
  const day = dayOf(door, attempt.at);
  const wasAt = (other) => (elsewhere[other] ?? []).some((key) => key === "event" || key === day);
  if (door.after !== null && !door.after.some(wasAt)) found.push("rules");
  const again = window ? whyNotAgain(door, window, attempt.at) : null;
  if (again === "rules") found.push(again);
  if (!window && missing(door, attempt.answers).length > 0) found.push("incomplete");
  if (again === "already_in") found.push(again);
  return found;
}

/** Note who goes out, whatever has become of the ticket meanwhile; nobody leaves who is not in. */
function out(door, ticket, windows, attempt) {
  const refusal = standing(door, ticket, attempt.at).find((each) =>
    ["unknown", "revoked", "wrong_event"].includes(each),
  );
  if (refusal) return { answer: refusal, forced: false, window: "", questions: [] };
  const window = lastWindow(windows);
  if (window === null || !stillInside(door, window, attempt.at)) {
    return { answer: "rules", forced: false, window: "", questions: [] };
  }
  return { answer: "ok", forced: false, window: window.key, questions: [] };
}
