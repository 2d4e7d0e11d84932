"""What stands around the tables of a sample event: halls and the ways between them, stands, video rooms, lunch."""

import sqlalchemy as sa

from ..agenda.models import Location, Zone
from ..db import BilingualText, db
from ..delegates.models import OrganisationProfile
from ..events.models import Event
from ..meetings import furnishing, setting_up
from ..organisations.models import Organisation
from .reading import Sheet, both, organisations


def furnish(event: Event, sheet: Sheet, rooms: dict[str, Location]) -> None:
    """Set all of it up once the meetings are booked, which stay where they are."""
    tables, stands = sheet.event["tables"], sheet.event["stands"]
    if tables and "walk_minutes" in tables:
        hall = _zone(event, rooms[tables["room"]].name)
        setting_up.set_zone(event, rooms[tables["room"]].name, walk_minutes=tables["walk_minutes"], zone=hall)
    if "walk_minutes" in stands:
        name = rooms[stands["room"]].name
        zone = setting_up.set_zone(event, name, walk_minutes=stands["walk_minutes"], zone=_zone(event, name))
        places = _stands(event)
        furnishing.put_tables(places.values(), zone)
        profiles = _profiles(event)
        for given in stands["taken"]:
            profile = profiles.get(organisations()[given["organisation"]]["name"])
            if profile is not None:
                furnishing.give_stand(profile, places[f"stand-{given['stand']}"])
    for given in sheet.event.get("video_rooms", []):
        setting_up.add_virtual_room(event, both(given["name"]), given["url"])
    lunch = sheet.event.get("lunch", [])
    if lunch:
        setting_up.set_lunch(
            event, [(sheet.at(each["day"], each["from"]), sheet.at(each["day"], each["to"])) for each in lunch]
        )


def _zone(event: Event, name: BilingualText) -> Zone | None:
    zones = db.session.scalars(sa.select(Zone).where(Zone.event_id == event.id).order_by(Zone.id))
    return next((zone for zone in zones if zone.name == name), None)


def _stands(event: Event) -> dict[str, Location]:
    """The stands by the name that the sample gave them."""
    found = db.session.scalars(
        sa.select(Location)
        .where(Location.event_id == event.id, Location.kind == "stand")
        .order_by(Location.position, Location.id)
    )
    return {stand.external_ref or "": stand for stand in found}


def _profiles(event: Event) -> dict[str, OrganisationProfile]:
    """The profiles by the organisation's name."""
    rows = db.session.execute(
        sa.select(Organisation.name, OrganisationProfile)
        .join(OrganisationProfile, OrganisationProfile.organisation_id == Organisation.id)
        .where(OrganisationProfile.event_id == event.id)
        .order_by(OrganisationProfile.id)
    )
    return {row.name: row.OrganisationProfile for row in rows}
