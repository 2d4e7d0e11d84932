"""What the public programme says, as plain values in one language: what both forms of the schedule are written from.

Ids are kept over every export: a session that came from a file has that file's guid, ours have one made of their
address; so do people. Cancelled sessions are left out, which is how apps learn of it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa

from ... import clock
from ...agenda.models import Location
from ...agenda.services import UID_DOMAIN
from ...consents import services as consents
from ...db import BilingualText, db
from ...events.models import Event, Participant
from ...i18n import _, bi, days_between, locale
from ...mail import letters
from ...text import clean, clean_lines, in_ascii
from .. import queries
from ..models import ProgrammeDay, ProgrammeSession, Release
from ..queries import Released

OPENS, CLOSES = time(8), time(20)
"""Hours of a day that has no hours of its own."""

_COLOURS = ("#2f5d8c", "#1f6f5c", "#7a4a8a", "#9a4b2f", "#5b6470")


class Said(Protocol):
    """A session's words, drafted or released."""

    title: BilingualText
    subtitle: BilingualText
    abstract: BilingualText
    language: str


@dataclass(frozen=True)
class Person:
    """Somebody on stage. `guid` is "" for one whom a file knows by number."""

    number: int
    guid: str
    name: str
    biography: str


@dataclass(frozen=True)
class Words:
    """A session's texts in one language, and the language in which it is held, or ""."""

    title: str
    subtitle: str
    abstract: str
    language: str


@dataclass(frozen=True)
class Talk:
    """A session: local times of the event's zone, plain texts. `recorded` is what all of its people have agreed to."""

    number: int
    guid: str
    slug: str
    url: str
    title: str
    subtitle: str
    abstract: str
    language: str
    kind: str
    track: str
    room: str
    starts_at: datetime
    ends_at: datetime
    people: tuple[Person, ...]
    recorded: bool

    @property
    def minutes(self) -> int:
        """Its length."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


@dataclass(frozen=True)
class Day:
    """A day with its hours, and the sessions that begin on it, by room."""

    number: int
    day: date
    opens_at: datetime
    closes_at: datetime
    rooms: dict[str, list[Talk]]


@dataclass(frozen=True)
class Room:
    """A room by its name."""

    name: str
    guid: str
    capacity: int | None


@dataclass(frozen=True)
class Exported:
    """The whole programme. `zone` is an IANA name, `acronym` fit for both schemas."""

    version: str
    language: str
    title: str
    acronym: str
    first_day: date
    last_day: date
    zone: str
    base_url: str
    url: str
    tracks: tuple[tuple[str, str], ...]
    rooms: tuple[Room, ...]
    days: tuple[Day, ...] = field(default=())


def of(event: Event) -> Exported:
    """The public programme of an event in the language in force."""
    zone = event.zone
    people, agreed = _Numbers(), consents.agreed(event, "recording")
    acronym = acronym_of(event.slug)
    by_day: dict[date, list[Talk]] = defaultdict(list)
    rooms: dict[str, Room] = {}
    tracks: dict[str, str] = {}
    released = queries.released(event)
    in_rooms = {each.room.id for each in released if each.room is not None}
    in_tracks = {each.session.track_id for each in released}
    for location in queries.rooms_of(event):
        if location.id in in_rooms:  # a room of the draft alone is not public yet, nor is a track
            _add_room(rooms, location)
    for track in queries.tracks_of(event):
        if track.id in in_tracks:
            tracks.setdefault(name_of(track.name), _COLOURS[(track.tint - 1) % len(_COLOURS)])
    for each in released:
        if each.room is not None:
            _add_room(rooms, each.room)
        talk = _talk(event, each, acronym, people, agreed)
        by_day[talk.starts_at.date()].append(talk)
    hours = {each.day: (each.opens_at, each.closes_at) for each in _days(event)}
    days = sorted({*by_day, *hours, *days_between(event.first_day, event.last_day)})
    return Exported(
        version=str(_version(event)),
        language=locale(),
        title=clean(bi(event.name)),
        acronym=acronym,
        first_day=days[0],
        last_day=days[-1],
        zone=zone,
        base_url=letters.url("events.show", event_slug=event.slug),
        url=letters.url("programme.index", event_slug=event.slug),
        tracks=tuple(tracks.items()),
        rooms=tuple(rooms.values()),
        days=tuple(
            _day(number, day, by_day[day], hours.get(day), tuple(rooms), zone) for number, day in enumerate(days, 1)
        ),
    )


def _talk(event: Event, each: Released, acronym: str, people: "_Numbers", agreed: frozenset[int]) -> Talk:
    """A public session in the language in force; `agreed` are those who may be recorded."""
    session, words = each.session, words_of(each.session)
    held = [part.participant for part in session.people if part.participant.erased_at is None]
    return Talk(
        number=session.session_id,
        guid=guid_of(event, session.session),
        slug=slug_of(acronym, session.session_id, words.title),
        url=url_of(event, session.session),
        title=words.title,
        subtitle=words.subtitle,
        abstract=words.abstract,
        language=words.language,
        kind=session.kind,
        track=name_of(session.track.name) if session.track is not None else "",
        room=name_of(each.room.name) if each.room is not None else no_room(),
        starts_at=clock.in_zone(each.starts_at, event.zone),
        ends_at=clock.in_zone(each.ends_at, event.zone),
        people=tuple(people.person(participant) for participant in held),
        recorded=bool(held) and all(participant.id in agreed for participant in held),
    )


def words_of(said: Said) -> Words:
    """The texts of a session in the language in force, as files hold them."""
    return Words(
        title=clean(bi(said.title)),
        subtitle=clean(bi(said.subtitle)),
        abstract=clean_lines(bi(said.abstract)),
        language=said.language if len(said.language) == 2 else "",
    )


# -- names and ids


def no_room() -> str:
    """One of `words.NO_ROOM`, in the language in force."""
    return _("No room")


def name_of(name: BilingualText) -> str:
    """The name of a room or track on one line."""
    return clean(bi(name))


def url_of(event: Event, session: ProgrammeSession) -> str:
    """The session's page."""
    return letters.url("programme.session", event_slug=event.slug, public_id=session.public_id)


def guid_of(event: Event, session: ProgrammeSession) -> str:
    """The guid under which apps know a session: that of the file it came from, else one of our own."""
    return uuid_in(session.external_ref) or own_guid("session", session.public_id)


def own_guid(kind: str, public_id: str) -> str:
    """A guid made of what never changes, whatever the site's address is one day: the thing's public id."""
    return str(uuid5(NAMESPACE_URL, f"https://{UID_DOMAIN}/{kind}/{public_id}"))


def ref_of(participant: Participant) -> str:
    """The id by which a file that we wrote names somebody."""
    ref = participant.external_ref or ""
    if _is_number(ref):
        return ref
    return uuid_in(ref) or own_guid("person", participant.public_id)


def uuid_in(ref: str | None) -> str:
    """The UUID that a foreign id is, or ""."""
    try:
        return str(UUID(ref or ""))
    except ValueError:
        return ""


def _is_number(ref: str) -> bool:
    return re.fullmatch("[1-9][0-9]{0,17}", ref) is not None


class _Numbers:
    """Numbers of people within one file: a foreign one where there is one, else ours, no two alike."""

    def __init__(self) -> None:
        self.taken: dict[int, int] = {}
        self.known: dict[int, Person] = {}

    def person(self, participant: Participant) -> Person:
        if participant.id not in self.known:
            ref = ref_of(participant)
            number = int(ref) if _is_number(ref) else participant.id
            while self.taken.setdefault(number, participant.id) != participant.id and not _is_number(ref):
                number += 1_000_000
            guid, name = "" if _is_number(ref) else ref, clean(participant.name)
            self.known[participant.id] = Person(number, guid, name, clean_lines(participant.biography))
        return self.known[participant.id]


def has_city(zone: str) -> bool:
    """Whether the JSON schema takes the zone's name: an area with a city, or UTC."""
    return re.match("[A-Z][a-z]+/[A-Z][a-z]+|UTC$", zone) is not None


def acronym_of(slug: str) -> str:
    """The event's short name as both schemas allow it: small letters, digits and underscores, at least four."""
    short = re.sub("[^a-z0-9]", "_", slug.lower())
    return short if len(short) >= 4 else f"{short}_event"


def slug_of(acronym: str, number: int, title: str) -> str:
    """A name for a session's files, no two alike."""
    words = re.sub("[^a-z0-9]+", "-", in_ascii(title).lower()).strip("-")[:60].strip("-")
    return f"{acronym}-{number}-{words if len(words) >= 4 else f'{words}-session'.strip('-')}"


# -- steps


def _add_room(rooms: dict[str, Room], location: Location) -> None:
    name = name_of(location.name)
    rooms.setdefault(name, Room(name, own_guid("room", location.public_id), location.capacity))


def _day(
    number: int,
    day: date,
    talks: list[Talk],
    hours: tuple[datetime, datetime] | None,
    order: Sequence[str],
    zone: str,
) -> Day:
    opens_at, closes_at = hours or tuple(clock.from_zone(datetime.combine(day, at), zone) for at in (OPENS, CLOSES))
    opens_at = min([opens_at, *(talk.starts_at for talk in talks)])
    closes_at = max([closes_at, opens_at + timedelta(minutes=1), *(talk.ends_at for talk in talks)])
    rooms: dict[str, list[Talk]] = {}
    for name in (*order, no_room()):
        held = [talk for talk in talks if talk.room == name]
        if held:
            rooms[name] = held
    return Day(number, day, clock.in_zone(opens_at, zone), clock.in_zone(closes_at, zone), rooms)


def _days(event: Event) -> Iterable[ProgrammeDay]:
    return db.session.scalars(
        sa.select(ProgrammeDay).where(ProgrammeDay.event_id == event.id).order_by(ProgrammeDay.day)
    )


def _version(event: Event) -> int:
    """The number of the newest release, from 1."""
    return db.session.scalar(sa.select(sa.func.max(Release.number)).where(Release.event_id == event.id)) or 1
