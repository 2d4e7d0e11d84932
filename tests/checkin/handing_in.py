"""Phones of one event that hand in what they scanned without network."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from partnering import clock
from partnering.checkin import devices, uploading
from partnering.checkin.models import Admission, CheckinList, Device, Scan
from partnering.checkin.uploading import Brought
from partnering.db import db, transaction
from partnering.events.models import Event
from tests.factories.checkin import make_attendee, ticket_text

START = datetime(2027, 10, 13, 6, 0, tzinfo=UTC)


def make_phones(event: Event, number: int) -> list[Device]:
    """Phones that may overrule, and hear of the server now."""
    with transaction():
        made = [devices.make(event, f"Telefon {n}", by=None, may_force=True) for n in range(number)]
        for device in made:
            devices.heard_of(device, clock.now())
        return made


def hand_in(event: Event, device: Device, door: CheckinList, *scans: Any, doubted: bool = False) -> None:
    """Upload (name, text, minutes after the start, more fields of `Brought` or nothing) of one device."""
    contact = devices.stamp(device, START)
    brought = [
        Brought(name, door.public_id, "ok", minutes * 60_000, contact, text, **more)
        for name, text, minutes, more in ((*each, {}) if len(each) == 3 else each for each in scans)
    ]
    with transaction():
        uploading.receive(event, db.session.get_one(Device, device.id), brought, doubted=doubted)


def hand_in_doubtful(event: Event, door: CheckinList, freeze: Callable[[datetime], object]) -> str:
    """Three quarters of an hour after the start a phone that was let go hands in a guest, whose ticket is given."""
    text = ticket_text(make_attendee(event))
    phone = make_phones(event, 1)[0]
    freeze(START + timedelta(minutes=45))
    hand_in(event, phone, door, ("doubt-001", text, 3), doubted=True)
    return text


def ref(name: str) -> str:
    """The public id of a scan, by what its device calls it."""
    return db.session.scalars(sa.select(Scan.public_id).where(Scan.scan_id == name)).one()


def outcome() -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Everything that counts: scans with their state, and the admissions."""
    db.session.rollback()
    scans = db.session.execute(
        sa.select(Scan.scan_id, Scan.state, Scan.reason, Scan.window_key, Scan.answer, Scan.bounded_at).order_by(
            Scan.scan_id
        )
    )
    admissions = db.session.execute(
        sa.select(
            Admission.place_id,
            Admission.window_key,
            Admission.scan_id,
            Admission.at,
            Admission.entries,
            Admission.inside,
            Admission.entered_at,
        ).order_by(Admission.place_id, Admission.window_key)
    )
    return [tuple(row) for row in scans], [tuple(row) for row in admissions]
