"""Makes an event's programme say what a schedule says, changing only what differs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeVar

import sqlalchemy as sa

from ... import audit, clock
from ...agenda.models import Location
from ...db import BilingualText, db
from ...events import services as events
from ...events.models import Event, Host, Participant
from ...events.services import rename
from .. import queries, services
from ..models import ProgrammeSession, Track
from ..services import Part, Time
from .reader import Person, Room, Schedule, Session

T = TypeVar("T", Location, Track)


@dataclass
class Report:
    """What an import did, by titles of sessions; false when nothing changed."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    unchanged: int = 0
    warnings: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.moved or self.cancelled or self.restored)

    @property
    def counts(self) -> dict[str, int]:
        """How many sessions met which fate."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "moved": len(self.moved),
            "cancelled": len(self.cancelled),
            "restored": len(self.restored),
            "unchanged": self.unchanged,
        }


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


def apply(event: Event, schedule: Schedule, *, tell: bool = False) -> Report:
    """Add, change, move and cancel sessions until the programme says what `schedule` says; the same again does nothing.

    What the file said before and says still is left as organisers have edited it since. Sessions that came from a file
    and are gone are cancelled. `tell` writes to speakers whose session moved or was cancelled.
    """
    report = Report(warnings=list(schedule.warnings))
    work = _Work(event, schedule, report, tell)
    for session in schedule.sessions:
        work.take(session)
    work.cancel_gone()
    if report:
        work.hold_anew()
        audit.record("programme.imported", event, event=event, after=report.counts)
        db.session.flush()
    return report


class _Work:
    def __init__(self, event: Event, schedule: Schedule, report: Report, tell: bool) -> None:
        self.event, self.schedule, self.report, self.tell = event, schedule, report, tell
        self.held = {each.external_ref: each for each in queries.sessions_of(event) if each.external_ref}
        self.rooms: dict[str, Location] = {}
        self.tracks: dict[str, Track] = {}
        self.people: dict[str, Participant] = {}
        held_rooms, held_tracks = queries.rooms_of(event), queries.tracks_of(event)
        for room in schedule.rooms:
            self.rooms[room.name] = _named(held_rooms, room.name, self._add_room(room))
        for name in schedule.tracks:
            self.tracks[name] = _named(held_tracks, name, self._add_track(name))

    def _add_room(self, room: Room) -> Callable[[], Location]:
        name = BilingualText(de=room.name, en=room.name)
        return lambda: services.add_room(self.event, name, capacity=room.capacity, external_ref=room.name[:200])

    def _add_track(self, name: str) -> Callable[[], Track]:
        return lambda: services.add_track(self.event, BilingualText(de=name, en=name))

    def take(self, said: Session) -> None:
        """Make one session say what the file says."""
        session = self.held.get(said.ref)
        if session is not None and session.imported_hash == said.digest:
            self.report.unchanged += 1
            return
        people = [Part(self.participant(person)) for person in said.people]
        when = Time(said.starts_at, said.ends_at, self.rooms[said.room])
        if session is None:
            services.add(
                self.event,
                title=_in(said.language, said.title),
                kind=said.kind,
                subtitle=_in(said.language, said.subtitle),
                abstract=_in(said.language, said.abstract),
                language=said.language,
                track=self.tracks.get(said.track),
                external_ref=said.ref,
                imported_hash=said.digest,
                people=people,
                time=when,
            )
            self.report.added.append(said.title)
            return
        self.change(session, said, people, when)

    def change(self, session: ProgrammeSession, said: Session, people: list[Part], when: Time) -> None:
        """Change a session that the file says something else of than before."""
        if session.cancelled_at is not None:
            if session.imported_hash is not None:
                self.report.warnings.append(f'{said.place}: "{said.title}" was cancelled here and stays so')
                self.report.unchanged += 1
                return
            services.restore(self.event, session, tell=self.tell)
            self.report.restored.append(said.title)
        track = self.tracks.get(said.track)
        held = {part.participant_id: part for part in queries.people_of(session)}
        kept = [
            Part(part.participant, held[part.participant.id].role, held[part.participant.id].set_up)
            if part.participant.id in held
            else part
            for part in people
        ]
        done = services.change(
            self.event,
            session,
            {
                "title": _in(said.language, said.title),
                "subtitle": _in(said.language, said.subtitle),
                "abstract": _in(said.language, said.abstract),
                "language": said.language,
                "kind": said.kind,
                "track_id": track.id if track else None,
                "imported_hash": said.digest,
            },
            people=kept,
            time=when,
            tell=self.tell,
        )
        (self.report.moved if done.moved else self.report.changed).append(said.title)

    def cancel_gone(self) -> None:
        """Cancel what came from a file before and is not in it any more; it comes back if the file has it again."""
        refs = {said.ref for said in self.schedule.sessions}
        for ref, session in self.held.items():
            if ref in refs or session.imported_hash is None:
                continue
            session.imported_hash = None
            if session.cancelled_at is None:
                services.cancel(self.event, session, tell=self.tell)
                self.report.cancelled.append(str(session.title))
        db.session.flush()

    def hold_anew(self) -> None:
        """Let talks take time that others have left meanwhile, and say who is taken by something else."""
        busy = services.hold_where_free(self.event)
        for participant, session in busy:
            if participant.external_ref not in self.schedule.double_booked:
                self.report.warnings.append(f'{participant.name} is taken already during "{session.title}"')

    def participant(self, person: Person) -> Participant:
        """The speaker of the event who came from a file under this id, named as the file names them now."""
        if person.ref in self.people:
            return self.people[person.ref]
        found = db.session.scalars(
            sa.select(Participant).where(
                Participant.event_id == self.event.id, Participant.external_ref == person.ref[:200]
            )
        ).one_or_none()
        if found is None:
            found = services.speaker(self.event, person.name, biography=person.biography, external_ref=person.ref[:200])
        else:
            if f"{found.given_name} {found.family_name}".strip() != person.name:
                given, _, family = person.name.rpartition(" ")
                rename(
                    found,
                    title="",
                    given_name=given,
                    family_name=family,
                    function=found.function,
                    company=found.company,
                )
            found.biography = person.biography or found.biography
        self.people[person.ref] = found
        return found


def _in(language: str, text: str) -> BilingualText:
    """A text in the one language of its session; others than German are kept as English."""
    if not text:
        return BilingualText()
    return BilingualText(de=text) if language == "de" else BilingualText(en=text)


def _named(held: Iterable[T], name: str, make: Callable[[], T]) -> T:
    """The room or track of this name, in either language, or a new one."""
    return next((each for each in held if name in (each.name.de, each.name.en)), None) or make()
