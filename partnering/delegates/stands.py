"""Stands and tables of their own, at which organisations receive others."""

import sqlalchemy as sa

from .. import audit
from ..agenda.models import Location
from ..db import db
from ..events.models import Event
from .models import OrganisationProfile


def places_for(profile: OrganisationProfile) -> list[Location]:
    """The tables and stands of the event that no other organisation has, in their order."""
    taken = sa.select(OrganisationProfile.location_id).where(
        OrganisationProfile.event_id == profile.event_id,
        OrganisationProfile.id != profile.id,
        OrganisationProfile.location_id.is_not(None),
    )
    return list(
        db.session.scalars(
            sa.select(Location)
            .where(
                Location.event_id == profile.event_id,
                Location.kind.in_(("table", "stand")),
                Location.id.not_in(taken),
            )
            .order_by(Location.kind, Location.position, Location.id)
        )
    )


def set_stand(profile: OrganisationProfile, place: Location | None, *, walk_in: bool | None = None) -> None:
    """Give an organisation a stand or table of its own, at which it receives others, or with None take it back.

    `walk_in` says that it is found there without a meeting; without it that stays. Meetings that were agreed stay
    where they are.
    """
    profile.location_id = place.id if place is not None else None
    if walk_in is not None or place is None:
        profile.walk_in = bool(walk_in) and place is not None
    db.session.flush()
    db.session.expire(profile, ["location"])


def give(profile: OrganisationProfile, place: Location | None, *, walk_in: bool) -> None:
    """The same by organisers, for the log."""
    before = profile.location
    set_stand(profile, place, walk_in=walk_in)
    audit.record(
        "organisation.stand_set",
        profile.organisation,
        event=db.session.get_one(Event, profile.event_id),
        before={"place": before.public_id if before is not None else None},
        after={"place": place.public_id if place is not None else None, "walk_in": profile.walk_in},
    )
