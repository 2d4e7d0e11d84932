"""Builders of what bounds people's time at an event: zones, stands, virtual rooms, lunch."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from partnering.agenda.models import Location, Zone
from partnering.db import BilingualText, db
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import queries
from partnering.meetings.models import LunchWindow, MeetingSlot

from .ground import deed, number


def make_zone(event: Event, *tables: Location, walk_minutes: int = 10) -> Zone:
    """A zone so many minutes from all others, with these tables in it."""
    with deed():
        name = f"Halle {number()}"
        zone = Zone(event_id=event.id, name=BilingualText(name, name), walk_minutes=walk_minutes)
        db.session.add(zone)
        db.session.flush()
        for table in tables:
            table.zone_id = zone.id
        db.session.flush()
        for table in tables:
            db.session.expire(table, ["zone"])
    return zone


def make_place(event: Event, kind: str = "stand", *, owner: Delegate | None = None, **values) -> Location:
    """A stand, table or virtual room, of `owner`'s organisation if one is named."""
    with deed():
        name = f"{kind} {number()}"
        place = Location(event_id=event.id, kind=kind, name=BilingualText(name, name), exclusive=True, **values)
        db.session.add(place)
        db.session.flush()
        if owner is not None:
            owner.profile.location_id = place.id
            db.session.flush()
    return place


def make_lunch(event: Event, starts_at: datetime, minutes: int = 60) -> LunchWindow:
    """A protected lunch of so many minutes."""
    with deed():
        window = LunchWindow(event_id=event.id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))
        db.session.add(window)
        db.session.flush()
    return window


def free_of(*delegates: Delegate) -> list[datetime]:
    """When these can meet, by time."""
    return [slot.starts_at for slot in queries.common_slots(list(delegates))]


def starts(slots: Sequence[MeetingSlot]) -> list[datetime]:
    """When these slots begin."""
    return [slot.starts_at for slot in slots]
