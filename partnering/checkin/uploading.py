"""What devices scanned without network comes in: in batches, in any order, as often as they like.

Each scan is dated by the last contact of its device before it and by how long that was ago, see `devices`. Whom the
device let in is part of the story of the place (`story`), whatever comes later or came before: the earliest counts, and
every other one stands in the organisers' list. What should not have been let in at that moment waits for an organiser,
as does everything of a device that was not in good hands. Nothing is dropped, and nothing is counted twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..db import db, new_public_id, table_of
from ..events.models import Event
from ..registration import codes
from ..registration.models import Registration, TicketCode
from ..rows import ask
from . import devices, electing, knowing, queries, redeeming, zones
from .deciding import NEVER_FORCED, standing
from .knowing import Known
from .models import CheckinList, Device, Scan
from .rules import Door, fits

MOST = 200
"""So many scans come in one batch."""

UNDO = timedelta(minutes=15)

_scan = table_of(Scan)


@dataclass(frozen=True, slots=True)
class Brought:
    """A scan that a device brings: the code it read, or the public id of the `guest` who was searched for.

    `said` is what it told them. `contact` is the stamp of its last contact before, `since` the milliseconds between,
    `undone` those until crew took it back, if they did.
    """

    scan_id: str
    list: str
    said: str
    since: int
    contact: str
    code: str = ""
    guest: str = ""
    type: str = "entry"
    via: str = "camera"
    forced: bool = False
    undone: int | None = None
    answers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a scan: its state, or "" for one that cannot be kept, as its list is not of this event."""

    scan_id: str
    state: str
    reason: str = ""


@dataclass(slots=True)
class _Item:
    brought: Brought
    checkin_list: CheckinList
    door: Door
    known: Known | None
    at: datetime
    state: str = ""
    reason: str = ""

    @property
    def place_id(self) -> int | None:
        return self.known.row.place_id if self.known is not None and self.known.here else None


def receive(
    event: Event, device: Device, scans: Sequence[Brought], *, waiting: int = 0, doubted: bool = False
) -> list[Received]:
    """Take in a batch; what came before is answered as it is. `waiting` more are left on the device.

    `doubted`: the device showed a token that was revoked or replaced, so that an organiser has to look at them.
    """
    now = clock.now()
    lists = {each.public_id: each for each in queries.lists_of(event)}
    there = knowing.hold_lists([lists[name].id for name in {each.list for each in scans} & lists.keys()])
    own = {each.list_id for each in device.own_lists}
    doors = {name: knowing.door_of(event, each) for name, each in lists.items()}
    knowing.lock_places(_places(event, scans))
    told: dict[tuple[int, int], Door] = {}
    for brought in scans:
        checkin_list = lists.get(brought.list)
        if checkin_list is None or checkin_list.id not in there:
            continue
        known = _known(event, brought)
        if known is not None and known.here and doors[brought.list].addons is not None:
            known = knowing.with_addons(known)
        at, reason = _dated(device, brought, now)
        item = _Item(brought, checkin_list, doors[brought.list], known, at)
        _weigh(item, device, reason, doubted, outside=bool(own) and checkin_list.id not in own)
        if _write(event, device, item, now) and item.place_id is not None:
            told[checkin_list.id, item.place_id] = item.door
    for (list_id, place_id), door in sorted(told.items(), key=lambda pair: pair[0]):
        electing.retell(event, door, list_id, place_id)
    if not doubted and (device.kind == "browser" or devices.may_work(device)):
        devices.heard_of(device, now)  # a lease that is over begins anew with organisers alone
    device.waiting, device.waiting_at = waiting, now
    db.session.flush()
    return _became(device, scans)


def _places(event: Event, scans: Sequence[Brought]) -> list[int]:
    """The places that a batch is about, by id."""
    found = set()
    signed = [code for code in (codes.signed(each.code) for each in scans) if code is not None]
    rows = sa.select(Registration.place_id).where(Registration.event_id == event.id)
    if signed:
        of_codes = rows.join(TicketCode, TicketCode.registration_id == Registration.id)
        ids = [code_id for code_id, _number in signed]
        found |= set(db.session.scalars(of_codes.where(TicketCode.code_id.in_(ids))))
    guests = [each.guest for each in scans if each.guest]
    if guests:
        found |= set(db.session.scalars(rows.where(Registration.public_id.in_(guests))))
    return sorted(found)


def _known(event: Event, brought: Brought) -> Known | None:
    if not brought.guest:
        return knowing.by_text(event, brought.code)
    found = ask(_GUEST, {"event_id": event.id, "public_id": brought.guest}).scalar()
    return knowing.by_registration(event, found) if found is not None else None


_GUEST = sa.select(table_of(Registration).c.id).where(
    table_of(Registration).c.event_id == sa.bindparam("event_id"),
    table_of(Registration).c.public_id == sa.bindparam("public_id"),
)


def _dated(device: Device, brought: Brought, now: datetime) -> tuple[datetime, str]:
    """When a scan was, between the contact before it and now, to the millisecond; and what is wrong with that."""
    contact = devices.stamped(device, brought.contact)
    if contact is None or contact > now:
        return zones.from_ms(zones.to_ms(now)), "no_contact"
    gone = (now - contact) // timedelta(milliseconds=1)
    at = contact + timedelta(milliseconds=min(max(brought.since, 0), gone))
    return at, "lease_over" if at > contact + devices.LEASE else ""


def _weigh(item: _Item, device: Device, reason: str, doubted: bool, *, outside: bool) -> None:
    """Say what state a scan has: refused as the device said, to be reviewed, or part of the story."""
    if item.brought.said != "ok":
        item.state = "refused"
        return
    if doubted or (device.reviewed_from is not None and item.at >= device.reviewed_from):
        reason = "device_revoked"
    elif outside:
        reason = "rules"
    if not reason:
        reason = _refused(item, device)
    if not reason and item.place_id is None:
        reason = "unknown"
    item.state, item.reason = ("review", reason) if reason else ("counted", "")
    if item.brought.undone is not None and _in_time(item.brought):
        item.state = "annulled"


def _refused(item: _Item, device: Device) -> str:
    """Why nobody should have been let in on this ticket at that moment, "" where nothing stood against it.

    Who goes out is noted whatever the ticket is worth meanwhile.
    """
    ticket = item.known.ticket(item.at) if item.known is not None else None
    for refusal in standing(item.door, ticket, zones.to_ms(item.at)):
        if item.brought.type == "exit" and refusal not in ("unknown", "revoked", "wrong_event"):
            continue
        if refusal in NEVER_FORCED or not (item.brought.forced and device.may_force):
            return refusal
    return ""


def _in_time(brought: Brought) -> bool:
    return brought.undone is not None and 0 <= brought.undone - brought.since <= UNDO // timedelta(milliseconds=1)


def _write(event: Event, device: Device, item: _Item, now: datetime) -> bool:
    """Keep a scan, or annul the one that is there; whether the story of its place may be another one."""
    brought, known = item.brought, item.known
    here = item.place_id is not None
    row_id = redeeming.insert_scan(
        {
            "public_id": new_public_id(),
            "event_id": event.id,
            "device_id": device.id,
            "scan_id": brought.scan_id,
            "list_id": item.checkin_list.id,
            "place_id": item.place_id,
            "registration_id": known.row.registration_id if known is not None and here else None,
            "code_text": "" if known is not None else redeeming.readable(brought.code),
            "type": brought.type,
            "via": brought.via,
            "claimed_at": item.at,
            "received_at": now,
            "bounded_at": item.at,
            "answer": brought.said,
            "said": brought.said,
            "offline": True,
            "answers": {
                each.id: brought.answers[each.id]
                for each in item.door.questions
                if fits(each, brought.answers.get(each.id))
            },
            "state": item.state,
            "reason": item.reason,
            "forced": brought.forced and brought.said == "ok",
            "annulled_at": now if item.state == "annulled" else None,
        }
    )
    if row_id is not None:
        if brought.forced and brought.said == "ok":
            audit.record("scan.forced", db.session.get_one(Scan, row_id), event=event)
        return item.state == "counted"
    if _let_in_meanwhile(device, item, now):
        return item.state == "counted"
    if brought.undone is None or not _in_time(brought):
        return False
    annulled = db.session.execute(
        sa.update(_scan)
        .where(
            _scan.c.device_id == device.id,
            _scan.c.scan_id == brought.scan_id,
            _scan.c.state.in_((*electing.LET_THROUGH, "review")),
            _scan.c.settlement == "",
        )
        .values(state="annulled", annulled_at=now, window_key="")
        .returning(_scan.c.id)
    )
    return annulled.scalar_one_or_none() is not None


def _let_in_meanwhile(device: Device, item: _Item, now: datetime) -> bool:
    """The server had refused this attempt, but the device did not hear of it in time and let the guest in by itself:
    keep what happened at the door. Whether there was such an attempt.
    """
    if item.state == "refused":
        return False
    changed = db.session.execute(
        sa.update(_scan)
        .where(
            _scan.c.device_id == device.id,
            _scan.c.scan_id == item.brought.scan_id,
            _scan.c.list_id == item.checkin_list.id,
            _scan.c.type == item.brought.type,
            _scan.c.state == "refused",
            _scan.c.said == "",
        )
        .values(
            state=item.state,
            reason=item.reason,
            answer="ok",
            said="ok",
            offline=True,
            window_key="",
            bounded_at=item.at,
            annulled_at=now if item.state == "annulled" else None,
        )
        .returning(_scan.c.id)
    )
    return changed.scalar_one_or_none() is not None


def _became(device: Device, scans: Sequence[Brought]) -> list[Received]:
    rows = db.session.execute(
        sa.select(_scan.c.scan_id, _scan.c.state, _scan.c.reason).where(
            _scan.c.device_id == device.id, _scan.c.scan_id.in_([each.scan_id for each in scans])
        )
    )
    found = {row.scan_id: Received(row.scan_id, row.state, row.reason) for row in rows}
    return [found.get(each.scan_id, Received(each.scan_id, "")) for each in scans]
