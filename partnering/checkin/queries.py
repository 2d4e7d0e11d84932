"""What can be asked about doors, scans and who is in."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import clock
from ..accounts.models import Person
from ..db import db
from ..events.models import Event, Participant
from ..registration.models import Party, Place, Registration
from ..text import fold
from .models import Admission, CheckinList, Device, Scan

if TYPE_CHECKING:
    from .services import Verdict


def lists_of(event: Event) -> Sequence[CheckinList]:
    """The event's check-in lists in their order."""
    return db.session.scalars(
        sa.select(CheckinList).where(CheckinList.event_id == event.id).order_by(CheckinList.position, CheckinList.id)
    ).all()


def list_at(event: Event, public_id: str) -> CheckinList | None:
    """One of the event's lists."""
    return db.session.scalars(
        sa.select(CheckinList).where(CheckinList.event_id == event.id, CheckinList.public_id == public_id)
    ).one_or_none()


def device_of(event: Event, person: Person) -> Device | None:
    """The device that stands for a person's browsers at this event."""
    return db.session.scalars(
        sa.select(Device).where(Device.event_id == event.id, Device.person_id == person.id)
    ).one_or_none()


def admission(checkin_list: CheckinList, place: Place, window_key: str) -> Admission:
    """The admission that counts in a window."""
    return db.session.scalars(
        sa.select(Admission)
        .where(
            Admission.list_id == checkin_list.id,
            Admission.place_id == place.id,
            Admission.window_key == window_key,
        )
        .options(joinedload(Admission.scan).joinedload(Scan.device))
        .execution_options(populate_existing=True)
    ).one()


def verdict_of(device: Device, scan_id: str) -> "Verdict":
    """The answer that an attempt got, for a device that asks again."""
    from .services import Verdict  # the answer's shape belongs to the services, which build on these queries

    scan = db.session.scalars(sa.select(Scan).where(Scan.device_id == device.id, Scan.scan_id == scan_id)).one()
    place = scan.place
    first = None
    if scan.answer == "already_in" and place is not None:
        first = db.session.scalars(
            sa.select(Scan)
            .join(Admission, Admission.scan_row_id == Scan.id)
            .where(Admission.list_id == scan.list_id, Admission.place_id == place.id)
            .order_by(Admission.at.desc())
            .limit(1)
        ).one_or_none()
    return Verdict(scan.answer, scan, place, place.registration if place else None, first)


def scan_at(event: Event, public_id: str) -> Scan | None:
    """One of the event's scans."""
    return db.session.scalars(
        sa.select(Scan).where(Scan.event_id == event.id, Scan.public_id == public_id)
    ).one_or_none()


def counts(event: Event, checkin_list: CheckinList) -> tuple[int, int]:
    """(guests admitted on this list, in a daily list today; guests expected)."""
    arrived = sa.select(sa.func.count()).select_from(Admission).where(Admission.list_id == checkin_list.id)
    if checkin_list.window_kind == "day":
        today = clock.in_zone(clock.now(), event.zone).date().isoformat()
        arrived = arrived.where(Admission.window_key == today)
    return db.session.scalar(arrived) or 0, expected(event, checkin_list)


def expected(event: Event, checkin_list: CheckinList) -> int:
    """How many live registrations this list would let in."""
    statement = (
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(Registration.event_id == event.id, Registration.state == "live")
    )
    allowed = checkin_list.rules.get("products")
    if allowed is not None:
        statement = statement.where(Registration.place.has(Place.product.has(public_id=sa.any_(allowed))))
    return db.session.scalar(statement) or 0


def recent(event: Event, checkin_list: CheckinList, most: int = 5) -> Sequence[Scan]:
    """The last guests let in, newest first."""
    return db.session.scalars(
        sa.select(Scan)
        .where(Scan.event_id == event.id, Scan.list_id == checkin_list.id, Scan.state == "counted")
        .options(*_WITH_GUEST)
        .order_by(Scan.received_at.desc(), Scan.id.desc())
        .limit(most)
    ).all()


def log(event: Event, checkin_list: CheckinList | None = None, most: int = 100) -> Sequence[Scan]:
    """The last attempts, refused ones too, newest first."""
    statement = sa.select(Scan).where(Scan.event_id == event.id)
    if checkin_list is not None:
        statement = statement.where(Scan.list_id == checkin_list.id)
    return db.session.scalars(
        statement.options(*_WITH_GUEST).order_by(Scan.received_at.desc(), Scan.id.desc()).limit(most)
    ).all()


_WITH_GUEST = (
    joinedload(Scan.device),
    joinedload(Scan.list),
    joinedload(Scan.place).options(
        joinedload(Place.product),
        selectinload(Place.registrations).joinedload(Registration.participant),
    ),
)


def find_guests(event: Event, words: str, most: int = 20) -> Sequence[Registration]:
    """Live registrations whose name or company contains every word, folded; two letters at least."""
    parts = fold(words).split()
    if len("".join(parts)) < 2:
        return []
    statement = (
        sa.select(Registration)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(Registration.event_id == event.id, Registration.state == "live")
    )
    for part in parts:
        statement = statement.where(Participant.search_name.contains(part, autoescape=True))
    return db.session.scalars(
        statement.options(
            joinedload(Registration.participant),
            joinedload(Registration.place).options(joinedload(Place.product), joinedload(Place.party)),
        )
        .order_by(Participant.sort_name, Registration.id)
        .limit(most)
    ).all()


def admitted_places(checkin_list: CheckinList, place_ids: Sequence[int]) -> dict[int, Admission]:
    """Which of these places were admitted, with the latest admission."""
    if not place_ids:
        return {}
    found = db.session.scalars(
        sa.select(Admission)
        .where(Admission.list_id == checkin_list.id, Admission.place_id.in_(place_ids))
        .options(joinedload(Admission.scan).joinedload(Scan.device))
        .order_by(Admission.at)
    )
    return {row.place_id: row for row in found}


def per_ten_minutes(event: Event, hours: int = 3) -> list[tuple[str, int]]:
    """Arrivals in steps of ten minutes up to now: (wall-clock start, count); steps before the first arrival left out."""
    since = clock.now() - timedelta(hours=hours)
    times = db.session.scalars(
        sa.select(Admission.at)
        .join(CheckinList, CheckinList.id == Admission.list_id)
        .where(Admission.event_id == event.id, Admission.at >= since)
        .order_by(Admission.at)
    ).all()
    steps: dict[int, int] = {}
    for moment in times:
        step = int(moment.timestamp()) // 600
        steps[step] = steps.get(step, 0) + 1
    if not steps:
        return []
    last = int(clock.now().timestamp()) // 600
    labels = []
    for step in range(min(steps), last + 1):
        wall = clock.in_zone(clock.from_atom(step * 2), event.zone)
        labels.append((f"{wall:%H:%M}".removeprefix("0"), steps.get(step, 0)))
    return labels


def party_places(party: Party) -> Sequence[Place]:
    """The places of a party, to let a group in together."""
    return db.session.scalars(
        sa.select(Place)
        .where(Place.party_id == party.id, Place.cancelled_at.is_(None))
        .options(joinedload(Place.product), selectinload(Place.registrations).joinedload(Registration.participant))
        .order_by(Place.position)
    ).all()
