"""A shop that tests of registering put together."""

import sqlalchemy as sa

from partnering.db import db
from partnering.events.models import Event
from partnering.registration.invariants import money_adds_up, places_paid_from_claims
from partnering.registration.models import Item
from partnering.tickets.invariants import pools_counted
from tests.factories import make_event, make_product

from .test_flow import JANA

URL = "/e/shop/register"
BEN = {
    "people-1-given_name": "Ben",
    "people-1-family_name": "Adeyemi",
    "people-1-email": "ben@lumenfold.example",
}


class Shop:
    """An event at "shop" with one ticket for 220 €, and whatever a test puts beside it."""

    def __init__(self, app):
        self.app = app
        with app.app_context():
            self.event_id = make_event("shop").id
            self.ticket = make_product(self.event, partnering=False, capacity=9).public_id
            db.session.remove()

    @property
    def event(self):
        """The event, in the session in force."""
        return db.session.get_one(Event, self.event_id)

    def add(self, make, *args, **values):
        """Make something at the event; its public id."""
        with self.app.app_context():
            made = make(self.event, *args, **values).public_id
            db.session.remove()
        return made

    def ask(self, statement):
        """The rows of a question to the database."""
        with self.app.app_context():
            rows = db.session.execute(statement).all()
            db.session.remove()
        return [tuple(row) for row in rows]

    def sound(self):
        """What violates the invariants of tickets and registrations now."""
        with self.app.app_context():
            found = [finding for rule in (pools_counted, places_paid_from_claims, money_adds_up) for finding in rule()]
            db.session.remove()
        return found


def items(shop):
    """(kind, list price, price, code) of every line, in order."""
    return shop.ask(sa.select(Item.kind, Item.list_gross, Item.gross, Item.code_text).order_by(Item.id))


def at_extras(shop, client, people=JANA, quantity="1"):
    """Go as far as the extras; the answer to the people."""
    client.post(URL, data={"ticket": shop.ticket, "quantity": quantity})
    return client.post(f"{URL}/people", data=people)
