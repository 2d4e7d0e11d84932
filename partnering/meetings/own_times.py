"""What people do with their own times for meetings: keep them free, and open them again."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry, Appointment
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event, Participant
from . import times
from .models import MeetingSlot


def keep_free(event: Event, participant: Participant, slots: Sequence[MeetingSlot]) -> int:
    """Keep every one of these slots free that has nothing in it yet, each by itself; how many are new."""
    agenda.lock_people([participant.id])
    taken = times.entries_in(participant, slots)
    free = [slot for slot in slots if slot.id not in taken]
    for slot in free:
        agenda.block(participant, event, slot.starts_at, slot.ends_at)
    return len(free)


def open_again(participant: Participant, slots: Sequence[MeetingSlot]) -> int:
    """Let these slots be booked again where they were kept free; how many times are free now."""
    entries = {entry.id: entry for slot in slots for entry in times.own_blocks(participant, slot)}
    agenda.leave_all(entries.values())
    return len(entries)


def rest_of_day(slots: Sequence[MeetingSlot], first: MeetingSlot, zone: str) -> list[MeetingSlot]:
    """`first` and all later ones of its day in a zone that have not begun."""
    today, now = clock.in_zone(first.starts_at, zone).date(), clock.now()
    return [
        slot
        for slot in slots
        if first.starts_at <= slot.starts_at
        and slot.starts_at > now
        and clock.in_zone(slot.starts_at, zone).date() == today
    ]


def booked_while_away(delegate: Delegate) -> Sequence[AgendaEntry]:
    """Meetings to come that a delegate has before they arrive or after they leave, by time."""
    away: list[sa.ColumnElement[bool]] = []
    if delegate.arrives_at is not None:
        away.append(Appointment.starts_at < delegate.arrives_at)
    if delegate.departs_at is not None:
        away.append(Appointment.ends_at > delegate.departs_at)
    return _meetings_ahead(delegate, clock.now(), away) if away else ()


def _meetings_ahead(delegate: Delegate, now: datetime, away: Sequence[sa.ColumnElement[bool]]) -> Sequence[AgendaEntry]:
    return db.session.scalars(
        sa.select(AgendaEntry)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(
            AgendaEntry.participant_id == delegate.participant_id,
            AgendaEntry.state == "live",
            Appointment.kind == "meeting",
            Appointment.starts_at > now,
            sa.or_(*away),
        )
        .options(joinedload(AgendaEntry.appointment))
        .order_by(Appointment.starts_at, AgendaEntry.id)
    ).all()
