"""How long it takes from one part of the venue to another, and who could not make it in time."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..db import db
from .models import AgendaEntry, Appointment, Location, Zone

FARTHEST = timedelta(minutes=60)
"""No walk takes longer than this."""


@dataclass(frozen=True)
class Stop:
    """Where somebody has to be, from when to when (UTC); `walk_minutes` are those of its zone."""

    participant_id: int
    starts_at: datetime
    ends_at: datetime
    zone_id: int
    walk_minutes: int


def minutes(one: Zone | None, other: Zone | None) -> int:
    """Minutes from one zone to the other: none within a zone, or where a place is in none; else the longer way."""
    if one is None or other is None or one.id == other.id:
        return 0
    return max(one.walk_minutes, other.walk_minutes)


def stops(
    participant_ids: Collection[int], starts_at: datetime, ends_at: datetime, *, besides: Appointment | None = None
) -> list[Stop]:
    """Where these people have to be within an hour around a time, in one query; `besides` does not count."""
    query = (
        sa.select(
            AgendaEntry.participant_id,
            Appointment.starts_at,
            Appointment.ends_at,
            Zone.id,
            Zone.walk_minutes,
        )
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .join(Location, Location.id == Appointment.location_id)
        .join(Zone, Zone.id == Location.zone_id)
        .where(
            AgendaEntry.participant_id.in_(set(participant_ids)),
            AgendaEntry.state == "live",
            AgendaEntry.blocks,
            Appointment.ends_at > starts_at - FARTHEST,
            Appointment.starts_at < ends_at + FARTHEST,
        )
        .order_by(Appointment.starts_at, AgendaEntry.id)
    )
    if besides is not None:
        query = query.where(Appointment.id != besides.id)
    return [Stop(*row) for row in db.session.execute(query)]


def walk(stop: Stop, zone: Zone | None) -> timedelta:
    """How long it takes from a stop to a zone, or back."""
    if zone is None or zone.id == stop.zone_id:
        return timedelta()
    return timedelta(minutes=max(zone.walk_minutes, stop.walk_minutes))


def missed(found: Iterable[Stop], starts_at: datetime, ends_at: datetime, zone: Zone | None) -> set[int]:
    """Ids of participants who could not walk to a zone in time, or on from there; `found` are their stops."""
    late = set()
    for stop in found:
        before, after = starts_at - stop.ends_at, stop.starts_at - ends_at
        if max(before, after) >= timedelta() and max(before, after) < walk(stop, zone):
            late.add(stop.participant_id)
    return late


def too_far(
    participant_ids: Collection[int],
    starts_at: datetime,
    ends_at: datetime,
    location: Location | None,
    *,
    besides: Appointment | None = None,
) -> set[int]:
    """Ids of those who could not walk to a place in time, or from there to what comes next."""
    if location is None or location.zone is None:
        return set()
    return missed(stops(participant_ids, starts_at, ends_at, besides=besides), starts_at, ends_at, location.zone)
