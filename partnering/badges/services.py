"""What can happen to badges: layouts are drawn, badges printed together or one by one, and anew after a loss."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from .. import audit, clock, jobs
from ..accounts.models import Person
from ..db import BilingualText, db
from ..errors import DomainError, Stale
from ..events.models import Event
from ..i18n import _l
from ..registration import codes
from ..registration.mails import to_holder
from ..registration.models import Registration
from . import queries
from .content import Badge
from .layout import Layout, colours_stored, element_stored
from .models import BadgeBatch, BadgeLayout, BadgePrint


class NoBadge(DomainError):
    """Who holds no ticket, or no longer, has no badge."""

    message = _l("This person holds no ticket.")


# -- layouts


def add_layout(event: Event, name: BilingualText, layout: Layout) -> BadgeLayout:
    """Keep a layout, after those that are there."""
    last = db.session.scalar(sa.select(sa.func.max(BadgeLayout.position)).where(BadgeLayout.event_id == event.id))
    row = BadgeLayout(event_id=event.id, position=0 if last is None else last + 1, name=name, **_values(layout))
    db.session.add(row)
    db.session.flush()
    audit.record("badges.layout_drawn", row, event=event, after={"name": name.de})
    return row


def change_layout(event: Event, row: BadgeLayout, name: BilingualText, layout: Layout, version: int | None) -> None:
    """Draw a layout anew. Raises `Stale` when it is no longer as it was shown."""
    if version is not None and version != row.version:
        raise Stale
    row.name = name
    for column, value in _values(layout).items():
        setattr(row, column, value)
    db.session.flush()
    audit.record("badges.layout_changed", row, event=event, after={"name": name.de})


def move_layout_up(event: Event, row: BadgeLayout) -> None:
    """Let a layout be asked before the one above it."""
    rows = list(queries.layout_rows(event))
    at = rows.index(row)
    if at:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    for position, each in enumerate(rows):
        each.position = position
    db.session.flush()


def retire_layout(event: Event, row: BadgeLayout) -> None:
    """Use a layout no more. Its row stays: badges on paper are in it."""
    row.retired_at = clock.now()
    db.session.flush()
    audit.record("badges.layout_retired", row, event=event, before={"name": row.name.de})


def _values(layout: Layout) -> dict[str, object]:
    return {
        "paper": layout.paper,
        "width": layout.width,
        "height": layout.height,
        "elements": [element_stored(element) for element in layout.elements],
        "colours": colours_stored(layout.colours),
        "conditions": layout.when.stored(),
    }


# -- printing


def print_badges(
    event: Event,
    by: Person,
    *,
    which: str = "all",
    sort: str = "name",
    layout: BadgeLayout | None = None,
    paper: str | None = None,
    refs: Sequence[str] = (),
) -> BadgeBatch:
    """Have badges made into a file in the background; its job says how far it is and keeps the file for a week.

    `which` is "all", "new", "changed" or "selected" (`refs`: public ids of registrations). All in this `layout`, or in
    the house's for a `paper`; without either each in its own.
    """
    batch = BadgeBatch(
        event_id=event.id,
        which=which,
        sort=sort,
        layout_id=layout.id if layout is not None else None,
        made_by_id=by.id,
        made_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    job = jobs.defer(
        queries.TASK,
        event_ref=event.public_id,
        owner_ref=by.public_id,
        batch=batch.public_id,
        paper=paper,
        refs=sorted(set(refs)),
    )
    batch.job_ref = job.public_id
    audit.record("badges.printed", event, event=event, after={"which": which, "sort": sort})
    return batch


def note_batch(batch: BadgeBatch, placed: Iterable[tuple[Badge, Layout]]) -> None:
    """Note that a batch is made, and what stands on each of its badges; done again, it is noted once."""
    db.session.execute(sa.delete(BadgePrint).where(BadgePrint.batch_id == batch.id))
    now = clock.now()
    rows = [
        {
            "event_id": batch.event_id,
            "ticket_code_id": badge.code_id,
            "layout_id": layout.id,
            "content_hash": badge.content_hash(),
            "printed_at": now,
            "printed_by_id": batch.made_by_id,
            "batch_id": batch.id,
        }
        for badge, layout in placed
    ]
    if rows:
        db.session.execute(sa.insert(BadgePrint), rows)
    batch.number, batch.state = len(rows), "done"
    db.session.flush()


def print_one(event: Event, badge: Badge, layout: Layout, by: Person | None) -> None:
    """Note that one badge goes on paper by itself; without a person a device at the door did it."""
    db.session.add(
        BadgePrint(
            event_id=event.id,
            ticket_code_id=badge.code_id,
            layout_id=layout.id,
            content_hash=badge.content_hash(),
            printed_at=clock.now(),
            printed_by_id=by.id if by is not None else None,
        )
    )
    db.session.flush()


def renew_after_loss(event: Event, registration: Registration | None) -> None:
    """Make the code of a lost badge worthless and issue a new one; the ticket with it goes out by letter.

    Whoever shows the old one is answered `revoked`. Raises `NoBadge`.
    """
    if registration is None or registration.state != "live":
        raise NoBadge
    codes.revoke(registration)
    code = codes.issue(registration)
    db.session.expire(registration, ["codes"])
    audit.record("registration.badge_lost", registration, event=event)
    to_holder("registration.confirmed", registration, f"registration:{registration.public_id}:code:{code.public_id}")
