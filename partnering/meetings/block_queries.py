"""What organisers see of meeting blocks: their slots, and what is held and asked for in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from ..agenda.models import Appointment, Zone
from ..db import db
from ..delegates.queries import is_ref
from ..events.models import Event
from .models import Meeting, MeetingBlock, MeetingBlockZone, MeetingOffer, MeetingSlot


@dataclass(frozen=True)
class Use:
    """How many meetings are held in a slot, and for how many open requests it is offered."""

    meetings: int = 0
    requests: int = 0


def blocks(event: Event) -> Sequence[MeetingBlock]:
    """The event's blocks in their order of time, with their halls and slots."""
    return db.session.scalars(
        sa.select(MeetingBlock)
        .where(MeetingBlock.event_id == event.id)
        .options(selectinload(MeetingBlock.zones).joinedload(MeetingBlockZone.zone), selectinload(MeetingBlock.slots))
        .order_by(MeetingBlock.starts_at, MeetingBlock.id)
    ).all()


def block_by_ref(event: Event, public_id: str) -> MeetingBlock | None:
    """The block of this public id."""
    if not is_ref(public_id):
        return None
    return db.session.scalars(
        sa.select(MeetingBlock).where(MeetingBlock.event_id == event.id, MeetingBlock.public_id == public_id)
    ).one_or_none()


def slots_to_remove(block: MeetingBlock, public_ids: Sequence[str]) -> list[MeetingSlot]:
    """Those slots of a block that are named and still there, in their order of time."""
    wanted = set(public_ids)
    return [slot for slot in block.slots if slot.public_id in wanted and slot.removed_at is None]


def use_of(slots: Sequence[MeetingSlot]) -> dict[int, Use]:
    """What is held and asked for in each of an event's slots, by the slot's id."""
    if not slots:
        return {}
    begins, ends = min(slot.starts_at for slot in slots), max(slot.ends_at for slot in slots)
    held = {
        (row[0], row[1]): row[2]
        for row in db.session.execute(
            sa.select(Appointment.starts_at, Appointment.ends_at, sa.func.count())
            .join(Meeting, Meeting.appointment_id == Appointment.id)
            .where(
                Meeting.event_id == slots[0].event_id,
                Meeting.request_state == "accepted",
                Meeting.placement != "none",
                Appointment.starts_at >= begins,
                Appointment.ends_at <= ends,
            )
            .group_by(Appointment.starts_at, Appointment.ends_at)
        )
    }
    asked = {
        row[0]: row[1]
        for row in db.session.execute(
            sa.select(MeetingOffer.slot_id, sa.func.count())
            .join(Meeting, sa.and_(Meeting.id == MeetingOffer.meeting_id, Meeting.round == MeetingOffer.round))
            .where(
                Meeting.event_id == slots[0].event_id,
                Meeting.request_state.in_(("pending", "countered")),
            )
            .group_by(MeetingOffer.slot_id)
        )
    }
    return {slot.id: Use(held.get((slot.starts_at, slot.ends_at), 0), asked.get(slot.id, 0)) for slot in slots}


def zones_of(event: Event) -> Sequence[Zone]:
    """The event's halls in their order."""
    return db.session.scalars(sa.select(Zone).where(Zone.event_id == event.id).order_by(Zone.position, Zone.id)).all()
