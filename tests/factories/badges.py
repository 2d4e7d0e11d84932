"""Builders of layouts, and what of badges stands in the world of the sweep and the matrix."""

from collections.abc import Mapping
from dataclasses import replace

from partnering import clock
from partnering.badges import queries, services
from partnering.badges.layout import For
from partnering.badges.models import BadgeBatch, BadgeLayout
from partnering.badges.standard import standard
from partnering.db import BilingualText, db
from partnering.events.models import Event
from partnering.jobs.models import Job

from .conference import Conference
from .ground import deed


def make_layout(
    event: Event,
    paper: str = "a6x4",
    name: str = "Ausweis",
    *,
    when: For | None = None,
    colours: Mapping[str, str] | None = None,
) -> BadgeLayout:
    """A layout of an event: the house's for a paper, for some and in other colours where that is said."""
    plain = standard(paper)
    drawn = replace(plain, when=when or For(), colours=colours or plain.colours)
    with deed():
        return services.add_layout(event, BilingualText(name, ""), drawn)


def badges(event: Event, made: Conference, job: Job) -> None:
    """Two layouts, and a batch that `job` has printed."""
    services.add_layout(
        event,
        BilingualText("Schilder für Aussteller", "Badges of exhibitors"),
        replace(standard("a7"), when=For(roles=("exhibitor",))),
    )
    row = services.add_layout(event, BilingualText("Alle anderen", "Everybody else"), standard("a6x4"))
    batch = BadgeBatch(
        event_id=event.id, job_ref=job.public_id, made_by_id=made.people["organiser"], made_at=clock.now()
    )
    db.session.add(batch)
    db.session.flush()
    services.note_batch(batch, [(badge, queries.read(row)) for badge in queries.badges(event)[:1]])
    made.things |= {
        "badges.public_id": row.public_id,
        "badges.progress.public_id": batch.public_id,
        "badges.download.public_id": batch.public_id,
    }
