"""What can be done about what does not fit: another room, another time, or the page on which it is put right."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..agenda.models import Location
from .availability import Day
from .changes import Look
from .models import ProgrammeSession
from .warnings import Board, Misfit, Slot, fits_the_day, needs_changeover, way_between

MOST_WAYS = 2
"""How many rooms and how many times are offered for one thing that does not fit."""

STEP = timedelta(minutes=5)

MENDED_BY_TIME = frozenset(
    {"room_twice", "person_twice", "not_available", "meeting_in_way", "outside_day", "changeover"}
)
"""What another time puts right."""

PAGES = {
    "says_nothing": "ask",
    "not_available": "ask",
    "not_registered": "register",
    "meeting_in_way": "meetings",
    "over_capacity": "seats",
    "outside_day": "days",
    "changeover": "rooms",
    "no_room": "session",
    "no_speaker": "session",
    "no_text": "session",
}
"""The page that helps with each, beside the moves."""


@dataclass(frozen=True)
class Move:
    """Another time or room for a session, which begins `was_at` now and keeps its length; `days` are all there are."""

    session: ProgrammeSession
    starts_at: datetime
    minutes: int
    room: Location | None
    kind: str
    was_at: datetime
    days: Sequence[Day]


@dataclass(frozen=True)
class Ways:
    """What can be done about a misfit: moves with the smallest change first, and a page that helps."""

    moves: tuple[Move, ...] = ()
    page: str = ""


@dataclass(frozen=True)
class Group:
    """What does not fit because of one session, which would move: each thing with its page, and the moves for all."""

    session: ProgrammeSession
    misfits: tuple[tuple[Misfit, str], ...]
    moves: tuple[Move, ...]


def of(board: Board, misfit: Misfit, rooms: Sequence[Location]) -> Ways:
    """The ways out for one thing that does not fit. `rooms` are those of the event."""
    return Ways(tuple(_moves(board, [misfit], rooms)), PAGES.get(misfit.code, ""))


def grouped(board: Board, found: Iterable[Misfit], rooms: Sequence[Location]) -> list[Group]:
    """The same for many things, by the session that would move; the order is that of the first thing of each."""
    by_session: dict[int, list[Misfit]] = {}
    for misfit in found:
        by_session.setdefault(misfit.sessions[-1].id, []).append(misfit)
    return [
        Group(
            those[0].sessions[-1],
            tuple((misfit, PAGES.get(misfit.code, "")) for misfit in those),
            tuple(_moves(board, those, rooms)),
        )
        for those in by_session.values()
    ]


def _moves(board: Board, those: Sequence[Misfit], rooms: Sequence[Location]) -> Iterator[Move]:
    """Where else the session of these things could be; no move twice."""
    slot = board.by_session[those[0].sessions[-1].id]
    found = [
        room
        for misfit in those
        if misfit.code in ("room_twice", "over_capacity", "no_room")
        for room in _other_rooms(board, slot, rooms, misfit)
    ]
    for room in list({room.id: room for room in found}.values())[:MOST_WAYS]:
        yield _move(board, slot, slot.starts_at, room, "room")
    if any(misfit.code in MENDED_BY_TIME for misfit in those):
        yield from _other_times(board, slot)


def _other_rooms(board: Board, slot: Slot, rooms: Sequence[Location], misfit: Misfit) -> list[Location]:
    """Rooms that are free then and large enough, the smallest that will do first."""
    heads = misfit.minutes if misfit.code == "over_capacity" else slot.look.capacity or 0
    here = slot.look.room.id if slot.look.room is not None else None
    fitting = [
        room
        for room in rooms
        if room.id != here and (room.capacity or 0) >= heads and is_free(board, slot, slot.starts_at, room)
    ]
    if misfit.code == "over_capacity" and slot.look.capacity is not None and heads > slot.look.capacity:
        return []  # more booked than the session has seats: no room helps
    return sorted(fitting, key=lambda room: (room.capacity or 0, room.position, room.id))[:MOST_WAYS]


def _other_times(board: Board, slot: Slot) -> Iterator[Move]:
    """The nearest times of its day at which its room and all its people are free."""
    length = slot.ends_at - slot.starts_at
    found = [
        at
        for at in _candidates(board, slot, length)
        if at != slot.starts_at
        and fits_the_day(board, at, at + length)
        and is_free(board, slot, at, slot.look.room)
        and people_can(board, slot, at)
    ]
    for at in sorted(found, key=lambda at: (abs(at - slot.starts_at), at))[:MOST_WAYS]:
        yield _move(board, slot, at, slot.look.room, "time")


def _candidates(board: Board, slot: Slot, length: timedelta) -> set[datetime]:
    """Times at which something else ends or begins that day, and those that people have named."""
    day = board.day_of(slot.starts_at)
    opens = day.opens_at if day else slot.starts_at - timedelta(hours=12)
    closes = day.closes_at if day else slot.ends_at + timedelta(hours=12)
    found = {opens, closes - length}
    for each in board.slots:
        if each.session.id != slot.session.id:
            pause = timedelta(minutes=pause_between(each.look, slot.look))
            found |= {each.ends_at, each.ends_at + pause, each.starts_at - length, each.starts_at - length - pause}
    named: set[datetime] = set()
    for part in slot.look.people:
        said = board.said.get(part.participant.id)
        for begins, ends in said.windows if said is not None else ():
            named |= {begins, ends - length}
        for begins, ends in board.meetings.get(part.participant.id, ()):
            found |= {_up(ends), begins - length}
    return {at for at in found if opens <= at <= closes - length} | named


def _up(at: datetime) -> datetime:
    over = timedelta(seconds=at.timestamp() % STEP.total_seconds())
    return at + (STEP - over if over else over)


def pause_between(first: Look, second: Look) -> int:
    """Minutes that must lie between two sessions: for the room, and for whoever is in both."""
    room = first.room
    minutes = 0
    if room is not None and second.room is not None and room.id == second.room.id and needs_changeover(first, second):
        minutes = room.changeover_minutes
    if {each.participant.id for each in first.people} & {each.participant.id for each in second.people}:
        minutes = max(minutes, way_between(first, second))
    return minutes


def is_free(board: Board, slot: Slot, at: datetime, room: Location | None) -> bool:
    """Whether a room is free for a session then, changeover included; no room always is."""
    if room is None:
        return True
    until = at + (slot.ends_at - slot.starts_at)
    for other in board.in_room.get(room.id, ()):
        if other.session.id == slot.session.id:
            continue
        pause = timedelta(minutes=room.changeover_minutes if needs_changeover(other.look, slot.look) else 0)
        if other.starts_at < until + pause and at < other.ends_at + pause:
            return False
    return True


def people_can(board: Board, slot: Slot, at: datetime) -> bool:
    """Whether all its people can come to a session then: no other session, no meeting, and a time they have named."""
    until = at + (slot.ends_at - slot.starts_at)
    for part in slot.look.people:
        id = part.participant.id
        said = board.said.get(id)
        if said is not None and not said.covers(at, until):
            return False
        for other in board.with_person.get(id, ()):
            pause = timedelta(minutes=way_between(other.look, slot.look))
            if other.session.id != slot.session.id and other.starts_at < until + pause and at < other.ends_at + pause:
                return False
        if any(begins < until and at < ends for begins, ends in board.meetings.get(id, ())):
            return False
    return True


def _move(board: Board, slot: Slot, at: datetime, room: Location | None, kind: str) -> Move:
    minutes = int((slot.ends_at - slot.starts_at).total_seconds()) // 60
    return Move(slot.session, at, minutes, room, kind, slot.starts_at, board.days)
