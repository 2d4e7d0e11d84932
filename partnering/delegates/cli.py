"""Writing down anew what the directory finds people by."""

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from ..db import db, transaction
from ..events.models import Event
from . import documents, public


@click.command("reindex")
@with_appcontext
def reindex() -> None:
    """Write anew what the directories of all events find people by, and the public one organisations."""
    ids = db.session.scalars(sa.select(Event.id).order_by(Event.id)).all()
    for event_id in ids:
        with transaction():
            event = db.session.get_one(Event, event_id)
            number = documents.write_all(event)
            slug = event.slug
        click.echo(f"{slug}: {number}")
    with transaction():
        number = public.write_all()
    click.echo(f"organisations: {number}")


commands = (reindex,)
