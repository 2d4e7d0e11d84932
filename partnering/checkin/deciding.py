"""The verdict at a door as a pure function: plain values in, one answer of the closed list out.

The first refusal wins, in the order of the specification. Nothing is read and nothing is written, so that a device
without network decides in the same way: `static/checkin/decide.js` is the twin, and both are tested on one table.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .rules import Door, Ticket, day_of, lets_in, missing, on_day, too_early_or_late, window_of
from .story import Window, last_window, still_inside, why_not_again

NEVER_FORCED = ("unknown", "wrong_event", "revoked", "cancelled", "blocked", "incomplete")
"""Answers that nobody at a door can overrule: there is no ticket to let in, or something to be said first."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody at a door wants: in or out, at a moment (milliseconds), with these answers, whatever is said."""

    at: int
    type: str = "entry"
    force: bool = False
    answers: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer; `forced` says that a refusal was overruled, and `questions` which are to be answered (ids).

    `window` is the one that the attempt belongs to, empty where no window does.
    """

    answer: str
    forced: bool = False
    window: str = ""
    questions: Sequence[str] = ()


def decide(
    door: Door,
    ticket: Ticket | None,
    windows: dict[str, Window],
    elsewhere: Mapping[str, Sequence[str]],
    attempt: Attempt,
) -> Decision:
    """Let in or out whoever shows `ticket` (None: no code of ours), or say why not.

    `windows` is the story of its place at this list so far; `elsewhere` are the windows of its admissions at other
    lists, by the id of the list. Whether who asks may overrule is for the caller to know.
    """
    if attempt.type == "exit":
        return _out(door, ticket, windows, attempt)
    window = windows.get(window_of(door, attempt.at))
    forced = False
    for refusal in (*standing(door, ticket, attempt.at), *_moving(door, window, elsewhere, attempt)):
        if not attempt.force or refusal in NEVER_FORCED:
            asked = missing(door, attempt.answers) if refusal == "incomplete" else ()
            return Decision(refusal, window=window_of(door, attempt.at), questions=asked)
        forced = True
    return Decision("ok", forced, window_of(door, attempt.at))


def standing(door: Door, ticket: Ticket | None, at: int) -> Iterator[str]:
    """What stands against a ticket at a moment whoever came before, in order: the refusals that no scan changes."""
    if ticket is None:
        yield "unknown"
        return
    if ticket.revoked:
        yield "cancelled" if ticket.cancelled and ticket.here else "revoked"
    if not ticket.here:
        yield "wrong_event"
        return
    if not lets_in(door, ticket.product, ticket.addons):
        yield "wrong_ticket_type"
    if not on_day(door, ticket, at):
        yield "wrong_day"
    if ticket.cancelled:
        yield "cancelled"
    if not ticket.approved:
        yield "not_approved"
    if ticket.owes and door.unpaid == "refuse":
        yield "unpaid"
    if ticket.blocked:
        yield "blocked"
    hours = too_early_or_late(door, at)
    if hours is not None:
        yield hours


def _moving(
    door: Door, window: Window | None, elsewhere: Mapping[str, Sequence[str]], attempt: Attempt
) -> Iterator[str]:
    """What stands against it because of who was where before."""
    if door.after is not None and not any(_was_at(door, elsewhere.get(other, ()), attempt.at) for other in door.after):
        yield "rules"
    again = why_not_again(door, window, attempt.at) if window is not None else None
    if again == "rules":
        yield again
    if window is None and missing(door, attempt.answers):
        yield "incomplete"
    if again == "already_in":
        yield again


def _was_at(door: Door, keys: Sequence[str], at: int) -> bool:
    """Whether somebody was let in at another list for the event, or on the day of this moment."""
    return "event" in keys or day_of(door, at) in keys


def _out(door: Door, ticket: Ticket | None, windows: dict[str, Window], attempt: Attempt) -> Decision:
    """Note who goes out, whatever has become of the ticket meanwhile; nobody leaves who is not in."""
    for refusal in standing(door, ticket, attempt.at):
        if refusal in ("unknown", "revoked", "wrong_event"):
            return Decision(refusal)
    window = last_window(windows)
    if window is None or not still_inside(door, window, attempt.at):
        return Decision("rules")
    return Decision("ok", window=window.key)
