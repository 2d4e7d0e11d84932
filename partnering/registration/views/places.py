"""What the pages behind secret links show of places: who holds them, what they have, what is asked."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from ...i18n import bi
from ...tickets import services as tickets
from ...tickets.models import Product
from .. import changes, lacking, mails, permissions, queries, sold_choices, taxing, workshops
from ..models import Item, Party, Place, Registration


@dataclass(frozen=True)
class Shown:
    """A place as its buyer sees it. state: "taken", "asked", "open", "cancelled"; `lacks`: answers are missing."""

    place: Place
    name: str
    state: str
    add_ons: list[Item]
    may_name: bool
    may_remind: bool
    lacks: bool = False

    @property
    def asked_at(self) -> datetime | None:
        """When whoever has not answered was asked."""
        return self.place.asked_at


def shown_places(party: Party) -> list[Shown]:
    """The party's places in order, in a constant number of queries."""
    add_ons: dict[int | None, list[Item]] = {}
    for item in queries.items_of(party):
        if item.kind == "add_on" and item.cancelled_at is None:
            add_ons.setdefault(item.place_id, []).append(item)
    places = queries.places_of(party)
    missing = lacking.of_all([place.registration for place in places if place.registration is not None])
    return [
        _shown(place, add_ons.get(place.id, []), place.registration is not None and place.registration.id in missing)
        for place in places
    ]


def _shown(place: Place, add_ons: list[Item], incomplete: bool) -> Shown:
    state = state_of(place)
    lacks = incomplete and state == "taken"
    return Shown(
        place,
        mails.holder_name(place),
        state,
        add_ons,
        permissions.may_name(place),
        (changes.is_asked(place) or lacks) and changes.may_remind(place),
        lacks,
    )


def state_of(place: Place) -> str:
    """What has become of a place: nothing here tells whether somebody who was asked has a ticket already."""
    if place.cancelled_at is not None:
        return "cancelled"
    if place.registration is not None and place.registration.confirmed_at is not None:
        return "taken"
    return "asked" if place.invited_address else "open"


@dataclass(frozen=True)
class Booked:
    """An add-on that a place has; `clash` says what takes its time, `about` the question that it answers."""

    item: Item
    product: Product
    clash: str = ""
    about: str = ""


@dataclass(frozen=True)
class Offered:
    """An add-on that can be booked: price in cents, what is left, what is in its way, where one can wait for it.

    `about` is the question that it answers, where it is a choice.
    """

    product: Product
    gross: int
    left: int
    clash: str = ""
    waitlist: str | None = None
    about: str = ""


def booked(place: Place, registration: Registration | None = None) -> list[Booked]:
    """What a place has beside the ticket; what takes its time is told to its holder alone, with `registration`."""
    contested = workshops.contested(registration) if registration is not None else []
    clashes = {product.id: what for product, what in contested}
    about = sold_choices.labels(place)
    return [
        Booked(item, item.claim.product, clashes.get(item.claim.product_id, ""), about.get(item.claim.product_id, ""))
        for item in queries.add_ons_of(place)
        if item.claim is not None
    ]


def offered(place: Place, token: str = "", *, by: str = "holder") -> list[Offered]:
    """What can be booked for it now, sold out things included; with the ticket's `token` one can wait for those."""
    products = workshops.bookable(place, by=by)
    small = bool(products) and taxing.is_small(place.party.event)
    left, about = tickets.lefts(products), sold_choices.labels(place) if products else {}
    held = [each.product for each in booked(place)]
    found = []
    for product in products:
        other = next((other for other in held if workshops.conflicts([product, other])), None)
        gone = left[product.id] < 1
        found.append(
            Offered(
                product,
                taxing.price_for(place.party, product, workshops.price_for(place.party, product).gross, small=small),
                left[product.id],
                bi(other.name) if other is not None else "",
                url_for(".wait_for_add_on", token=token, public_id=product.public_id)
                if token and gone and product.waiting_list
                else None,
                about.get(product.id, ""),
            )
        )
    return found


def asked_about_order(party: Party) -> sold_choices.Asked:
    """What can still be answered about an order; what its choices sell belongs to its first place."""
    places = queries.places_of(party)
    return sold_choices.still_asked(places[0] if places else None, party.event, "buyer")


def asked_of_holder(registration: Registration) -> sold_choices.Asked:
    """What somebody who holds a ticket can still answer."""
    return sold_choices.still_asked(registration.place, registration.participant.event, "attendee")
