"""What makes an order binding: places, people, registrations, answers, agenda, letters, in one deed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from .. import audit, clock
from ..accounts.addresses import canonical
from ..accounts.models import Person
from ..accounts.services import new_persons, persons_at
from ..consents import recipients
from ..consents import services as consents
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l, speaking
from ..organisations.models import Organisation
from ..organisations.services import organisation_for
from ..questions import services as questions
from ..questions.models import AnswerSheet
from ..questions.queries import current_questions
from ..rows import change, new_row, write
from ..text import clean
from ..tickets import services as tickets
from ..tickets.models import Code, Product
from . import bundles, facts, mails, orders, queries, seats, signals, taxing, workshops
from .models import Item, Party, Place, Registration
from .queries import NEW_HERE
from .seats import Guest

PHOTO_CONSENT = _l("Photos and films of the event on which I can be recognised may be published by the organiser.")
NEWSLETTER_CONSENT = _l("The organiser may write to me about its coming events. I can end this at any time.")
CONSENTS = {"photo": PHOTO_CONSENT, "newsletter": NEWSLETTER_CONSENT}


class DuplicateRegistration(DomainError):
    """The person already holds a registration at this event. Told to organisers only, never to strangers."""

    message = _l("This person is already registered for this event.")


def place(
    party: Party,
    *,
    agreed: Collection[str] | None = None,
    items: Sequence[Item] | None = None,
    typed: Mapping[str, Any] | None = None,
    small: bool | None = None,
) -> None:
    """Make a party under way binding: places, people, registrations, codes, agenda, letters, in one deed.

    `agreed` names the consents the buyer gave ("photo", "newsletter", "to:" and the public id of a recipient), else
    those in the draft hold. `items` are the party's lines and `small` what `taxing.is_small` said, where the caller has
    them; `typed` completes the draft. A person who already holds a registration gets none, and no place is taken
    for a buyer who only wanted one: a letter tells them, nobody else. What was sent in for approval is not asked
    again whether it is on sale. Raises as `orders.check`, `HoldExpired` or `TimeConflict`; then nothing has
    changed.
    """
    event, product, draft = party.event, party.product, {**party.draft, **(typed or {})}
    assert product is not None  # a party under way has a ticket
    people = [Guest.of(kept) for kept in draft["people"]]
    buyer = people[0]
    items = queries.items_of(party) if items is None else items
    if party.approval not in ("waiting", "approved"):
        orders.check(party, items)
    offered = orders.is_offer(items)
    tickets.confirm(orders.claims_in(items))
    company = clean(str(draft.get("company", "")))
    organisation = organisation_for(event.host_id, company) if company else None
    appointment, notice = seats.attendance_and_notice(event)
    named = [guest for guest in people if not guest.is_open]
    known = persons_at(canonical(guest.email) for guest in named)
    standing = queries.standing_of(known.values(), event)
    persons = _persons(named, known, party.locale)
    held = standing.get(persons[buyer.email].id, NEW_HERE).held
    places = _new_places(party, product, len(people)) if held is None or len(people) > 1 else []
    change(
        party,
        contact_person_id=persons[buyer.email].id,
        organisation_id=organisation.id if organisation else None,
        contact_name=buyer.name,
        contact_email=buyer.email,
        billing=dict(draft.get("billing", {})),
        placed_at=clock.now(),
        draft={},
    )
    if held is not None and not places:
        _take_nothing(party, held, items)
        return
    _tie(items, places, draft)
    _charge(party, items, small)
    seated: list[Registration | None] = [
        None
        if guest.is_open
        else seats.seat(
            seat,
            persons[guest.email],
            guest,
            organisation=organisation,
            appointment=appointment,
            confirmed=seat.position == 0,
            locale=party.locale if seat.position == 0 else None,
            standing=standing.get(persons[guest.email].id, NEW_HERE),
            placing=True,
        )
        for seat, guest in zip(places, people, strict=True)
    ]
    set_committed_value(party, "places", places)
    for seat, registration in zip(places, seated, strict=True):
        set_committed_value(seat, "registrations", [registration] if registration is not None else [])
        if registration is not None and any(item.kind == "add_on" for item in items):
            workshops.attend(registration)
    _keep_answers(party, seated, draft)
    own = seated[0]
    if own is not None and held is None:
        _agree(own, draft.get("consents", []) if agreed is None else agreed, party.locale)
    after = {"places": len(people), "gross": total_of(items), "privacy_notice": notice}
    audit.record("party.placed", party, event=event, after=after)
    if own is None or len(places) > 1:  # else their ticket says it all
        mails.party_changed(party, "placed")
    told = draft if held is None else {key: value for key, value in draft.items() if key != "partnering"}
    signals.party_placed.send(party, draft=told, offered=offered)


def _persons(named: Sequence[Guest], known: Mapping[str, Person], locale: str) -> dict[str, Person]:
    """Everybody by the address typed; who is new is made in order of address: two parties never wait crosswise."""
    keys = {guest.email: canonical(guest.email) for guest in named}
    new = {keys[guest.email]: guest for guest in named if keys[guest.email] not in known}
    made = new_persons([(new[key].email, new[key].given_name, new[key].family_name, locale) for key in sorted(new)])
    everybody = {**known, **dict(zip(sorted(new), made, strict=True))}
    return {address: everybody[key] for address, key in keys.items()}


def _take_nothing(party: Party, held: Registration, items: Sequence[Item]) -> None:
    """The buyer's only place is for somebody who already has one: keep none, charge nothing, tell them by letter."""
    for item in items:
        item.cancelled_at = clock.now()
    party.cancelled_at = clock.now()
    db.session.flush()
    tickets.cancel(orders.claims_in(items))
    audit.record("party.placed_twice", party, event=party.event)
    mails.already_registered(held, party)


def _new_places(party: Party, product: Product, count: int) -> list[Place]:
    places = [
        new_row(
            Place,
            event_id=party.event_id,
            party_id=party.id,
            product_id=product.id,
            position=position,
            party=party,
            product=product,
        )
        for position in range(count)
    ]
    write(*places)
    return places


def _charge(party: Party, items: Sequence[Item], small: bool | None = None) -> None:
    """Tax lines for this buyer, and mark a party that owes nothing as settled."""
    taxing.settle(party, items, small=small)
    if total_of(items) == 0:
        party.settled_at = clock.now()
    db.session.flush()
    db.session.expire(party, ["items"])


def _tie(items: Sequence[Item], places: Sequence[Place], draft: Mapping[str, Any]) -> None:
    """Tie lines to places; a ticket for several people is tied to none of theirs."""
    units, parts = [item for item in items if item.kind == "ticket"], bundles.parts_by_ticket(items)
    for number, item in enumerate(units):
        seats_each = len(places) // len(units)
        if seats_each == 1:
            change(item, place_id=places[number].id)
            for part in parts.get(item.id, ()):
                change(part, place_id=places[number].id)
    extra: dict[str, list[Item]] = {}
    for item in items:
        if item.kind == "add_on" and item.claim is not None:
            extra.setdefault(item.claim.product.public_id, []).append(item)
    for seat, wanted in zip(places, orders.add_ons_by_place(draft), strict=False):
        for public_id in wanted:
            if extra.get(public_id):
                change(extra[public_id].pop(0), place_id=seat.id)


def total_of(items: Iterable[Item]) -> int:
    """What lines come to, in cents, cancelled ones left out."""
    return sum(item.gross for item in items if item.cancelled_at is None)


# -- answers


def _keep_answers(party: Party, seated: Sequence[Registration | None], draft: Mapping[str, Any]) -> None:
    """Move the answers out of the draft to where they stay; what is hidden by now is left out.

    An answer about somebody who is not named, or who holds a registration already, is forgotten.
    """
    answers = draft.get("answers")
    if not answers or party.product is None:
        return
    bought = facts.facts_of(party.event, party.product, len(seated), code=party.code)
    buyer = current_questions(party.event, "buyer")
    kept = facts.visible_answers(buyer, bought, answers.get("buyer", {}))
    if kept:
        party.sheet_id = _sheet(party.event, kept, [question for question in buyer if not question.sensitive]).id
    asked = current_questions(party.event, "attendee")
    each = answers.get("people", [])
    known = {**bought, **facts.as_facts(buyer, kept)}
    for position, registration in enumerate(seated):
        if registration is None:
            continue
        own = draft.get("sheet") if position == 0 else None
        mine = facts.visible_answers(asked, known, each[position] if position < len(each) else {})
        sheet = queries.sheet_of(party.event_id, own) if own else None
        if sheet is None and not mine:
            continue
        sheet = sheet or questions.new_sheet(party.event)
        questions.save(sheet, [question for question in asked if not question.sensitive], mine)
        registration.sheet_id = sheet.id
    db.session.flush()


def _sheet(event: Event, answers: Mapping[str, Any], asked: Sequence[Any]) -> AnswerSheet:
    sheet = questions.new_sheet(event)
    questions.save(sheet, asked, answers)
    return sheet


# -- consents


def _agree(registration: Registration, agreed: Collection[str], locale: str) -> None:
    for purpose in sorted(set(agreed) & set(CONSENTS)):
        text = consents.text_for(registration.participant.event, purpose, in_both(CONSENTS[purpose]))
        consents.give(registration.participant, text, channel="registration", locale=locale)
    named = {one.removeprefix("to:") for one in agreed if one.startswith("to:")}
    if named:
        recipients.agree(registration.participant, named, channel="registration", locale=locale)


def in_both(sentence: Any) -> BilingualText:
    """A sentence of ours in both languages, as it is stored with a consent."""
    spoken = {}
    for language in ("de", "en"):
        with speaking(language):
            spoken[language] = str(sentence)
    return BilingualText(**spoken)


# -- without the pages


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
    code: Code | None = None,
    add_ons: Sequence[Product] = (),
    answers: Mapping[str, Any] | None = None,
) -> Registration:
    """Register one person without the pages: for organisers, imports and samples. Sale windows do not bind here.

    `gross` in cents replaces the price of the day. `answers` are values by the public ids of questions, those that ask
    the buyer included. Raises `SoldOut`, `CodeInvalid`, `CodeUsed`, `TimeConflict`, or `DuplicateRegistration` when the
    person holds a registration already.
    """
    party = orders.new_party(event, product, locale, code)
    lines = orders.hold(party, product, 1, code=code, gross=gross)
    for add_on in add_ons:
        lines += orders.hold(party, add_on, 1)
    tickets.confirm(orders.claims_in(lines))
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
    places = _new_places(party, product, product.seats)
    db.session.expire(party, ["places"])
    _tie(lines, places, {"add_ons": [[add_on.public_id for add_on in add_ons]]})
    _charge(party, lines)
    registration = _seat_first(places[0], person, guest, organisation, appointment, letters, locale)
    if add_ons:
        workshops.attend(registration, letters=letters)
    if answers:
        _answers_of_one(party, registration, answers)
    audit.record("registration.added", registration, event=event, after={"product": product.public_id})
    signals.party_placed.send(party, draft={}, letters=letters)
    return registration


def _seat_first(
    seat: Place,
    person: Person,
    guest: Guest,
    organisation: Organisation | None,
    appointment: Any,
    letters: bool,
    locale: str,
) -> Registration:
    registration = seats.seat(
        seat,
        person,
        guest,
        organisation=organisation,
        appointment=appointment,
        confirmed=True,
        letters=letters,
        locale=locale,
    )
    assert registration is not None  # asked by the caller, in the same transaction
    return registration


def _answers_of_one(party: Party, registration: Registration, answers: Mapping[str, Any]) -> None:
    """What is known about a person whom an organiser enters: sensitive answers in the table of their own."""
    for asks, holder in (("buyer", party), ("attendee", registration)):
        asked = current_questions(party.event, asks, internal=None)
        mine = {q.public_id: answers[q.public_id] for q in asked if q.public_id in answers}
        if mine:
            holder.sheet_id = _sheet(party.event, mine, asked).id
    db.session.flush()
