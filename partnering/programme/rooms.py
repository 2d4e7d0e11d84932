"""Rooms and tracks of the programme."""

from typing import Any

import sqlalchemy as sa

from .. import audit
from ..agenda.models import Location, Zone
from ..db import BilingualText, db
from ..events.models import Event
from .facts import KEEP, Keep
from .models import Track

TINTS = 5


def add_room(
    event: Event,
    name: BilingualText,
    *,
    capacity: int | None = None,
    external_ref: str | None = None,
    exclusive: bool = False,
) -> Location:
    """A room of the event, after those it has."""
    last = db.session.scalar(
        sa.select(sa.func.max(Location.position)).where(Location.event_id == event.id, Location.kind == "room")
    )
    room = Location(
        event_id=event.id,
        kind="room",
        name=name,
        capacity=capacity,
        external_ref=external_ref,
        exclusive=exclusive,
        position=(last or 0) + 1,
    )
    db.session.add(room)
    db.session.flush()
    audit.record("programme.room_added", room, event=event, after={"name": name})
    return room


def change_room(
    event: Event,
    room: Location,
    name: BilingualText,
    capacity: int | None,
    *,
    changeover: int | None = None,
    zone: Zone | Keep | None = KEEP,
) -> bool:
    """Give a room another name, capacity, changeover in minutes, or zone; True when something changed.

    Without a `changeover` that stays as it is, and so does the zone.
    """
    values: dict[str, Any] = {"name": name, "capacity": capacity}
    if changeover is not None:
        values["changeover_minutes"] = changeover
    if not isinstance(zone, Keep):
        values["zone_id"] = zone.id if zone is not None else None
    done = _set(event, room, "programme.room_changed", values)
    db.session.expire(room, ["zone"])
    return done


def add_track(event: Event, name: BilingualText, tint: int | None = None) -> Track:
    """A track of the event, in the next of five tints unless one is named."""
    count = db.session.scalar(sa.select(sa.func.count()).where(Track.event_id == event.id)) or 0
    track = Track(event_id=event.id, name=name, tint=tint or count % TINTS + 1, position=count + 1)
    db.session.add(track)
    db.session.flush()
    audit.record("programme.track_added", track, event=event, after={"name": name})
    return track


def change_track(event: Event, track: Track, name: BilingualText, tint: int) -> bool:
    """Give a track another name or tint; True when something changed."""
    return _set(event, track, "programme.track_changed", {"name": name, "tint": tint})


def _set(event: Event, thing: Any, action: str, values: dict[str, Any]) -> bool:
    before = {name: getattr(thing, name) for name in values}
    if before == values:
        return False
    for name, value in values.items():
        setattr(thing, name, value)
    db.session.flush()
    audit.record(action, thing, event=event, before=before, after=values)
    return True
