"""What organisers do with places that are sold: move them to another ticket, give tickets away."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from .. import audit, clock
from ..accounts.services import person_for
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from ..organisations.services import organisation_for
from ..text import clean, taken_apart
from ..tickets import services as tickets
from ..tickets.models import Claim, Code, Product
from . import bundles, changes, desk_mails, mails, offers, orders, queries, signals, taxing
from .models import Item, Party, Place, Registration
from .swaps import swapping


class SharedTicket(DomainError):
    """A ticket for several people was to be changed for one of them."""

    message = _l("A ticket for several people cannot be moved for one of them. Cancel the place and enter them anew.")


class NothingToMove(DomainError):
    """The registration has ended, or stands on that ticket already."""

    message = _l("There is nothing to move: the registration has ended, or is on this ticket already.")


def move(
    registration: Registration,
    product: Product,
    *,
    gross: int | None = None,
    basis: str = "today",
    code: Code | None = None,
    letter: bool = False,
) -> Item:
    """Put somebody on another ticket: the new line, at `gross` cents or as `basis` says, see `moved_price`.

    Code, agenda and what else was booked stay. Where both tickets draw on one pool nothing more is taken from it, so
    that one which is over-full refuses nobody who is in it. The line before ends without a fee; invoices follow the
    difference.
    Raises `SharedTicket`, `NothingToMove`, `CodeInvalid`, `CodeUsed` or `SoldOut`; then the transaction must end.
    """
    place, party = registration.place, registration.place.party
    offers.serve(party.event_id)
    changes.hold(party)
    before = place.product
    if registration.state != "live" or place.cancelled_at is not None or before.id == product.id:
        raise NothingToMove
    if before.seats > 1 or product.seats > 1:
        raise SharedTicket
    old = _held_at(place)
    was = sum(item.gross for item in old)
    if gross is None and code is None:
        gross = moved_price(registration, product, basis)
    with swapping():
        until = clock.now() + timedelta(minutes=1)
        (claim,) = tickets.exchange(party.event, orders.claims_in(old), [(product, 1)], until, code=code)
        tickets.confirm([claim])
    for item in old:
        item.cancelled_at = clock.now()
    line, *parts = _lines(party, place, product, claim, gross, code)
    place.product_id = product.id
    db.session.flush()
    taxing.settle(party, [line, *parts])
    db.session.expire(place, ["product"])
    db.session.expire(party, ["items", "places"])
    _settle(party)
    audit.record(
        "registration.moved",
        registration,
        event=party.event,
        before={"product": before.public_id, "gross": was},
        after={"product": product.public_id, "gross": sum(item.gross for item in (line, *parts))},
    )
    if letter:
        desk_mails.moved(registration, line)
    signals.registration_moved.send(registration, before=before)
    signals.party_changed.send(party)
    return line


def moved_price(registration: Registration, product: Product, basis: str) -> int | None:
    """What another ticket would cost somebody, in cents: None when it has no price.

    "then" is its price on the day they booked, so that nobody pays the early-bird reduction back; "today" that of now;
    "same" what their own costs. Members stay members.
    """
    party = registration.place.party
    if basis == "same":
        return sum(item.gross for item in _held_at(registration.place))
    member = party.code if party.code is not None and party.code.kind == "member" else None
    at = (party.placed_at if basis == "then" else None) or clock.now()
    try:
        return tickets.priced(product, at, member).gross
    except tickets.NotOnSale:
        return None


def _held_at(place: Place) -> list[Item]:
    """The lines of the ticket of a place, its parts among them."""
    return [
        item
        for item in queries.items_of(place.party)
        if item.place_id == place.id and item.kind in ("ticket", "part") and item.cancelled_at is None
    ]


def _lines(
    party: Party, place: Place | None, product: Product, claim: Claim, gross: int | None, code: Code | None = None
) -> list[Item]:
    """The line of a ticket, and those of its parts."""
    price = tickets.priced(product, code=code) if gross is None else None
    amount = price.gross if price is not None else gross or 0
    listed = price.list_gross if price is not None else amount
    line = Item(
        event_id=party.event_id,
        party_id=party.id,
        place_id=place.id if place is not None else None,
        claim_id=claim.id,
        kind=product.kind,
        name=product.name,
        tier_name=price.tier.name if price is not None else BilingualText(),
        quantity=1,
        code_text=price.code_text if price is not None else "",
        currency=product.currency,
        **bundles.columns(product, amount, listed),
    )
    db.session.add(line)
    db.session.flush()
    return [line, *bundles.add_parts([line], product, amount, listed)]


def _settle(party: Party) -> None:
    """Say whether a party without an invoice owes something; where there is one, payments decide."""
    if orders.total(party) == 0:
        party.settled_at = party.settled_at or clock.now()


def give(
    event: Event,
    product: Product,
    count: int,
    *,
    name: str,
    email: str,
    company: str = "",
    locale: str = "de",
    letter: bool = True,
) -> Party:
    """Give somebody `count` tickets free of charge: places without names, and the address at which to name people.

    Sale windows and limits do not bind here. Raises `SoldOut`; then the transaction must end.
    """
    party = orders.new_party(event, product, locale)
    lines = orders.hold(party, product, count, gross=0)
    tickets.confirm(orders.claims_in(lines))
    organisation = organisation_for(event.host_id, company) if clean(company) else None
    parts = taken_apart(clean(name))
    person = person_for(email, given_name=parts.given_name, family_name=parts.family_name, locale=locale)
    party.contact_person_id, party.organisation_id = person.id, organisation.id if organisation else None
    party.contact_name, party.contact_email = clean(name), email.strip()
    party.placed_at = party.settled_at = clock.now()
    places = [
        Place(event_id=event.id, party_id=party.id, product_id=product.id, position=position)
        for position in range(count * product.seats)
    ]
    db.session.add_all(places)
    db.session.flush()
    _tie(lines, places, product.seats)
    after = {"product": product.public_id, "places": len(places)}
    audit.record("party.given", party, event=event, after=after)
    if letter:
        mails.party_changed(party, "placed")
    signals.party_placed.send(party, draft={}, letters=letter, entered=True)
    return party


def _tie(lines: Sequence[Item], places: Sequence[Place], seats: int) -> None:
    if seats == 1:
        for line, place in zip(lines, places, strict=True):
            line.place_id = place.id
    db.session.flush()
    if places:
        db.session.expire(places[0].party, ["places", "items"])


def allow_changes(registration: Registration, until: datetime | None) -> bool:
    """Let one person change their ticket until a moment of their own (None: as everybody); whether that is new."""
    before = registration.changes_until
    if before == until:
        return False
    registration.changes_until = until
    db.session.flush()
    audit.record(
        "registration.exception",
        registration,
        event=registration.participant.event,
        before={"changes_until": before},
        after={"changes_until": until},
    )
    return True
