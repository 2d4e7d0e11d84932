"""Where meetings are held: which hall tables stand in, stands, and video rooms."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from .. import audit
from ..agenda.models import Location, Zone
from ..db import BilingualText, db
from ..delegates.models import OrganisationProfile
from ..events.models import Event
from ..organisations.models import Organisation
from . import setting_up


def add_stand(event: Event, name: BilingualText, zone: Zone | None = None) -> Location:
    """A stand for one meeting at a time. Raises `setting_up.NameTaken`."""
    stands = db.session.scalars(
        sa.select(Location).where(Location.event_id == event.id, Location.kind == "stand")
    ).all()
    if any(stand.name == name for stand in stands):
        raise setting_up.NameTaken
    stand = Location(
        event_id=event.id,
        kind="stand",
        name=name,
        zone_id=zone.id if zone is not None else None,
        exclusive=True,
        position=max((each.position for each in stands), default=0) + 1,
    )
    db.session.add(stand)
    db.session.flush()
    audit.record("meetings.place_added", stand, event=event, after={"name": name})
    return stand


def put_tables(tables: Iterable[Location], zone: Zone | None) -> int:
    """Put tables and stands into a zone, or with None into none; how many were elsewhere. Their meetings stay."""
    moved = [table for table in tables if table.zone_id != (zone.id if zone is not None else None)]
    for table in moved:
        table.zone_id = zone.id if zone is not None else None
    db.session.flush()
    for table in moved:
        db.session.expire(table, ["zone"])
    if moved:
        event = db.session.get_one(Event, moved[0].event_id)
        audit.record(
            "meetings.tables_put",
            event,
            event=event,
            after={"zone": zone.name if zone is not None else None, "tables": [table.name.en for table in moved]},
        )
    return len(moved)


def change_room(room: Location, name: BilingualText, url: str) -> None:
    """Give a video room another name or link; letters that left keep the old one. Raises `setting_up.BadLink`."""
    setting_up.check_link(url)
    event = db.session.get_one(Event, room.event_id)
    before = {"name": room.name, "url": room.url}
    room.name, room.url = name, url
    db.session.flush()
    if before != {"name": name, "url": url}:
        audit.record("meetings.place_changed", room, event=event, before=before, after={"name": name, "url": url})


def give_stand(profile: OrganisationProfile, place: Location) -> None:
    """Let an organisation receive others at a stand; meetings that are booked stay where they are."""
    setting_up.set_stand(profile, place)
    _record_holder(place, profile, given=True)


def take_back(profile: OrganisationProfile, place: Location) -> None:
    """Let an organisation have no place of its own any more, if it was this one."""
    if profile.location_id == place.id:
        setting_up.set_stand(profile, None)
        _record_holder(place, profile, given=False)


def holders_of(event: Event) -> dict[int, list[OrganisationProfile]]:
    """The organisations that receive others at a place of their own, by the place's id."""
    found: dict[int, list[OrganisationProfile]] = {}
    for profile in db.session.scalars(
        sa.select(OrganisationProfile)
        .where(OrganisationProfile.event_id == event.id, OrganisationProfile.location_id.is_not(None))
        .options(joinedload(OrganisationProfile.organisation))
        .order_by(OrganisationProfile.id)
    ):
        assert profile.location_id is not None  # the query says so
        found.setdefault(profile.location_id, []).append(profile)
    return found


def profiles_of(event: Event) -> list[OrganisationProfile]:
    """All organisations at an event, by name."""
    return list(
        db.session.scalars(
            sa.select(OrganisationProfile)
            .join(Organisation, Organisation.id == OrganisationProfile.organisation_id)
            .where(OrganisationProfile.event_id == event.id)
            .options(contains_eager(OrganisationProfile.organisation))
            .order_by(Organisation.name, OrganisationProfile.id)
        )
    )


def _record_holder(place: Location, profile: OrganisationProfile, *, given: bool) -> None:
    event = db.session.get_one(Event, place.event_id)
    after = {"organisation": profile.organisation.name if given else None}
    audit.record("meetings.place_changed", place, event=event, before=None, after=after)
