"""What tests of codes do again and again."""

from datetime import timedelta

import sqlalchemy as sa

from partnering import clock
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.tickets import services
from partnering.tickets.invariants import codes_counted, pools_counted
from partnering.tickets.models import Claim
from tests.factories import tickets as builders
from tests.factories.ground import number


def later(minutes=30):
    return clock.now() + timedelta(minutes=minutes)


def make_code(event, text=None, kind="discount", **values):
    """A code whose text no other has."""
    return builders.make_code(event, text or f"CODE {number()}", kind, **values)


def make_workshop(event, hours=0, **values):
    """A workshop `hours` after the event opens."""
    return builders.make_workshop(event, "Workshop", event.opens_at + timedelta(hours=hours), gross=4_500, **values)


def hold(product, units=1, code=None, minutes=30):
    """Hold `units` of a product in a deed of its own."""
    with transaction():
        event = db.session.get_one(Event, product.event_id)
        return services.hold(event, [(product, units)], later(minutes), code=code)


def do(deed, claims):
    with transaction():
        deed(claims)


def kept(code):
    """How many places are kept for a voucher in claims."""
    return db.session.scalar(
        sa.select(sa.func.count(Claim.id)).where(Claim.code_id == code.id, Claim.state == "blocked")
    )


def sound():
    return [*pools_counted(), *codes_counted()] == []
