"""What can happen at a door: a code is redeemed, a scan undone.

The unique index on admissions is the referee: of all devices that show a ticket at once, one inserts and says "ok".
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

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
from ..text import clean
from ..tickets.queries import admits_on
from . import queries
from .models import Admission, CheckinList, Device, Scan
from .verdicts import Verdict

UNDO_MINUTES = 15
SCAN_TEXT_LENGTH = 64

GIVEN_BACK = ("cancelled", "declined", "rejected")
"""How a registration ends without anybody in its guest's stead: its code says so at the door."""

NEVER_FORCED = ("unknown", "wrong_event", "revoked", "cancelled", "blocked")
"""Answers that nobody at a door can overrule: there is no ticket to let in."""

DEFAULT_LIST = BilingualText(de="Einlass", en="Entrance")


class TooLateToUndo(DomainError):
    """The scan is older than a quarter of an hour, was made by somebody else, or does not count any more."""

    message = _l("This scan can no longer be undone here. Please ask the organisers.")


# -- lists and devices


def make_list(event: Event, name: BilingualText, **values: Any) -> CheckinList:
    """A new check-in list. Unless `values` (columns) say otherwise it lets every ticket in, once for the event."""
    position = db.session.scalar(sa.select(sa.func.count()).select_from(CheckinList).filter_by(event_id=event.id)) or 0
    made = CheckinList(event_id=event.id, name=name, position=position, **values)
    db.session.add(made)
    db.session.flush()
    audit.record("checkin_list.made", made, event=event, after={"name": name})
    return made


def default_list(event: Event) -> CheckinList:
    """The event's first list; "Entrance" is made where there is none yet."""
    db.session.execute(sa.select(Event.id).where(Event.id == event.id).with_for_update())  # one of two hands makes it
    lists = queries.lists_of(event)
    return lists[0] if lists else make_list(event, DEFAULT_LIST)


def edit_list(event: Event, checkin_list: CheckinList, values: Mapping[str, Any]) -> None:
    """Give a list other columns. Who is in already stays in."""
    before = {name: getattr(checkin_list, name) for name in values}
    for name, value in values.items():
        setattr(checkin_list, name, value)
    db.session.flush()
    audit.record("checkin_list.edited", checkin_list, event=event, before=before, after=dict(values))


def browser_device(event: Event, person: Person) -> Device:
    """The device that stands for a signed-in crew member's browsers at this event."""
    db.session.execute(
        _insert(Device)
        .values(
            event_id=event.id, kind="browser", name=person.display_name, person_id=person.id, created_at=clock.now()
        )
        .on_conflict_do_nothing(index_elements=["event_id", "person_id"])
    )
    device = queries.device_of(event, person)
    assert device is not None  # inserted above, by us or by a twin
    return device


def _insert(model: type) -> Any:
    """INSERT that can say ON CONFLICT, in the dialect of the database."""
    dialect = db.session.get_bind().dialect.name
    return postgresql.insert(model) if dialect == "postgresql" else sqlite.insert(model)


# -- redeeming


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
    typed: bool = False,
) -> Verdict:
    """Let in whoever brings the code `text`, or say why not; every attempt is kept.

    The same `scan_id` from the same device again gets the same answer and leaves one row. `scanned_at` is when the
    device says it was. With `typed` the short code for people counts too: never for what a camera read.
    """
    code = codes.find(text)
    if code is None and typed:
        code = queries.code_printed_as(text)
    registration = code.registration if code is not None else None
    return _redeem(event, checkin_list, device, code, registration, text, scan_id, scanned_at, type, force)


def redeem_registration(
    event: Event,
    checkin_list: CheckinList,
    device: Device,
    registration: Registration,
    *,
    scan_id: str = "",
    type: str = "entry",
    force: bool = False,
) -> Verdict:
    """Let in somebody who was found by name; rules and answers as for a code."""
    return _redeem(event, checkin_list, device, None, registration, "", scan_id, None, type, force)


def _redeem(
    event: Event,
    checkin_list: CheckinList,
    device: Device,
    code: TicketCode | None,
    registration: Registration | None,
    text: str,
    scan_id: str,
    scanned_at: datetime | None,
    type: str,
    force: bool,
) -> Verdict:
    own = registration if registration is not None and registration.event_id == event.id else None
    scan_id = scan_id or secrets.token_hex(16)
    kept_text = "" if registration is not None else text
    scan = _keep(event, checkin_list, device, own, kept_text, scan_id, scanned_at, type)
    if scan is None:
        return queries.verdict_of(event, device, scan_id)
    device.last_contact_at = clock.now()
    answer, first = _refusal(event, checkin_list, code, registration, scan.bounded_at), None
    if own is not None and (answer is None or (force and answer not in NEVER_FORCED)):
        scan.forced = answer is not None
        if type == "entry":
            answer, first = _enter(event, checkin_list, own.place, scan, force)
        else:
            answer = _leave(checkin_list, own.place, scan)
    assert answer is not None  # a foreign guest was refused above
    scan.answer = answer
    scan.state = "counted" if answer == "ok" else "refused"
    scan.forced = scan.forced and answer == "ok"
    db.session.flush()
    if scan.forced:
        audit.record("scan.forced", scan, event=event)
    if own is None:
        return Verdict(answer, scan)
    return Verdict(answer, scan, own.place, own, first, queries.owes(own.place))


def _keep(
    event: Event,
    checkin_list: CheckinList,
    device: Device,
    registration: Registration | None,
    text: str,
    scan_id: str,
    scanned_at: datetime | None,
    type: str,
) -> Scan | None:
    """The row of this attempt, or None when the same one is there already (a twin waits here for the first).

    What was scanned is kept only where it is nobody's ticket.
    """
    now = clock.now()
    claimed = scanned_at or now
    earliest = min(device.last_contact_at or now, now)
    statement = (
        _insert(Scan)
        .values(
            event_id=event.id,
            device_id=device.id,
            scan_id=scan_id,
            list_id=checkin_list.id,
            place_id=registration.place_id if registration is not None else None,
            registration_id=registration.id if registration is not None else None,
            code_text=clean(text.encode("utf-8", "replace").decode())[:SCAN_TEXT_LENGTH],
            type=type,
            claimed_at=claimed,
            received_at=now,
            bounded_at=max(earliest, min(claimed, now)),
            answer="unknown",
            state="refused",
        )
        .on_conflict_do_nothing(index_elements=["device_id", "scan_id"])
        .returning(Scan.__table__.c.id)
    )
    row = db.session.execute(statement).scalar_one_or_none()
    return db.session.get(Scan, row) if row is not None else None


def _refusal(
    event: Event,
    checkin_list: CheckinList,
    code: TicketCode | None,
    registration: Registration | None,
    moment: datetime,
) -> str | None:
    """The first reason not to let this ticket in at `moment`, in the order of the specification, or None."""
    if registration is None:
        return "unknown"
    foreign = registration.event_id != event.id
    place = registration.place
    cancelled = place.cancelled_at is not None or registration.state in GIVEN_BACK
    if code is not None and code.revoked_at is not None:
        return "cancelled" if cancelled and not foreign else "revoked"
    if foreign:
        return "wrong_event"
    if not queries.lets_in(checkin_list, place.product):
        return "wrong_ticket_type"
    days, day = checkin_list.rules.get("days"), clock.in_zone(moment, event.zone).date()
    if (days is not None and day.isoformat() not in days) or not admits_on(place.product, day):
        return "wrong_day"
    if cancelled or registration.state != "live":
        return "cancelled"
    if place.party.approval in ("waiting", "rejected"):
        return "not_approved"
    if checkin_list.unpaid == "refuse" and queries.owes(place):
        return "unpaid"
    if checkin_list.opens_at is not None and moment < checkin_list.opens_at:
        return "not_yet_valid"
    if checkin_list.closes_at is not None and moment >= checkin_list.closes_at:
        return "no_longer_valid"
    return None


def _enter(event: Event, checkin_list: CheckinList, place: Place, scan: Scan, force: bool) -> tuple[str, Scan | None]:
    """Elect this scan for the admission of its window, or find who was first: ("ok" or "already_in", first scan)."""
    key = queries.window_key(checkin_list, event, scan.bounded_at)
    statement = (
        _insert(Admission)
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
            entries=1,
            entered_at=scan.bounded_at,
        )
        .on_conflict_do_nothing(index_elements=["list_id", "place_id", "window_key"])
        .returning(Admission.__table__.c.id)
    )
    while db.session.execute(statement).scalar_one_or_none() is None:
        admission = queries.admission(checkin_list, place, key)
        if admission is None:
            continue  # undone between our look and our claim: the place is free again
        if checkin_list.entries == "multiple" or (checkin_list.entries == "reentry" and _set_inside(admission, True)):
            _come_in(admission, scan)
            return "ok", admission.scan
        if force:
            _come_in(admission, scan)
            scan.forced = True
            return "ok", admission.scan
        return "already_in", admission.scan
    return "ok", None


def _leave(checkin_list: CheckinList, place: Place, scan: Scan) -> str:
    """Note that a guest went out, whichever window they came in; nobody who is not in can leave ("rules")."""
    admission = queries.admission_inside(checkin_list, place)
    return "ok" if admission is not None and _set_inside(admission, False) else "rules"


def _come_in(admission: Admission, scan: Scan) -> None:
    """One more entry of who was let in before."""
    db.session.execute(
        sa.update(Admission)
        .where(Admission.id == admission.id)
        .values(
            inside=True,
            entries=Admission.entries + 1,
            entered_at=sa.case((Admission.entered_at < scan.bounded_at, scan.bounded_at), else_=Admission.entered_at),
        )
    )


def _set_inside(admission: Admission, inside: bool) -> bool:
    """Turn the state of an admission; False when somebody else already did, or undid it."""
    changed = db.session.execute(
        sa.update(Admission)
        .where(Admission.id == admission.id, Admission.inside.is_not(inside))
        .values(inside=inside)
        .returning(Admission.id)
    )
    return changed.scalar_one_or_none() is not None


# -- undoing


def may_undo(scan: Scan, device: Device | None) -> bool:
    """Whether the device that made a scan may still take it back: for a quarter of an hour."""
    late = scan.received_at < clock.now() - timedelta(minutes=UNDO_MINUTES)
    return device is not None and scan.device_id == device.id and not late and scan.state == "counted"


def undo(event: Event, scan: Scan, device: Device) -> None:
    """Annul a scan within a quarter of an hour, by the device that made it. Nothing is deleted from the log.

    Raises `TooLateToUndo`.
    """
    if not may_undo(scan, device):
        raise TooLateToUndo
    annul(event, scan, "")


def annul(event: Event, scan: Scan, reason: str) -> None:
    """Make a scan count no more, and elect again among those that do; without any the guest is not in.

    Raises `TooLateToUndo` when it does not count any more.
    """
    annulled = db.session.execute(
        sa.update(Scan)
        .where(Scan.id == scan.id, Scan.state == "counted")
        .values(state="annulled", annulled_at=clock.now(), annulled_reason=reason)
        .returning(Scan.id)
    )
    if annulled.scalar_one_or_none() is None:
        raise TooLateToUndo
    db.session.expire(scan)
    _elect_again(event, scan)
    audit.record("scan.annulled", scan, event=event, after={"reason": reason})


def _elect_again(event: Event, annulled: Scan) -> None:
    """Let the scans that still count decide who was first and whether the guest is in.

    An exit belongs to the window of the entry before it, so the guest's whole story at this door is told anew.
    """
    admissions = queries.locked_admissions(annulled)  # before the scans are read, so that none arrives between
    stories: dict[str, list[Scan]] = {}
    key = ""
    for scan in queries.counted_scans(annulled):
        if scan.type == "entry":
            key = queries.window_key(annulled.list, event, scan.bounded_at)
        if key:
            stories.setdefault(key, []).append(scan)
    for admission in admissions:
        story = stories.get(admission.window_key)
        if story is None:
            db.session.delete(admission)
            continue
        first, last = story[0], story[-1]
        admission.scan_row_id, admission.at = first.id, first.bounded_at
        admission.device_id, admission.scan_id = first.device_id, first.scan_id
        admission.inside = last.type == "entry"
        came = [each.bounded_at for each in story if each.type == "entry"]
        admission.entries, admission.entered_at = len(came), came[-1]
    db.session.flush()
