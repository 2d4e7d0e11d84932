"""What a list asks for, in plain values, and what follows from it for one moment.

Twin of `static/checkin/rules.js`: the fields have the same names there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from . import zones
from .zones import Zone


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a guest; `options` are the keys of a choice."""

    id: str
    kind: str = "yes_no"
    required: bool = False
    options: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Door:
    """A check-in list: see `CheckinList`. Moments are milliseconds, times of the day minutes.

    `products`, `addons`, `days` and `after` are None where the list does not ask.
    """

    id: str
    zone: Zone
    window: str = "event"
    entries: str = "reentry"
    unpaid: str = "warn"
    opens: int | None = None
    closes: int | None = None
    daily_from: int | None = None
    daily_until: int | None = None
    most: int | None = None
    least: int | None = None
    exit_all: int | None = None
    closed: bool = False
    products: Sequence[str] | None = None
    addons: Sequence[str] | None = None
    days: Sequence[str] | None = None
    after: Sequence[str] | None = None
    questions: Sequence[Question] = field(default=())


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is known of a ticket whose code was shown: its type, add-ons and days (none: all), and how it stands.

    `here` says that it is of this event; of any other nothing but `revoked` is known.
    """

    product: str = ""
    addons: Sequence[str] = ()
    days: Sequence[str] = ()
    here: bool = True
    revoked: bool = False
    cancelled: bool = False
    approved: bool = True
    owes: bool = False
    blocked: bool = False


def day_of(door: Door, at: int) -> str:
    """The day that a moment belongs to: until its end, a night belongs to the day on which it began."""
    day, minute = zones.wall(door.zone, at)
    begins, ends = door.daily_from, door.daily_until
    if begins is not None and ends is not None and ends <= begins and minute < ends:
        day -= 1
    return zones.iso(day)


def window_of(door: Door, at: int) -> str:
    """The key of the window that an entry at a moment belongs to: "event", or an ISO day."""
    return day_of(door, at) if door.window == "day" else "event"


def lets_in(door: Door, product: str, addons: Sequence[str]) -> bool:
    """Whether a ticket of this type, with these add-ons, is one of those that a list lets in."""
    if door.products is None and door.addons is None:
        return True
    return product in (door.products or ()) or any(addon in (door.addons or ()) for addon in addons)


def on_day(door: Door, ticket: Ticket, at: int) -> bool:
    """Whether list and ticket are both for the day of a moment."""
    day = day_of(door, at)
    return (door.days is None or day in door.days) and (not ticket.days or day in ticket.days)


def too_early_or_late(door: Door, at: int) -> str | None:
    """Why a list does not let in at a moment, or None while it does."""
    if door.closed:
        return "no_longer_valid"
    if door.opens is not None and at < door.opens:
        return "not_yet_valid"
    if door.closes is not None and at >= door.closes:
        return "no_longer_valid"
    begins, ends = door.daily_from, door.daily_until
    minute = zones.wall(door.zone, at)[1]
    if begins is not None and ends is not None and ends <= begins:
        return "not_yet_valid" if ends <= minute < begins else None
    if begins is not None and minute < begins:
        return "not_yet_valid"
    if ends is not None and minute >= ends:
        return "no_longer_valid"
    return None


def missing(door: Door, answers: Mapping[str, object]) -> list[str]:
    """The required questions without an answer that fits, by id."""
    return [each.id for each in door.questions if each.required and not fits(each, answers.get(each.id))]


def fits(question: Question, answer: object) -> bool:
    """Whether this is an answer to a question at all."""
    if question.kind == "yes_no":
        return isinstance(answer, bool)
    if not isinstance(answer, str):
        return False
    return answer in question.options if question.kind == "choice" else answer.strip() != ""
