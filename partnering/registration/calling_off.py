"""What ends when an event, or one add-on, does not take place: bookings, without a fee, and what is told of it.

Calling off an event takes it out of calendars at once; that bookings end and money goes back is a deed of its own,
which the organiser orders and the worker does, one party or booking in each transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from .. import audit
from ..agenda import services as agenda
from ..db import db
from ..events.models import Event
from ..tickets import services as tickets
from ..tickets.models import Claim, Product
from . import (
    calling_off_mails,
    changes,
    mails,
    queries,
    refunds,
    seats,
    signals,
    workshop_mails,
    workshop_times,
    workshops,
)
from .models import Item, Party, Place

EVERYTHING = "registration.end_parties"
"""The task that ends every booking of an event."""

ADD_ON = "registration.end_bookings"
"""The task that ends every booking of an add-on."""


@dataclass(frozen=True)
class Open:
    """How much would end: `number` of parties or bookings, and what they cost in cents by currency."""

    number: int
    gross: dict[str, int]


# -- the whole event


def open_parties(event_ref: str) -> Sequence[str]:
    """The public ids of an event's parties that are placed and not cancelled."""
    return db.session.scalars(
        sa.select(Party.public_id)
        .join(Event, Event.id == Party.event_id)
        .where(Event.public_id == event_ref, Party.placed_at.is_not(None), Party.cancelled_at.is_(None))
        .order_by(Party.id)
    ).all()


def all_open(event: Event) -> Open:
    """What `end_party` for every party of the event would end."""
    rows = db.session.execute(
        sa.select(Item.currency, sa.func.sum(Item.gross))
        .join(Party, Party.id == Item.party_id)
        .where(
            Item.event_id == event.id,
            Item.cancelled_at.is_(None),
            Item.kind != "fee",
            Party.placed_at.is_not(None),
            Party.cancelled_at.is_(None),
        )
        .group_by(Item.currency)
        .order_by(Item.currency)
    )
    return Open(len(open_parties(event.public_id)), {currency: int(gross) for currency, gross in rows if gross})


def tell_buyer(party: Party) -> None:
    """Write to a buyer that the event was called off; whoever holds the party's only place alone hears that anyway."""
    places = [place for place in queries.places_of(party) if place.cancelled_at is None]
    own = places[0].registration if len(places) == 1 else None
    if places and (own is None or own.participant.person_id != party.contact_person_id):
        calling_off_mails.called_off(party)


def end_party(party: Party) -> bool:
    """End everything of a party without a fee, and tell its buyer what that means in money; False if it has ended.

    Whoever held a place was told that the event was called off; who was not yet is told here. Invoices follow.
    """
    changes.hold(party)
    places = [place for place in queries.places_of(party) if place.cancelled_at is None]
    if party.placed_at is None or party.cancelled_at is not None or not places:
        return False
    held = [place.registration for place in places if place.registration is not None]
    for registration in held:
        mails.event_news(registration, "called_off")
    workshop_times.tell_called_off(held)
    for registration in held:
        seats.end(registration, "cancelled", letters=False)
    quote = seats.free(party, places, waive_fee=True)
    audit.record("party.called_off", party, event=party.event, after={"refund": quote.refund})
    if quote.paid_gross:
        calling_off_mails.ended(party, quote.told())
    signals.party_changed.send(party)
    return True


# -- one add-on


def open_bookings(product_ref: str) -> Sequence[int]:
    """The ids of the lines by which an add-on is booked."""
    return db.session.scalars(
        sa.select(Item.id)
        .join(Claim, Claim.id == Item.claim_id)
        .join(Product, Product.id == Claim.product_id)
        .join(Party, Party.id == Item.party_id)
        .where(
            Product.public_id == product_ref,
            Item.kind == "add_on",
            Item.cancelled_at.is_(None),
            Party.placed_at.is_not(None),
        )
        .order_by(Item.id)
    ).all()


def bookings_open(product: Product) -> Open:
    """What `end_booking` for every booking of an add-on would end."""
    ids = open_bookings(product.public_id)
    gross = db.session.scalar(sa.select(sa.func.sum(Item.gross)).where(Item.id.in_(ids))) or 0
    return Open(len(ids), {product.currency: int(gross)} if gross else {})


def call_off_add_on(product: Product, *, own_time: bool) -> None:
    """An add-on does not take place: it is sold no more; an `own_time` leaves all calendars, with a letter."""
    product.active = False
    at = product.appointment
    if own_time and at is not None:
        entries = agenda.cancel(at)
        workshop_times.tell_gone(entries, workshop_mails.CALLED_OFF)
    db.session.flush()
    audit.record("product.called_off", product, event=db.session.get_one(Event, product.event_id))


def end_booking(item: Item) -> bool:
    """End one booking of an add-on without a fee; False if it has ended. Whoever booked it hears what goes back."""
    party, place, claim = item.party, item.place, item.claim
    changes.hold(party)
    db.session.refresh(item)
    if item.cancelled_at is not None or claim is None:
        return False
    if place is None or place.cancelled_at is not None:
        return _end_loose(party, item, claim)
    quote = workshops.give_up(place, claim.product, by="organiser", waive_fee=True)
    if not quote.paid_gross and claim.product.appointment is None:
        _tell(item, place, quote)
    return True


def _end_loose(party: Party, item: Item, claim: Claim) -> bool:
    """The same for what hangs on no place that is held."""
    quote = refunds.settle(party, [[item]], waive_fee=True)
    tickets.cancel([claim])
    mails.add_on_changed(party, item, "given_up", "", quote.told())
    signals.party_changed.send(party)
    return True


def _tell(item: Item, place: Place, quote: refunds.Quote) -> None:
    mails.add_on_changed(item.party, item, "given_up", mails.holder_name(place), quote.told())
