"""What can happen at a door: a code is redeemed, a scan undone. One transaction each; the index on admissions is the
referee.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .. import audit, clock
from ..accounts.models import Person
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from ..registration import codes
from ..registration.models import Place, Registration, TicketCode
from . import queries
from .models import Admission, CheckinList, Device, Scan

UNDO_MINUTES = 15
SCAN_TEXT_LENGTH = 64


class TooLateToUndo(DomainError):
    """The scan is older than a quarter of an hour, or was made by somebody else."""

    message = _l("This scan can no longer be undone here. Please ask the organisers.")


@dataclass(frozen=True)
class Verdict:
    """What the door says. `answer` is "ok" or a reason of the closed list; `first` is the scan that let them in before."""

    answer: str
    scan: Scan | None = None
    place: Place | None = None
    registration: Registration | None = None
    first: Scan | None = None

    @property
    def admitted(self) -> bool:
        """Whether the guest may come in."""
        return self.answer == "ok"


def make_list(event: Event, name: BilingualText, *, window_kind: str = "event") -> CheckinList:
    """A new check-in list that lets every ticket in, once for the event or once a day."""
    position = db.session.scalar(sa.select(sa.func.count()).select_from(CheckinList).filter_by(event_id=event.id)) or 0
    made = CheckinList(event_id=event.id, name=name, window_kind=window_kind, position=position)
    db.session.add(made)
    db.session.flush()
    return made


def browser_device(event: Event, person: Person) -> Device:
    """The device that stands for a signed-in crew member's browsers at this event."""
    device = queries.device_of(event, person)
    if device is None:
        device = Device(
            event_id=event.id,
            kind="browser",
            name=person.display_name,
            person_id=person.id,
            created_at=clock.now(),
        )
        db.session.add(device)
    device.last_contact_at = clock.now()
    db.session.flush()
    return device


def redeem_code(
    event: Event,
    checkin_list: CheckinList,
    device: Device,
    text: str,
    *,
    scan_id: str = "",
    scanned_at: datetime | None = None,
    type: str = "entry",
    force: bool = False,
) -> Verdict:
    """Let in whoever brings the code `text`, or say why not; every attempt is kept.

    The same `scan_id` from the same device again gets the same answer and leaves one row.
    """
    code = codes.find(text)
    return _redeem(event, checkin_list, device, code, None, text, scan_id, scanned_at, type, force)


def redeem_place(
    event: Event,
    checkin_list: CheckinList,
    device: Device,
    place: Place,
    *,
    scan_id: str = "",
    type: str = "entry",
    force: bool = False,
) -> Verdict:
    """Let in whoever holds a place that was found by name."""
    return _redeem(event, checkin_list, device, None, place, "", scan_id, None, type, force)


def _redeem(
    event: Event,
    checkin_list: CheckinList,
    device: Device,
    code: TicketCode | None,
    place: Place | None,
    text: str,
    scan_id: str,
    scanned_at: datetime | None,
    type: str,
    force: bool,
) -> Verdict:
    registration = code.registration if code else (place.registration if place else None)
    if registration is not None and place is None:
        place = registration.place
    own = place is not None and place.event_id == event.id
    scan_id = scan_id or secrets.token_hex(16)
    scan = _keep(event, checkin_list, device, place if own else None, text, scan_id, scanned_at, type)
    if scan is None:
        return queries.verdict_of(device, scan_id)
    answer = _refusal(event, checkin_list, code, place, registration)
    first: Scan | None = None
    if answer is None or (force and own and answer not in ("unknown", "wrong_event", "revoked")):
        assert place is not None  # an unknown code was refused above
        scan.forced = force and answer is not None
        answer, first = _enter(checkin_list, place, scan) if type == "entry" else _leave(checkin_list, place, scan)
        if answer == "already_in" and force:
            scan.forced, answer = True, "ok"
    scan.answer = answer
    scan.state = "counted" if answer == "ok" and first is None else "refused"
    db.session.flush()
    return Verdict(answer, scan, place if own else None, registration if own else None, first)


def _keep(
    event: Event,
    checkin_list: CheckinList,
    device: Device,
    place: Place | None,
    text: str,
    scan_id: str,
    scanned_at: datetime | None,
    type: str,
) -> Scan | None:
    """The row of this attempt, or None when the same one is there already (a twin waits here for the first)."""
    now = clock.now()
    claimed = scanned_at or now
    earliest = min(device.last_contact_at or now, now)
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "event_id": event.id,
        "device_id": device.id,
        "scan_id": scan_id,
        "list_id": checkin_list.id,
        "place_id": place.id if place else None,
        "code_text": text[:SCAN_TEXT_LENGTH] if place is None else "",
        "type": type,
        "claimed_at": claimed,
        "received_at": now,
        "bounded_at": max(earliest, min(claimed, now)),
        "answer": "unknown",
        "state": "refused",
    }
    statement = (
        insert(Scan)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["device_id", "scan_id"])
        .returning(Scan.__table__.c.id)
    )
    row = db.session.execute(statement).scalar_one_or_none()
    return db.session.get(Scan, row) if row is not None else None


def _refusal(
    event: Event,
    checkin_list: CheckinList,
    code: TicketCode | None,
    place: Place | None,
    registration: Registration | None,
) -> str | None:
    """The first reason not to let this ticket in, in the order of the specification, or None."""
    if place is None:
        return "unknown"
    if place.event_id != event.id:
        return "wrong_event"
    cancelled = place.cancelled_at is not None or registration is None or registration.state == "cancelled"
    if code is not None and code.revoked_at is not None:
        return "cancelled" if cancelled else "revoked"
    allowed = checkin_list.rules.get("products")
    if allowed is not None and place.product.public_id not in allowed:
        return "wrong_ticket_type"
    if cancelled or (registration is not None and registration.state != "live"):
        return "cancelled"
    if place.approval in ("waiting", "rejected"):
        return "not_approved"
    if not checkin_list.allow_unpaid and _owes(place):
        return "unpaid"
    now = clock.now()
    if checkin_list.opens_at is not None and now < checkin_list.opens_at:
        return "not_yet_valid"
    if checkin_list.closes_at is not None and now > checkin_list.closes_at:
        return "no_longer_valid"
    return None


def _owes(place: Place) -> bool:
    return place.party.settled_at is None and any(
        item.gross and item.cancelled_at is None for item in place.party.items
    )


def _enter(checkin_list: CheckinList, place: Place, scan: Scan) -> tuple[str, Scan | None]:
    """Elect this scan for the admission of its window: ("ok", None), or "already_in" with the scan that was first."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = window_key(checkin_list, scan.bounded_at, place)
    statement = (
        insert(Admission)
        .values(
            event_id=place.event_id,
            list_id=checkin_list.id,
            place_id=place.id,
            window_key=key,
            scan_row_id=scan.id,
            at=scan.bounded_at,
            device_id=scan.device_id,
            scan_id=scan.scan_id,
            inside=True,
        )
        .on_conflict_do_nothing(index_elements=["list_id", "place_id", "window_key"])
        .returning(Admission.__table__.c.id)
    )
    if db.session.execute(statement).scalar_one_or_none() is not None:
        return "ok", None
    admission = queries.admission(checkin_list, place, key)
    if checkin_list.reentry and _set_inside(checkin_list, place, key, True):
        return "ok", admission.scan
    return "already_in", admission.scan


def _leave(checkin_list: CheckinList, place: Place, scan: Scan) -> tuple[str, Scan | None]:
    """Note that a guest went out; nobody who is not in can leave."""
    key = window_key(checkin_list, scan.bounded_at, place)
    return ("ok", None) if _set_inside(checkin_list, place, key, False) else ("rules", None)


def _set_inside(checkin_list: CheckinList, place: Place, key: str, inside: bool) -> bool:
    changed = db.session.execute(
        sa.update(Admission)
        .where(
            Admission.list_id == checkin_list.id,
            Admission.place_id == place.id,
            Admission.window_key == key,
            Admission.inside.is_not(inside),
        )
        .values(inside=inside)
        .returning(Admission.__table__.c.id)
    )
    return changed.scalar_one_or_none() is not None


def window_key(checkin_list: CheckinList, moment: datetime, place: Place) -> str:
    """What one admission covers: the whole event, or a day in the event's zone."""
    if checkin_list.window_kind == "event":
        return "event"
    return clock.in_zone(moment, place.party.event.zone).date().isoformat()


def undo(scan: Scan, device: Device) -> None:
    """Annul a scan within a quarter of an hour, by the device that made it. Nothing is deleted from the log.

    Raises `TooLateToUndo`.
    """
    late = scan.received_at < clock.now() - timedelta(minutes=UNDO_MINUTES)
    if scan.device_id != device.id or late or scan.state != "counted":
        raise TooLateToUndo
    annul(scan, "")


def annul(scan: Scan, reason: str) -> None:
    """Make a scan count no more; the guest is not in."""
    scan.state, scan.annulled_at, scan.annulled_reason = "annulled", clock.now(), reason
    db.session.execute(sa.delete(Admission).where(Admission.scan_row_id == scan.id))
    db.session.flush()
    audit.record("scan.annulled", scan, after={"reason": reason})
