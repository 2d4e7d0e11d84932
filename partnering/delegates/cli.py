"""Writing down anew what the directory finds people by, and what follows from it."""

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from ..db import db, transaction
from ..events.models import Event
from . import documents, public, suggestion_tasks


@click.command("reindex")
@with_appcontext
def reindex() -> None:
    """Write anew what the directories of all events find people by, and the public one organisations.

    Suggestions are made anew with it; run it after each update.
    """
    ids = db.session.scalars(sa.select(Event.id).order_by(Event.id)).all()
    for event_id in ids:
        slug, number = reindex_event(event_id)
        click.echo(f"{slug}: {number}")
    with transaction():
        number = public.write_all()
    click.echo(f"organisations: {number}")


def reindex_event(event_id: int) -> tuple[str, int]:
    """The same for one event; its slug, and how many people there are."""
    with transaction():
        event = db.session.get_one(Event, event_id)
        found = event.slug, documents.write_all(event)
    suggestion_tasks.renew(db.session.get_one(Event, event_id))
    return found


commands = (reindex,)
