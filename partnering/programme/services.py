"""What can happen to the programme: sessions are added, changed, released, moved, cancelled, chosen.

A session's appointment is its time in public; each speaker has an entry of it in their agenda. What calendars show of
a session raises SEQUENCE by one in the deed that changes it, however much the deed changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..accounts.models import Person
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry, Location
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event, Participant
from ..events.services import participant_for, rename
from ..i18n import _l
from ..registration import workshop_mails, workshop_times
from ..text import clean
from . import mails, queries
from .models import Bookmark, ProgrammeSession, SessionPerson, Track

TEXTS = ("title", "subtitle", "abstract", "kind", "language", "capacity", "track_id", "external_ref", "imported_hash")
TINTS = 5


class RoomTaken(DomainError):
    """An exclusive room is taken at that time."""

    message = _l("The room is taken at this time.")


class NoTime(DomainError):
    """A session that ends before it begins, or with no length."""

    message = _l("The session ends before it begins.")
    status = 422


class IsCancelled(DomainError):
    """A cancelled session is not changed; it is brought back first."""

    message = _l("This session is cancelled.")


class EventCalledOff(DomainError):
    """No session of an event that was called off takes place."""

    message = _l("The whole conference was called off.")


@dataclass(frozen=True)
class Part:
    """Somebody's part in a session: "speaker", "chair" or "panellist", and how many minutes before it are theirs."""

    participant: Participant
    role: str = "speaker"
    set_up: int = 0


@dataclass(frozen=True)
class Time:
    """When and where a session is: aware times, and a room if it has one."""

    starts_at: datetime
    ends_at: datetime
    room: Location | None = None


@dataclass
class Change:
    """What a deed changed; false when nothing. `busy` are people whose time is taken by something else already.

    `clashing` are those among whoever has booked the session; they decide themselves.
    """

    fields: list[str] = field(default_factory=list)
    moved: bool = False
    people: bool = False
    busy: list[Participant] = field(default_factory=list)
    clashing: list[Participant] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fields or self.moved or self.people)


# -- rooms and tracks


def add_room(
    event: Event,
    name: BilingualText,
    *,
    capacity: int | None = None,
    external_ref: str | None = None,
    exclusive: bool = False,
) -> Location:
    """A room of the event, after those it has."""
    last = db.session.scalar(
        sa.select(sa.func.max(Location.position)).where(Location.event_id == event.id, Location.kind == "room")
    )
    room = Location(
        event_id=event.id,
        kind="room",
        name=name,
        capacity=capacity,
        external_ref=external_ref,
        exclusive=exclusive,
        position=(last or 0) + 1,
    )
    db.session.add(room)
    db.session.flush()
    audit.record("programme.room_added", room, event=event, after={"name": name})
    return room


def change_room(event: Event, room: Location, name: BilingualText, capacity: int | None) -> bool:
    """Give a room another name or capacity; True when something changed."""
    return _set(event, room, "programme.room_changed", {"name": name, "capacity": capacity})


def add_track(event: Event, name: BilingualText, tint: int | None = None) -> Track:
    """A track of the event, in the next of five tints unless one is named."""
    count = db.session.scalar(sa.select(sa.func.count()).where(Track.event_id == event.id)) or 0
    track = Track(event_id=event.id, name=name, tint=tint or count % TINTS + 1, position=count + 1)
    db.session.add(track)
    db.session.flush()
    audit.record("programme.track_added", track, event=event, after={"name": name})
    return track


def change_track(event: Event, track: Track, name: BilingualText, tint: int) -> bool:
    """Give a track another name or tint; True when something changed."""
    return _set(event, track, "programme.track_changed", {"name": name, "tint": tint})


def _set(event: Event, thing: Any, action: str, values: dict[str, Any]) -> bool:
    before = {name: getattr(thing, name) for name in values}
    if before == values:
        return False
    for name, value in values.items():
        setattr(thing, name, value)
    db.session.flush()
    audit.record(action, thing, event=event, before=before, after=values)
    return True


# -- people


def speaker(
    event: Event,
    name: str,
    *,
    person: Person | None = None,
    company: str = "",
    biography: str = "",
    external_ref: str | None = None,
    locale: str = "de",
) -> Participant:
    """Somebody new who speaks; without a `person` known by name only, who gets no letters and cannot sign in.

    The last word of `name` counts as the family name.
    """
    given, _, family = clean(name).rpartition(" ")
    if person is not None:
        return participant_for(event, person, given_name=given, family_name=family, company=company, locale=locale)
    participant = Participant(event_id=event.id, external_ref=external_ref, locale=locale, created_at=clock.now())
    rename(participant, title="", given_name=given, family_name=family, function="", company=company)
    participant.biography = biography
    db.session.add(participant)
    db.session.flush()
    return participant


# -- sessions


def add(
    event: Event,
    *,
    title: BilingualText,
    kind: str = "talk",
    subtitle: BilingualText | None = None,
    abstract: BilingualText | None = None,
    language: str = "",
    track: Track | None = None,
    capacity: int | None = None,
    external_ref: str | None = None,
    imported_hash: str | None = None,
    people: Sequence[Part] = (),
    time: Time | None = None,
) -> tuple[ProgrammeSession, list[Participant]]:
    """A new session, and those of its people whose time is taken already. Without `time` it is not public yet.

    Raises `NoTime`, or `RoomTaken`.
    """
    session = ProgrammeSession(
        event_id=event.id,
        title=title,
        kind=kind,
        subtitle=subtitle or BilingualText(),
        abstract=abstract or BilingualText(),
        language=language,
        track_id=track.id if track else None,
        capacity=capacity,
        external_ref=external_ref,
        imported_hash=imported_hash,
        updated_at=clock.now(),
    )
    db.session.add(session)
    db.session.flush()
    _set_people(session, people)
    audit.record("programme.session_added", session, event=event, after={"title": title, "kind": kind})
    busy = release(event, session, time) if time is not None else []
    return session, busy


def release(event: Event, session: ProgrammeSession, time: Time) -> list[Participant]:
    """Give a session its public time and put it into its people's agendas; who of them is taken already.

    Raises `NoTime`, or `RoomTaken`.
    """
    _require_length(time)
    try:
        appointment = agenda.appoint(event, "session", time.starts_at, time.ends_at, time.room)
    except agenda.PlaceTaken:
        raise RoomTaken from None
    session.appointment = appointment
    session.updated_at = clock.now()
    db.session.flush()
    audit.record("programme.session_released", session, event=event, after=_plain(time))
    return _bring(session, list(queries.people_of(session)))


def change(
    event: Event,
    session: ProgrammeSession,
    values: Mapping[str, Any] | None = None,
    *,
    people: Sequence[Part] | None = None,
    time: Time | None = None,
    tell: bool = False,
) -> Change:
    """Set texts (names of columns), people and time; what is None stays. SEQUENCE rises by one if calendars show it.

    `tell` writes to the people of a released session that moved or lost them. Raises `NoTime`, `RoomTaken`,
    `IsCancelled`.
    """
    if session.cancelled_at is not None:
        raise IsCancelled
    done = Change()
    was = mails.shown(session)
    booked = workshop_mails.shown(session.appointment) if session.appointment is not None else {}
    _change_texts(event, session, values or {}, done)
    left: list[AgendaEntry] = []
    before = {part.participant_id: part for part in queries.people_of(session)}
    if people is not None and _differ(before, people):
        done.people = True
        left = _leave(session, before.keys() - {part.participant.id for part in people})
        _set_people(session, people)
        audit.record(
            "programme.session_people",
            session,
            event=event,
            before={"people": [part.participant.public_id for part in before.values()]},
            after={"people": [part.participant.public_id for part in people]},
        )
    if time is not None and session.appointment is None:
        done.moved = True
        done.busy = release(event, session, time)
    elif session.appointment is not None:
        _change_calendar(event, session, time, done)
    if done:
        session.updated_at = clock.now()
    db.session.flush()
    if tell and (done.moved or left):
        mails.session_changed(session, was, left)
        if booked and done.moved and session.appointment is not None:
            workshop_times.tell_moved(session.appointment, booked)
    return done


def _change_texts(event: Event, session: ProgrammeSession, values: Mapping[str, Any], done: Change) -> None:
    changes = {
        name: (getattr(session, name), value)
        for name, value in values.items()
        if name in TEXTS and getattr(session, name) != value
    }
    for name, (_before, after) in changes.items():
        setattr(session, name, after)
    if changes:
        done.fields = sorted(changes)
        audit.record(
            "programme.session_changed",
            session,
            event=event,
            before={name: before for name, (before, _after) in changes.items()},
            after={name: after for name, (_before, after) in changes.items()},
        )


def _change_calendar(event: Event, session: ProgrammeSession, time: Time | None, done: Change) -> None:
    """Move a released session, or tell its calendars that its people changed; one rise for both."""
    appointment = session.appointment
    assert appointment is not None  # the caller looked
    was = Time(appointment.starts_at, appointment.ends_at, appointment.location)
    if time is not None and _moves(was, time):
        _require_length(time)
        for entry in agenda.live_entries(appointment):
            entry.blocks = False  # taken anew below, as far as it is free
        try:
            agenda.move(appointment, time.starts_at, time.ends_at, time.room)
        except agenda.PlaceTaken:
            raise RoomTaken from None
        db.session.expire(appointment, ["location"])
        done.moved = True
        audit.record("programme.session_moved", session, event=event, before=_plain(was), after=_plain(time))
    elif done.people:
        agenda.touch(appointment)
    if done.moved or done.people:
        done.busy = _bring(session, queries.people_of(session))
    if done.moved:
        done.clashing = workshop_times.hold_again(appointment)


def cancel(event: Event, session: ProgrammeSession, *, tell: bool = False) -> None:
    """Call a session off: it stays on the pages, marked, and leaves calendars. `tell` writes to its people."""
    if session.cancelled_at is not None:
        return
    session.cancelled_at = session.updated_at = clock.now()
    if session.appointment is not None:
        entries = agenda.cancel(session.appointment)
        if tell:
            mails.session_cancelled(session, entries)
            workshop_times.tell_gone(entries, workshop_mails.CALLED_OFF)
    db.session.flush()
    audit.record("programme.session_cancelled", session, event=event)


def restore(event: Event, session: ProgrammeSession, *, tell: bool = False) -> list[Participant]:
    """Bring a cancelled session back with its people, those who booked and those who chose it; who of its people is
    taken meanwhile. Who has booked is told, clash included; `tell` writes to its people. Raises `EventCalledOff`,
    `RoomTaken`.
    """
    if session.cancelled_at is None:
        return []
    if event.state == "cancelled":
        raise EventCalledOff
    session.cancelled_at = None
    session.updated_at = clock.now()
    audit.record("programme.session_restored", session, event=event)
    if session.appointment is None:
        return []
    try:
        agenda.revive(session.appointment)
    except agenda.PlaceTaken:
        raise RoomTaken from None
    busy = _bring(session, queries.people_of(session))
    workshop_times.bring_back(session.appointment)
    for chosen in db.session.scalars(
        sa.select(Participant)
        .join(Bookmark, Bookmark.participant_id == Participant.id)
        .where(Bookmark.session_id == session.id)
        .order_by(Participant.id)
    ):
        agenda.attend(session.appointment, chosen, "bookmark", blocks=False)
    if tell:
        mails.session_restored(session)
    return busy


def hold_where_free(event: Event) -> list[tuple[Participant, ProgrammeSession]]:
    """Let sessions take the time of people that was taken when they were released; who is taken still, by session."""
    rows = db.session.execute(
        sa.select(AgendaEntry, ProgrammeSession)
        .join(ProgrammeSession, ProgrammeSession.appointment_id == AgendaEntry.appointment_id)
        .where(
            AgendaEntry.event_id == event.id,
            AgendaEntry.state == "live",
            AgendaEntry.role.in_(("speaker", "chair")),
            AgendaEntry.blocks.is_(False),
        )
        .order_by(AgendaEntry.participant_id, AgendaEntry.id)
    ).all()
    return [(entry.participant, session) for entry, session in rows if not agenda.hold_time(entry)]


# -- choosing


def bookmark(session: ProgrammeSession, participant: Participant) -> None:
    """Put a session into a participant's schedule, blocking nothing; for its speakers, or a second time, nothing."""
    if session.cancelled_at is not None or session.appointment is None:
        raise IsCancelled
    held = queries.bookmark_of(session, participant)
    speaks = any(part.participant_id == participant.id for part in queries.people_of(session))
    if held is not None or speaks:
        return
    db.session.add(
        Bookmark(
            event_id=session.event_id,
            session_id=session.id,
            participant_id=participant.id,
            created_at=clock.now(),
        )
    )
    agenda.attend(session.appointment, participant, "bookmark", blocks=False)
    db.session.flush()


def forget(session: ProgrammeSession, participant: Participant) -> None:
    """Take a session that a participant chose out of their schedule."""
    held = queries.bookmark_of(session, participant)
    if held is None:
        return
    db.session.delete(held)
    if session.appointment is not None:
        entry = agenda.entry_of(session.appointment, participant)
        if entry is not None and entry.role == "bookmark":
            agenda.leave(entry)
    db.session.flush()


# -- steps


def _bring(session: ProgrammeSession, people: Iterable[SessionPerson]) -> list[Participant]:
    """Put a released session into its people's agendas, with the set-up before it; who had something else then."""
    appointment = session.appointment
    assert appointment is not None  # released
    busy = []
    for part in sorted(people, key=lambda part: part.participant_id):
        role = "chair" if part.role == "chair" else "speaker"
        entry = agenda.attend(appointment, part.participant, role, blocks=False)
        if entry.role != role:
            chosen = queries.bookmark_of(session, part.participant)
            if chosen is not None:
                db.session.delete(chosen)
            entry.role = role
        if agenda.win_time(entry, part.set_up) or not entry.blocks:
            busy.append(part.participant)
    db.session.flush()
    return busy


def _leave(session: ProgrammeSession, participant_ids: Iterable[int]) -> list[AgendaEntry]:
    """Take a session out of the agendas of those who no longer speak in it."""
    if session.appointment is None:
        return []
    wanted = set(participant_ids)
    entries = [entry for entry in agenda.live_entries(session.appointment) if entry.participant_id in wanted]
    for entry in entries:
        agenda.leave(entry)
    return entries


def _set_people(session: ProgrammeSession, people: Sequence[Part]) -> None:
    held = {part.participant_id: part for part in queries.people_of(session)}
    for position, part in enumerate(people):
        row = held.pop(part.participant.id, None)
        if row is None:
            row = SessionPerson(event_id=session.event_id, session_id=session.id, participant_id=part.participant.id)
            db.session.add(row)
        row.role, row.set_up, row.position = part.role, part.set_up, position
    for row in held.values():
        db.session.delete(row)
    db.session.flush()
    db.session.expire(session, ["people"])


def _differ(before: Mapping[int, SessionPerson], people: Sequence[Part]) -> bool:
    held = [(part.participant_id, part.role, part.set_up) for part in before.values()]
    return held != [(part.participant.id, part.role, part.set_up) for part in people]


def _moves(was: Time, time: Time) -> bool:
    return (was.starts_at, was.ends_at, was.room and was.room.id) != (
        time.starts_at,
        time.ends_at,
        time.room and time.room.id,
    )


def _require_length(time: Time) -> None:
    if time.ends_at <= time.starts_at:
        raise NoTime


def _plain(time: Time) -> dict[str, Any]:
    return {
        "starts_at": time.starts_at,
        "ends_at": time.ends_at,
        "room": time.room.public_id if time.room else None,
    }
