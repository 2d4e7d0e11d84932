"""A code is redeemed: one attempt at a door, judged, written down and answered in one transaction.

Whoever shows a ticket holds its place while the attempt is judged, so that of all devices that show it at once one
says "ok"; the unique index on admissions is the second wall. A scan id that a device used before gets the answer that
it got. See `deciding` for the answers and `story` for what counts.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .. import audit, clock, straight
from ..accounts.models import Person
from ..db import db, new_public_id, table_of
from ..events.models import Event
from ..registration.models import Registration
from ..rows import ask
from ..text import clean
from . import electing, knowing, zones
from .deciding import NEVER_FORCED, Attempt, Decision, decide
from .electing import Kept
from .knowing import DoorGone, Known
from .models import CheckinList, Device, Scan
from .rules import Door, fits
from .story import Passage, Story, tell, told
from .verdicts import Asked, First, Verdict

SCAN_TEXT_LENGTH = 64
ANSWER_LENGTH = 500
SELDOM = timedelta(seconds=10)
"""So often at most it is noted that a device was heard of."""

_scan, _device = table_of(Scan), table_of(Device)


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt as it was sent: which way, by which means, and how the device calls it (`scan_id`, "": nothing).

    `scanned_at` is when the device says it was. `answers` to the questions of the list are by their public ids. With
    `force` whoever stands at the door, `by`, overrules a refusal; `simulate` keeps nothing.
    """

    scan_id: str = ""
    scanned_at: datetime | None = None
    type: str = "entry"
    via: str = "camera"
    force: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)
    by: Person | None = None
    simulate: bool = False


def redeem_code(
    event: Event,
    checkin_list: CheckinList,
    device: Device,
    text: str,
    *,
    typed: bool = False,
    asked: list[Asked] | None = None,
    **sent: Any,
) -> Verdict:
    """Let in whoever brings the code `text`, or say why not; every attempt is kept.

    With `typed` the short code for people counts too: never for what a camera read. `asked` are the questions of the
    list where they are known already. `sent` are fields of `Try`.
    """
    if typed:
        sent.setdefault("via", "typed")
    known = knowing.by_text(event, text, typed=typed)
    return _redeem(event, checkin_list, device, known, text, Try(**sent), asked)


def redeem_registration(
    event: Event, checkin_list: CheckinList, device: Device, registration: Registration, **sent: Any
) -> Verdict:
    """Let in somebody who was found by name; rules and answers as for a code. `sent` are fields of `Try`."""
    sent.setdefault("via", "search")
    known = knowing.by_registration(event, registration.id)
    return _redeem(event, checkin_list, device, known, "", Try(**sent))


def _redeem(
    event: Event,
    checkin_list: CheckinList,
    device: Device,
    known: Known | None,
    text: str,
    sent: Try,
    asked: list[Asked] | None = None,
) -> Verdict:
    if asked is None:
        asked = knowing.asked_at(checkin_list)
    door = knowing.door_of(event, checkin_list, asked)
    here = known is not None and known.here
    if known is not None and here and (door.addons is not None or checkin_list.rules.get("extras")):
        known = knowing.with_addons(known)
    kept = electing.kept_of(known.row.place_id) if known is not None and here else []
    own = [each for each in kept if each.list_id == checkin_list.id]
    now = clock.now()
    bounded_at, story = _placed(checkin_list, device, known, own, door, sent, now)
    sent = replace(sent, answers=_fitting(door, sent.answers), force=sent.force and device.may_force)
    decision = _decided(door, known, story, kept, bounded_at, sent)
    first = _first(checkin_list, own, decision.window) if sent.type == "entry" else None
    verdict = Verdict(
        answer=decision.answer,
        scan=new_public_id(),
        state="counted" if decision.answer == "ok" else "refused",
        type=sent.type,
        received_at=now,
        bounded_at=bounded_at,
        forced=decision.forced,
        may_force=may_force(device, decision.answer, sent.type, known),
        warn=known is not None and here and bool(known.row.owes) and door.unpaid == "warn",
        guest=known.guest(checkin_list.rules.get("extras", ())) if known is not None else None,
        first=first,
        questions=asked if decision.answer == "incomplete" else (),
    )
    if sent.simulate:
        return replace(verdict, scan="")
    sent = replace(sent, scan_id=sent.scan_id or secrets.token_hex(16))
    row_id = _keep(event, checkin_list, device, known, text, sent, verdict, decision.window)
    if row_id is None:
        return repeated(event, checkin_list, device, sent.scan_id)
    _heard(device, now)
    if decision.answer == "ok":
        assert known is not None  # nobody else is let in
        passage = Passage(zones.to_ms(bounded_at), device.id, sent.scan_id, sent.type, decision.forced)
        tell(door, story, passage)
        ids = {(device.id, sent.scan_id): row_id}
        if not electing.save(event.id, checkin_list.id, known.row.place_id, own, story.windows, ids):
            return _too_late(event, checkin_list, device, row_id, sent.scan_id)
        if decision.forced:
            audit.record("scan.forced", db.session.get_one(Scan, row_id), event=event)
    return verdict


def may_force(device: Device, answer: str, type: str, known: Known | None) -> bool:
    """Whether crew may overrule this answer here."""
    refused = answer != "ok" and answer not in NEVER_FORCED
    return device.may_force and refused and type == "entry" and known is not None and known.here


def _placed(
    checkin_list: CheckinList,
    device: Device,
    known: Known | None,
    own: list[Kept],
    door: Door,
    sent: Try,
    now: datetime,
) -> tuple[datetime, Story]:
    """When an attempt was, to the millisecond, and the story of its place until then.

    The claimed time counts between the last contact of the device and now; and after everything that is known of this
    place here, since the answer is given knowing it.
    """
    claimed = sent.scanned_at or now
    at = zones.to_ms(max(min(device.last_contact_at or now, now), min(claimed, now)))
    if not own or known is None:
        return zones.from_ms(at), Story()
    passages = [passage for _row, passage in electing.passages_of(checkin_list.id, known.row.place_id)]
    latest = max((each.at for each in passages), default=at - 1)
    return zones.from_ms(max(at, latest + 1)), told(door, passages)


def _decided(
    door: Door, known: Known | None, story: Story, kept: list[Kept], bounded_at: datetime, sent: Try
) -> Decision:
    elsewhere: dict[str, list[str]] = {}
    for each in kept:
        elsewhere.setdefault(each.list, []).append(each.window.key)
    attempt = Attempt(zones.to_ms(bounded_at), sent.type, sent.force, sent.answers)
    return decide(door, known.ticket() if known is not None else None, story.windows, elsewhere, attempt)


def _fitting(door: Door, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was sent, the answers to questions of this list that fit them."""
    return {
        each.id: answer[:ANSWER_LENGTH] if isinstance(answer, str) else answer
        for each in door.questions
        if each.id in answers and fits(each, answer := answers[each.id])
    }


def _first(checkin_list: CheckinList, own: list[Kept], key: str) -> First | None:
    for each in own:
        if each.window.key == key:
            return First(zones.from_ms(each.window.first), checkin_list.name, each.device)
    return None


def _heard(device: Device, now: datetime) -> None:
    """Note that a device was heard of; whatever it claims from now on was not before this moment."""
    if device.last_contact_at is None or now - device.last_contact_at > SELDOM:
        device.last_contact_at = now
        db.session.flush()


# -- what is kept


def _keep(
    event: Event,
    checkin_list: CheckinList,
    device: Device,
    known: Known | None,
    text: str,
    sent: Try,
    verdict: Verdict,
    key: str,
) -> int | None:
    """Write an attempt down; None when the same one is there already (a twin waits here for the first).

    What was scanned is kept only where it is nobody's ticket.
    """
    here = known is not None and known.here
    values = {
        "public_id": verdict.scan,
        "event_id": event.id,
        "device_id": device.id,
        "scan_id": sent.scan_id,
        "list_id": checkin_list.id,
        "place_id": known.row.place_id if known is not None and here else None,
        "registration_id": known.row.registration_id if known is not None and here else None,
        "code_text": "" if known is not None else readable(text),
        "type": sent.type,
        "via": sent.via,
        "claimed_at": sent.scanned_at or verdict.received_at,
        "received_at": verdict.received_at,
        "bounded_at": verdict.bounded_at,
        "answer": verdict.answer,
        "answers": dict(sent.answers),
        "state": verdict.state,
        "window_key": key if known is not None and here else "",
        "forced": verdict.forced,
        "forced_by_id": sent.by.id if verdict.forced and sent.by is not None else None,
    }
    return insert_scan(values)


def readable(text: str) -> str:
    """What was scanned, as the log shows it."""
    return clean(text.encode("utf-8", "replace").decode())[:SCAN_TEXT_LENGTH]


def insert_scan(values: dict[str, Any]) -> int | None:
    """The id of a new scan with these columns; None when this device has used its scan id before.

    Raises `DoorGone`; then the transaction must end.
    """
    link = db.session.connection()
    try:
        found: int | None = straight.run(link, _insert(link.dialect.name), values).scalar()
    except sa.exc.IntegrityError as error:
        if "fk_scan_event_id_list_id" in str(error.orig):  # only PostgreSQL deletes while somebody else writes
            raise DoorGone from error
        raise
    return found


@cache
def _insert(dialect: str) -> Any:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(_scan)
    return insert.on_conflict_do_nothing(index_elements=["device_id", "scan_id"]).returning(_scan.c.id)


def _too_late(event: Event, checkin_list: CheckinList, device: Device, row_id: int, scan_id: str) -> Verdict:
    """The second wall: somebody let the ticket in who did not hold its place."""
    db.session.execute(
        sa.update(_scan).where(_scan.c.id == row_id).values(answer="already_in", state="refused", forced=False)
    )
    return repeated(event, checkin_list, device, scan_id)


# -- the same again


def repeated(event: Event, checkin_list: CheckinList, device: Device, scan_id: str) -> Verdict:
    """The answer that an attempt got, for a device that asks again."""
    row = ask(_STORED, {"device_id": device.id, "scan_id": scan_id}).one()
    known = knowing.by_registration(event, row.registration_id) if row.registration_id is not None else None
    if known is not None and checkin_list.rules.get("extras"):
        known = knowing.with_addons(known)
    first = None
    if known is not None and row.type == "entry" and row.answer in ("ok", "already_in"):
        kept = [each for each in electing.kept_of(row.place_id) if each.list_id == row.list_id]
        first = _first(checkin_list, [each for each in kept if each.scan_row_id != row.id], row.window_key)
    questions: list[Asked] = knowing.asked_at(checkin_list) if row.answer == "incomplete" else []
    return Verdict(
        answer=row.answer,
        scan=row.public_id,
        state=row.state,
        type=row.type,
        received_at=row.received_at,
        bounded_at=row.bounded_at,
        forced=row.forced,
        may_force=may_force(device, row.answer, row.type, known),
        warn=known is not None and bool(known.row.owes) and checkin_list.unpaid == "warn",
        guest=known.guest(checkin_list.rules.get("extras", ())) if known is not None else None,
        first=first,
        questions=questions,
        repeated=True,
    )


_STORED = sa.select(_scan).where(
    _scan.c.device_id == sa.bindparam("device_id"), _scan.c.scan_id == sa.bindparam("scan_id")
)
