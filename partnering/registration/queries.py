"""What can be asked about parties, places and registrations."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from ..accounts.addresses import canonical
from ..accounts.models import Person
from ..agenda.models import AgendaEntry, Appointment
from ..audit import AuditDetail, AuditEntry
from ..db import db, table_of
from ..events.models import Event, Host, Participant
from ..events.queries import COLUMNS as EVENT_COLUMNS
from ..events.queries import event_in
from ..questions.models import AnswerSheet, Question
from ..rows import Reader, ask
from ..tickets import services as tickets
from ..tickets.models import Claim, Code, PriceTier, Product
from ..tickets.queries import PRODUCTS, TIERS
from .models import ChoiceProduct, Item, Party, Place, Registration, WaitingEntry

WITH_PEOPLE = (
    joinedload(Registration.participant).joinedload(Participant.person).selectinload(Person.addresses),
    joinedload(Registration.place).joinedload(Place.product),
    selectinload(Registration.codes),
)
"""What lists and letters show of a registration, in a constant number of queries."""


def live_registration(participant: Participant) -> Registration | None:
    """The registration that this participant holds."""
    return db.session.scalars(
        sa.select(Registration).where(Registration.participant_id == participant.id, Registration.state == "live")
    ).one_or_none()


def live_registration_of(person: Person, event: Event) -> Registration | None:
    """The registration that this person holds at an event."""
    return db.session.scalars(
        sa.select(Registration)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(Participant.event_id == event.id, Participant.person_id == person.id, Registration.state == "live")
    ).one_or_none()


class Standing(NamedTuple):
    """What a person is at an event: a participant, in whatever role, and the registration that they hold."""

    participant: Participant | None
    held: Registration | None


NEW_HERE = Standing(None, None)
"""Somebody whom the event has not seen yet."""


def standing_of(persons: Iterable[Person], event: Event) -> dict[int, Standing]:
    """What these people are at an event, by the person's id; who is new there is left out."""
    ids = sorted({person.id for person in persons})
    if not ids:
        return {}
    rows = db.session.execute(
        sa.select(Participant, Registration)
        .outerjoin(Registration, sa.and_(Registration.participant_id == Participant.id, Registration.state == "live"))
        .where(Participant.event_id == event.id, Participant.person_id.in_(ids))
    )
    return {one.person_id: Standing(one, held) for one, held in rows if one.person_id is not None}


def registration_at(public_id: str) -> Registration | None:
    """The registration with this public id, whatever its state."""
    return db.session.scalars(
        sa.select(Registration).where(Registration.public_id == public_id).options(*WITH_PEOPLE)
    ).one_or_none()


def live_registration_at(public_id: str) -> Registration | None:
    """The registration with this public id, as long as it holds."""
    registration = registration_at(public_id)
    return registration if registration is not None and registration.state == "live" else None


def party_at(public_id: str) -> Party | None:
    """The party with this public id, placed or not."""
    return db.session.scalars(
        sa.select(Party).where(Party.public_id == public_id).options(joinedload(Party.product))
    ).one_or_none()


def party_by_reference(event: Event, reference: str) -> Party | None:
    """The party of an event that people call by this reference."""
    return db.session.scalars(
        sa.select(Party).where(Party.event_id == event.id, Party.reference == reference)
    ).one_or_none()


def locked_party(public_id: str, *, in_turn: bool = False) -> Party | None:
    """The same, read anew and kept from others until the transaction ends.

    `in_turn` where the deed goes on to take or give back places of what was sent in: the event's turn comes first.
    """
    if in_turn:
        event_id = db.session.scalar(sa.select(Party.event_id).where(Party.public_id == public_id))
        if event_id is None:
            return None
        tickets.turn(event_id)
    return db.session.scalars(
        sa.select(Party)
        .where(Party.public_id == public_id)
        .options(joinedload(Party.product))
        .with_for_update(of=Party)
        .execution_options(populate_existing=True)
    ).one_or_none()


def party_among(public_ids: Collection[str], event_id: int, *, locked: bool) -> Party | None:
    """Which of these parties is at this event, with product, event and host; `locked` as `locked_party` does it."""
    return db.session.scalars(
        _AMONG_LOCKED if locked else _AMONG,
        {"public_ids": list(public_ids), "event": event_id},
        execution_options={"populate_existing": locked},
    ).first()


class UnderWay(NamedTuple):
    """A party under way, how many tickets it holds, and what registering at its event may be about besides."""

    party: Party
    units: int
    beside: "Beside"


def under_way_at(slug: str, public_ids: Collection[str]) -> UnderWay | None:
    """Which of these parties is at the event of this slug, locked, in one question with the event as `event_by_slug`
    reads it in a deed, and with all that a step's form asks of it.
    """
    row: Any = ask(_UNDER_WAY, {"public_ids": list(public_ids), "slug": slug}).first()
    party = _PARTIES.thing(row) if row is not None else None
    if row is None or party is None:
        return None
    vars(party).update(product=PRODUCTS.thing(row, len(_PARTIES.columns)), event=event_in(row, _EVENT_AT))
    return UnderWay(party, row[-3], Beside(bool(row[-2]), bool(row[-1])))


_AMONG = (
    sa.select(Party)
    .where(Party.event_id == sa.bindparam("event"), Party.public_id.in_(sa.bindparam("public_ids", expanding=True)))
    .options(joinedload(Party.product))
    .order_by(Party.id)
)
_AMONG = _AMONG.options(joinedload(Party.event).joinedload(Event.host))
_AMONG_LOCKED = _AMONG.with_for_update(of=Party)


def units_of(party: Party) -> int:
    """How many tickets a party under way holds; add-ons are not counted."""
    return ask(_UNITS, {"party": party.id}).scalar() or 0


_UNITS = (
    sa.select(sa.func.count()).select_from(Item).where(Item.party_id == sa.bindparam("party"), Item.kind == "ticket")
)


class Beside(NamedTuple):
    """Whether an event has add-ons that visitors see, and questions."""

    add_ons: bool
    questions: bool


def beside(event_id: int) -> Beside:
    """What registering at an event may be about besides the ticket, in one small question."""
    return Beside(*map(bool, ask(_BESIDE, {"event": event_id}).one()))


def _both_beside(event_id: Any) -> tuple[sa.Exists, sa.Exists]:
    offered = Product.kind == "add_on", Product.active, sa.not_(Product.hidden)
    return (
        sa.exists().where(Product.event_id == event_id, *offered).correlate(Event),
        sa.exists().where(Question.event_id == event_id).correlate(Event),
    )


_BESIDE = sa.select(*_both_beside(sa.bindparam("event")))
_PARTIES, _ITEM_ROWS, _CLAIMS = Reader(Party), Reader(Item), Reader(Claim)
_EVENT_AT = len(_PARTIES.columns) + len(PRODUCTS.columns)
_UNDER_WAY = (
    sa.select(
        *_PARTIES.columns,
        *PRODUCTS.columns,
        *EVENT_COLUMNS,
        sa.select(sa.func.count())
        .select_from(Item)
        .where(Item.party_id == Party.id, Item.kind == "ticket")
        .correlate(Party)
        .scalar_subquery(),
        *_both_beside(Event.id),
    )
    .select_from(
        table_of(Party)
        .join(table_of(Event), Event.id == Party.event_id)
        .join(table_of(Host), Host.id == Event.host_id)
        .outerjoin(table_of(Product), Product.id == Party.product_id)
    )
    .where(Event.slug == sa.bindparam("slug"), Party.public_id.in_(sa.bindparam("public_ids", expanding=True)))
    .order_by(Party.id)
    .with_for_update(of=table_of(Party))
)


def place_at(party: Party, public_id: str) -> Place | None:
    """The party's place with this public id."""
    return db.session.scalars(
        sa.select(Place).where(Place.party_id == party.id, Place.public_id == public_id)
    ).one_or_none()


def items_of(party: Party, *, with_tiers: bool = False) -> Sequence[Item]:
    """The party's lines, with their claims and products; where sale is asked about, with the products' prices."""
    if with_tiers:
        return _items_with_tiers(party)
    return db.session.scalars(_ITEMS, {"party": party.id}, execution_options={"populate_existing": True}).all()


_ITEMS = (
    sa.select(Item)
    .where(Item.party_id == sa.bindparam("party"))
    .options(joinedload(Item.claim).joinedload(Claim.product))
    .order_by(Item.id)
)


def _items_with_tiers(party: Party) -> Sequence[Item]:
    items: dict[int, Item] = {}
    claims: dict[int, Claim] = {}
    products: dict[int, Product] = {}
    tiers: dict[int, PriceTier] = {}
    for row in ask(_ITEMS_WITH_TIERS, {"party": party.id}):
        item, claim = _ITEM_ROWS.once(items, row), _CLAIMS.once(claims, row, _CLAIM_AT)
        product = PRODUCTS.once(products, row, _PRODUCT_AT)
        TIERS.once(tiers, row, _TIER_AT)
        assert item is not None  # nothing is joined to it from outside
        vars(item).update(claim=claim, party=party)
        if claim is not None:
            vars(claim)["product"] = product
    for product in products.values():
        set_committed_value(product, "tiers", [tier for tier in tiers.values() if tier.product_id == product.id])
    return list(items.values())


_CLAIM_AT = len(_ITEM_ROWS.columns)
_PRODUCT_AT = _CLAIM_AT + len(_CLAIMS.columns)
_TIER_AT = _PRODUCT_AT + len(PRODUCTS.columns)
_ITEMS_WITH_TIERS = (
    sa.select(*_ITEM_ROWS.columns, *_CLAIMS.columns, *PRODUCTS.columns, *TIERS.columns)
    .select_from(
        table_of(Item)
        .outerjoin(table_of(Claim), Claim.id == Item.claim_id)
        .outerjoin(table_of(Product), Product.id == Claim.product_id)
        .outerjoin(table_of(PriceTier), PriceTier.product_id == Product.id)
    )
    .where(Item.party_id == sa.bindparam("party"))
    .order_by(Item.id, PriceTier.until, PriceTier.id)
)


def person_by_id(public_id: str) -> Person | None:
    """The person with this public id."""
    return db.session.scalars(sa.select(Person).where(Person.public_id == public_id)).one_or_none()


def item_at(item_id: int) -> Item | None:
    """The line with this id."""
    return db.session.get(Item, item_id)


def choice_products(event_id: int) -> Sequence[ChoiceProduct]:
    """Which choices of an event's questions are sold, and as what."""
    return db.session.scalars(
        sa.select(ChoiceProduct)
        .where(ChoiceProduct.event_id == event_id)
        .options(joinedload(ChoiceProduct.product))
        .order_by(ChoiceProduct.id)
    ).all()


def takes_codes(event: Event) -> bool:
    """Whether buyers can have a code for this event at all."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Code.event_id == event.id, Code.active))))


def sheet_of(event_id: int, public_id: str) -> AnswerSheet | None:
    """The sheet of answers with this public id."""
    return db.session.scalars(
        sa.select(AnswerSheet).where(AnswerSheet.event_id == event_id, AnswerSheet.public_id == public_id)
    ).one_or_none()


def waits_for(party_id: Any) -> sa.Select[int]:
    """Open entries of the waiting list that this party is an offer to; a part of larger questions."""
    return sa.select(WaitingEntry.id).where(WaitingEntry.party_id == party_id, WaitingEntry.closed_at.is_(None))


def add_ons_of(place: Place) -> Sequence[Item]:
    """The add-ons that a place has, with what they are and when."""
    return db.session.scalars(
        sa.select(Item)
        .where(Item.place_id == place.id, Item.kind == "add_on", Item.cancelled_at.is_(None))
        .options(joinedload(Item.claim).joinedload(Claim.product).joinedload(Product.appointment))
        .order_by(Item.id)
    ).all()


def product_at_time(appointment: Appointment) -> Product | None:
    """The add-on that this appointment is the time of."""
    return db.session.scalars(
        sa.select(Product).where(Product.appointment_id == appointment.id).order_by(Product.id).limit(1)
    ).one_or_none()


def product_by_id(event_id: int, public_id: str) -> Product | None:
    """The event's product with this public id."""
    return db.session.scalars(
        sa.select(Product).where(Product.event_id == event_id, Product.public_id == public_id)
    ).one_or_none()


def places_of(party: Party) -> Sequence[Place]:
    """The party's places in order, with who holds them."""
    return db.session.scalars(
        sa.select(Place)
        .where(Place.party_id == party.id)
        .options(
            joinedload(Place.product),
            selectinload(Place.registrations).options(
                joinedload(Registration.participant).joinedload(Participant.person).selectinload(Person.addresses)
            ),
        )
        .order_by(Place.position, Place.id)
        .execution_options(populate_existing=True)
    ).all()


def number_of_address(party: Party, address: str, but: Place) -> int | None:
    """The number of the party's place, other than `but`, whose guest is written to at `address`.

    Compared is what the buyer typed or reads anyway; whether somebody has a ticket elsewhere does not show.
    """
    for number, place in enumerate(places_of(party), start=1):
        if place.id == but.id or place.cancelled_at is not None:
            continue
        person = place.registration.participant.person if place.registration is not None else None
        known = place.invited_address or (person.email if person is not None else "")
        if known and canonical(known) == canonical(address):
            return number
    return None


def attendance_entry(registration: Registration) -> AgendaEntry | None:
    """The registration's entry in its holder's agenda: their attendance."""
    if registration.appointment_id is None:
        return None
    return db.session.scalars(
        sa.select(AgendaEntry).where(
            AgendaEntry.appointment_id == registration.appointment_id,
            AgendaEntry.participant_id == registration.participant_id,
        )
    ).one_or_none()


def entry_at(public_id: str) -> AgendaEntry | None:
    """The entry of somebody's agenda with this public id."""
    return db.session.scalars(sa.select(AgendaEntry).where(AgendaEntry.public_id == public_id)).one_or_none()


def contact_registration(party: Party) -> Registration | None:
    """The live registration of the buyer within the party."""
    return db.session.scalars(
        sa.select(Registration)
        .join(Place, Place.id == Registration.place_id)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(
            Place.party_id == party.id,
            Participant.person_id == party.contact_person_id,
            Registration.state == "live",
        )
        .limit(1)
    ).one_or_none()


def live_registration_refs(event_ref: str) -> Sequence[str]:
    """The public ids of an event's live registrations, in order; `event_ref` is the event's public id."""
    return db.session.scalars(
        sa.select(Registration.public_id)
        .join(Event, Event.id == Registration.event_id)
        .where(Event.public_id == event_ref, Registration.state == "live")
        .order_by(Registration.id)
    ).all()


def live_registrations_at(event: Event, participant_ids: Sequence[str]) -> list[Registration]:
    """The live registrations of these participants (public ids) at an event, by name."""
    return list(
        db.session.scalars(
            sa.select(Registration)
            .join(Participant, Participant.id == Registration.participant_id)
            .where(
                Participant.event_id == event.id,
                Participant.public_id.in_(list(participant_ids)),
                Registration.state == "live",
            )
            .options(*WITH_PEOPLE)
            .order_by(Participant.sort_name, Registration.id)
        )
    )


def named_by(registration: Registration) -> str:
    """Who gave us the name and address of somebody who comes, by name; "" where they did so themselves.

    It is the buyer, whoever passed the ticket on, or the host. The log knows who named a person for a place.
    """
    place = registration.place
    if registration.participant.person_id == place.party.contact_person_id:
        return ""
    rows = db.session.execute(
        sa.select(AuditDetail.before, AuditDetail.after)
        .join(AuditEntry, AuditEntry.id == AuditDetail.entry_id)
        .where(AuditEntry.object_ref == place.public_id, AuditEntry.action == "place.named")
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    by = (rows.after or {}).get("by") if rows is not None else None
    if by == "organiser":
        return registration.participant.event.host.name
    before = (rows.before or {}).get("name") if rows is not None and by == "holder" else None
    return str(before or place.party.contact_name)
