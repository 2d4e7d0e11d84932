"""What can happen to registrations: begun, filled in, placed, changed, cancelled."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..accounts.addresses import canonical
from ..accounts.models import Person
from ..consents import services as consents
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l, speaking
from ..organisations.services import organisation_for
from ..text import clean
from ..tickets import services as tickets
from ..tickets.models import PriceTier, Product
from . import mails, queries, seats, signals
from .changes import ChangesClosed as ChangesClosed  # one door for other rooms: services, whatever the file
from .changes import PlaceGone as PlaceGone
from .changes import cancel_party as cancel_party
from .changes import cancel_place as cancel_place
from .changes import cancel_registration as cancel_registration
from .changes import name_person as name_person
from .changes import name_substitute as name_substitute
from .changes import remind as remind
from .changes import set_details as set_details
from .models import Item, Party, Place, Registration
from .seats import Guest

HOLD = timedelta(minutes=30)
"""How long places are held while somebody types."""

EXTENSIONS = 2
"""How often that can be extended."""

KEPT = timedelta(days=2)
"""How long a party that was begun and never placed is kept."""

PHOTO_CONSENT = _l("Photos and films of the event on which I can be recognised may be published by the organiser.")
NEWSLETTER_CONSENT = _l("The organiser may write to me about its coming events. I can end this at any time.")
CONSENTS = {"photo": PHOTO_CONSENT, "newsletter": NEWSLETTER_CONSENT}


class DuplicateRegistration(DomainError):
    """The person already holds a registration at this event. Told to organisers only, never to strangers."""

    message = _l("This person is already registered for this event.")


class NoMoreExtensions(DomainError):
    """The hold was extended as often as it can be."""

    message = _l("The reservation cannot be extended any further.")


# -- before placing


def begin(event: Event, product: Product, quantity: int, locale: str) -> Party:
    """A party under way that holds `quantity` units of a product for half an hour.

    Raises `NotOnSale`, `LimitPerOrder` or `SoldOut`.
    """
    tickets.check_order(event, [(product, quantity)])
    party = _new_party(event, product, locale)
    _hold(party, product, quantity)
    return party


def choose(party: Party, product: Product, quantity: int) -> None:
    """Give a party under way another ticket or quantity; what was typed is kept, as far as places reach.

    Choosing again what is already held changes nothing. Raises as `begin`, and then nothing has changed.
    """
    items = queries.items_of(party)
    claims = [item.claim for item in items if item.claim is not None]
    same = party.product_id == product.id and len(items) == quantity
    if same and all(claim.state == "held" and (claim.until or clock.now()) > clock.now() for claim in claims):
        return
    tickets.check_order(party.event, [(product, quantity)])
    tickets.release(claims)
    db.session.execute(sa.delete(Item).where(Item.party_id == party.id))
    db.session.expire_all()
    if party.product_id != product.id or quantity != len(items):
        kept = list(party.draft.get("people", []))[: product.seats * quantity]
        complete = len(kept) == product.seats * quantity
        party.draft = {**party.draft, "people": kept if complete else [], "typed": kept}
    party.product_id = product.id
    party.extensions = 0
    _hold(party, product, quantity)


def keep(party: Party, **answers: Any) -> None:
    """Write what was typed at a step into the draft."""
    party.draft = {**party.draft, **answers}
    db.session.flush()


def extend(party: Party) -> None:
    """Hold the party's places for another half an hour, at most twice. Raises `NoMoreExtensions`, `HoldExpired`."""
    if party.extensions >= EXTENSIONS:
        raise NoMoreExtensions
    tickets.extend(_claims(party), clock.now() + HOLD)
    party.extensions += 1
    db.session.flush()


def forget_drafts() -> int:
    """Forget what was typed and never sent, two days later, and give back what it still held; how many there were."""
    old = db.session.scalars(
        sa.select(Party)
        .where(Party.placed_at.is_(None), Party.created_at < clock.now() - KEPT)
        .order_by(Party.id)
        .with_for_update(skip_locked=True)
        .limit(500)
    ).all()
    for party in old:
        tickets.release(_claims(party))
        db.session.execute(sa.delete(Item).where(Item.party_id == party.id))
        db.session.execute(sa.delete(Party).where(Party.id == party.id))
    return len(old)


def _new_party(event: Event, product: Product, locale: str) -> Party:
    party = Party(
        event_id=event.id,
        product_id=product.id,
        reference=seats.new_reference(),
        locale=locale,
        draft={},
        billing={},
        created_at=clock.now(),
    )
    db.session.add(party)
    db.session.flush()
    return party


def _hold(party: Party, product: Product, quantity: int, gross: int | None = None) -> None:
    tier = tickets.price(product) if gross is None else None
    for claim in tickets.hold(party.event, [(product, quantity)], clock.now() + HOLD):
        db.session.add(_item(party, product, claim.id, tier, tier.gross if tier else gross or 0))
    db.session.flush()
    db.session.expire(party, ["items"])


def _item(party: Party, product: Product, claim_id: int, tier: PriceTier | None, gross: int) -> Item:
    net = net_of(gross, product.vat_rate)
    return Item(
        event_id=party.event_id,
        party_id=party.id,
        claim_id=claim_id,
        name=product.name,
        tier_name=tier.name if tier else BilingualText(),
        quantity=1,
        net=net,
        vat=gross - net,
        gross=gross,
        vat_rate=product.vat_rate,
        currency=product.currency,
    )


def net_of(gross: int, vat_rate: int) -> int:
    """The net part, in cents rounded half up, of a gross price in cents with VAT in basis points."""
    whole = 10_000 + vat_rate
    return (2 * gross * 10_000 + whole) // (2 * whole)


def _claims(party: Party) -> list[Any]:
    return [item.claim for item in queries.items_of(party) if item.claim is not None]


# -- placing


def place(party: Party, *, agreed: Iterable[str] = ()) -> None:
    """Make a party under way binding: places, people, registrations, codes, agenda, letters, in one deed.

    `agreed` names the consents the buyer gave ("photo", "newsletter"). A person who already holds a registration
    gets none, and no place is taken for a buyer who only wanted one: a letter tells them, nobody else.
    Raises `NotOnSale`, `LimitPerOrder` or `HoldExpired`; then nothing has changed.
    """
    event, product, draft = party.event, party.product, dict(party.draft)
    assert product is not None  # a party under way has a ticket
    people = [Guest.of(kept) for kept in draft["people"]]
    buyer = people[0]
    claims = _claims(party)
    tickets.check_order(event, [(product, len(claims))])
    tickets.confirm(claims)
    company = clean(str(draft.get("company", "")))
    organisation = organisation_for(event.host_id, company) if company else None
    appointment = seats.attendance(event)
    persons = _persons(people, party.locale)
    party.contact_person_id = persons[buyer.email].id
    party.organisation_id = organisation.id if organisation else None
    party.contact_name, party.contact_email = buyer.name, buyer.email
    party.billing = dict(draft.get("billing", {}))
    party.placed_at = clock.now()
    party.draft = {}
    db.session.flush()
    held = queries.live_registration_of(persons[buyer.email], event)
    if held is not None and len(people) == 1:
        _take_nothing(party, held)
        return
    for position, guest in enumerate(people):
        seat = Place(event_id=event.id, party_id=party.id, product_id=product.id, position=position)
        db.session.add(seat)
        db.session.flush()
        if not guest.is_open:
            seats.seat(
                seat,
                persons[guest.email],
                guest,
                organisation=organisation,
                appointment=appointment,
                confirmed=position == 0,
                locale=party.locale if position == 0 else None,
            )
    _settle(party)
    own = queries.contact_registration(party)
    if own is not None and held is None:
        _agree(own, agreed, party.locale)
    audit.record("party.placed", party, event=event, after={"places": len(people), "gross": total(party)})
    mails.party_placed(party)
    told = draft if held is None else {key: value for key, value in draft.items() if key != "partnering"}
    signals.party_placed.send(party, draft=told)


def _persons(people: Sequence[Guest], locale: str) -> dict[str, Person]:
    """Everybody named, by the address typed; made in order of address, so that two parties never wait crosswise."""
    named = sorted((guest for guest in people if not guest.is_open), key=lambda guest: canonical(guest.email))
    return {guest.email: seats.person_of(guest, locale) for guest in named}


def _take_nothing(party: Party, held: Registration) -> None:
    """The buyer's only place is for somebody who already has one: keep none, charge nothing, tell them by letter."""
    claims = _claims(party)
    for item in queries.items_of(party):
        item.cancelled_at = clock.now()
    party.cancelled_at = clock.now()
    db.session.flush()
    tickets.cancel(claims)
    audit.record("party.placed_twice", party, event=party.event)
    mails.already_registered(held, party)


def _settle(party: Party) -> None:
    """Tie items to places, and mark a party that owes nothing as settled."""
    db.session.expire(party, ["places", "items"])
    for number, item in enumerate(queries.items_of(party)):
        seats_each = item.claim.product.seats if item.claim else 1
        item.place_id = party.places[number * seats_each].id if seats_each == 1 else None
    if total(party) == 0:
        party.settled_at = clock.now()
    db.session.flush()


def total(party: Party) -> int:
    """What the party costs, in cents, cancelled lines left out."""
    return sum(item.gross for item in queries.items_of(party) if item.cancelled_at is None)


def _agree(registration: Registration, agreed: Iterable[str], locale: str) -> None:
    for purpose in sorted(set(agreed) & set(CONSENTS)):
        text = consents.text_for(registration.participant.event, purpose, in_both(CONSENTS[purpose]))
        consents.give(registration.participant, text, channel="registration", locale=locale)


def in_both(sentence: Any) -> BilingualText:
    """A sentence of ours in both languages, as it is stored with a consent."""
    spoken = {}
    for language in ("de", "en"):
        with speaking(language):
            spoken[language] = str(sentence)
    return BilingualText(**spoken)


def add_registration(
    event: Event,
    product: Product,
    *,
    email: str,
    given_name: str = "",
    family_name: str = "",
    title: str = "",
    function: str = "",
    company: str = "",
    locale: str = "de",
    gross: int | None = None,
    billing: Mapping[str, Any] | None = None,
    letters: bool = True,
) -> Registration:
    """Register one person without the pages: for organisers, imports and samples. Sale windows do not bind here.

    `gross` in cents replaces the price of the day. Raises `SoldOut`, or `DuplicateRegistration` when the person holds
    a registration already.
    """
    party = _new_party(event, product, locale)
    _hold(party, product, 1, gross)
    tickets.confirm(_claims(party))
    organisation = organisation_for(event.host_id, company) if clean(company) else None
    guest = Guest(email, clean(title), clean(given_name), clean(family_name), clean(function))
    appointment = seats.attendance(event)
    person = seats.person_of(guest, locale)
    if queries.live_registration_of(person, event) is not None:
        raise DuplicateRegistration
    party.contact_person_id, party.organisation_id = person.id, organisation.id if organisation else None
    party.contact_name, party.contact_email = guest.name, guest.email
    party.billing = dict(billing or {})
    party.placed_at = clock.now()
    places = [
        Place(event_id=event.id, party_id=party.id, product_id=product.id, position=n) for n in range(product.seats)
    ]
    db.session.add_all(places)
    db.session.flush()
    registration = seats.seat(
        places[0],
        person,
        guest,
        organisation=organisation,
        appointment=appointment,
        confirmed=True,
        letters=letters,
        locale=locale,
    )
    assert registration is not None  # asked above, in the same transaction
    _settle(party)
    audit.record("registration.added", registration, event=event, after={"product": product.public_id})
    signals.party_placed.send(party, draft={})
    return registration
