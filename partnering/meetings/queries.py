"""What can be asked about meetings: between whom, in which state, and when both are free."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from .. import clock
from ..agenda.models import Appointment, Location, LocationAtom
from ..db import db
from ..delegates.models import Delegate
from ..delegates.queries import is_ref
from ..events.models import Event
from .inboxes import TABS, for_deeds, meetings_of, numbers, offered, received_by, still_free, waiting_for, whole
from .models import (
    Meeting,
    MeetingBlock,
    MeetingDelegate,
    MeetingProposal,
    MeetingSide,
    MeetingSlot,
    MeetingVacancy,
)
from .times import (
    LEAD_MINUTES,
    blocks_of,
    bookable_slots,
    common_slots,
    entries_in,
    fits,
    free_slots,
    free_tables,
    keeps_lunch,
    own_blocks,
    places_for,
    shared_slots,
    slot_at,
    slots_by_ref,
    slots_of,
    table_by_ref,
    tables_free,
    tables_of,
    taken_atoms,
    there,
)

__all__ = [
    "LEAD_MINUTES",
    "TABS",
    "awaited_leavers",
    "blocks_of",
    "blocks_over",
    "bookable_slots",
    "choices",
    "colleagues_meeting",
    "common_slots",
    "entries_in",
    "fits",
    "free_slots",
    "free_tables",
    "has_turn",
    "held_at",
    "held_in",
    "keeps_lunch",
    "meeting_by_ref",
    "meetings_by_ids",
    "meetings_of",
    "not_closed",
    "numbers",
    "offered",
    "open_between",
    "other_side",
    "overdue",
    "own_blocks",
    "placed_between",
    "places_for",
    "proposals_due",
    "received_by",
    "refs_of",
    "seats_of",
    "shared_slots",
    "shows_name",
    "side_of",
    "slot_at",
    "slots_by_ref",
    "slots_of",
    "still_free",
    "still_open",
    "table_by_ref",
    "table_plan",
    "tables_free",
    "tables_of",
    "taken_atoms",
    "there",
    "vacancies_at",
    "vacancies_due",
    "vacancy_by_ref",
    "vacant_meetings",
    "waiting_for",
    "whole",
    "without_time",
]

# -- meetings


def meeting_by_ref(event: Event, public_id: str, *, to_act: bool = False) -> Meeting | None:
    """The meeting of this public id, with everything its page shows, or only what deeds ask of it."""
    if not is_ref(public_id):
        return None
    found = for_deeds() if to_act else whole()
    return db.session.scalars(found.where(Meeting.event_id == event.id, Meeting.public_id == public_id)).one_or_none()


def meetings_at(appointment_ids: Collection[int]) -> dict[int, Meeting]:
    """The meetings that take place in these appointments, by the appointment's id."""
    found = db.session.scalars(whole().where(Meeting.appointment_id.in_(appointment_ids)))
    return {meeting.appointment_id: meeting for meeting in found if meeting.appointment_id is not None}


def open_between(one: Delegate, other: Delegate) -> Meeting | None:
    """The open request or meeting between two lead delegates."""
    low, high = sorted((one.id, other.id))
    return db.session.scalars(
        whole().where(
            Meeting.event_id == one.event_id,
            Meeting.low_id == low,
            Meeting.high_id == high,
            Meeting.closed_at.is_(None),
            Meeting.request_state != "draft",
        )
    ).one_or_none()


def meetings_by_ids(ids: Sequence[int]) -> Sequence[Meeting]:
    """The meetings of these ids with everything a list shows, newest first."""
    return db.session.scalars(whole().where(Meeting.id.in_(ids)).order_by(Meeting.id.desc())).unique().all()


def overdue(now: datetime, limit: int = 500) -> Sequence[int]:
    """Ids of open requests whose time for an answer is over."""
    return db.session.scalars(
        sa.select(Meeting.id)
        .where(Meeting.request_state.in_(("pending", "countered")), Meeting.expires_at <= now)
        .order_by(Meeting.id)
        .limit(limit)
    ).all()


def blocks_over(now: datetime) -> Sequence[int]:
    """Ids of meeting blocks that are past their end and not closed."""
    return db.session.scalars(
        sa.select(MeetingBlock.id)
        .where(MeetingBlock.ends_at <= now, MeetingBlock.phase != "closed")
        .order_by(MeetingBlock.ends_at, MeetingBlock.id)
    ).all()


def proposals_due(now: datetime, limit: int = 500) -> Sequence[int]:
    """Ids of open proposals whose time for an answer is over."""
    return db.session.scalars(
        sa.select(MeetingProposal.id)
        .where(MeetingProposal.state == "open", MeetingProposal.expires_at <= now)
        .order_by(MeetingProposal.expires_at, MeetingProposal.id)
        .limit(limit)
    ).all()


def vacancies_due(now: datetime, limit: int = 500) -> Sequence[int]:
    """Ids of vacancies that nobody filled in time."""
    return db.session.scalars(
        sa.select(MeetingVacancy.id)
        .where(MeetingVacancy.state == "open", MeetingVacancy.due_at <= now)
        .order_by(MeetingVacancy.due_at, MeetingVacancy.id)
        .limit(limit)
    ).all()


def awaited_leavers() -> sa.Select[int]:
    """The ids of delegates who left and whose company may still name somebody."""
    return sa.select(MeetingVacancy.leaver_id).where(MeetingVacancy.state == "open")


def vacancies_at(place_id: int) -> Sequence[MeetingVacancy]:
    """What waits for a substitute of somebody who held this place."""
    return db.session.scalars(
        sa.select(MeetingVacancy)
        .where(MeetingVacancy.place_id == place_id, MeetingVacancy.state == "open")
        .order_by(MeetingVacancy.id)
    ).all()


def vacancy_by_ref(event: Event, public_id: str) -> MeetingVacancy | None:
    """The vacancy of this public id."""
    if not is_ref(public_id):
        return None
    return db.session.scalars(
        sa.select(MeetingVacancy).where(MeetingVacancy.event_id == event.id, MeetingVacancy.public_id == public_id)
    ).one_or_none()


def vacant_meetings(vacancy: MeetingVacancy) -> Sequence[Meeting]:
    """The meetings that still count on whoever left, by time."""
    return (
        db.session.scalars(
            whole()
            .join(MeetingDelegate, MeetingDelegate.meeting_id == Meeting.id)
            .where(
                MeetingDelegate.delegate_id == vacancy.leaver_id,
                MeetingDelegate.vacant_since.is_not(None),
                Meeting.request_state == "accepted",
                Meeting.closed_at.is_(None),
            )
            .order_by(Meeting.id)
        )
        .unique()
        .all()
    )


def placed_between(event_id: int, starts_at: datetime, ends_at: datetime) -> sa.Select[Meeting]:
    """Meetings with a time within these, that nobody has closed."""
    return (
        sa.select(Meeting)
        .join(Appointment, Appointment.id == Meeting.appointment_id)
        .where(
            Meeting.event_id == event_id,
            Meeting.request_state == "accepted",
            Meeting.placement != "none",
            Meeting.closed_at.is_(None),
            Appointment.starts_at >= starts_at,
            Appointment.ends_at <= ends_at,
        )
        .order_by(Meeting.id)
    )


def held_in(slot: MeetingSlot) -> Sequence[Meeting]:
    """Meetings that have exactly this time and have not begun, by id."""
    return db.session.scalars(
        placed_between(slot.event_id, slot.starts_at, slot.ends_at).where(
            Appointment.starts_at == slot.starts_at,
            Appointment.ends_at == slot.ends_at,
            Appointment.starts_at > clock.now(),
            Meeting.placement == "published",
        )
    ).all()


def held_at(place: Location, since: datetime) -> Sequence[Meeting]:
    """Meetings at a place that end after `since` and have not begun, by time."""
    return db.session.scalars(
        sa.select(Meeting)
        .join(Appointment, Appointment.id == Meeting.appointment_id)
        .where(
            Meeting.event_id == place.event_id,
            Meeting.placement == "published",
            Meeting.closed_at.is_(None),
            Appointment.location_id == place.id,
            Appointment.ends_at > since,
            Appointment.starts_at > clock.now(),
        )
        .order_by(Appointment.starts_at, Meeting.id)
    ).all()


def still_open(event_id: int) -> sa.Select[Meeting]:
    """Open requests of an event."""
    return (
        sa.select(Meeting)
        .where(Meeting.event_id == event_id, Meeting.request_state.in_(("pending", "countered")))
        .order_by(Meeting.id)
    )


def without_time(event_id: int) -> sa.Select[Meeting]:
    """Accepted meetings that wait for a time, reserves first in their order."""
    return (
        sa.select(Meeting)
        .where(
            Meeting.event_id == event_id,
            Meeting.request_state == "accepted",
            Meeting.placement == "none",
            Meeting.closed_at.is_(None),
        )
        .order_by(Meeting.reserve_rank.is_(None), Meeting.reserve_rank, Meeting.id)
    )


def refs_of(delegate_ids: Collection[int]) -> list[str]:
    """The public ids of delegates, by id."""
    return list(
        db.session.scalars(sa.select(Delegate.public_id).where(Delegate.id.in_(delegate_ids)).order_by(Delegate.id))
    )


def colleagues_meeting(me: Delegate, other: Delegate) -> Sequence[Meeting]:
    """What colleagues of mine have open or agreed with the other's organisation: one might join that instead."""
    mine, theirs = aliased(MeetingSide), aliased(MeetingSide)
    return (
        db.session.scalars(
            whole()
            .join(mine, sa.and_(mine.meeting_id == Meeting.id, mine.profile_id == me.profile_id))
            .join(theirs, sa.and_(theirs.meeting_id == Meeting.id, theirs.profile_id == other.profile_id))
            .where(
                Meeting.event_id == me.event_id,
                Meeting.closed_at.is_(None),
                Meeting.request_state != "draft",
                mine.side != theirs.side,
                sa.not_(
                    sa.exists().where(MeetingDelegate.meeting_id == Meeting.id, MeetingDelegate.delegate_id == me.id)
                ),
            )
            .order_by(Meeting.id)
        )
        .unique()
        .all()
    )


# -- sides


def side_of(meeting: Meeting, delegate: Delegate) -> MeetingSide | None:
    """The side on which a delegate sits, or None."""
    seat = next((seat for seat in meeting.delegates if seat.delegate_id == delegate.id), None)
    return next((side for side in meeting.sides if seat is not None and side.side == seat.side), None)


def other_side(meeting: Meeting, side: MeetingSide) -> MeetingSide:
    """The side across the table."""
    return next(other for other in meeting.sides if other.side != side.side)


def seats_of(meeting: Meeting, side: str) -> list[Delegate]:
    """Who sits on a side, the lead first."""
    lead = next((each.lead_id for each in meeting.sides if each.side == side), None)
    seats = [seat.delegate for seat in meeting.delegates if seat.side == side]
    return sorted(seats, key=lambda delegate: (delegate.id != lead, delegate.id))


def has_turn(meeting: Meeting, delegate: Delegate) -> bool:
    """Whether this delegate's side has to answer."""
    mine = side_of(meeting, delegate)
    turn = next((seat.side for seat in meeting.delegates if seat.delegate_id == meeting.turn_id), None)
    return meeting.is_open and mine is not None and mine.side == turn


def shows_name(viewer: Delegate, other: Delegate, meeting: Meeting) -> bool:
    """Whether `viewer` may read the name of `other` in this meeting: who asks shows theirs, who agrees too."""
    if other.visibility == "name" or viewer.profile_id == other.profile_id or meeting.request_state == "accepted":
        return True
    seat = next((seat for seat in meeting.delegates if seat.delegate_id == other.id), None)
    if seat is None:
        return False
    return seat.side == "requester" or (meeting.answered_at is not None and meeting.placement != "none")


# -- times


def choices(meeting: Meeting) -> list[MeetingSlot]:
    """What can be chosen to accept a request: the offered slots still free for all; else the next three that are."""
    free = shared_slots([seat.delegate for seat in meeting.delegates])
    known = {slot.id for slot in offered(meeting)}
    return [slot for slot in free if slot.id in known] or free[:3]


def table_plan(slot: MeetingSlot) -> dict[int, Meeting]:
    """Which meeting sits at which table during a slot, by the table's id."""
    appointments = sa.select(LocationAtom.appointment_id).where(
        LocationAtom.atom.between(slot.first_atom, slot.last_atom)
    )
    meetings = db.session.scalars(whole().where(Meeting.appointment_id.in_(appointments))).unique().all()
    return {
        meeting.appointment.location_id: meeting
        for meeting in meetings
        if meeting.appointment is not None and meeting.appointment.location_id is not None
    }


def not_closed(event_ref: str) -> Sequence[int]:
    """The ids of an event's requests and meetings that have not ended; `event_ref` is the event's public id."""
    return db.session.scalars(
        sa.select(Meeting.id)
        .join(Event, Event.id == Meeting.event_id)
        .where(Event.public_id == event_ref, Meeting.closed_at.is_(None), Meeting.request_state != "draft")
        .order_by(Meeting.id)
    ).all()
