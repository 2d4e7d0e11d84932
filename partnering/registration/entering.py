"""Registrations that organisers enter: one by hand, or thousands from a file, all of them or none.

What comes out is what buying makes: claims from the same pools, codes, agenda entries, entries in the log. The steps
are taken for everybody at once, so that a thousand people cost a few hundred statements and not fifty thousand.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import audit, clock
from ..accounts.addresses import canonical
from ..accounts.models import EmailAddress, Person
from ..agenda import services as agenda
from ..db import BilingualText, db
from ..events.models import Event, Participant
from ..events.services import rename
from ..organisations.models import Organisation
from ..organisations.services import organisation_for
from ..questions import queries as questions
from ..questions.models import Answer, AnswerSheet
from ..text import clean, fold
from ..tickets import services as tickets
from ..tickets.models import Claim, Code, Product
from ..tickets.prices import Price
from . import bundles, codes, mails, queries, seats, signals, taxing, workshops
from .models import Item, Party, Place, Registration
from .placing import DuplicateRegistration as DuplicateRegistration
from .seats import Guest


@dataclass(frozen=True)
class Entry:
    """Somebody to be registered. `gross` in cents replaces the price of the day; with 0 add-ons are free as well.

    `billing` is whom the invoice goes to, as the forms of registering keep it; empty, somebody asks for it later.

    `answers` are plain values by the question's public id, the buyer's among them; sensitive questions are left out.
    """

    guest: Guest
    product: Product
    company: str = ""
    locale: str = "de"
    gross: int | None = None
    code: Code | None = None
    add_ons: Sequence[Product] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    billing: Mapping[str, str] = field(default_factory=dict)


def enter(event: Event, entry: Entry, *, letters: bool = True) -> Registration:
    """Register one person without the pages. Raises as `enter_all`."""
    return enter_all(event, [entry], letters=letters)[0]


def enter_all(
    event: Event, entries: Sequence[Entry], *, letters: bool = False, actor: tuple[str, str] | None = None
) -> list[Registration]:
    """Register everybody in `entries`, in their order, each as a party of their own. Sale windows do not bind here.

    `actor` is whom the log names, by default whoever makes this request.

    Raises `SoldOut`, `CodeUsed`, `CodeInvalid`, `TimeConflict`, or `DuplicateRegistration` with the `position` of the
    entry; the transaction must then end, and nothing has happened.
    """
    now = clock.now()
    claims = _claims(event, entries)
    organisations = _organisations(event, entries)
    appointment = seats.attendance(event)
    persons = _persons(event, entries, now)
    participants = _participants(event, entries, persons, organisations, now)
    sheets, bought = _sheets(event, entries, "attendee", now), _sheets(event, entries, "buyer", now)
    parties = [
        Party(
            event_id=event.id,
            product_id=entry.product.id,
            code_id=entry.code.id if entry.code else None,
            contact_person_id=person.id,
            organisation_id=organisation.id if organisation else None,
            sheet_id=sheet.id if sheet else None,
            contact_name=entry.guest.name,
            contact_email=entry.guest.email,
            reference=seats.new_reference(),
            locale=entry.locale,
            draft={},
            billing=dict(entry.billing),
            created_at=now,
            placed_at=now,
        )
        for entry, person, organisation, sheet in zip(entries, persons, organisations, bought, strict=True)
    ]
    _add(parties)
    places = [
        [
            Place(event_id=event.id, party_id=party.id, product_id=entry.product.id, position=position)
            for position in range(entry.product.seats)
        ]
        for entry, party in zip(entries, parties, strict=True)
    ]
    _add(place for own in places for place in own)
    _charge(event, entries, parties, places, claims, now)
    for entry, party in zip(entries, parties, strict=True):
        if entry.billing and any(one.online or one.bundled for one in (entry.product, *entry.add_ons)):
            taxing.settle(party, queries.items_of(party))  # what is online is taxed where its recipient is
    registrations = [
        Registration(
            event_id=event.id,
            place_id=own[0].id,
            participant_id=participant.id,
            organisation_id=organisation.id if organisation else None,
            appointment_id=appointment.id,
            sheet_id=sheet.id if sheet else None,
            badge_name=participant.name,
            created_at=now,
            confirmed_at=now,
        )
        for own, participant, organisation, sheet in zip(places, participants, organisations, sheets, strict=True)
    ]
    _add(registrations)
    codes.issue_all(registrations)
    agenda.attend_all(appointment, participants, "attendee")
    db.session.flush()
    audit.record_all(
        "registration.added",
        [
            (registration, {"product": entry.product.public_id})
            for registration, entry in zip(registrations, entries, strict=True)
        ],
        event=event,
        actor=actor,
    )
    _tell(entries, registrations, parties, letters=letters)
    return registrations


def _tell(
    entries: Sequence[Entry], registrations: Sequence[Registration], parties: Sequence[Party], *, letters: bool
) -> None:
    for entry, registration in zip(entries, registrations, strict=True):
        if entry.add_ons:
            workshops.attend(registration, letters=letters)
        if letters:
            mails.registered(registration)
    signals.registrations_entered.send(registrations[0].event_id if registrations else 0, registrations=registrations)
    for party in parties:
        signals.party_placed.send(party, draft={}, letters=letters, entered=True)


def _add(things: Iterable[Any]) -> None:
    db.session.add_all(list(things))
    db.session.flush()


# -- places and prices


def _claims(event: Event, entries: Sequence[Entry]) -> dict[tuple[int | None, int], deque[int]]:
    """Confirmed claims for everything that is asked for: ids of claims by code and product."""
    wanted: dict[int | None, list[Product]] = defaultdict(list)
    known: dict[int | None, Code | None] = {}
    for entry in entries:
        key = entry.code.id if entry.code else None
        known[key] = entry.code
        wanted[key].append(entry.product)
        for add_on in entry.add_ons:
            known.setdefault(None, None)
            wanted[None].append(add_on)
    found: dict[tuple[int | None, int], deque[int]] = defaultdict(deque)
    held: list[Claim] = []
    for key in sorted(wanted, key=lambda one: (one is not None, one)):
        units = [(product, 1) for product in wanted[key]]
        for claim in tickets.hold(event, units, clock.now() + timedelta(minutes=30), code=known[key]):
            found[key, claim.product_id].append(claim.id)
            held.append(claim)
    tickets.confirm(held)
    return found


def _charge(
    event: Event,
    entries: Sequence[Entry],
    parties: Sequence[Party],
    places: Sequence[Sequence[Place]],
    claims: Mapping[tuple[int | None, int], deque[int]],
    now: datetime,
) -> None:
    """A line for every claim; who owes nothing is settled at once."""
    items: list[Item] = []
    split: list[tuple[Item, Product, int, int]] = []
    prices: dict[tuple[int | None, int], Price] = {}
    for entry, party, own in zip(entries, parties, places, strict=True):
        total = 0
        for product, code in [(entry.product, entry.code), *((add_on, None) for add_on in entry.add_ons)]:
            key = (code.id if code else None, product.id)
            if key not in prices:
                prices[key] = tickets.priced(product, code=code)
            price = prices[key]
            given = entry.gross if product is entry.product else 0 if entry.gross == 0 else None
            gross = price.gross if given is None else given
            listed = price.list_gross if given is None else gross
            total += gross
            items.append(
                Item(
                    event_id=event.id,
                    party_id=party.id,
                    place_id=own[0].id if product.seats == 1 else None,
                    claim_id=claims[key].popleft(),
                    kind=product.kind,
                    name=product.name,
                    tier_name=price.tier.name if given is None else BilingualText(),
                    quantity=1,
                    code_text=price.code_text if given is None else "",
                    currency=product.currency,
                    **bundles.columns(product, gross, listed),
                )
            )
            if bundles.is_split(product, listed):
                split.append((items[-1], product, gross, listed))
        if total == 0:
            party.settled_at = now
    _add(items)
    for line, product, gross, listed in split:
        bundles.add_parts([line], product, gross, listed)


# -- people


def _persons(event: Event, entries: Sequence[Entry], now: datetime) -> list[Person]:
    """Whoever is known by these addresses, and new persons, made in order of address as everywhere."""
    keys = [canonical(entry.guest.email) for entry in entries]
    known = persons_at(keys)
    taken = registered_among(event, [person.id for person in known.values()])
    seen: set[str] = set()
    for position, key in enumerate(keys):
        person = known.get(key)
        if (person is not None and person.id in taken) or key in seen:
            raise DuplicateRegistration(position=position)
        seen.add(key)
    new = {}
    for key, entry in sorted(zip(keys, entries, strict=True), key=lambda pair: pair[0]):
        if key in known:
            continue
        guest = entry.guest
        person = Person(given_name=guest.given_name, family_name=guest.family_name, locale=entry.locale, created_at=now)
        person.addresses = [EmailAddress(address=guest.email.strip(), canonical=key, is_primary=True)]
        new[key] = person
    _add(new.values())
    return [known.get(key) or new[key] for key in keys]


def persons_at(keys: Iterable[str]) -> dict[str, Person]:
    """Known persons by the canonical form of an address of theirs."""
    found: dict[str, Person] = {}
    for chunk in chunks(sorted(set(keys))):
        rows = db.session.execute(
            sa.select(EmailAddress.canonical, Person)
            .join(Person, Person.id == EmailAddress.person_id)
            .where(EmailAddress.canonical.in_(chunk))
            .options(selectinload(Person.addresses))
        )
        found |= {row.canonical: row.Person for row in rows}
    return found


def registered_among(event: Event, person_ids: Iterable[int]) -> set[int]:
    """Those of the persons who hold a registration at the event."""
    found: set[int] = set()
    for chunk in chunks(sorted(set(person_ids))):
        rows = db.session.scalars(
            sa.select(Participant.person_id)
            .join(Registration, Registration.participant_id == Participant.id)
            .where(Participant.event_id == event.id, Participant.person_id.in_(chunk), Registration.state == "live")
        )
        found |= {one for one in rows if one is not None}
    return found


def _organisations(event: Event, entries: Sequence[Entry]) -> list[Organisation | None]:
    known: dict[str, Organisation] = {}
    for name in sorted({clean(entry.company) for entry in entries} - {""}):
        if fold(name) not in known:
            known[fold(name)] = organisation_for(event.host_id, name)
    return [known[fold(clean(entry.company))] if clean(entry.company) else None for entry in entries]


def _participants(
    event: Event,
    entries: Sequence[Entry],
    persons: Sequence[Person],
    organisations: Sequence[Organisation | None],
    now: datetime,
) -> list[Participant]:
    """Everybody at the event; of those who were there already what is printed stays, and gaps are filled."""
    known: dict[int, Participant] = {}
    for chunk in chunks(sorted(person.id for person in persons)):
        found = db.session.scalars(
            sa.select(Participant)
            .where(Participant.event_id == event.id, Participant.person_id.in_(chunk))
            .options(joinedload(Participant.person))
        )
        known |= {one.person_id: one for one in found if one.person_id is not None}
    participants = []
    for entry, person, organisation in zip(entries, persons, organisations, strict=True):
        one = known.get(person.id)
        if one is None:
            one = Participant(
                event_id=event.id, person_id=person.id, person=person, locale=entry.locale, created_at=now
            )
        company = organisation.name if organisation else ""
        rename(
            one,
            title=one.title or entry.guest.title,
            given_name=one.given_name or entry.guest.given_name or person.given_name,
            family_name=one.family_name or entry.guest.family_name or person.family_name,
            function=one.function or entry.guest.function,
            company=one.company or company,
        )
        participants.append(one)
    _add(participants)
    return participants


# -- answers


def _sheets(event: Event, entries: Sequence[Entry], asks: str, now: datetime) -> list[AnswerSheet | None]:
    """A sheet for each entry with answers to what asks "buyer" or "attendee", sensitive questions left out."""
    if not any(entry.answers for entry in entries):
        return [None for _entry in entries]
    asked = {
        question.public_id: question
        for question in questions.current_questions(event, asks, internal=None)
        if not question.sensitive
    }
    given = [{key: value for key, value in entry.answers.items() if key in asked} for entry in entries]
    sheets = [AnswerSheet(event_id=event.id, created_at=now) if answers else None for answers in given]
    _add(sheet for sheet in sheets if sheet is not None)
    _add(
        Answer(
            event_id=event.id,
            sheet_id=sheet.id,
            question_id=asked[key].id,
            version_id=asked[key].version_id,
            value={"value": value},
            answered_at=now,
        )
        for sheet, answers in zip(sheets, given, strict=True)
        if sheet is not None
        for key, value in answers.items()
    )
    return sheets


def chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """As many values as one IN (...) may hold, again and again."""
    return (values[start : start + 500] for start in range(0, len(values), 500))
