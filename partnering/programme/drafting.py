"""What can happen to the draft of the programme: nobody but its organisers sees it before it is released.

No deed here touches an appointment, an agenda or a letter. Two sessions in one room, or somebody in two places, are
warnings of the draft and never errors.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .. import audit, clock
from ..agenda.models import Location
from ..db import BilingualText, db
from ..events.models import Event
from . import queries
from .facts import KEEP, Change, EventCalledOff, InUse, IsCancelled, Keep, NoTime, Part, Stale, Time, WasReleased
from .models import ProgrammeSession, ProgrammeSettings, ReleasedSession, SessionNeeds, SessionPerson, Track

SHOWN = ("title", "subtitle", "abstract", "kind", "language", "capacity", "track_id")
TEXTS = (*SHOWN, "external_ref", "imported_hash", "note")
MINUTES = 45
"""How long a session is that is placed without a length."""


def turn(event: Event) -> ProgrammeSettings:
    """The event's settings of its programme, locked until the transaction ends: one release at a time."""
    question = (
        sa.select(ProgrammeSettings)
        .where(ProgrammeSettings.event_id == event.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = db.session.scalars(question).one_or_none()
    if found is None:
        insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        values = {
            "event_id": event.id,
            "version": 1,
            "contact": BilingualText(),
            "equipment": BilingualText(),
        }
        db.session.execute(insert(ProgrammeSettings).values(**values).on_conflict_do_nothing())
        found = db.session.scalars(question).one()
    return found


def draft(
    event: Event,
    *,
    title: BilingualText,
    kind: str = "talk",
    subtitle: BilingualText | None = None,
    abstract: BilingualText | None = None,
    language: str = "",
    track: Track | None = None,
    capacity: int | None = None,
    note: str = "",
    people: Sequence[Part] = (),
    time: Time | None = None,
    external_ref: str | None = None,
    imported_hash: str | None = None,
) -> ProgrammeSession:
    """A new session that nobody sees yet. Raises `NoTime`."""
    if time is not None:
        _require_length(time)
    session = ProgrammeSession(
        event_id=event.id,
        title=title,
        kind=kind,
        subtitle=subtitle or BilingualText(),
        abstract=abstract or BilingualText(),
        language=language,
        track_id=track.id if track else None,
        capacity=capacity,
        note=note,
        starts_at=time.starts_at if time else None,
        ends_at=time.ends_at if time else None,
        location_id=time.room.id if time and time.room else None,
        external_ref=external_ref,
        imported_hash=imported_hash,
        updated_at=clock.now(),
    )
    db.session.add(session)
    db.session.flush()
    _set_people(session, people)
    audit.record("programme.session_added", session, event=event, after={"title": title, "kind": kind})
    return session


def edit(
    session: ProgrammeSession,
    values: Mapping[str, Any] | None = None,
    *,
    people: Sequence[Part] | None = None,
    time: Time | Keep | None = KEEP,
    version: int | None = None,
) -> Change:
    """Set texts (names of columns), people and time of the draft; what is not named stays, and None is no time.

    `version` is the one that was looked at. Raises `Stale`, `NoTime`, `IsCancelled`.
    """
    _require_newest(session, version)
    if session.cancelled_at is not None:
        raise IsCancelled
    done = Change()
    _change_texts(session, values or {}, done)
    before = queries.people_of(session)
    if people is not None and _differ(before, people):
        done.people = True
        was = [part.participant.public_id for part in before]
        _set_people(session, people)
        audit.record(
            "programme.session_people",
            session,
            event=event_of(session),
            before={"people": was},
            after={"people": [part.participant.public_id for part in people]},
        )
    if not isinstance(time, Keep):
        _set_time(session, time, done)
    if done:
        session.updated_at = clock.now()
    db.session.flush()
    return done


def place(
    session: ProgrammeSession,
    starts_at: datetime,
    room: Location | None,
    *,
    minutes: int | None = None,
    version: int | None = None,
) -> Change:
    """Move a session in the draft; without `minutes` it keeps its length. Raises as `edit` does."""
    length = timedelta(minutes=minutes if minutes is not None else MINUTES)
    if minutes is None and session.starts_at is not None and session.ends_at is not None:
        length = session.ends_at - session.starts_at
    return edit(session, time=Time(starts_at, starts_at + length, room), version=version)


def unplace(session: ProgrammeSession, *, version: int | None = None) -> Change:
    """Take a session's time and room from it in the draft. Raises as `edit` does."""
    return edit(session, time=None, version=version)


def call_off(session: ProgrammeSession) -> bool:
    """Call a session off in the draft; whether it was not so before."""
    if session.cancelled_at is not None:
        return False
    session.cancelled_at = session.updated_at = clock.now()
    db.session.flush()
    audit.record("programme.session_cancelled", session, event=event_of(session))
    return True


def take_back(session: ProgrammeSession) -> bool:
    """Bring a session back that was called off; whether it was. Raises `EventCalledOff`."""
    if session.cancelled_at is None:
        return False
    event = event_of(session)
    if event.state == "cancelled":
        raise EventCalledOff
    session.cancelled_at = None
    session.updated_at = clock.now()
    db.session.flush()
    audit.record("programme.session_restored", session, event=event)
    return True


def delete(session: ProgrammeSession) -> None:
    """Forget a session that nobody has ever seen. Raises `WasReleased`, `InUse`."""
    was_public = sa.select(ReleasedSession.id).where(ReleasedSession.session_id == session.id).limit(1)
    if session.appointment_id is not None or db.session.scalar(was_public) is not None:
        raise WasReleased
    if session.product_id is not None:
        raise InUse
    event, title = event_of(session), session.title
    audit.record("programme.session_deleted", session, event=event, before={"title": title})
    db.session.execute(sa.delete(SessionNeeds).where(SessionNeeds.session_id == session.id))
    db.session.execute(sa.delete(SessionPerson).where(SessionPerson.session_id == session.id))
    db.session.expire(session, ["people"])
    db.session.delete(session)
    try:
        db.session.flush()
    except sa.exc.IntegrityError:
        raise InUse from None


def undo(session: ProgrammeSession) -> Change:
    """Make the draft of a session what everybody sees of it. Raises `EventCalledOff`; nothing for what never was."""
    row = queries.current_row(session)
    if row is None:
        return Change()
    if event_of(session).state == "cancelled" and row.state == "live":
        raise EventCalledOff
    take_back(session)
    done = edit(
        session,
        {name: getattr(row, name) for name in SHOWN},
        people=[Part(part.participant, part.role, part.set_up) for part in row.people],
        time=Time(row.starts_at, row.ends_at, row.location) if row.state != "withdrawn" else None,
    )
    if row.state == "cancelled":
        call_off(session)
    return done


# -- steps


def event_of(session: ProgrammeSession) -> Event:
    """The event of a session."""
    return db.session.get_one(Event, session.event_id)


def _require_newest(session: ProgrammeSession, version: int | None) -> None:
    if version is not None and version != session.version:
        raise Stale(newest=session)


def _change_texts(session: ProgrammeSession, values: Mapping[str, Any], done: Change) -> None:
    changes = {
        name: (getattr(session, name), value)
        for name, value in values.items()
        if name in TEXTS and getattr(session, name) != value
    }
    for name, (_before, after) in changes.items():
        setattr(session, name, after)
    if "track_id" in changes:
        db.session.flush()
        db.session.expire(session, ["track"])
    if changes:
        done.fields = sorted(changes)
        audit.record(
            "programme.session_changed",
            session,
            event=event_of(session),
            before={name: before for name, (before, _after) in changes.items()},
            after={name: after for name, (_before, after) in changes.items()},
        )


def _set_time(session: ProgrammeSession, time: Time | None, done: Change) -> None:
    was = drafted_time(session)
    if time is not None:
        _require_length(time)
    if _plain(was) == _plain(time):
        return
    done.moved = True
    session.starts_at = time.starts_at if time else None
    session.ends_at = time.ends_at if time else None
    session.location_id = time.room.id if time and time.room else None
    db.session.flush()
    db.session.expire(session, ["room"])
    audit.record("programme.session_moved", session, event=event_of(session), before=_plain(was), after=_plain(time))


def drafted_time(session: ProgrammeSession) -> Time | None:
    """When and where a session is in the draft."""
    if session.starts_at is None or session.ends_at is None:
        return None
    return Time(session.starts_at, session.ends_at, session.room)


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


def _differ(before: Sequence[SessionPerson], people: Sequence[Part]) -> bool:
    held = [(part.participant_id, part.role, part.set_up) for part in before]
    return held != [(part.participant.id, part.role, part.set_up) for part in people]


def _require_length(time: Time) -> None:
    if time.ends_at <= time.starts_at:
        raise NoTime


def _plain(time: Time | None) -> dict[str, Any]:
    if time is None:
        return {}
    return {
        "starts_at": time.starts_at,
        "ends_at": time.ends_at,
        "room": time.room.public_id if time.room else None,
    }
