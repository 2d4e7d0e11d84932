"""What tests of the waiting list ask, and do as the pages do."""

from datetime import UTC, datetime

import sqlalchemy as sa

from partnering.db import db, transaction
from partnering.mail.models import OutboxLetter
from partnering.registration import queries, services, waiting
from partnering.registration.models import WaitingEntry
from tests.factories.registration import make_guest
from tests.support.there import there

MORNING = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


def deeds(entry):
    """What happened to an entry, in order."""
    return [step.deed for step in there(db.session.get(WaitingEntry, entry.id, populate_existing=True)).steps]


def state(entry):
    """Its state now."""
    return there(db.session.get(WaitingEntry, entry.id, populate_existing=True)).state


def states(*entries):
    """The states of several."""
    return [state(entry) for entry in entries]


def letters():
    """(kind without the room, address) of the letters about waiting so far, in order."""
    rows = db.session.execute(
        sa.select(OutboxLetter.kind, OutboxLetter.address)
        .where(OutboxLetter.kind.like("registration.waiting%"))
        .order_by(OutboxLetter.id)
    )
    return [(kind.removeprefix("registration.waiting_"), address) for kind, address in rows]


def units(entry):
    """How many places an entry is offered."""
    fresh = there(db.session.get(WaitingEntry, entry.id, populate_existing=True))
    return len(queries.items_of(fresh.party)) if fresh.party is not None else 0


def place(entry):
    """Take the offer and register, as the pages do."""
    with transaction():
        party = there(waiting.accept(there(db.session.get(WaitingEntry, entry.id))))
        people = [make_guest(f"holder{party.id}-{n}@example.org") for n in range(len(queries.items_of(party)))]
        services.keep(party, people=people, company="", billing={})
        services.place(party)


def serve(event):
    """Offer what is available to those who wait."""
    with transaction():
        return waiting.serve(event.id)
