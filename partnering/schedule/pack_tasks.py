"""The job that prints an event's papers."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

import sqlalchemy as sa
from flask import current_app

from .. import clock
from ..agenda.models import Location
from ..db import db
from ..events.models import Event
from ..i18n import speaking
from ..jobs import Progress, task
from . import pack_queries
from .pack import Papers
from .pack_queries import Seating
from .queries import Plan

STEP = 50
"""How many pages are drawn between two reports of progress."""


@task(pack_queries.TASK)
def make(job: Progress, *, parts: list[str]) -> dict[str, int] | None:
    """Print the parts that are named; the file is in the event's languages, each schedule in its reader's."""
    event = db.session.scalars(sa.select(Event).where(Event.public_id == job.event_ref)).one_or_none()
    if event is None:
        return None
    plans, seatings = gather(event, parts)
    db.session.expunge_all()  # or each report of progress would have everything read once more
    total = number_of(parts, plans, seatings)

    def report(done: int) -> None:
        if done % STEP == 0:
            job.progress(done, total)

    papers = draw(event, parts, plans, seatings, report)
    job.progress(total, total)
    job.file(f"papers-{event.slug}.pdf", "application/pdf", papers.bytes())
    return {"pages": papers.pdf.pages_count}


def gather(event: Event, parts: Sequence[str]) -> tuple[list[Plan], list[Seating]]:
    """What stands on these parts."""
    with speaking(event.languages.partition(",")[0]):
        plans = pack_queries.plans_of(event) if "schedules" in parts else []
    return plans, pack_queries.seatings_of(event) if {"signs", "lists"} & set(parts) else []


def number_of(parts: Sequence[str], plans: Sequence[Plan], seatings: Sequence[Seating]) -> int:
    """How many people and tables are drawn in all."""
    used = sum(bool(seating.meetings) for seating in seatings)
    return len(plans) + ("signs" in parts) * len(seatings) + ("lists" in parts) * used


def draw(
    event: Event,
    parts: Sequence[str],
    plans: Sequence[Plan],
    seatings: Sequence[Seating],
    report: Callable[[int], None] = lambda done: None,
) -> Papers:
    """The papers with these parts in their order; `report` hears how many people and tables are drawn."""
    papers = Papers(event, clock.now(), event.languages.split(","))
    signs = seatings if "signs" in parts else []
    with speaking(papers.languages[0]):
        report(0)
        papers.schedules(plans, report)
        papers.signs(signs, lambda place: address_of(event, place), lambda done: report(len(plans) + done))
        if "lists" in parts:
            used = [seating for seating in seatings if seating.meetings]
            papers.lists(used, lambda done: report(len(plans) + len(signs) + done))
    return papers


def address_of(event: Event, place: Location) -> str:
    """What the code on a table's sign opens: the page that says "we are here"."""
    base = current_app.extensions["settings"].base_url.rstrip("/")
    return f"{base}/e/{quote(event.slug)}/me/at/{place.public_id}"
