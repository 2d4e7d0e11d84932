"""Makes an event's programme say what a schedule says, changing only what differs.

What is to be done is worked out first and changes nothing (`plan`); `apply` works it out and does it. Sessions are
known again by the id of the file they came from, our own by the guid that our export gives them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from ... import audit, clock
from ...agenda.models import Location
from ...db import BilingualText, db
from ...events import services as events
from ...events.models import Event, Host, Participant
from ...events.services import rename
from ...i18n import _, bi, speaking
from ...text import clean
from .. import drafting, queries, release_letters, releasing, services
from ..exporting import plain
from ..facts import KEEP
from ..models import ProgrammeSession, SessionPerson, Track
from ..services import Part, Time
from .reader import Person, Room, Schedule, Session

T = TypeVar("T", Location, Track)

COLUMNS = ("title", "subtitle", "abstract", "kind", "language")
PLACING = {"time", "room"}
FATES = ("added", "changed", "moved", "cancelled", "restored")


@dataclass(frozen=True)
class Step:
    """What becomes of one session: its fate, its title, and the names of what differs."""

    fate: str
    title: str
    differs: tuple[str, ...] = ()


@dataclass
class Report:
    """What an import did, or would do; false when nothing changes. `rooms` and `tracks` are those that are new."""

    steps: list[Step] = field(default_factory=list)
    unchanged: int = 0
    rooms: list[str] = field(default_factory=list)
    tracks: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.steps)

    def of(self, fate: str) -> list[str]:
        """The titles of the sessions that meet a fate."""
        return [step.title for step in self.steps if step.fate == fate]

    @property
    def counts(self) -> dict[str, int]:
        """How many sessions meet which fate."""
        return {fate: len(self.of(fate)) for fate in FATES} | {"unchanged": self.unchanged}

    @property
    def digest(self) -> str:
        """Another one as soon as something else would be done."""
        return hashlib.sha256(repr((self.steps, self.rooms, self.tracks)).encode()).hexdigest()[:32]


def make_event(host: Host, slug: str, schedule: Schedule, zone: str) -> Event:
    """A published event with the title and the days of a schedule. It has no legal texts yet.

    Raises `events.services.SlugTaken`.
    """
    first = min(schedule.first_day, clock.in_zone(schedule.opens_at, zone).date())
    last = max(schedule.last_day, clock.in_zone(schedule.closes_at, zone).date())
    languages = {each.language for each in schedule.sessions} & {"de", "en"}
    return events.create(
        host,
        {
            "slug": slug,
            "name": BilingualText(de=schedule.title, en=schedule.title),
            "first_day": first,
            "last_day": last,
            "opens_at": min(schedule.opens_at, _midnight(first + timedelta(days=1), zone)),
            "closes_at": max(schedule.closes_at, schedule.opens_at + timedelta(minutes=5)),
            "zone": zone,
            "languages": languages.pop() if len(languages) == 1 else "de,en",
            "state": "published",
        },
    )


def _midnight(day: date, zone: str) -> datetime:
    return clock.from_zone(datetime.combine(day, time(0)), zone)


def plan(event: Event, schedule: Schedule) -> Report:
    """What `apply` would do now; nothing is written."""
    return _Work(event, schedule).report


def apply(event: Event, schedule: Schedule, *, release: bool = True, tell: bool = False) -> Report:
    """Add, change, move and cancel sessions until the programme says what `schedule` says; the same again does nothing.

    Everybody sees that at once, or, without `release`, only the draft does.

    What the file said before and says still is left as organisers have edited it since. Sessions that came from a file
    and are gone are cancelled. `tell` writes to speakers whose session moved or was cancelled.
    """
    work = _Work(event, schedule)
    if work.report:
        work.write()
        if release:
            work.release(tell)
        audit.record("programme.imported", event, event=event, after=work.report.counts)
        db.session.flush()
    return work.report


@dataclass
class _Deed:
    """What is to be done with one session, and everything that this takes."""

    step: Step
    said: Session | None = None
    session: ProgrammeSession | None = None
    values: dict[str, Any] = field(default_factory=dict)


class _Work:
    def __init__(self, event: Event, schedule: Schedule) -> None:
        self.event, self.schedule = event, schedule
        self.report = Report(warnings=list(schedule.warnings))
        sessions = queries.sessions_of(event)
        self.held = {plain.guid_of(event, each): each for each in sessions}
        self.held |= {each.external_ref: each for each in sessions if each.external_ref}
        self.touched: set[int] = set()
        self.rooms: dict[str, Location | None] = {"": None}
        self.tracks: dict[str, Track | None] = {"": None}
        self.people = self._known_people()
        held_rooms, held_tracks = queries.rooms_of(event), queries.tracks_of(event)
        for room in schedule.rooms:
            self.rooms[room.name] = _named(held_rooms, room.name)
        for name in schedule.tracks:
            self.tracks[name] = _named(held_tracks, name)
        self.report.rooms = [name for name, room in self.rooms.items() if name and room is None]
        self.report.tracks = [name for name, track in self.tracks.items() if name and track is None]
        self.deeds: list[_Deed] = []
        for said in schedule.sessions:
            self.deeds += self._compare(said)
        self._compare_gone(sessions)
        self.report.steps = [deed.step for deed in self.deeds]

    def _known_people(self) -> dict[str, Participant]:
        """The event's people by the ids under which a file may name them."""
        rows = db.session.scalars(
            sa.select(Participant).where(
                Participant.event_id == self.event.id,
                sa.or_(
                    Participant.external_ref.is_not(None),
                    Participant.id.in_(
                        sa.select(SessionPerson.participant_id).where(SessionPerson.event_id == self.event.id)
                    ),
                ),
                Participant.erased_at.is_(None),
            )
        ).all()
        known = {plain.ref_of(each): each for each in rows}
        return known | {each.external_ref: each for each in rows if each.external_ref}

    # -- what differs

    def _compare(self, said: Session) -> list[_Deed]:
        session = self.held.get(said.ref)
        if session is None:
            return [_Deed(Step("added", said.title), said)]
        if session.imported_hash == said.digest:
            self.report.unchanged += 1
            return []
        came_back = session.cancelled_at is not None and session.external_ref is not None and not session.imported_hash
        if session.cancelled_at is not None and not came_back:
            stays = _("“%(title)s” was cancelled here and stays so.", title=said.title)
            self.report.warnings.append(f"{said.place}: {stays}")
            self.report.unchanged += 1
            return []
        values = self._differences(session, said)
        if not values and not came_back:
            self.report.unchanged += 1
            return []
        fate = "restored" if came_back else "moved" if values.keys() & PLACING else "changed"
        return [_Deed(Step(fate, said.title, tuple(values)), said, session, values)]

    def _differences(self, session: ProgrammeSession, said: Session) -> dict[str, Any]:
        """What the file says otherwise than we do, by name; texts in the file's language."""
        language = self.schedule.language or ("de" if said.language == "de" else "en")
        starts_at, ends_at, room = session.starts_at, session.ends_at, session.room
        with speaking(language):
            ours = plain.words_of(session)
        found: dict[str, Any] = {}
        for name in ("title", "subtitle", "abstract"):
            if getattr(ours, name) != getattr(said, name):
                found[name] = self._text(session, getattr(session, name), language, getattr(said, name))
        if session.kind != said.kind:
            found["kind"] = said.kind
        if ours.language != said.language:
            found["language"] = said.language
        if not _is_called(session.track, said.track):
            found["track"] = said.track
        if (starts_at, ends_at) != (said.starts_at, said.ends_at):
            found["time"] = (said.starts_at, said.ends_at)
        if not _is_called(room, said.room):
            found["room"] = said.room
        held = [part.participant for part in session.people if part.participant.erased_at is None]
        named = [self.people.get(person.ref) for person in said.people]
        if held != named:
            found["people"] = said.people
        renamed = [
            person
            for person, mine in zip(said.people, named, strict=True)
            if mine is not None and _renames(mine, person)
        ]
        if renamed:
            found["names"] = renamed
        return found

    def _text(self, session: ProgrammeSession, held: BilingualText, language: str, text: str) -> BilingualText:
        """A text with another wording in one language; the other stays, unless it came from the file, too."""
        other = held.en if language == "de" else held.de
        own = getattr(held, language)
        if session.imported_hash is not None and not self.schedule.language and not own and other:
            return _in(language, text)
        return replace(held, **{language: text})

    def _compare_gone(self, sessions: Iterable[ProgrammeSession]) -> None:
        """Cancel what came from a file before and is not in it any more; it comes back if the file has it again."""
        seen = {session.id for said in self.schedule.sessions if (session := self.held.get(said.ref)) is not None}
        for session in sessions:
            if session.id in seen or session.external_ref is None or session.imported_hash is None:
                continue
            if session.cancelled_at is None:
                self.deeds.append(_Deed(Step("cancelled", str(session.title)), session=session))

    # -- what is done

    def write(self) -> None:
        """Do what was worked out, in the draft."""
        for room in self.schedule.rooms:
            if self.rooms[room.name] is None:
                self.rooms[room.name] = self._add_room(room)
        for name in self.report.tracks:
            self.tracks[name] = services.add_track(self.event, BilingualText(de=name, en=name))
        for deed in self.deeds:
            if deed.said is None and deed.session is not None:
                deed.session.imported_hash = None
                drafting.call_off(deed.session)
                self.touched.add(deed.session.id)
            elif deed.said is not None and deed.session is None:
                self._add(deed.said)
            elif deed.said is not None and deed.session is not None:
                self._change(deed.session, deed.said, deed.values)

    def _add_room(self, room: Room) -> Location:
        name = BilingualText(de=room.name, en=room.name)
        return services.add_room(self.event, name, capacity=room.capacity, external_ref=room.name[:200])

    def _add(self, said: Session) -> None:
        track = self.tracks[said.track]
        language = self.schedule.language or said.language
        session = drafting.draft(
            self.event,
            title=_in(language, said.title),
            kind=said.kind,
            subtitle=_in(language, said.subtitle),
            abstract=_in(language, said.abstract),
            language=said.language,
            track=track,
            external_ref=said.ref,
            imported_hash=said.digest,
            people=[Part(self._participant(person)) for person in said.people],
            time=Time(said.starts_at, said.ends_at, self.rooms[said.room]),
        )
        self.touched.add(session.id)

    def release(self, tell: bool) -> None:
        """Make public what the file has changed, as one version; other drafts wait."""
        try:
            done = releasing.release(self.event, only=self.touched, letters=tell)
        except services.NothingToRelease:
            return
        if tell:
            release_letters.send(self.event, release_letters.of_release(done.release))
        self._hold_anew()

    def _change(self, session: ProgrammeSession, said: Session, values: Mapping[str, Any]) -> None:
        if session.cancelled_at is not None:
            drafting.take_back(session)
        columns = {name: values[name] for name in COLUMNS if name in values}
        if "track" in values:
            track = self.tracks[said.track]
            columns["track_id"] = track.id if track is not None else None
        for person in values.get("names", ()):
            self._participant(person)
        self.touched.add(session.id)
        drafting.edit(
            session,
            {**columns, "imported_hash": said.digest},
            people=self._parts(session, said.people) if "people" in values else None,
            time=Time(said.starts_at, said.ends_at, self.rooms[said.room]) if PLACING & values.keys() else KEEP,
        )

    def _parts(self, session: ProgrammeSession, people: Iterable[Person]) -> list[Part]:
        """Who is in a session by the file, each in the role they have here; those who were erased stay."""
        held = {part.participant_id: part for part in queries.people_of(session)}
        named = [self._participant(person) for person in people]
        named += [part.participant for part in held.values() if part.participant.erased_at is not None]
        return [
            Part(each, held[each.id].role, held[each.id].set_up) if each.id in held else Part(each) for each in named
        ]

    def _hold_anew(self) -> None:
        """Let talks take time that others have left meanwhile, and say who is taken by something else."""
        for participant, session in services.hold_where_free(self.event):
            if participant.external_ref not in self.schedule.double_booked:
                sentence = _(
                    "%(name)s is taken already during “%(title)s”.", name=participant.name, title=bi(session.title)
                )
                self.report.warnings.append(sentence)

    def _participant(self, person: Person) -> Participant:
        """Who is meant: somebody known, named as the file they came from names them now, or somebody new."""
        found = self.people.get(person.ref)
        if found is None:
            found = services.speaker(self.event, person.name, biography=person.biography, external_ref=person.ref[:200])
            self.people[person.ref] = found
        elif _renames(found, person):
            if person.name not in _names(found):
                given, _space, family = person.name.rpartition(" ")
                function, company = found.function, found.company
                rename(found, title="", given_name=given, family_name=family, function=function, company=company)
            found.biography = person.biography or found.biography
        return found


def _renames(held: Participant, person: Person) -> bool:
    """Whether a file calls somebody otherwise, or says something else of them; only of those who came from a file."""
    if held.external_ref is None or held.person_id is not None:
        return False
    return person.name not in _names(held) or person.biography not in ("", held.biography)


def _names(participant: Participant) -> tuple[str, str]:
    """How somebody is called, with their title and without."""
    return clean(participant.name), clean(f"{participant.given_name} {participant.family_name}")


def _is_called(thing: Location | Track | None, name: str) -> bool:
    """Whether a room or track has this name in either language; "" is none."""
    if thing is None:
        return not name
    return name in (clean(thing.name.de), clean(thing.name.en)) and bool(name)


def _in(language: str, text: str) -> BilingualText:
    """A text in one language; others than German are kept as English."""
    if not text:
        return BilingualText()
    return BilingualText(de=text) if language == "de" else BilingualText(en=text)


def _named(held: Iterable[T], name: str) -> T | None:
    """The room or track of this name, in either language."""
    return next((each for each in held if _is_called(each, name)), None)
