"""How a device stands that organisers gave away: whose token is shown, where it may scan, when it was last heard of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import sqlalchemy as sa

from .. import audit, clock
from ..accounts.models import Person
from ..db import db
from ..events.models import Event
from . import devices
from .models import CheckinList, Device, DeviceEnrolment, DeviceList

NOTED_EVERY = timedelta(seconds=30)
"""So often at most a contact is written down, so that scanning fast writes no more than scans."""

MOST_WAITING = 1_000_000

Standing = Literal["good", "waiting", "lease_over", "rolled", "revoked"]


@dataclass(frozen=True)
class Holder:
    """The device whose token was shown, and how it stands."""

    device: Device
    standing: Standing


def holder_of(token: str) -> Holder | None:
    """Whose token this is, or was; None for one that nobody was given."""
    device = devices.of_token(token)
    if device is not None:
        return Holder(device, standing_of(device))
    device = devices.of_former_token(token)
    return Holder(device, "rolled") if device is not None else None


def standing_of(device: Device) -> Standing:
    """Whether a device may scan, or why not."""
    if device.revoked_at is not None:
        return "revoked"
    if device.kind == "browser":
        return "good"
    if device.token_hash is None:
        return "waiting"
    return "good" if devices.may_work(device) else "lease_over"


def needs_noting(device: Device, waiting: int | None) -> bool:
    """Whether a contact says anything that is not written down yet."""
    changed = waiting is not None and waiting != device.waiting
    return changed or device.lease_until is None or device.lease_until <= clock.now() + devices.LEASE - NOTED_EVERY


def note_contact(device: Device, waiting: int | None) -> None:
    """Write down that a device was heard, with so many scans waiting on it; its lease begins anew."""
    if standing_of(device) != "good":
        return
    now = clock.now()
    devices.heard_of(device, now)
    if waiting is not None:
        device.waiting, device.waiting_at = waiting, now


def edit(
    event: Event, device: Device, name: str, lists: Collection[CheckinList], *, may_force: bool, may_add: bool
) -> None:
    """Another name, other doors (none: all) or other rights; the phone knows at its next contact."""
    before = {"name": device.name, "may_force": device.may_force, "may_add": device.may_add}
    device.name, device.may_force, device.may_add = name, may_force, may_add
    db.session.flush()
    db.session.execute(sa.delete(DeviceList).where(DeviceList.device_id == device.id))
    devices.give_lists(event, device, lists)
    db.session.expire(device, ["own_lists"])
    after = {"name": name, "may_force": may_force, "may_add": may_add, "doors": [each.public_id for each in lists]}
    audit.record("device.edited", device, event=event, before=before, after=after)


def hand_on(event: Event, device: Device, by: Person | None) -> None:
    """Take a device out of the hands that hold it, at once, and offer a code to the next ones."""
    if device.token_hash is not None:
        devices.roll(event, device)
    devices.offer(device, by)


def code_shown(device: Device) -> DeviceEnrolment | None:
    """The code of a device that can still be used."""
    return db.session.scalars(
        sa.select(DeviceEnrolment).where(
            DeviceEnrolment.device_id == device.id,
            DeviceEnrolment.used_at.is_(None),
            DeviceEnrolment.expires_at > clock.now(),
        )
    ).one_or_none()


def devices_of(event: Event) -> Sequence[Device]:
    """Phones, kiosks and crew's browsers of an event: those in use first, then the revoked ones."""
    return db.session.scalars(
        sa.select(Device)
        .where(Device.event_id == event.id)
        .order_by(Device.revoked_at.is_not(None), Device.kind != "enrolled", Device.name, Device.id)
    ).all()


def device_at(event: Event, public_id: str) -> Device | None:
    """A phone or kiosk of the event."""
    return db.session.scalars(
        sa.select(Device).where(Device.event_id == event.id, Device.public_id == public_id, Device.kind != "browser")
    ).one_or_none()


def lists_by_device(event: Event) -> dict[int, set[int]]:
    """Which doors (ids) each device with rules about that may scan at, by the device's id."""
    found: dict[int, set[int]] = {}
    for device_id, list_id in db.session.execute(
        sa.select(DeviceList.device_id, DeviceList.list_id).where(DeviceList.event_id == event.id)
    ):
        found.setdefault(device_id, set()).add(list_id)
    return found


def scans_at(device: Device, lists: Sequence[CheckinList]) -> list[CheckinList]:
    """Those of the doors that a device may scan at."""
    own = {each.list_id for each in device.own_lists}
    return [each for each in lists if not own or each.id in own]
