"""What the papers of an event hold: everybody's days, and who meets at which table when; in few queries for all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..agenda.models import AgendaEntry, Appointment, Location
from ..db import db
from ..delegates.models import Delegate, OrganisationProfile
from ..events.models import Event, Participant
from ..meetings import plate
from ..meetings import queries as meetings
from ..meetings.models import Meeting
from .queries import KINDS, Item, Plan, in_order, items_of

TASK = "schedule.paper"
PART = 500
"""So many meetings are read at once."""


@dataclass(frozen=True)
class Seating:
    """A table or stand, and the meetings that are held there, by time."""

    place: Location
    meetings: list[Meeting]


def plans_of(event: Event) -> list[Plan]:
    """The days of everybody whose time something takes, A to Z."""
    held = placed_meetings(event)
    entries: dict[int, list[AgendaEntry]] = defaultdict(list)
    for entry in db.session.scalars(
        sa.select(AgendaEntry)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(AgendaEntry.event_id == event.id, AgendaEntry.state == "live", Appointment.kind.in_(KINDS))
        .options(joinedload(AgendaEntry.appointment).joinedload(Appointment.location).joinedload(Location.zone))
        .order_by(Appointment.starts_at, AgendaEntry.id)
    ):
        entries[entry.participant_id].append(entry)
    delegates = {
        delegate.participant_id: delegate
        for delegate in db.session.scalars(
            sa.select(Delegate)
            .where(Delegate.event_id == event.id, Delegate.left_at.is_(None))
            .options(joinedload(Delegate.profile).joinedload(OrganisationProfile.organisation))
            .order_by(Delegate.id)
        )
    }
    by_person: dict[int, list[Item]] = defaultdict(list)
    every = [entry for own in entries.values() for entry in own]
    for item in items_of(every, delegates, held, event.zone):
        assert item.entry is not None  # each is made of one
        by_person[item.entry.participant_id].append(item)
    people = db.session.scalars(
        sa.select(Participant)
        .where(Participant.event_id == event.id, Participant.erased_at.is_(None))
        .options(joinedload(Participant.event))
        .order_by(Participant.sort_name, Participant.id)
    )
    return [
        Plan(person, delegates.get(person.id), sorted(by_person[person.id], key=in_order))
        for person in people
        if any(item.kind in ("met", "talk", "session") for item in by_person[person.id])
    ]


def seatings_of(event: Event) -> list[Seating]:
    """Every table and stand that is used or may be, zone by zone, with its meetings by time."""
    by_place: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in placed_meetings(event):
        if meeting.appointment is not None and meeting.appointment.location_id is not None:
            by_place[meeting.appointment.location_id].append(meeting)
    return [
        Seating(place, by_place.get(place.id, []))
        for place in plate.places_of(event)
        if place.kind == "table" or (place.kind == "stand" and place.id in by_place)
    ]


def placed_meetings(event: Event) -> Sequence[Meeting]:
    """The meetings that have their time, by time, with everybody who sits in them."""
    ids = db.session.scalars(
        sa.select(Meeting.id)
        .join(Appointment, Appointment.id == Meeting.appointment_id)
        .where(Meeting.event_id == event.id, Meeting.request_state == "accepted", Meeting.placement != "none")
        .order_by(Appointment.starts_at, Meeting.id)
    ).all()
    found = {
        meeting.id: meeting
        for start in range(0, len(ids), PART)
        for meeting in meetings.meetings_by_ids(ids[start : start + PART])
    }
    return [found[each] for each in ids]


def number_of_plans(event: Event) -> int:
    """How many people have something in their days."""
    return (
        db.session.scalar(
            sa.select(sa.func.count(sa.distinct(AgendaEntry.participant_id)))
            .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
            .where(
                AgendaEntry.event_id == event.id,
                AgendaEntry.state == "live",
                Appointment.kind.in_(("session", "meeting")),
            )
        )
        or 0
    )
