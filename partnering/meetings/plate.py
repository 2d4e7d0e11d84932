"""Who sits where during one slot: every table, stand and video room with its state, zone by zone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda.models import AgendaEntry, Location, ParticipantAtom, Zone
from ..db import db
from ..delegates.queries import is_ref
from ..events.models import Event
from . import merging
from .models import Meeting, MeetingSlot
from .places import KINDS, open_until
from .queries import awaited_leavers, table_plan


@dataclass(frozen=True)
class Well:
    """A place during a slot. `state`: "free", "reserved", "in_use", "closed" or "conflict".

    `why` of a conflict: the place is "closed", somebody has to be elsewhere ("talk"), nobody follows somebody who left
    ("vacant"), or somebody sits there with a registration that was given up for another ("merged").
    """

    place: Location
    state: str
    meeting: Meeting | None = None
    why: str = ""


def wells(event: Event, slot: MeetingSlot | None) -> list[Well]:
    """Every place for meetings in its zone's order, in a constant number of queries; without a slot all as from now."""
    places = places_of(event)
    if slot is None:
        now = clock.now()
        return [Well(place, "free" if open_until(place, now) else "closed") for place in places]
    seats = table_plan(slot)
    troubled = _troubled(event, seats.values())
    return [_well(place, slot, seats.get(place.id), troubled) for place in places]


def hall_of(place: Location) -> list[tuple[str, list[str]]]:
    """The tables of the hall in which one stands, as rows of a plan: "here", "table", or "" where none stands.

    Empty for what is no table in a row and column, and where it would stand alone.
    """
    if place.kind != "table" or not place.row or place.column < 1:
        return []
    found = db.session.execute(
        sa.select(Location.id, Location.row, Location.column)
        .where(
            Location.event_id == place.event_id,
            Location.kind == "table",
            Location.exclusive,
            Location.row != "",
            Location.column > 0,
            Location.zone_id == place.zone_id if place.zone_id else Location.zone_id.is_(None),
        )
        .order_by(Location.row, Location.column)
    ).all()
    if len(found) < 2:
        return []
    width = max(column for _id, _row, column in found)
    rows: dict[str, list[str]] = {}
    for location_id, row, column in found:
        rows.setdefault(row, [""] * width)[column - 1] = "here" if location_id == place.id else "table"
    return list(rows.items())


def places_of(event: Event) -> Sequence[Location]:
    """All tables, stands and video rooms, by zone and then row by row; those without a zone last."""
    return db.session.scalars(
        sa.select(Location)
        .outerjoin(Zone, Zone.id == Location.zone_id)
        .where(Location.event_id == event.id, Location.kind.in_(KINDS), Location.exclusive)
        .options(joinedload(Location.zone))
        .order_by(
            Location.zone_id.is_(None),
            Zone.position,
            Zone.id,
            Location.position,
            Location.row,
            Location.column,
            Location.id,
        )
    ).all()


def place_by_ref(event: Event, public_id: str | None) -> Location | None:
    """The table, stand or video room of this public id."""
    if not is_ref(public_id):
        return None
    return db.session.scalars(
        sa.select(Location).where(
            Location.event_id == event.id,
            Location.public_id == public_id,
            Location.kind.in_(KINDS),
            Location.exclusive,
        )
    ).one_or_none()


def _well(place: Location, slot: MeetingSlot, meeting: Meeting | None, troubled: dict[int, str]) -> Well:
    is_open = open_until(place, slot.ends_at)
    if meeting is None:
        return Well(place, "free" if is_open else "closed")
    over = meeting.closed_at is not None or slot.ends_at <= clock.now()
    why = "" if over else troubled.get(meeting.id, "" if is_open else "closed")
    if why:
        return Well(place, "conflict", meeting, why)
    running = slot.starts_at <= clock.now() < slot.ends_at
    return Well(place, "in_use" if running else "reserved", meeting)


def _troubled(event: Event, meetings: Collection[Meeting]) -> dict[int, str]:
    """What is wrong with some of these meetings, by id."""
    given_up = merging.merged_into(event)
    by_appointment = {meeting.appointment_id: meeting.id for meeting in meetings}
    vacant = {
        seat.delegate_id: meeting.id
        for meeting in meetings
        for seat in meeting.delegates
        if seat.vacant_since is not None
    }
    awaited = set(db.session.scalars(awaited_leavers().where(sa.column("leaver_id").in_(list(vacant)))))
    contested = db.session.scalars(
        sa.select(AgendaEntry.appointment_id)
        .join(ParticipantAtom, ParticipantAtom.entry_id == AgendaEntry.id)
        .where(AgendaEntry.appointment_id.in_([each for each in by_appointment if each]), ParticipantAtom.contested)
    )
    found = {
        meeting.id: "merged"
        for meeting in meetings
        if any(seat.delegate_id in given_up and seat.delegate.left_at is None for seat in meeting.delegates)
    }
    found |= {meeting_id: "vacant" for leaver_id, meeting_id in vacant.items() if leaver_id not in awaited}
    return found | {by_appointment[appointment_id]: "talk" for appointment_id in contested}
