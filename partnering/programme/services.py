"""What can happen to the programme: sessions are added, changed, released, moved, cancelled, chosen.

A session's appointment is its time in public; each speaker has an entry of it in their agenda. What calendars show of
a session raises SEQUENCE by one in the deed that changes it, however much the deed changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry
from ..db import BilingualText, db
from ..events.models import Event, Participant
from ..registration import workshop_mails, workshop_times
from . import mails, queries
from .choosing import bookmark, forget
from .facts import Change, EventCalledOff, IsCancelled, NoTime, Part, RoomTaken, Time
from .models import Bookmark, ProgrammeSession, SessionPerson, Track
from .naming import speaker
from .rooms import add_room, add_track, change_room, change_track

__all__ = [
    "Change",
    "EventCalledOff",
    "IsCancelled",
    "NoTime",
    "Part",
    "RoomTaken",
    "Time",
    "add",
    "add_room",
    "add_track",
    "bookmark",
    "cancel",
    "change",
    "change_room",
    "change_track",
    "forget",
    "hold_where_free",
    "release",
    "restore",
    "speaker",
]

TEXTS = ("title", "subtitle", "abstract", "kind", "language", "capacity", "track_id", "external_ref", "imported_hash")


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

    `tell` writes to the people of a released session that moved or has other people. Raises `NoTime`, `RoomTaken`,
    `IsCancelled`.
    """
    if session.cancelled_at is not None:
        raise IsCancelled
    done = Change()
    was = mails.shown(session)
    booked = workshop_mails.shown(session.appointment) if session.appointment is not None else {}
    _change_texts(event, session, values or {}, done)
    left: list[AgendaEntry] = []
    recast = False
    before = {part.participant_id: part for part in queries.people_of(session)}
    if people is not None and _differ(before, people):
        done.people = True
        recast = _cast(before.values()) != {(part.participant.id, part.role) for part in people}
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
        _change_calendar(event, session, time, done, recast=recast)
    if done:
        session.updated_at = clock.now()
    db.session.flush()
    if tell and session.appointment is not None and (done.moved or recast):
        mails.session_changed(session, was, left)
        if booked and done.moved:
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


def _change_calendar(event: Event, session: ProgrammeSession, time: Time | None, done: Change, *, recast: bool) -> None:
    """Move a released session, or tell its calendars that it is `recast`: one rise for both, none for a set-up."""
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
    elif recast:
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


def _cast(people: Iterable[SessionPerson]) -> set[tuple[int, str]]:
    """Who takes part as what."""
    return {(part.participant_id, part.role) for part in people}


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
