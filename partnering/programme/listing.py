"""The public programme as plain values: what its pages, its search and its screens are made of.

Every word comes from what was released. A process keeps it while nothing of that was written.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from .. import clock
from ..db import BilingualText, db
from ..events.models import Event
from ..memory import remembered_part
from ..stands import watch
from ..text import words
from . import queries
from .feeds import PROGRAMME
from .models import ProgrammeDay, Release, ReleasedSession
from .queries import Released

watch(PROGRAMME, ProgrammeDay)


@dataclass(frozen=True, slots=True)
class Room:
    """A room in which something takes place."""

    id: int
    ref: str
    name: BilingualText
    position: int


@dataclass(frozen=True, slots=True)
class Strand:
    """A track."""

    ref: str
    name: BilingualText
    tint: int
    position: int


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody on the stage, as they are called now."""

    ref: str
    name: str
    role: str
    function: str
    company: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """When and where a session was to take place before a release moved it at `changed_at`."""

    starts_at: datetime
    room: BilingualText | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A session of the public programme. `off` says that it was called off, at `off_at`; `earlier` how it was before.

    `day` is the day in whose hours it begins, which may last beyond midnight, else that of the calendar. `hay` are the
    words by which it is found.
    """

    session_id: int
    public_id: str
    kind: str
    title: BilingualText
    described: bool
    language: str
    starts_at: datetime
    ends_at: datetime
    day: date
    room: Room | None
    track: Strand | None
    people: tuple[Who, ...]
    off: bool
    off_at: datetime | None
    earlier: Earlier | None
    hay: str = field(repr=False)

    @property
    def names(self) -> str:
        """Who is on its stage."""
        return ", ".join(each.name for each in self.people)


@dataclass(frozen=True, slots=True)
class Programme:
    """All public sessions in the order of the days, called off or not; and which release they were changed by last."""

    sessions: tuple[Listed, ...]
    number: int
    released_at: datetime | None

    @property
    def rooms(self) -> list[Room]:
        """The rooms in which something takes place, in their order."""
        found = {each.room.id: each.room for each in self.sessions if each.room is not None}
        return sorted(found.values(), key=lambda room: (room.position, room.id))

    @property
    def tracks(self) -> list[Strand]:
        """The tracks to which something belongs, in their order."""
        found = {each.track.ref: each.track for each in self.sessions if each.track is not None}
        return sorted(found.values(), key=lambda track: (track.position, track.ref))

    @property
    def days(self) -> list[date]:
        """The days on which something takes place."""
        return sorted({each.day for each in self.sessions})


def of(event: Event) -> Programme:
    """The public programme of an event, in a constant number of questions; in one small one while it is kept."""
    return remembered_part(("programme", event.id), lambda: _of(event), topic=PROGRAMME)


def _of(event: Event) -> Programme:
    earlier = _earlier(event)
    hours = db.session.scalars(sa.select(ProgrammeDay).where(ProgrammeDay.event_id == event.id)).all()

    def day_of(at: datetime) -> date:
        known = next((each.day for each in hours if each.opens_at <= at < each.closes_at), None)
        return known or clock.in_zone(at, event.zone).date()

    sessions = tuple(
        _listed(each, day_of(each.starts_at), earlier.get(each.session.session_id))
        for each in queries.released(event, cancelled=True)
    )
    newest = db.session.execute(
        sa.select(Release.number, Release.released_at)
        .where(Release.event_id == event.id)
        .order_by(Release.number.desc())
        .limit(1)
    ).one_or_none()
    return Programme(sessions, newest.number if newest else 0, newest.released_at if newest else None)


def _earlier(event: Event) -> dict[int, Earlier]:
    """What stood in public before the newest change of time or room, by session's id."""
    rows = db.session.execute(
        sa.select(
            ReleasedSession.session_id,
            ReleasedSession.starts_at,
            ReleasedSession.location_id,
            ReleasedSession.state,
            Release.released_at,
        )
        .join(Release, Release.id == ReleasedSession.release_id)
        .where(ReleasedSession.event_id == event.id)
        .order_by(Release.number)
    ).all()
    rooms = {room.id: room.name for room in queries.rooms_of(event)}
    last: dict[int, tuple[datetime, int | None]] = {}
    found: dict[int, Earlier] = {}
    for session_id, starts_at, location_id, state, released_at in rows:
        was = last.get(session_id)
        if state == "withdrawn":
            last.pop(session_id, None)
            found.pop(session_id, None)
            continue
        if was is not None and was != (starts_at, location_id):
            found[session_id] = Earlier(was[0], rooms.get(was[1]) if was[1] is not None else None, released_at)
        last[session_id] = (starts_at, location_id)
    return found


def _listed(each: Released, day: date, earlier: Earlier | None) -> Listed:
    row = each.session
    room, track = row.location, row.track
    people = tuple(
        Who(one.public_id, one.name, part.role, one.function, one.company)
        for part in row.people
        for one in (part.participant,)
        if one.name
    )
    said = [row.title, row.subtitle, row.abstract, track.name if track else None, room.name if room else None]
    spoken = [word for text in said if text is not None for word in (text.de, text.en)]
    return Listed(
        session_id=row.session_id,
        public_id=row.public_id,
        kind=row.kind,
        title=row.title,
        described=bool(row.abstract),
        language=row.language,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        day=day,
        room=Room(room.id, room.public_id, room.name, room.position) if room else None,
        track=Strand(track.public_id, track.name, track.tint, track.position) if track else None,
        people=people,
        off=row.state != "live",
        off_at=row.cancelled_at,
        earlier=earlier,
        hay=words(" ".join([*spoken, *(f"{one.name} {one.company}" for one in people)])),
    )


def by_day(sessions: Iterable[Listed]) -> dict[date, list[Listed]]:
    """Sessions by their day."""
    days: dict[date, list[Listed]] = defaultdict(list)
    for each in sessions:
        days[each.day].append(each)
    return dict(sorted(days.items()))
