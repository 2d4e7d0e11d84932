"""Devices at the doors: enrolled once by a secret, known by a token from then on, heard of, rolled and revoked.

A token opens nothing but what devices need, and is kept as its hash. With each contact a device gets a stamp: the
moment of that contact by the server's clock, signed. What it scans without network it dates by that stamp and by how
long ago it was, so that it does not matter what its own clock shows.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import audit, clock, links
from ..accounts.models import Person
from ..db import db, new_public_id
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from . import zones
from .electing import LET_THROUGH, retell
from .knowing import DoorGone, door_of, hold_lists, lock_place
from .models import CheckinList, Device, DeviceEnrolment, DeviceList, Scan

ENROLMENT = timedelta(minutes=15)
LEASE = timedelta(hours=12)


class EnrolmentOver(DomainError):
    """The secret is unknown, was used before, is older than a quarter of an hour, or its device was revoked."""

    message = _l("This code is no longer valid. Please ask the organisers for a new one.")
    status = 410


# -- made, enrolled


def make(
    event: Event,
    name: str,
    *,
    by: Person | None,
    kind: str = "enrolled",
    lists: Sequence[CheckinList] = (),
    may_force: bool = False,
    may_add: bool = False,
) -> Device:
    """A device that is still to be enrolled, for these lists (none: all)."""
    device = Device(
        event_id=event.id, kind=kind, name=name, may_force=may_force, may_add=may_add, created_at=clock.now()
    )
    db.session.add(device)
    db.session.flush()
    give_lists(event, device, lists)
    after = {"name": name, "kind": kind, "by": by.public_id if by is not None else ""}
    audit.record("device.made", device, event=event, after=after)
    return device


def give_lists(event: Event, device: Device, lists: Collection[CheckinList]) -> None:
    """Let a device scan at these lists too. Raises `DoorGone` when one of them was deleted meanwhile."""
    if len(hold_lists([each.id for each in lists])) < len(lists):
        raise DoorGone
    db.session.add_all(DeviceList(event_id=event.id, device_id=device.id, list_id=each.id) for each in lists)
    db.session.flush()


def offer(device: Device, by: Person | None) -> str:
    """The secret that makes a phone this device: valid once, for a quarter of an hour. One given before ends."""
    now = clock.now()
    db.session.execute(
        sa.update(DeviceEnrolment)
        .where(
            DeviceEnrolment.device_id == device.id,
            DeviceEnrolment.used_at.is_(None),
            DeviceEnrolment.expires_at > now,
        )
        .values(expires_at=now)
    )
    enrolment = DeviceEnrolment(
        event_id=device.event_id,
        device_id=device.id,
        public_id=new_public_id(),
        expires_at=now + ENROLMENT,
        made_by_id=by.id if by is not None else None,
    )
    enrolment.secret_hash = hash_of(secret_of(enrolment))
    db.session.add(enrolment)
    db.session.flush()
    return secret_of(enrolment)


def secret_of(enrolment: DeviceEnrolment) -> str:
    """The secret of an enrolment, which its page shows as long as it holds."""
    return links.token("enrol", enrolment.public_id)


def enrol(secret: str) -> tuple[Device, str]:
    """The device that a secret stands for, and the token that opens it from now on. Raises `EnrolmentOver`."""
    now = clock.now()
    used = db.session.execute(
        sa.update(DeviceEnrolment)
        .where(
            DeviceEnrolment.secret_hash == hash_of(secret),
            DeviceEnrolment.used_at.is_(None),
            DeviceEnrolment.expires_at > now,
        )
        .values(used_at=now)
        .returning(DeviceEnrolment.device_id)
    ).scalar_one_or_none()
    device = db.session.get(Device, used) if used is not None else None
    if device is None or device.revoked_at is not None:
        raise EnrolmentOver
    if device.token_hash is not None:
        _retire_token(device, now)
    token = secrets.token_urlsafe(32)
    device.token_hash = hash_of(token)
    heard_of(device, now)
    db.session.flush()
    audit.record("device.enrolled", device, event=db.session.get(Event, device.event_id))
    return device, token


def hash_of(secret: str) -> str:
    """What is stored of a secret or a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def of_token(token: str) -> Device | None:
    """The device whose token this is, whatever has become of it; None also for a token that was replaced."""
    return db.session.scalars(sa.select(Device).where(Device.token_hash == hash_of(token))).one_or_none()


def of_former_token(token: str) -> Device | None:
    """The device whose token this was before it was rolled: only for handing in what was scanned until then."""
    return db.session.scalars(sa.select(Device).where(Device.former_token_hash == hash_of(token))).one_or_none()


def may_work(device: Device) -> bool:
    """Whether a device may do anything but hand in what it has scanned: not revoked, and its lease runs."""
    return device.revoked_at is None and device.lease_until is not None and device.lease_until > clock.now()


def held(device: Device) -> Device:
    """Within a transaction: the same device as it stands now, which nobody lets go before the transaction ends."""
    # it may do several things at once; only who lets it go waits for all of them
    db.session.refresh(device, with_for_update={"of": Device, "read": True, "key_share": True})
    return device


def heard_of(device: Device, now: datetime) -> None:
    """Note a contact, which moves the lease on."""
    device.last_contact_at = now
    device.lease_until = now + LEASE


def lists_for(event: Event, device: Device) -> Sequence[CheckinList]:
    """The lists at which a device may scan, in their order."""
    statement = sa.select(CheckinList).where(CheckinList.event_id == event.id, CheckinList.closed_at.is_(None))
    own = [each.list_id for each in device.own_lists]
    if own:
        statement = statement.where(CheckinList.id.in_(own))
    return db.session.scalars(statement.order_by(CheckinList.position, CheckinList.id)).all()


# -- taken away


def roll(event: Event, device: Device) -> None:
    """Make the token of a device worthless until it is enrolled anew. What it has scanned before, it may hand in."""
    _retire_token(device, clock.now())
    db.session.flush()
    audit.record("device.rolled", device, event=event)


def _retire_token(device: Device, now: datetime) -> None:
    _wait_for(device)
    device.former_token_hash, device.token_hash = device.token_hash, None
    device.generation += 1
    device.rolled_at = now


def revoke(event: Event, device: Device, since: datetime | None = None) -> None:
    """Make a device worthless at once, and let what it hands in from now on wait for an organiser.

    So do the scans that it made since `since`, when it was not in good hands any more, and has handed in already; not
    those of which an organiser said that they count. Waits for what the device is just doing, see `held`.
    """
    now = clock.now()
    _wait_for(device)
    device.revoked_at = device.revoked_at or now
    device.reviewed_from = min(since or now, device.reviewed_from or now)
    db.session.flush()
    doubted = db.session.scalars(
        sa.select(Scan)
        .where(
            Scan.device_id == device.id,
            Scan.state.in_(LET_THROUGH),
            Scan.bounded_at >= device.reviewed_from,
            Scan.settlement != "counted",
        )
        .order_by(Scan.place_id, Scan.id)
    ).all()
    stories = {}
    for scan in doubted:
        if scan.place_id is not None:
            lock_place(scan.place_id)
            stories[scan.list_id, scan.place_id] = scan.list
        scan.state, scan.reason, scan.window_key = "review", "device_revoked", ""
        scan.settlement, scan.settled_at, scan.settled_by_id = "", None, None  # a duplicate that somebody has seen
    db.session.flush()
    for (list_id, place_id), checkin_list in stories.items():
        retell(event, door_of(event, checkin_list), list_id, place_id)
    audit.record("device.revoked", device, event=event, after={"reviewed": len(doubted)})


def _wait_for(device: Device) -> None:
    """Wait until nobody holds a device, and let nobody hold it until this transaction ends."""
    db.session.refresh(device, with_for_update={"of": Device})


# -- stamps and salts


def stamp(device: Device, now: datetime) -> str:
    """That a device had contact with the server now: milliseconds since the epoch, signed for this device alone."""
    ms = zones.to_ms(now)
    return f"{ms}-{max(links.keys())}-{_mac(max(links.keys()), device, ms)}"


def stamped(device: Device, text: str) -> datetime | None:
    """The moment of a contact that a stamp proves; None for one that is not ours, or another device's."""
    parts = text.split("-")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal() and len(parts[0]) <= 14):
        return None
    ms, number = int(parts[0]), int(parts[1])
    keys = links.keys()
    if number not in keys or not hmac.compare_digest(_mac(number, device, ms), parts[2]):
        return None
    return zones.from_ms(ms)


def _mac(number: int, device: Device, ms: int) -> str:
    digest = hmac.digest(links.keys()[number], f"door contact\n{device.public_id}\n{ms}".encode(), "sha256")
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def salt(device: Device) -> bytes:
    """With what codes are hashed on a device: another one for each device and each time it is rolled."""
    said = f"door salt\n{device.public_id}\n{device.generation}".encode()
    return hmac.digest(links.keys()[max(links.keys())], said, "sha256")[:16]


def hashed(salt: bytes, code: str) -> bytes:
    """What a device keeps of a code: sixteen octets of SHA-256 over its salt and the code."""
    return hashlib.sha256(salt + code.encode()).digest()[:16]
