"""What does not fit in the programme, drafted or public, and what is still missing of it.

Nothing here stops anybody: a room that holds one session at a time is refused by the release itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from ..agenda import walking
from ..agenda.models import Location
from ..events.models import Event, Participant
from . import availability, changes, desk_queries, queries
from .availability import Day, Said
from .changes import Look, as_drafted, as_released
from .models import ProgrammeSession

SEVERITIES = {
    "room_twice": "bad",
    "person_twice": "bad",
    "not_available": "bad",
    "meeting_in_way": "warn",
    "over_capacity": "warn",
    "outside_day": "warn",
    "changeover": "warn",
    "not_registered": "warn",
    "says_nothing": "note",
    "no_room": "note",
    "no_speaker": "note",
    "no_text": "note",
}
"""Every code and how bad it is: "bad" cannot be, "warn" will go wrong, "note" is not finished."""

ON_STAGE = frozenset({"keynote", "talk", "panel", "pitch", "workshop"})
"""Kinds of sessions that need somebody on the stage, a room and a text."""

FLOWING = frozenset({"break", "poster", "social"})
"""Kinds before and after which a room needs no time to be made ready."""


@dataclass(frozen=True)
class Clash:
    """That two sessions overlap in one room, or need the same person at once."""

    kind: Literal["room", "person"]
    first: ProgrammeSession
    second: ProgrammeSession
    room: Location | None = None
    participant: Participant | None = None


@dataclass(frozen=True)
class Misfit:
    """Something that does not fit, by its code; `sessions` in the order of time, `person` and `room` where it has any.

    `starts_at` and `ends_at` are the time of the last of them; of a meeting that is in the way, its own. `minutes` are
    those between two sessions, `needed` those that they would need; for "over_capacity" they are heads: those who
    come, and those who fit in.
    """

    code: str
    sessions: tuple[ProgrammeSession, ...]
    starts_at: datetime
    ends_at: datetime
    person: Participant | None = None
    room: Location | None = None
    minutes: int = 0
    needed: int = 0

    @property
    def severity(self) -> str:
        """One of "bad", "warn" and "note"."""
        return SEVERITIES[self.code]


class Slot(NamedTuple):
    """A session that takes place, and how it looks then."""

    session: ProgrammeSession
    look: Look
    starts_at: datetime
    ends_at: datetime


@dataclass
class Board:
    """Everything that takes place, and what is known of rooms, people and days; read once, asked often."""

    event: Event
    slots: list[Slot]
    said: Mapping[int, Said] = field(default_factory=dict)
    registered: frozenset[int] = frozenset()
    meetings: Mapping[int, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)
    booked: Mapping[int, int] = field(default_factory=dict)
    days: Sequence[Day] = ()
    days_set: bool = False

    def __post_init__(self) -> None:
        self.by_session = {slot.session.id: slot for slot in self.slots}
        self.in_room: dict[int, list[Slot]] = defaultdict(list)
        self.with_person: dict[int, list[Slot]] = defaultdict(list)
        for slot in self.slots:
            if slot.look.room is not None:
                self.in_room[slot.look.room.id].append(slot)
            for each in slot.look.people:
                self.with_person[each.participant.id].append(slot)

    def day_of(self, at: datetime) -> Day | None:
        """The day of the programme in whose hours an instant lies."""
        return next((day for day in self.days if day.opens_at <= at < day.closes_at), None)


def clashes(sessions: Iterable[ProgrammeSession]) -> list[Clash]:
    """Which of these sessions cannot all happen as they are drafted."""
    return clashes_among((each, as_drafted(each)) for each in sessions)


def clashes_among(looks: Iterable[tuple[ProgrammeSession, Look]]) -> list[Clash]:
    """Which of these cannot all happen so: two in a room at once, somebody in two places at once; by time."""
    timed = _timed(looks)
    found = []
    for index, first in enumerate(timed):
        people = {each.participant.id: each.participant for each in first.look.people}
        for second in timed[index + 1 :]:
            if second.starts_at >= first.ends_at:
                break
            room, other = first.look.room, second.look.room
            if room is not None and other is not None and room.id == other.id:
                found.append(Clash("room", first.session, second.session, room=room))
            shared = sorted(people.keys() & {each.participant.id for each in second.look.people})
            found += [Clash("person", first.session, second.session, participant=people[id]) for id in shared]
    return found


def of(event: Event, *, public: bool = False) -> list[Misfit]:
    """What does not fit in the draft of an event, or in what is `public`, in a constant number of questions."""
    if public:
        rows = [each.session for each in queries.released(event)]
        return found_on(board(event, [(row.session, as_released(row)) for row in rows]))
    return found_on(board(event, [(each, as_drafted(each)) for each in queries.sessions_of(event)]))


def board(event: Event, looks: Iterable[tuple[ProgrammeSession, Look]]) -> Board:
    """These sessions as they would take place, with everything that is known of their rooms and people."""
    days, are_set = desk_queries.days_of(event)
    desk_queries.zones_of(event)
    return Board(
        event,
        _timed(looks),
        said=availability.of(event),
        registered=desk_queries.registered(event),
        meetings=desk_queries.meetings_of_speakers(event),
        booked=desk_queries.booked(event),
        days=days,
        days_set=are_set,
    )


def found_on(board: Board) -> list[Misfit]:
    """What does not fit there: the worst first, then by time; the same board gives the same list."""
    found = [
        *_rooms(board),
        *_people(board),
        *(misfit for slot in board.slots for misfit in _alone(board, slot)),
    ]
    order = list(SEVERITIES)
    rank = {"bad": 0, "warn": 1, "note": 2}
    begins = {slot.session.id: slot.starts_at for slot in board.slots}
    return sorted(
        found,
        key=lambda each: (
            rank[each.severity],
            begins[each.sessions[0].id],
            each.sessions[0].id,
            order.index(each.code),
            each.sessions[-1].id,
            each.person.id if each.person is not None else 0,
        ),
    )


def by_session(found: Iterable[Misfit]) -> dict[int, list[Misfit]]:
    """The same by the ids of sessions."""
    sorted_out: dict[int, list[Misfit]] = defaultdict(list)
    for misfit in found:
        for session in misfit.sessions:
            sorted_out[session.id].append(misfit)
    return dict(sorted_out)


def changed_by(found: Iterable[Misfit], chosen: Iterable[changes.SessionChange]) -> list[Misfit]:
    """Those in which one of these sessions is."""
    ids = {change.session.id for change in chosen}
    return [misfit for misfit in found if any(session.id in ids for session in misfit.sessions)]


# -- steps


def _timed(looks: Iterable[tuple[ProgrammeSession, Look]]) -> list[Slot]:
    found = [
        Slot(session, look, look.starts_at, look.ends_at)
        for session, look in looks
        if look.state == "live" and look.starts_at is not None and look.ends_at is not None
    ]
    return sorted(found, key=lambda slot: (slot.starts_at, slot.session.id))


def _pairs(slots: Sequence[Slot]) -> Iterator[tuple[Slot, Slot, bool]]:
    """Two at a time that overlap (True), or follow each other (False)."""
    for index, first in enumerate(slots):
        following = slots[index + 1 :]
        for second in following:
            if second.starts_at >= first.ends_at:
                break
            yield first, second, True
        else:
            continue
        if all(slot.ends_at <= first.ends_at for slot in slots[:index]):
            yield first, second, False


def _gap(first: Slot, second: Slot) -> int:
    return int((second.starts_at - first.ends_at).total_seconds()) // 60


def _misfit(code: str, *slots: Slot, **more: Any) -> Misfit:
    return Misfit(
        code,
        tuple(slot.session for slot in slots),
        **{"starts_at": slots[-1].starts_at, "ends_at": slots[-1].ends_at} | more,
    )


def _rooms(board: Board) -> Iterator[Misfit]:
    for slots in board.in_room.values():
        room = slots[0].look.room
        assert room is not None  # they were sorted by it
        for first, second, overlap in _pairs(slots):
            gap = _gap(first, second)
            if overlap:
                yield _misfit("room_twice", first, second, room=room)
            elif needs_changeover(first.look, second.look) and gap < room.changeover_minutes:
                yield _misfit("changeover", first, second, room=room, minutes=gap, needed=room.changeover_minutes)


def needs_changeover(first: Look, second: Look) -> bool:
    """Whether a room has to be made ready between two sessions: pitches follow each other, breaks are time enough."""
    return not (first.kind in FLOWING or second.kind in FLOWING or first.kind == second.kind == "pitch")


def _people(board: Board) -> Iterator[Misfit]:
    for id, slots in board.with_person.items():
        person = next(each.participant for each in slots[0].look.people if each.participant.id == id)
        for first, second, overlap in _pairs(slots):
            needed, gap = way_between(first.look, second.look), _gap(first, second)
            if overlap:
                yield _misfit("person_twice", first, second, person=person)
            elif gap < needed:
                yield _misfit("changeover", first, second, person=person, minutes=gap, needed=needed)
        for slot in slots:
            if id in board.said and not board.said[id].covers(slot.starts_at, slot.ends_at):
                yield _misfit("not_available", slot, person=person)
            for starts_at, ends_at in board.meetings.get(id, ()):
                if starts_at < slot.ends_at and slot.starts_at < ends_at:
                    yield _misfit("meeting_in_way", slot, person=person, starts_at=starts_at, ends_at=ends_at)
        if id not in board.said:
            yield _misfit("says_nothing", *slots, person=person)
        if id not in board.registered:
            yield _misfit("not_registered", *slots, person=person)


def way_between(first: Look, second: Look) -> int:
    """Minutes that somebody needs from the one to the other."""
    if first.room is None or second.room is None:
        return 0
    return walking.minutes(first.room.zone, second.room.zone)


def _alone(board: Board, slot: Slot) -> Iterator[Misfit]:
    look = slot.look
    heads = max(look.capacity or 0, board.booked.get(slot.session.id, 0))
    seats = [look.room.capacity] if look.room is not None and look.room.capacity is not None else []
    if look.capacity is not None:
        seats.append(look.capacity)
    if seats and heads > min(seats):
        yield _misfit("over_capacity", slot, room=look.room, minutes=heads, needed=min(seats))
    if not fits_the_day(board, slot.starts_at, slot.ends_at):
        yield _misfit("outside_day", slot)
    if look.kind not in ON_STAGE:
        return
    if look.room is None:
        yield _misfit("no_room", slot)
    if not look.people:
        yield _misfit("no_speaker", slot)
    if not look.abstract:
        yield _misfit("no_text", slot)


def fits_the_day(board: Board, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a time lies within the hours of a day; while none are set, every hour of the event's days will do."""
    if board.days_set:
        return any(day.opens_at <= starts_at and ends_at <= day.closes_at for day in board.days)
    return any(day.day == desk_queries.local_day(board.event, starts_at) for day in board.days)
