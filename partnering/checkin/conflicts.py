"""What doors without network leave to organisers: tickets that came in twice, and scans that wait for a decision.

A duplicate is shown beside the admission that counts, and stays one: an organiser only says that it was seen. A scan in
review is no part of the story of its place until an organiser says that it counts; then the story is told anew, and
exactly one admission counts in a window, whatever was decided when. Nothing is deleted, and each decision is logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit, clock
from ..accounts.models import Person
from ..audit import AuditDetail, AuditEntry
from ..db import db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from . import electing, queries
from .knowing import door_of, lock_places
from .models import CheckinList, Scan

PAGE = 50
"""So many open scans stand on one page."""

OPEN = sa.text("scan.state IN ('duplicate', 'review') AND scan.settlement = ''")
"""Scans that nobody has settled, in the words of their partial index."""


class ReasonNeeded(DomainError):
    """Somebody whom a device let in is dismissed without a word why."""

    message = _l("Enter the reason: it stands in the log.")
    status = 422


@dataclass(frozen=True)
class Conflict:
    """Scans to be settled together, and beside them those of the same ticket at the same door that were let through.

    `open`: the duplicates of one admission, or one scan in review. `beside`: in the order in which they happened.
    """

    open: list[Scan]
    beside: list[Scan] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """ "duplicate" or "review"."""
        return self.open[0].state

    @property
    def first(self) -> Scan:
        """What it is about."""
        return self.open[0]

    @property
    def may_count(self) -> bool:
        """Whether an organiser may let it count: only what waits, and only of a guest of this event."""
        return self.kind == "review" and self.first.place_id is not None

    @property
    def story(self) -> list[Scan]:
        """All of them in their order."""
        known = {scan.id: scan for scan in (*self.beside, *self.open)}
        return sorted(known.values(), key=lambda scan: (scan.bounded_at, scan.device_id, scan.scan_id))


@dataclass(frozen=True)
class Outcome:
    """How many scans were settled, how many somebody else had settled before, and how many cannot count."""

    done: int
    gone: int
    unfit: int


# -- asked


def number_open(event: Event) -> int:
    """How many scans nobody has settled yet."""
    return db.session.scalar(sa.select(sa.func.count(Scan.id)).where(Scan.event_id == event.id, OPEN)) or 0


def open_ones(event: Event, page: int = 1) -> list[Conflict]:
    """What waits for organisers, what came in first first; `page` counts from 1."""
    scans = db.session.scalars(
        sa.select(Scan)
        .where(Scan.event_id == event.id, OPEN)
        .options(*queries.WITH_GUEST)
        .order_by(Scan.received_at, Scan.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    beside = _beside(scans)
    found, seen = [], set()
    for scan in scans:
        near = beside.get((scan.list_id, scan.place_id), [])
        if scan.state == "review":
            found.append(Conflict([scan], near))
            continue
        key = scan.list_id, scan.place_id, scan.window_key
        if key not in seen:
            seen.add(key)
            near = [each for each in near if each.window_key == scan.window_key]
            twice = [each for each in near if each.state == "duplicate" and each.settlement == ""]
            found.append(Conflict(twice, near))
    return found


def _beside(scans: Sequence[Scan]) -> dict[tuple[int, int | None], list[Scan]]:
    """What was let through of the same tickets at the same doors, by list and place."""
    places = {scan.place_id for scan in scans if scan.place_id is not None}
    found: dict[tuple[int, int | None], list[Scan]] = {}
    if places:
        rows = db.session.scalars(
            sa.select(Scan)
            .where(Scan.place_id.in_(places), Scan.state.in_(electing.LET_THROUGH))
            .options(*queries.WITH_GUEST)
            .order_by(Scan.bounded_at, Scan.device_id, Scan.scan_id)
        )
        for scan in rows:
            found.setdefault((scan.list_id, scan.place_id), []).append(scan)
    return found


def settled_ones(event: Event, page: int = 1) -> Sequence[Scan]:
    """What organisers have settled, the newest first; one more than fits on a page."""
    return db.session.scalars(
        sa.select(Scan)
        .where(Scan.event_id == event.id, Scan.settled_at.is_not(None))
        .options(*queries.WITH_GUEST, joinedload(Scan.settled_by))
        .order_by(Scan.settled_at.desc(), Scan.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    ).all()


def reasons_of(scans: Sequence[Scan]) -> dict[str, str]:
    """The reasons that were given, by the public id of a scan; the log keeps them."""
    rows = db.session.execute(
        sa.select(AuditEntry.object_ref, AuditDetail.after)
        .join(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.object_ref.in_([scan.public_id for scan in scans]), AuditEntry.action == "scan.settled")
        .order_by(AuditEntry.id)
    )
    return {ref: str((after or {}).get("reason", "")) for ref, after in rows}


# -- settled


def settle(event: Event, refs: Sequence[str], *, count: bool, reason: str, by: Person) -> Outcome:
    """Let the scans with these public ids count, or dismiss them; each that is still open, the others are left alone.

    A duplicate cannot count, since the admission beside it does, nor can what no guest of this event showed. The story
    of every place that something is counted for is told anew. Of two organisers at once the first one decides.

    Raises `ReasonNeeded` where a scan in review is dismissed without one.
    """
    scans = db.session.scalars(
        sa.select(Scan)
        .where(Scan.event_id == event.id, Scan.public_id.in_(refs))
        .options(joinedload(Scan.list))
        .order_by(Scan.id)
    ).all()
    if not count and not reason and any(scan.state == "review" for scan in scans):
        raise ReasonNeeded
    lock_places(sorted({scan.place_id for scan in scans if scan.place_id is not None}))
    now = clock.now()
    gone, unfit, done = len(set(refs)) - len(scans), 0, []
    stories: dict[tuple[int, int], CheckinList] = {}
    for scan in scans:
        if count and (scan.state == "duplicate" or scan.place_id is None):
            unfit += 1
        elif not _take(scan, count=count, by=by, at=now):
            gone += 1
        else:
            done.append(scan)
            if count and scan.place_id is not None:
                stories[scan.list_id, scan.place_id] = scan.list
    for (list_id, place_id), checkin_list in sorted(stories.items(), key=lambda pair: pair[0]):
        electing.retell(event, door_of(event, checkin_list), list_id, place_id)
    rows = db.session.execute(sa.select(Scan.id, Scan.state).where(Scan.id.in_([scan.id for scan in done])))
    became = {row.id: row.state for row in rows}
    settlement = "counted" if count else "dismissed"
    audit.record_all(
        "scan.settled",
        [(scan, {"settlement": settlement, "state": became[scan.id], "reason": reason}) for scan in done],
        event=event,
    )
    for scan in done:
        db.session.expire(scan)
    return Outcome(len(done), gone, unfit)


def _take(scan: Scan, *, count: bool, by: Person, at: datetime) -> bool:
    """Write a decision down, unless somebody else has decided meanwhile."""
    values = {"settlement": "counted" if count else "dismissed", "settled_at": at, "settled_by_id": by.id}
    if count:
        values["state"] = "counted"
    taken = db.session.execute(
        sa.update(Scan)
        .where(Scan.id == scan.id, _undecided())
        .values(values)
        .returning(Scan.id)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar_one_or_none() is not None


def _undecided() -> sa.ColumnElement[bool]:
    """What must still hold of a scan at the moment at which somebody settles it."""
    return sa.and_(Scan.state.in_(("duplicate", "review")), Scan.settlement == "")
