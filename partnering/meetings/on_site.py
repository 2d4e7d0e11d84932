"""The day itself: asking for the next free slot, saying that one is at the table, and who did not come."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .. import clock
from ..agenda import services as agenda
from ..checkin import queries as door
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event
from . import asking, bookable, day_news, day_queries, evidence, queries, steps
from .errors import (
    NoteChanged,
    NotHere,
    NothingFree,
    NotInTime,
    NotShown,
    NotYours,
    RequestNotOpen,
    TooEarlyToRate,
    TooLateToDispute,
)
from .evidence import DeskScan
from .models import Meeting, MeetingScan, MeetingSide, MeetingSlot

OLDEST = timedelta(hours=12)
"""How far back a queue without network may reach."""


# -- asking on the day


def on_its_days(event: Event) -> bool:
    """Whether the event runs or is about to, so that guests may be there."""
    return event.opens_at - timedelta(hours=12) <= clock.now() <= event.closes_at


def here(delegates: Sequence[Delegate]) -> set[int]:
    """The ids of those delegates who have been let in at any door today, or for the whole event, and are in."""
    if not delegates:
        return set()
    inside = door.inside(delegates[0].participant.event, [each.registration_id for each in delegates])
    return {each.id for each in delegates if each.registration_id in inside}


def next_slots(one: Delegate, other: Delegate, limit: int = asking.MOST_OFFERS) -> list[MeetingSlot]:
    """The earliest slots, ten minutes from now or later, in which both and a place are free and people book."""
    soonest = clock.now() + timedelta(minutes=queries.LEAD_MINUTES)
    common = queries.common_slots([other, one], after=soonest)
    return [slot for slot in common if slot.block.mode != "batch"][:limit]


def ask_live(requester: Delegate, invitee: Delegate, message: str = "", *, by: Delegate | None = None) -> Meeting:
    """Ask somebody who is here too for the next free slot; the two after it are offered as well, should it be gone.

    The answer is due within the rules' `live_minutes`, and the invitee is told at once. Raises `NotHere`, `NothingFree`
    and whatever `asking.request_meeting` raises.
    """
    event = requester.participant.event
    bookable.require_acting(by or requester, requester)
    steps.lock([requester.id, invitee.id])
    bookable.check(event, requester, invitee, live=True)
    if len(here([requester, invitee])) < 2:
        raise NotHere
    slots = next_slots(requester, invitee)
    if not slots:
        raise NothingFree
    return asking.request_meeting(requester, invitee, slots, message, by=by, origin="live")


# -- at the table


def confirm(meeting: Meeting, by: Delegate, kind: str = "button", *, scan_id: str) -> Meeting:
    """Say that one's side is there: by "button", by the code at the "table", or by the other's "badge".

    `scan_id` makes sending twice one sign. Raises `NotYours`, `NotInTime` outside the window, `RequestNotOpen` for a
    meeting that is not confirmed.
    """
    side = _taken(meeting, by)
    times = day_queries.times_of(meeting)
    if not evidence.in_window(*times, clock.now()):
        raise NotInTime(meeting=meeting)
    _keep(meeting, side.side, by, kind, scanner=f"person:{by.public_id}", scan_id=scan_id, claimed_at=clock.now())
    settle(meeting)
    return meeting


def read_badge(me: Delegate, text: str) -> Meeting | None:
    """The meeting in which I sit now with whoever's ticket was read or its short code typed; None for anything else."""
    code = day_queries.ticket_of(text)
    if code is None or code.event_id != me.event_id or code.revoked_at is not None:
        return None
    for meeting in day_queries.running_of(me, clock.now()):
        side = queries.side_of(meeting, me)
        across = {seat.delegate.registration_id for seat in meeting.delegates if side and seat.side != side.side}
        if code.registration_id in across:
            return meeting
    return None


def missing(meeting: Meeting, by: Delegate) -> Meeting:
    """Say that the other side has not come; from five minutes after the start, once one has shown oneself.

    Raises `NotYours`, `NotInTime`, `NotShown`, and `RequestNotOpen` when the other side has shown itself meanwhile.
    """
    side = _taken(meeting, by)
    starts_at, ends_at = day_queries.times_of(meeting)
    if not starts_at + evidence.MISSED_AFTER <= clock.now() <= ends_at + evidence.AFTER:
        raise NotInTime(meeting=meeting)
    shown = {sign.side for sign in day_queries.signs_of(meeting)}
    if side.side not in shown:
        raise NotShown(meeting=meeting)
    if meeting.placement != "live":
        raise RequestNotOpen(meeting=meeting)
    side.missed_at = clock.now()
    db.session.flush()
    settle(meeting)
    return meeting


def dispute(meeting: Meeting, by: Delegate | None = None) -> Meeting:
    """Say within 24 hours that one was there after all: the meeting counts as held, and the other side hears nothing.

    Without `by` organisers say so, at any time. Raises `NotYours`, `TooLateToDispute`, and `RequestNotOpen` when nobody
    says that this side did not come.
    """
    steps.take(meeting)
    missed = next((side for side in meeting.sides if meeting.placement == f"no_show_{side.side}"), None)
    if missed is None or meeting.request_state != "accepted":
        raise RequestNotOpen(meeting=meeting)
    if by is not None:
        own = queries.side_of(meeting, by)
        if own is None or own.side != missed.side:
            raise NotYours
        if clock.now() > day_queries.until_disputed(meeting):
            raise TooLateToDispute(meeting=meeting)
    missed.disputed_at = clock.now()
    db.session.flush()
    steps.record(meeting, "disputed", side=missed.side)
    settle(meeting)
    return meeting


def settle(meeting: Meeting) -> None:
    """Let placement and sides say what follows from the signs; whoever is now said to have stayed away is told.

    The seats are locked. From ten minutes after the start on, time and place that nobody needs any more are free.
    """
    scans = day_queries.counted_scans(meeting)
    for side in meeting.sides:
        own = [scan for scan in scans if scan.side == side.side]
        side.first_scan_at = min((scan.bounded_at for scan in own if scan.kind != "button"), default=None)
        side.confirmed_at = min((scan.bounded_at for scan in own if scan.kind == "button"), default=None)
    db.session.flush()
    before, after = meeting.placement, outcome_of(meeting, scans)
    if before not in evidence.PLACED or not (scans or any(side.disputed_at for side in meeting.sides)):
        return
    if before != after:
        live_at = min((scan.bounded_at for scan in scans), default=None)
        steps.put(meeting, after, begins=evidence.PLACED, live_at=live_at)
        if after.startswith("no_show"):
            day_news.somebody_missed(meeting)
    _let_go(meeting)


def outcome_of(meeting: Meeting, scans: Sequence[MeetingScan] | None = None) -> str:
    """The placement that follows from a meeting's signs now."""
    _starts_at, ends_at = day_queries.times_of(meeting)
    scans = day_queries.counted_scans(meeting) if scans is None else scans
    return evidence.outcome(
        {evidence.Sign(scan.side, scan.kind) for scan in scans},
        missed={side.side for side in meeting.sides if side.missed_at is not None},
        disputed={side.side for side in meeting.sides if side.disputed_at is not None},
        over=clock.now() >= ends_at + evidence.AFTER,
        closed=meeting.closed_at is not None,
    )


def _let_go(meeting: Meeting) -> None:
    """Free time and place of a running meeting to which somebody did not come."""
    appointment = meeting.appointment
    if appointment is None or not meeting.placement.startswith("no_show"):
        return
    if appointment.starts_at + evidence.LET_GO_AFTER <= clock.now() < appointment.ends_at:
        agenda.let_go(appointment)


def _taken(meeting: Meeting, by: Delegate) -> MeetingSide:
    """Lock a meeting for one who sits in it. Raises `NotYours`, `RequestNotOpen` unless it has a time."""
    steps.take(meeting)
    side = queries.side_of(meeting, by)
    if side is None:
        raise NotYours
    if meeting.request_state != "accepted" or meeting.placement not in evidence.PLACED:
        raise RequestNotOpen(meeting=meeting)
    return side


# -- the desk


def upload(event: Event, scans: Sequence[DeskScan], *, scanner: str) -> list[str]:
    """Take a desk's queue, in any order and as often as it comes: "counted", "late" or "unknown" for each line.

    A time claimed counts up to twelve hours back, and none lies in the future. What comes after the window is kept and
    does not count.
    """
    now = clock.now()
    found = [_meant(event, scan, _bounded(scan.claimed_at, now)) for scan in scans]
    meetings = list({meeting.id: meeting for meeting, _side, _who in found if meeting is not None}.values())
    if meetings:
        steps.take_all(meetings)
    answers = []
    for scan, (meeting, side, who) in zip(scans, found, strict=True):
        if meeting is None:
            answers.append("unknown")
            continue
        counted = _keep(meeting, side, who, "desk", scanner=scanner, scan_id=scan.scan_id, claimed_at=scan.claimed_at)
        answers.append("counted" if counted else "late")
    for meeting in sorted(meetings, key=lambda meeting: meeting.id):
        settle(meeting)
    return answers


def _meant(event: Event, scan: DeskScan, moment: datetime) -> tuple[Meeting | None, str, Delegate | None]:
    """The meeting that a line is about, the side and, with a ticket, the delegate who was seen."""
    if scan.meeting:
        meeting = queries.meeting_by_ref(event, scan.meeting)
        known = meeting is not None and meeting.appointment is not None
        return (meeting if known else None), scan.side, None
    code = day_queries.ticket_of(scan.code)
    delegate = day_queries.delegate_with(event, code) if code is not None and code.revoked_at is None else None
    if delegate is None:
        return None, "", None
    meeting = day_queries.begun_by(delegate, moment)
    side = queries.side_of(meeting, delegate) if meeting is not None else None
    return (meeting, side.side, delegate) if side is not None else (None, "", None)


def _bounded(claimed_at: datetime, received_at: datetime) -> datetime:
    return min(max(claimed_at, received_at - OLDEST), received_at)


def _keep(
    meeting: Meeting,
    side: str,
    delegate: Delegate | None,
    kind: str,
    *,
    scanner: str,
    scan_id: str,
    claimed_at: datetime,
) -> bool:
    """Write a sign down once; whether it counts."""
    now = clock.now()
    bounded_at = _bounded(claimed_at, now)
    counted = (
        meeting.request_state == "accepted"
        and meeting.placement in evidence.PLACED
        and evidence.in_window(*day_queries.times_of(meeting), bounded_at)
    )
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    written = db.session.execute(
        insert(MeetingScan)
        .values(
            event_id=meeting.event_id,
            meeting_id=meeting.id,
            side=side,
            delegate_id=delegate.id if delegate is not None else None,
            kind=kind,
            scanner=scanner,
            scan_id=scan_id,
            claimed_at=claimed_at,
            received_at=now,
            bounded_at=bounded_at,
            counted=counted,
        )
        .on_conflict_do_nothing(index_elements=["event_id", "scanner", "scan_id"])
        .returning(MeetingScan.id)
    ).scalar_one_or_none()
    if written is not None:
        return counted
    return bool(
        db.session.scalar(
            sa.select(MeetingScan.counted).where(
                MeetingScan.event_id == meeting.event_id,
                MeetingScan.scanner == scanner,
                MeetingScan.scan_id == scan_id,
            )
        )
    )


# -- afterwards


def mark_of(side: MeetingSide) -> str:
    """What tells whether a side's note and rating are still those that a page showed."""
    return hashlib.sha256(f"{side.rating or ''}\n{side.note}".encode()).hexdigest()[:16]


def keep_note(meeting: Meeting, by: Delegate, *, note: str, rating: int | None, seen: str = "") -> None:
    """Keep what one's own side notes of a meeting, and from its start on how useful it was: 1 to 5.

    `seen` is the mark of what the page showed: whoever writes over something newer is asked first. The other side and
    the organisers never see it. Raises `NotYours`, `TooEarlyToRate` before the start, and `NoteChanged`.
    """
    steps.take(meeting)
    side = queries.side_of(meeting, by)
    if side is None:
        raise NotYours
    if rating is not None and (meeting.appointment is None or meeting.appointment.starts_at > clock.now()):
        raise TooEarlyToRate(meeting=meeting)
    if seen and seen != mark_of(side) and (note, rating) != (side.note, side.rating):
        raise NoteChanged(meeting=meeting)
    side.note, side.rating = note, rating
    db.session.flush()
