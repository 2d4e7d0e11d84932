"""What can happen to people's time: taken, moved, freed. Atoms are the referee, not these functions.

Lock order: people by id, then places by id. Each change raises `sequence` for the recipients it concerns, in the
transaction that makes it; letters are the upper rooms' business.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from .. import clock
from ..db import Model, db
from ..errors import DomainError
from ..events.models import Event, Participant
from ..i18n import _l
from ..rows import new_row, write
from .models import AgendaEntry, Appointment, Location, LocationAtom, ParticipantAtom
from .queries import CANCELLED_KEPT

UID_DOMAIN = "calendar.partnering.invalid"

BINDING = ("speaker", "chair")
"""Roles of those who stand on a stage at that time, whatever else they had."""


class TimeTaken(DomainError):
    """A participant is already taken at that time. `participant_ids` says who."""

    message = _l("This time has just been taken.")
    participant_ids: Sequence[int] = ()


class PlaceTaken(DomainError):
    """No place of those asked for is free at that time."""

    message = _l("No table is free at this time any more.")


def lock_people(participant_ids: Iterable[int]) -> None:
    """Keep other deeds from these people's time until this one is done, by id; SQLite has one writer and needs nothing.

    Order for everybody: pools, then delegates by id, then participants by id, then places by id.
    """
    db.session.execute(
        sa.select(Participant.id)
        .where(Participant.id.in_(set(participant_ids)))
        .order_by(Participant.id)
        .with_for_update(key_share=True)
    ).all()


def new_uid() -> str:
    """A UID for calendars: random, with a fixed domain, never reused."""
    return f"{secrets.token_hex(16)}@{UID_DOMAIN}"


def appoint(
    event: Event, kind: str, starts_at: datetime, ends_at: datetime, location: Location | None = None
) -> Appointment:
    """A new appointment; an exclusive location is taken for it. Raises `PlaceTaken`."""
    appointment = Appointment(
        event_id=event.id,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        location_id=location.id if location else None,
        uid=new_uid(),
        changed_at=clock.now(),
    )
    db.session.add(appointment)
    db.session.flush()
    if location is not None and location.exclusive and not take_place(appointment, location):
        raise PlaceTaken
    return appointment


def hold_meeting(
    event: Event,
    starts_at: datetime,
    ends_at: datetime,
    participants: Iterable[tuple[Participant, str]],
    locations: Iterable[Location] | None,
) -> Appointment:
    """An appointment for a meeting with all `participants` (each with a role), at the first free of `locations`.

    None for `locations` is a meeting that needs no place. Raises `TimeTaken` or `PlaceTaken`; the caller's transaction
    must then end.
    """
    appointment = appoint(event, "meeting", starts_at, ends_at)
    for participant, role in sorted(participants, key=lambda pair: pair[0].id):
        attend(appointment, participant, role, blocks=True, new=True)
    _take_first(appointment, locations)
    return appointment


def attend(
    appointment: Appointment,
    participant: Participant,
    role: str,
    *,
    blocks: bool,
    new: bool = False,
    lead_minutes: int = 0,
) -> AgendaEntry:
    """Put an appointment into a participant's agenda; `blocks` takes their time, and `lead_minutes` before it.

    Someone who was in it before and left comes back under the same UID with a higher sequence, or, once calendars have
    forgotten it, under a new one; a caller who knows that they are `new` spares the question. Raises `TimeTaken`.
    """
    entry = None if new else entry_of(appointment, participant)
    if entry is None:
        entry = new_row(
            AgendaEntry,
            event_id=appointment.event_id,
            appointment_id=appointment.id,
            participant_id=participant.id,
            role=role,
            blocks=blocks,
            lead_minutes=lead_minutes,
            uid=new_uid(),
            changed_at=clock.now(),
        )
        write(entry)
    elif entry.state != "live":
        entry.state, entry.role, entry.blocks, entry.lead_minutes = "live", role, blocks, lead_minutes
        come_back(entry)
    else:
        return entry
    db.session.flush()
    if blocks:
        _take_time(entry, appointment)
    return entry


def attend_all(appointment: Appointment, participants: Sequence[Participant], role: str) -> None:
    """Put an appointment that takes nobody's time into many agendas; see `attend`."""
    ids = [participant.id for participant in participants]
    known = {
        participant_id
        for start in range(0, len(ids), 500)
        for participant_id in db.session.scalars(
            sa.select(AgendaEntry.participant_id).where(
                AgendaEntry.appointment_id == appointment.id, AgendaEntry.participant_id.in_(ids[start : start + 500])
            )
        )
    }
    for participant in participants:
        if participant.id in known:
            attend(appointment, participant, role, blocks=False)
    write(
        *(
            new_row(
                AgendaEntry,
                event_id=appointment.event_id,
                appointment_id=appointment.id,
                participant_id=participant.id,
                role=role,
                blocks=False,
                uid=new_uid(),
                changed_at=clock.now(),
            )
            for participant in participants
            if participant.id not in known
        )
    )


def hold_time(entry: AgendaEntry) -> bool:
    """Let a live entry take its participant's time if all of it is free, else none of it; whether it blocks now.

    For what happens even where somebody is taken already, such as a talk. Sequences stay: calendars do not show it.
    """
    free_time([entry.id])
    try:
        _take_time(entry, entry.appointment)
    except TimeTaken:
        free_time([entry.id])
        entry.blocks = False
    else:
        entry.blocks = True
    db.session.flush()
    return entry.blocks


def win_time(entry: AgendaEntry, lead_minutes: int = 0) -> list[AgendaEntry]:
    """Let a talk take its person's time whatever holds it; what held it stays as it is, contested, and is returned.

    `lead_minutes` before it are theirs too, for setting up, unless they come from another stage.
    Only to another talk, or a chair, it yields as `hold_time` does: `entry.blocks` says whether it holds its time now.
    The set-up before another talk is contested like anything else. Sequences stay: nothing has moved for calendars.
    """
    lock_people([entry.participant_id])
    entry.lead_minutes = lead_minutes
    losers = _win(entry)
    if not entry.blocks and lead_minutes:
        entry.lead_minutes = 0
        losers = _win(entry)
    return losers


def _win(entry: AgendaEntry) -> list[AgendaEntry]:
    free_time([entry.id])
    wanted = wanted_atoms(entry, entry.appointment)
    held = sa.and_(
        ParticipantAtom.participant_id == entry.participant_id,
        ParticipantAtom.atom.between(wanted.start, wanted.stop - 1),
        sa.not_(ParticipantAtom.contested),
    )
    losers = list(
        db.session.scalars(
            sa.select(AgendaEntry)
            .where(AgendaEntry.id.in_(sa.select(ParticipantAtom.entry_id).where(held)))
            .order_by(AgendaEntry.id)
        )
    )
    since = clock.from_atom(wanted.start)
    if any(
        loser.role in BINDING and _overlaps(loser.appointment, since, entry.appointment.ends_at) for loser in losers
    ):
        entry.blocks = False
        db.session.flush()
        return []
    if losers:
        db.session.execute(
            sa.update(ParticipantAtom).where(held).values(contested=True).execution_options(synchronize_session=False)
        )
    entry.blocks = True
    db.session.flush()
    _take_time(entry, entry.appointment)
    return losers


def hold_all(entries: Iterable[AgendaEntry]) -> list[AgendaEntry]:
    """The same for several entries, people by id; those whose participant is taken by something else."""
    return [entry for entry in sorted(entries, key=lambda entry: entry.participant_id) if not hold_time(entry)]


def leave(entry: AgendaEntry) -> None:
    """Take an appointment out of one participant's agenda; their time is free again."""
    if entry.state != "live":
        return
    entry.state = "cancelled"
    _raise_sequence(entry)
    free_time([entry.id])


def leave_all(entries: Iterable[AgendaEntry]) -> None:
    """The same for several entries in one go."""
    live = [entry for entry in entries if entry.state == "live"]
    for entry in live:
        entry.state = "cancelled"
        _raise_sequence(entry)
    free_time([entry.id for entry in live])


def move(appointment: Appointment, starts_at: datetime, ends_at: datetime, location: Location | None) -> bool:
    """Give an appointment another time or place; True when something changed. Sequences rise, time is taken anew.

    Raises `TimeTaken` or `PlaceTaken`; the caller's transaction must then end.
    """
    location_id = location.id if location else None
    before = (appointment.starts_at, appointment.ends_at, appointment.location_id)
    if before == (starts_at, ends_at, location_id):
        return False
    _retime(appointment, starts_at, ends_at)
    appointment.location_id = location_id
    if location is not None and location.exclusive and not take_place(appointment, location):
        raise PlaceTaken
    db.session.flush()
    return True


def relocate(
    appointment: Appointment, starts_at: datetime, ends_at: datetime, locations: Iterable[Location] | None
) -> Location | None:
    """Move an appointment to a time, at the first of `locations` that is free then, which is returned.

    None for `locations` is one that needs no place. Raises `TimeTaken` or `PlaceTaken`; the caller's transaction must
    then end.
    """
    _retime(appointment, starts_at, ends_at)
    found = _take_first(appointment, locations)
    db.session.expire(appointment, ["location"])
    return found


def swap_places(one: Appointment, other: Appointment) -> None:
    """Let two appointments change places, each at its own time. Raises `PlaceTaken` where a third one is in the way."""
    first, second = one.location, other.location
    _free_place(one)
    _free_place(other)
    for appointment, location in ((one, second), (other, first)):
        appointment.location_id = location.id if location is not None else None
        touch(appointment)
        if location is not None and location.exclusive and not take_place(appointment, location):
            raise PlaceTaken
    db.session.flush()
    for appointment in (one, other):
        db.session.expire(appointment, ["location"])


def _retime(appointment: Appointment, starts_at: datetime, ends_at: datetime) -> None:
    """Free place and time, raise the sequences and take everybody's time anew. Raises `TimeTaken`."""
    appointment.starts_at, appointment.ends_at = starts_at, ends_at
    entries = live_entries(appointment)
    free_time([entry.id for entry in entries])
    _free_place(appointment)
    touch(appointment, entries)
    for entry in sorted(entries, key=lambda entry: entry.participant_id):
        if entry.blocks:
            _take_time(entry, appointment)


def touch(appointment: Appointment, entries: Iterable[AgendaEntry] | None = None) -> None:
    """Raise the sequence of an appointment and its live entries: something its calendars show has changed."""
    appointment.sequence += 1
    appointment.changed_at = clock.now()
    for entry in live_entries(appointment) if entries is None else entries:
        _raise_sequence(entry)
    db.session.flush()


def cancel(appointment: Appointment) -> list[AgendaEntry]:
    """Call an appointment off; everybody's time and the place are free again. Returns the entries it concerned."""
    if appointment.state == "cancelled":
        return []
    entries = live_entries(appointment)
    appointment.state = "cancelled"
    appointment.sequence += 1
    appointment.changed_at = clock.now()
    for entry in entries:
        entry.state = "cancelled"
        _raise_sequence(entry)
    free_time([entry.id for entry in entries])
    _free_place(appointment)
    db.session.flush()
    return entries


def let_go(appointment: Appointment) -> None:
    """Free time and place of an appointment early: nobody is told, and it stays in the agendas it is in."""
    entries = live_entries(appointment)
    for entry in entries:
        entry.blocks = False
    free_time([entry.id for entry in entries])
    _free_place(appointment)
    db.session.flush()


def revive(appointment: Appointment) -> None:
    """Bring a cancelled appointment back with nobody in it yet. Raises `PlaceTaken`."""
    appointment.state = "live"
    appointment.sequence += 1
    appointment.changed_at = clock.now()
    db.session.flush()
    location = appointment.location
    if location is not None and location.exclusive and not take_place(appointment, location):
        raise PlaceTaken


def block(participant: Participant, event: Event, starts_at: datetime, ends_at: datetime) -> AgendaEntry:
    """A time that a participant keeps free for themselves. Raises `TimeTaken`."""
    return attend(appoint(event, "block", starts_at, ends_at), participant, "self", blocks=True)


def live_entries(appointment: Appointment) -> list[AgendaEntry]:
    """Everybody's live entries of an appointment, by id."""
    return list(
        db.session.scalars(
            sa.select(AgendaEntry)
            .where(AgendaEntry.appointment_id == appointment.id, AgendaEntry.state == "live")
            .order_by(AgendaEntry.id)
        )
    )


def entry_of(appointment: Appointment, participant: Participant) -> AgendaEntry | None:
    """A participant's entry of an appointment, live or not."""
    return db.session.scalars(
        sa.select(AgendaEntry).where(
            AgendaEntry.appointment_id == appointment.id, AgendaEntry.participant_id == participant.id
        )
    ).one_or_none()


def _raise_sequence(entry: AgendaEntry) -> None:
    entry.sequence += 1
    entry.changed_at = clock.now()


def come_back(entry: AgendaEntry) -> None:
    """What was left comes back with a higher sequence; or as a new generation, once calendars have forgotten it."""
    entry.state = "live"
    if entry.changed_at > clock.now() - CANCELLED_KEPT:
        _raise_sequence(entry)
        return
    entry.generation += 1
    entry.uid, entry.sequence, entry.changed_at = new_uid(), 0, clock.now()
    entry.tried_sequence = entry.sent_sequence = entry.sent_hash = None
    entry.sent_state = "none"


def wanted_atoms(entry: AgendaEntry, appointment: Appointment) -> range:
    """The atoms that a blocking entry takes: those of its appointment, and its lead before."""
    return clock.atoms(appointment.starts_at - timedelta(minutes=entry.lead_minutes), appointment.ends_at)


def _overlaps(appointment: Appointment, since: datetime, until: datetime) -> bool:
    return appointment.starts_at < until and appointment.ends_at > since


def _take_time(entry: AgendaEntry, appointment: Appointment) -> None:
    rows = [
        {"entry_id": entry.id, "participant_id": entry.participant_id, "atom": atom, "contested": False}
        for atom in wanted_atoms(entry, appointment)
    ]
    if _insert_all(ParticipantAtom, rows) != len(rows):
        raise TimeTaken(participant_ids=[entry.participant_id])


def _take_first(appointment: Appointment, locations: Iterable[Location] | None) -> Location | None:
    """Take the first free of `locations`, or none where none is needed. Raises `PlaceTaken`."""
    if locations is None:
        appointment.location_id = None
        db.session.flush()
        return None
    for location in locations:
        if take_place(appointment, location):
            appointment.location_id = location.id
            db.session.flush()
            return location
    raise PlaceTaken


def take_place(appointment: Appointment, location: Location) -> bool:
    """Take a location for the appointment's time: all of it or nothing."""
    rows = [
        {"appointment_id": appointment.id, "location_id": location.id, "atom": atom}
        for atom in clock.atoms(appointment.starts_at, appointment.ends_at)
    ]
    if _insert_all(LocationAtom, rows) == len(rows):
        return True
    _free_place(appointment)
    return False


def _insert_all(model: type[Model], rows: list[dict[str, int]]) -> int:
    """Insert rows, skipping those that a unique index refuses; how many went in.

    The returned rows are counted because `rowcount` is -1 on PostgreSQL here.
    """
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(model).values(rows).on_conflict_do_nothing().returning(model.__table__.c.id)
    return len(db.session.execute(statement).all())


def free_time(entry_ids: Sequence[int]) -> None:
    """Free what these entries hold; what was contested by it holds its time again, the oldest first."""
    if not entry_ids:
        return
    db.session.flush()
    db.session.execute(sa.delete(ParticipantAtom).where(ParticipantAtom.entry_id.in_(entry_ids)))
    twin = aliased(ParticipantAtom)
    people = sa.select(AgendaEntry.participant_id).where(AgendaEntry.id.in_(entry_ids))
    freed = (
        sa.select(sa.func.min(ParticipantAtom.id))
        .where(
            ParticipantAtom.contested,
            ParticipantAtom.participant_id.in_(people),
            sa.not_(
                sa.exists().where(
                    twin.participant_id == ParticipantAtom.participant_id,
                    twin.atom == ParticipantAtom.atom,
                    sa.not_(twin.contested),
                )
            ),
        )
        .group_by(ParticipantAtom.participant_id, ParticipantAtom.atom)
    )
    promoted = list(db.session.scalars(freed))
    if promoted:
        db.session.execute(
            sa.update(ParticipantAtom)
            .where(ParticipantAtom.id.in_(promoted))
            .values(contested=False)
            .execution_options(synchronize_session=False)
        )


def _free_place(appointment: Appointment) -> None:
    db.session.flush()
    db.session.execute(sa.delete(LocationAtom).where(LocationAtom.appointment_id == appointment.id))
