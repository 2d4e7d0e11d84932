"""Add-ons of a place, and those that take time: workshops. Nobody is in two of them at once.

An add-on with an appointment takes the time of whoever holds the place, from the moment they hold it until they give
it up or pass the place on. What a colleague or substitute cannot attend because their time is taken stays in their
agenda without taking time, and a letter says so: it is theirs to choose.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit, clock
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry, Appointment
from ..db import db
from ..errors import DomainError
from ..i18n import _, _l, bi
from ..tickets import queries as ticket_queries
from ..tickets import services as tickets
from ..tickets.models import Claim, Product
from ..tickets.money import split
from ..tickets.prices import Price
from . import mails, queries, refunds, signals, sold_choices, taxing, workshop_mails
from .models import Item, Party, Place, Registration

ON_STAGE = ("speaker", "chair")


class TimeConflict(DomainError):
    """Two things would take the same time of one person. `first` and `second` name them."""

    message = _l("Two of these take place at the same time.")
    first = ""
    second = ""

    @classmethod
    def between(cls, first: str, second: str) -> "TimeConflict":
        """The refusal that names both."""
        sentence = _("“%(first)s” and “%(second)s” take place at the same time.", first=first, second=second)
        return cls(sentence, first=first, second=second)


class NotOffered(DomainError):
    """The add-on cannot be booked with this ticket."""

    message = _l("This cannot be booked with this ticket.")


class NotBooked(DomainError):
    """The place does not have this add-on, or no longer."""

    message = _l("This is not booked, or was already given up.")


# -- asking


def conflicts(products: Iterable[Product]) -> list[tuple[Product, Product]]:
    """Which of these overlap in time, in pairs; a product that stands here twice does not overlap itself."""
    timed = {product.id: product for product in products if _appointment(product) is not None}
    return [(one, two) for one, two in combinations(timed.values(), 2) if _overlap(one.appointment, two.appointment)]


def _appointment(product: Product) -> Appointment | None:
    at = product.appointment
    return at if at is not None and at.state == "live" else None


def _overlap(one: Appointment | None, two: Appointment | None) -> bool:
    return one is not None and two is not None and one.starts_at < two.ends_at and two.starts_at < one.ends_at


def beside(place: Place, product: Product) -> list[Product]:
    """What is booked for the place at the same time as this add-on, which can be had only in its stead."""
    return [other for other in _timed(queries.add_ons_of(place)) if conflicts([product, other])]


def contested(registration: Registration) -> list[tuple[Product, str]]:
    """The holder's workshops whose time something else takes, with what that is."""
    found = []
    for product in _timed(queries.add_ons_of(registration.place)):
        at = _appointment(product)
        entry = agenda.entry_of(at, registration.participant) if at is not None else None
        if entry is not None and entry.state == "live" and not entry.blocks and entry.role not in ON_STAGE:
            found.append((product, taken_by(entry)))
    return found


def taken_by(entry: AgendaEntry) -> str:
    """What takes the time of an entry that could not take it, in words, for its own participant."""
    at = entry.appointment
    other = db.session.scalars(
        sa.select(AgendaEntry)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .where(
            AgendaEntry.participant_id == entry.participant_id,
            AgendaEntry.id != entry.id,
            AgendaEntry.state == "live",
            AgendaEntry.blocks,
            Appointment.starts_at < at.ends_at,
            Appointment.ends_at > at.starts_at,
        )
        .options(joinedload(AgendaEntry.appointment))
        .order_by(Appointment.starts_at, AgendaEntry.id)
        .limit(1)
    ).one_or_none()
    if other is None:
        return _("something else in your agenda")
    if other.role in ON_STAGE:
        return _("your own talk")
    product = queries.product_at_time(other.appointment)
    if product is not None:
        return bi(product.name)
    kinds = {"meeting": _("a meeting"), "block": _("a time you keep free")}
    return kinds.get(other.appointment.kind, _("something else in your agenda"))


# -- who holds the place


def attend(registration: Registration, *, letters: bool = True) -> None:
    """Put the workshops of the place into its holder's agenda, each with a letter and calendar entry of its own.

    Raises `TimeConflict` where the holder chose themselves. Somebody whom others named keeps what they cannot attend,
    without its taking their time, until they decide.
    """
    strict = registration.confirmed_at is not None
    for product in _timed(queries.add_ons_of(registration.place)):
        _enter(registration, product, strict=strict, letters=letters)


def leave(registration: Registration, *, letters: bool = True) -> None:
    """Take the workshops of the place out of the agenda of somebody who no longer holds it; the place keeps them."""
    for product in _timed(queries.add_ons_of(registration.place)):
        _exit(registration, product, letters=letters)


def _timed(items: Sequence[Item]) -> list[Product]:
    products = {item.claim.product_id: item.claim.product for item in items if item.claim is not None}
    return [product for product in products.values() if _appointment(product) is not None]


def _enter(registration: Registration, product: Product, *, strict: bool, letters: bool = True) -> None:
    at = _appointment(product)
    assert at is not None  # the caller asked
    participant = registration.participant
    known = agenda.entry_of(at, participant)
    if known is not None and known.state == "live" and known.role in ON_STAGE:
        return  # whoever stands on its stage is there anyway
    entry = agenda.attend(at, participant, "attendee", blocks=False)
    entry.role = "attendee"
    if not agenda.hold_time(entry) and strict:
        raise TimeConflict.between(bi(product.name), taken_by(entry))
    if letters:
        workshop_mails.booked(registration, product, entry)


def _exit(registration: Registration, product: Product, *, letters: bool = True) -> None:
    at = product.appointment
    entry = agenda.entry_of(at, registration.participant) if at is not None else None
    if entry is None or entry.state != "live" or entry.role in ON_STAGE:
        return
    agenda.leave(entry)
    if letters:
        workshop_mails.given_up(registration, product, entry)


def _hold_contested(registration: Registration) -> None:
    """What was contested takes its time now, where nothing else does any more."""
    for product in _timed(queries.add_ons_of(registration.place)):
        at = _appointment(product)
        entry = agenda.entry_of(at, registration.participant) if at is not None else None
        if entry is not None and entry.state == "live" and not entry.blocks and entry.role not in ON_STAGE:
            agenda.hold_time(entry)


# -- booking later


def bookable(place: Place, *, by: str = "holder") -> list[Product]:
    """The add-ons that can still be booked for a place, sold out ones included, in the organiser's order.

    Sale dates and limits per order do not bind an "organiser". Of what a question sells, its choices are among them
    that can still be chosen.
    """
    held = {item.claim.product_id for item in queries.add_ons_of(place) if item.claim is not None}
    sold = {pair.product_id for pair in queries.choice_products(place.event_id)}
    closed = sold - sold_choices.open_to(place, held) if sold else sold
    units, code = _units_of(place.party), place.party.code
    return [
        product
        for product in ticket_queries.add_ons_for(place.product)
        if product.id not in held | closed
        and (
            tickets.has_price(product, code)
            if by == "organiser"
            else units[product.id] < product.most_per_order and tickets.is_on_sale(product, code=code)
        )
    ]


def _units_of(party: Party) -> Counter[int]:
    """How many units of each product a party has: what is booked later belongs to its order."""
    items = queries.items_of(party)
    return Counter(item.claim.product_id for item in items if item.claim is not None and item.cancelled_at is None)


def price_for(party: Party, product: Product) -> Price:
    """What an add-on costs a party that books it now, VAT of home included.

    Prices of the audience for which its code speaks hold for it later too; a reduction was for what was ordered with
    the code. Raises `NotOnSale`.
    """
    tier = tickets.price(product, code=party.code)
    return Price(tier, tier.gross, tier.gross, "")


def book(holder: Registration | Place, product: Product, *, by: str = "holder", offered: Claim | None = None) -> Item:
    """Book an add-on for a place, at the price of today, and tell whoever holds it.

    What is booked already stays as it is. When a buyer books for somebody else, what takes that person's time is theirs
    alone to know: the workshop is contested then, see above. Sale dates and limits do not bind an "organiser". What is
    `offered` to whoever waited is held already. Raises `NotOffered`, `LimitPerOrder`, `TimeConflict` or `SoldOut`; then
    the transaction must end.
    """
    place = _place_of(holder)
    tickets.turn(place.event_id)
    db.session.refresh(place.party, with_for_update={"of": Party})
    held = queries.add_ons_of(place)
    known = next((item for item in held if item.claim is not None and item.claim.product_id == product.id), None)
    if known is not None:
        return known
    gone = place.cancelled_at is not None or (isinstance(holder, Registration) and holder.state != "live")
    if gone:
        raise NotOffered
    if by != "organiser" and _units_of(place.party)[product.id] >= product.most_per_order:
        raise tickets.LimitPerOrder(fewest=product.fewest_per_order, most=product.most_per_order)
    if product not in bookable(place, by=by):
        raise NotOffered
    for other in _timed(held):
        if conflicts([product, other]):
            raise TimeConflict.between(bi(product.name), bi(other.name))
    claim = offered
    if claim is None:
        (claim,) = tickets.hold(place.party.event, [(product, 1)], clock.now())
    item = take(place, claim, by=by)
    sold_choices.note(place, product, chosen=True)
    return item


def _place_of(holder: Registration | Place) -> Place:
    return holder.place if isinstance(holder, Registration) else holder


def take(place: Place, claim: Claim, *, by: str = "holder") -> Item:
    """Give a place an add-on that is held for it: line, agenda, letter.

    Raises `HoldExpired` or `TimeConflict`; then the transaction must end.
    """
    registration, product = place.registration, claim.product
    party = place.party
    tickets.confirm([claim])
    price = price_for(party, product)
    net, contained = split(price.gross, product.vat_rate)
    item = Item(
        event_id=party.event_id,
        party_id=party.id,
        place_id=place.id,
        claim_id=claim.id,
        kind="add_on",
        name=product.name,
        tier_name=price.tier.name,
        quantity=1,
        net=net,
        vat=contained,
        gross=price.gross,
        list_gross=price.list_gross,
        vat_rate=product.vat_rate,
        currency=product.currency,
    )
    db.session.add(item)
    db.session.flush()
    taxing.settle(party, [item])
    db.session.expire(party, ["items"])
    if registration is not None and _appointment(product) is not None:
        own = registration.participant.person_id == party.contact_person_id
        _enter(registration, product, strict=by != "buyer" or own)
    if item.gross:
        told = {"paid": item.gross, "currency": item.currency}
        mails.add_on_changed(party, item, "booked", mails.holder_name(place), told)
    after = {"product": product.public_id, "gross": item.gross, "by": by}
    audit.record("add_on.booked", registration or place, event=party.event, after=after)
    signals.party_changed.send(party)
    return item


def give_up(
    holder: Registration | Place, product: Product, *, by: str = "holder", waive_fee: bool = False
) -> refunds.Quote:
    """Give an add-on of a place back, under the event's rules; its holder's calendar forgets it.

    Raises `NotBooked`.
    """
    place = _place_of(holder)
    registration, party = place.registration, place.party
    tickets.turn(party.event_id)
    db.session.refresh(party, with_for_update={"of": Party})
    items = [
        item for item in queries.add_ons_of(place) if item.claim is not None and item.claim.product_id == product.id
    ]
    if not items:
        raise NotBooked
    quote = refunds.settle(party, [items], waive_fee=waive_fee)
    tickets.cancel([item.claim for item in items if item.claim is not None])
    if registration is not None:
        _exit(registration, product)
        _hold_contested(registration)
    sold_choices.note(place, product, chosen=False)
    if quote.paid_gross:
        mails.add_on_changed(party, items[0], "given_up", mails.holder_name(place), quote.told())
    after = {"product": product.public_id, "fee": quote.fee, "by": by}
    audit.record("add_on.given_up", registration or place, event=party.event, after=after)
    signals.party_changed.send(party)
    return quote
