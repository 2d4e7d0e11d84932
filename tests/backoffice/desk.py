"""What the tests of the desk share: an event with an organiser who is signed in, and counting of questions."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask.testing import FlaskClient

from partnering.accounts.models import Person
from partnering.db import db
from partnering.events.models import Event
from tests.factories import make_event, make_organiser
from tests.support.signing_in import sign_in


def open_desk(client: FlaskClient, event: Event | None = None, **values: object) -> Event:
    """An event whose organiser is signed in at `client`."""
    event = event or make_event(**values)  # type: ignore[arg-type]  # columns of Event
    sign_in(client, make_organiser(event))
    return db.session.get_one(Event, event.id)


def organiser_of(event: Event) -> Person:
    """Who organises it."""
    return make_organiser(event)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the database gets meanwhile."""
    seen: list[str] = []
    db.session.remove()

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
