"""Where a meeting can be held: one's own stand, a table that is near, or a room for a video call."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..agenda import walking
from ..agenda.models import Appointment, Location, LocationAtom
from ..db import db
from ..delegates.models import Delegate, OrganisationProfile
from .errors import TooFar, VideoMissing
from .models import MeetingBlockZone, MeetingSlot

KINDS = ("table", "stand", "virtual")


class Places:
    """The places of an event for some people's meeting, asked once for any number of slots.

    `people` are everybody who comes, `hosts` the leads in the order in which their own places count: the invitee's
    first. What `besides` holds itself counts as free.
    """

    def __init__(
        self,
        people: Sequence[Delegate],
        slots: Collection[MeetingSlot],
        *,
        hosts: Sequence[Delegate] = (),
        besides: Appointment | None = None,
    ) -> None:
        self.people, self.hosts = people, list(hosts) or list(people)
        self.virtual = any(each.remote for each in people)
        self.first = min((slot.first_atom for slot in slots), default=0)
        self.last = max((slot.last_atom for slot in slots), default=0)
        self.all = _places_of(people[0].event_id) if people else []
        self.taken = self._taken(besides)
        self.owned = _owned(people[0].event_id) if people else set()
        self.zones = _zones({slot.block_id for slot in slots})
        self.stops: list[walking.Stop] = []
        if slots and any(place.zone_id for place in self.all):
            self.stops = walking.stops(
                [each.participant_id for each in people],
                min(slot.starts_at for slot in slots),
                max(slot.ends_at for slot in slots),
                besides=besides,
            )

    def _taken(self, besides: Appointment | None) -> dict[int, set[int]]:
        query = sa.select(LocationAtom.atom, LocationAtom.location_id).where(
            LocationAtom.location_id.in_([place.id for place in self.all]),
            LocationAtom.atom.between(self.first, self.last),
        )
        if besides is not None:
            query = query.where(LocationAtom.appointment_id != besides.id)
        found: dict[int, set[int]] = {}
        for atom, location_id in db.session.execute(query):
            found.setdefault(location_id, set()).add(atom)
        return found

    def for_slot(self, slot: MeetingSlot) -> list[Location] | None:
        """Places that are free in a slot and near enough, the best first; None is a call without a room of the event.

        Raises `VideoMissing` where nobody has a room for a call, and `TooFar` where all that is free is out of reach.
        """
        if self.virtual:
            rooms = [place for place in self.all if place.kind == "virtual" and self._is_free(place, slot)]
            if not rooms and not self.video_url:
                raise VideoMissing
            return rooms or None
        free = [place for place in self._wanted(slot) if self._is_free(place, slot)]
        near = [place for place in free if not self._missed(place, slot)]
        if free and not near:
            raise TooFar
        return near

    def any_for(self, slot: MeetingSlot) -> bool:
        """Whether there is a place in a slot."""
        try:
            found = self.for_slot(slot)
        except (TooFar, VideoMissing):
            return False
        return found is None or bool(found)

    @property
    def video_url(self) -> str:
        """The room for calls of the first host who has one, or ""."""
        return next((host.video_url for host in [*self.hosts, *self.people] if host.video_url), "")

    def _wanted(self, slot: MeetingSlot) -> list[Location]:
        """Own places first, then the tables of the block's zones, the nearest to everybody first."""
        known = {place.id: place for place in self.all}
        own = [known[each] for each in dict.fromkeys(host.profile.location_id for host in self.hosts) if each in known]
        zones = self.zones.get(slot.block_id, set())
        tables = [
            place
            for place in self.all
            if place.kind == "table" and place.id not in self.owned and (not zones or place.zone_id in zones)
        ]
        return own + sorted(tables, key=lambda place: self._way(place, slot))  # as good ones stay in their order

    def _is_free(self, place: Location, slot: MeetingSlot) -> bool:
        held = range(slot.first_atom, slot.last_atom + 1)
        return open_until(place, slot.ends_at) and self.taken.get(place.id, set()).isdisjoint(held)

    def _missed(self, place: Location, slot: MeetingSlot) -> set[int]:
        return walking.missed(self.stops, slot.starts_at, slot.ends_at, place.zone)

    def _way(self, place: Location, slot: MeetingSlot) -> timedelta:
        """How far everybody has to walk to a place, from what they had and to what they have next."""
        near = [
            stop
            for stop in self.stops
            if stop.ends_at > slot.starts_at - walking.FARTHEST and stop.starts_at < slot.ends_at + walking.FARTHEST
        ]
        return sum((walking.walk(stop, place.zone) for stop in near), timedelta())


def open_until(place: Location, ends_at: datetime) -> bool:
    """Whether a place is open until then."""
    return place.closed_from is None or ends_at <= place.closed_from


def _places_of(event_id: int) -> Sequence[Location]:
    return db.session.scalars(
        sa.select(Location)
        .where(Location.event_id == event_id, Location.kind.in_(KINDS), Location.exclusive)
        .options(joinedload(Location.zone))
        .order_by(Location.position, Location.row, Location.column, Location.id)
    ).all()


def _owned(event_id: int) -> set[int]:
    """Ids of places that belong to somebody."""
    rows = db.session.scalars(
        sa.select(OrganisationProfile.location_id).where(
            OrganisationProfile.event_id == event_id, OrganisationProfile.location_id.is_not(None)
        )
    )
    return {each for each in rows if each is not None}


def _zones(block_ids: Collection[int]) -> dict[int, set[int]]:
    """The zones of blocks that have some, by the block's id."""
    rows = db.session.execute(
        sa.select(MeetingBlockZone.block_id, MeetingBlockZone.zone_id).where(MeetingBlockZone.block_id.in_(block_ids))
    )
    found: dict[int, set[int]] = {}
    for block_id, zone_id in rows:
        found.setdefault(block_id, set()).add(zone_id)
    return found
