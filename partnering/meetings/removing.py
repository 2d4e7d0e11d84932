"""Taking halls, places and blocks away for good; what a meeting hangs on stays, and a sentence says what to do."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from .. import audit, clock
from ..agenda.models import Appointment, Location, Zone
from ..db import db
from ..delegates.models import OrganisationProfile
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _, _n, bi
from ..organisations.models import Organisation
from . import setting_up
from .models import Meeting, MeetingBlock, MeetingBlockZone, MeetingOffer, MeetingSlot
from .states import PLACED


class StillNeeded(DomainError):
    """A hall or block that something hangs on; the message says what, and what to do."""


@dataclass(frozen=True)
class Removal:
    """Places that can go or are gone, and those that stay, each with a sentence why and what to do."""

    gone: list[Location]
    kept: list[tuple[Location, str]]


def sorted_out(places: Sequence[Location]) -> Removal:
    """Which of some places of one event could be deleted; asks a constant number of questions."""
    why = _why_kept(places)
    kept = [(place, why[place.id]) for place in places if place.id in why]
    return Removal([place for place in places if place.id not in why], kept)


def remove_places(places: Sequence[Location]) -> Removal:
    """Delete tables, stands and video rooms that nothing hangs on; the others stay as they are."""
    ids = [place.id for place in places]
    db.session.execute(sa.select(Location.id).where(Location.id.in_(ids)).order_by(Location.id).with_for_update())
    done = sorted_out(places)
    if done.gone:
        event = db.session.get_one(Event, done.gone[0].event_id)
        for place in done.gone:
            audit.record("meetings.place_removed", place, event=event, before={"kind": place.kind, "name": place.name})
        db.session.execute(sa.delete(Location).where(Location.id.in_([place.id for place in done.gone])))
    return done


def _why_kept(places: Collection[Location]) -> dict[int, str]:
    ids = [place.id for place in places]
    held = db.session.execute(
        sa.select(Appointment.location_id, sa.func.count())
        .join(Meeting, Meeting.appointment_id == Appointment.id)
        .where(
            Appointment.location_id.in_(ids),
            Meeting.placement.in_(PLACED),
            Meeting.closed_at.is_(None),
            Appointment.ends_at > clock.now(),
        )
        .group_by(Appointment.location_id)
    ).all()
    known = set(db.session.scalars(sa.select(Appointment.location_id).where(Appointment.location_id.in_(ids))))
    owners = db.session.execute(
        sa.select(OrganisationProfile.location_id, Organisation.name)
        .join(Organisation, Organisation.id == OrganisationProfile.organisation_id)
        .where(OrganisationProfile.location_id.in_(ids))
        .order_by(Organisation.name)
    )
    found = {
        each: _("Meetings were held here, and their history names it. Close it instead.") for each in known if each
    }
    found |= {
        place_id: _("%(name)s receives others here. Take it back first.", name=n) for place_id, n in owners if place_id
    }
    return found | {
        place_id: _n(
            "%(num)s meeting is still to be held here. Close it in the table plan: the meeting gets another place.",
            "%(num)s meetings are still to be held here. Close it in the table plan: they get other places.",
            number,
        )
        for place_id, number in held
        if place_id is not None
    }


def why_zones_stay(zones: Iterable[Zone]) -> dict[int, str]:
    """Why halls cannot be deleted and what to do, by the hall's id; those that can are left out."""
    ids = [zone.id for zone in zones]
    standing = db.session.execute(
        sa.select(Location.zone_id, sa.func.count()).where(Location.zone_id.in_(ids)).group_by(Location.zone_id)
    )
    used = db.session.execute(
        sa.select(MeetingBlockZone.zone_id, MeetingBlock.name)
        .join(MeetingBlock, MeetingBlock.id == MeetingBlockZone.block_id)
        .where(MeetingBlockZone.zone_id.in_(ids))
        .order_by(MeetingBlock.starts_at.desc(), MeetingBlock.id.desc())
    )
    found = {
        zone_id: _("The block “%(name)s” is held only here. Change the block first.", name=bi(name))
        for zone_id, name in used
    }
    return found | {
        zone_id: _n(
            "%(num)s place stands in it. Put it into another hall first, or delete it.",
            "%(num)s places stand in it. Put them into another hall first, or delete them.",
            number,
        )
        for zone_id, number in standing
        if zone_id is not None
    }


def remove_zone(zone: Zone) -> None:
    """Delete a hall in which nothing stands. Raises `StillNeeded`."""
    why = why_zones_stay([zone])
    if why:
        raise StillNeeded(why[zone.id])
    event = db.session.get_one(Event, zone.event_id)
    audit.record("meetings.zone_removed", event, event=event, before={"name": zone.name})
    db.session.execute(sa.delete(Zone).where(Zone.id == zone.id))


def why_block_stays(block: MeetingBlock) -> str:
    """Why a block cannot be deleted, and what to do; "" when it can."""
    slots = list(db.session.scalars(sa.select(MeetingSlot).where(MeetingSlot.block_id == block.id)))
    there = [slot for slot in slots if slot.removed_at is None]
    losing = len(setting_up.losing(there))
    if losing:
        return _n(
            "%(num)s meeting has its time in this block. Move it, or take the times away above: then it waits for "
            "another one.",
            "%(num)s meetings have their time in this block. Move them, or take the times away above: then they wait "
            "for another one.",
            losing,
        )
    if _held_in(block, slots):
        return _("Meetings were held in this block, and their history needs it. Let it end instead.")
    if db.session.scalar(sa.select(sa.exists().where(MeetingOffer.slot_id.in_([slot.id for slot in slots])))):
        if not there:
            return _("Guests were once offered times of this block, so it stays here. Nobody gets its times any more.")
        return _("Guests have been offered times of this block. Take its times away above: nobody gets them any more.")
    return ""


def remove_block(block: MeetingBlock) -> None:
    """Delete a block of which no time was ever offered or held, with its times. Raises `StillNeeded`."""
    why = why_block_stays(block)
    if why:
        raise StillNeeded(why)
    event = db.session.get_one(Event, block.event_id)
    before = {"name": block.name, "starts_at": block.starts_at, "ends_at": block.ends_at}
    audit.record("meetings.block_removed", block, event=event, before=before)
    db.session.execute(sa.delete(MeetingSlot).where(MeetingSlot.block_id == block.id))
    db.session.execute(sa.delete(MeetingBlockZone).where(MeetingBlockZone.block_id == block.id))
    db.session.execute(sa.delete(MeetingBlock).where(MeetingBlock.id == block.id))


def _held_in(block: MeetingBlock, slots: Collection[MeetingSlot]) -> bool:
    """Whether a meeting has or had exactly one of these times, whatever became of it."""
    times = {(slot.starts_at, slot.ends_at) for slot in slots}
    rows = db.session.execute(
        sa.select(Appointment.starts_at, Appointment.ends_at)
        .join(Meeting, Meeting.appointment_id == Appointment.id)
        .where(
            Meeting.event_id == block.event_id,
            Meeting.placement != "none",
            Appointment.starts_at >= block.starts_at,
            Appointment.ends_at <= block.ends_at,
        )
        .distinct()
    )
    return any((row[0], row[1]) in times for row in rows)
