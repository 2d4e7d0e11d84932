"""Layouts of badges, what was printed, and in which batches."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import Person
from ..db import BilingualText, InEvent, Json, Model, PublicId, Versioned, in_event, one_of, to_one, within_event
from ..registration.models import TicketCode

WHICH = ("new", "changed", "selected", "all")


class BadgeLayout(PublicId, InEvent, Versioned, Model):
    """What stands where on a badge of `width` by `height` millimetres.

    `paper` is the sheet: "a6x4" (four to an A4 sheet with cut marks), "a6", "a7", or "label-…" for a sheet of labels.
    `elements` are [{"kind", "x", "y", "w", "h", "size", "align", "weight", "when"}, …], millimetres and points; their
    "when" is a condition like that of the layout. `colours` by role are {"speaker": {"band": "#…", "on": "#…"}, …}.

    `conditions` say whose badge it is: {"products": [public ids], "roles": […]}, each only where it says something; of
    several layouts that fit the first by position is taken. One that was printed is never removed: it is retired.
    """

    name: Mapped[BilingualText]
    paper: Mapped[str] = mapped_column(sa.String(20), default="a6x4")
    width: Mapped[float]
    height: Mapped[float]
    elements: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    colours: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    conditions: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    retired_at: Mapped[datetime | None]

    __table_args__ = in_event(
        sa.CheckConstraint("width BETWEEN 20 AND 400", name="width_range"),
        sa.CheckConstraint("height BETWEEN 20 AND 400", name="height_range"),
    )


class BadgeBatch(PublicId, InEvent, Model):
    """Badges that were asked for together: `which` of them, in which order (`sort`), and how many they were.

    `job_ref` is the public id of the job that makes them, which says how far it is and keeps the file for a week.
    Without a layout each badge has its own by the conditions of the layouts.
    """

    which: Mapped[str] = mapped_column(sa.String(10), default="all")
    sort: Mapped[str] = mapped_column(sa.String(20), default="name")
    layout_id: Mapped[int | None]
    number: Mapped[int] = mapped_column(sa.Integer, default=0)
    state: Mapped[str] = mapped_column(sa.String(10), default="waiting")
    job_ref: Mapped[str | None] = mapped_column(sa.String(16), unique=True)
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime]

    layout: Mapped[BadgeLayout | None] = to_one("BadgeBatch", "BadgeLayout", "layout_id")
    made_by: Mapped[Person | None] = to_one("BadgeBatch", "Person", "made_by_id")

    __table_args__ = in_event(
        within_event("layout_id", "badge_layout"),
        one_of("which", *WHICH),
        one_of("state", "waiting", "done", "failed"),
        sa.CheckConstraint("number >= 0", name="number_counts"),
    )


class BadgePrint(InEvent, Model):
    """That the badge with this code was printed, and what stood on it: SHA-256 in hex of all that was printed.

    A badge whose hash would be another one now has changed. Who printed it is empty where a device at a door did;
    without a batch it was printed by itself.
    """

    ticket_code_id: Mapped[int] = mapped_column(index=True)
    layout_id: Mapped[int | None]
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    printed_at: Mapped[datetime] = mapped_column(index=True)
    printed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    batch_id: Mapped[int | None] = mapped_column(index=True)

    ticket_code: Mapped[TicketCode] = to_one("BadgePrint", "TicketCode", "ticket_code_id")
    layout: Mapped[BadgeLayout | None] = to_one("BadgePrint", "BadgeLayout", "layout_id")

    __table_args__ = (
        within_event("ticket_code_id", "ticket_code"),
        within_event("layout_id", "badge_layout"),
        within_event("batch_id", "badge_batch"),
    )
