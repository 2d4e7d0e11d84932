"""What can be asked about cards and leads."""

from collections.abc import Collection, Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from ..accounts.models import Person
from ..agenda.models import Location
from ..checkin.queries import code_printed_as
from ..db import db
from ..delegates.blocking import blocked_by, blocked_ids
from ..delegates.models import Delegate, OrganisationProfile
from ..delegates.queries import delegate_of, is_ref
from ..events.models import Event, Participant
from ..registration import codes
from ..registration.models import Place, Registration
from ..rows import ask
from ..text import fold, folds, word_forms
from ..tickets.models import Product
from ..vcard import Card
from .models import CardExchange, Lead

AT_ONCE = 500


# -- who


def holder_of(event: Event, text: str) -> Participant | None:
    """Whose badge was read by a camera or whose short code was typed; None for anything but a ticket in force here."""
    code = codes.find(text.strip()) or code_printed_as(text)
    if code is None or code.event_id != event.id or code.revoked_at is not None:
        return None
    participant = code.registration.participant
    return participant if code.registration.state == "live" and participant.erased_at is None else None


def exhibits(me: Delegate) -> bool:
    """Whether somebody's organisation has a stand, or any of its people an exhibitor's ticket."""
    return bool(ask(_EXHIBITS, {"profile": me.profile_id}).scalar())


_EXHIBITS = sa.select(
    sa.or_(
        sa.exists().where(
            OrganisationProfile.id == sa.bindparam("profile"),
            OrganisationProfile.location_id == Location.id,
            Location.kind == "stand",
        ),
        sa.exists().where(
            Delegate.profile_id == sa.bindparam("profile"),
            Delegate.left_at.is_(None),
            Delegate.registration_id == Registration.id,
            Registration.place_id == Place.id,
            Place.product_id == Product.id,
            Product.role == "exhibitor",
        ),
    )
)
"""Made once: it is asked on every page of a participant."""


def hidden_by(me: Participant, other: Participant) -> bool:
    """Whether I have hidden somebody from me, or their organisation."""
    mine, theirs = delegate_of(me), delegate_of(other)
    if mine is None or theirs is None:
        return False
    return any(theirs.id == pair.other_id or theirs.profile_id == pair.other_profile_id for pair in blocked_by(mine))


def apart_from(me: Participant) -> set[int]:
    """The ids of the participants whom I have hidden, or who have hidden me."""
    mine = delegate_of(me)
    hidden = blocked_ids(mine) if mine is not None else set()
    if not hidden:
        return set()
    return set(db.session.scalars(sa.select(Delegate.participant_id).where(Delegate.id.in_(hidden))))


def cards_of(participants: Iterable[Participant]) -> dict[int, Card]:
    """What the card of each of these participants says, by id: in a constant number of questions."""
    known = {each.id: each for each in participants}
    phones: dict[int, str] = {}
    rows = db.session.execute(
        sa.select(Delegate.participant_id, Delegate.phone)
        .where(Delegate.participant_id.in_(known), Delegate.left_at.is_(None), Delegate.phone != "")
        .order_by(Delegate.id)
    )
    phones.update((participant_id, phone) for participant_id, phone in rows)
    return {each.id: _card(each, phones.get(each.id, "")) for each in known.values()}


def _card(participant: Participant, phone: str) -> Card:
    person = participant.person
    return Card(
        uid=f"urn:participant:{participant.public_id}",
        given_name=participant.given_name,
        family_name=participant.family_name,
        title=participant.title,
        function=participant.function,
        organisation=participant.company,
        email=person.email if person is not None else "",
        phone=phone,
    )


# -- leads


def leads_of(profile: OrganisationProfile, words: str = "") -> list[int]:
    """The ids of an exhibitor's leads, newest first; with `words` those whose name, organisation or note has them all.

    Who has withdrawn stands in the whole list alone: nothing is left to find them by.
    """
    wanted = word_forms(words)
    rows = db.session.execute(
        sa.select(Lead.id, Lead.note, Lead.withdrawn_at, Participant.search_name)
        .join(Participant, Participant.id == Lead.participant_id)
        .where(Lead.profile_id == profile.id)
        .order_by(Lead.agreed_at.desc(), Lead.id.desc())
    )
    found = []
    for lead_id, note, withdrawn_at, name in rows:
        if wanted and withdrawn_at is not None:
            continue
        text = f"{name} {folds(note)}" if wanted else ""
        if all(any(form in text for form in forms) for forms in wanted):
            found.append(lead_id)
    return found


def leads_by_id(ids: Sequence[int]) -> list[Lead]:
    """These leads with visitor, who took them and the text, in the order of their ids."""
    rows = db.session.scalars(
        sa.select(Lead)
        .where(Lead.id.in_(ids))
        .options(*_with_address(Lead.participant), joinedload(Lead.taken_by), joinedload(Lead.text))
    )
    known = {lead.id: lead for lead in rows}
    return [known[lead_id] for lead_id in ids if lead_id in known]


def in_portions(ids: Sequence[int]) -> Iterator[list[Lead]]:
    """The same of many leads, some hundred at a time."""
    for start in range(0, len(ids), AT_ONCE):
        yield leads_by_id(ids[start : start + AT_ONCE])


def lead_by_ref(profile: OrganisationProfile, public_id: str) -> Lead | None:
    """An exhibitor's lead of this public id."""
    return _one(Lead.profile_id == profile.id, public_id)


def lead_from(visitor: Participant, public_id: str) -> Lead | None:
    """What a visitor gave, of this public id."""
    return _one(Lead.participant_id == visitor.id, public_id)


def lead_anywhere(public_id: str) -> Lead | None:
    """The lead of this public id at any event, for letters."""
    return _one(sa.true(), public_id)


def live_lead(profile: OrganisationProfile, visitor: Participant) -> Lead | None:
    """What a visitor lets an exhibitor have now."""
    return db.session.scalars(
        sa.select(Lead).where(
            Lead.profile_id == profile.id, Lead.participant_id == visitor.id, Lead.withdrawn_at.is_(None)
        )
    ).one_or_none()


def lead_of_scan(by: Participant, scan_id: str) -> Lead | None:
    """The lead that this scan took, however often it is sent."""
    return db.session.scalars(sa.select(Lead).where(Lead.taken_by_id == by.id, Lead.scan_id == scan_id)).one_or_none()


def given_by(visitor: Participant) -> Sequence[Lead]:
    """To whom a visitor gave their details at stands, also what they withdrew, newest first."""
    return db.session.scalars(
        sa.select(Lead)
        .where(Lead.participant_id == visitor.id)
        .options(
            joinedload(Lead.profile).joinedload(OrganisationProfile.organisation),
            joinedload(Lead.taken_by),
            joinedload(Lead.text),
        )
        .order_by(Lead.agreed_at.desc(), Lead.id.desc())
    ).all()


def _one(of: sa.ColumnElement[bool], public_id: str) -> Lead | None:
    if not is_ref(public_id):
        return None
    return db.session.scalars(
        sa.select(Lead)
        .where(of, Lead.public_id == public_id)
        .options(
            *_with_address(Lead.participant),
            joinedload(Lead.taken_by),
            joinedload(Lead.text),
            joinedload(Lead.profile).joinedload(OrganisationProfile.organisation),
        )
    ).one_or_none()


# -- cards


def exchange_between(one: Participant, other: Participant) -> CardExchange | None:
    """What is open or agreed between two guests."""
    low, high = sorted((one.id, other.id))
    return db.session.scalars(
        sa.select(CardExchange).where(
            CardExchange.low_id == low, CardExchange.high_id == high, CardExchange.ended_at.is_(None)
        )
    ).one_or_none()


def exchanges_of(me: Participant, *, besides: Collection[int] = ()) -> list[CardExchange]:
    """What I have open or agreed with others, newest first, but for those with the participants of these ids."""
    rows = db.session.scalars(
        sa.select(CardExchange)
        .where(sa.or_(CardExchange.low_id == me.id, CardExchange.high_id == me.id), CardExchange.ended_at.is_(None))
        .options(*_with_address(CardExchange.low), *_with_address(CardExchange.high))
        .order_by(CardExchange.asked_at.desc(), CardExchange.id.desc())
    )
    return [each for each in rows if other_of(each, me).id not in besides]


def exchange_by_ref(me: Participant, public_id: str) -> CardExchange | None:
    """What I have open or agreed, of this public id."""
    return next((each for each in exchanges_of(me, besides=apart_from(me)) if each.public_id == public_id), None)


def exchange_anywhere(public_id: str) -> CardExchange | None:
    """The exchange of this public id at any event, for letters."""
    return db.session.scalars(sa.select(CardExchange).where(CardExchange.public_id == public_id)).one_or_none()


def other_of(exchange: CardExchange, me: Participant) -> Participant:
    """Who is on the other side of me."""
    return exchange.high if exchange.low_id == me.id else exchange.low


def agreed_by(exchange: CardExchange, participant: Participant) -> bool:
    """Whether one of the two has agreed."""
    moment = exchange.low_agreed_at if exchange.low_id == participant.id else exchange.high_agreed_at
    return moment is not None


def is_agreed(exchange: CardExchange) -> bool:
    """Whether both have agreed."""
    return exchange.low_agreed_at is not None and exchange.high_agreed_at is not None


def _with_address(who: InstrumentedAttribute[Participant]) -> tuple[ORMOption, ...]:
    return (joinedload(who).joinedload(Participant.person).selectinload(Person.addresses),)


# -- counted for organisers


def counted(event: Event) -> list[tuple[str, int, int]]:
    """(exhibitor, leads it holds, leads withdrawn) of those who took any, by name. No visitor is named."""
    held = sa.func.count().filter(Lead.withdrawn_at.is_(None))
    rows = db.session.execute(
        sa.select(OrganisationProfile.id, held, sa.func.count() - held)
        .join(Lead, Lead.profile_id == OrganisationProfile.id)
        .where(Lead.event_id == event.id)
        .group_by(OrganisationProfile.id)
    ).all()
    profiles = db.session.scalars(
        sa.select(OrganisationProfile)
        .where(OrganisationProfile.id.in_([profile_id for profile_id, _held, _gone in rows]))
        .options(joinedload(OrganisationProfile.organisation))
    )
    names = {profile.id: profile.organisation.name for profile in profiles}
    return sorted(
        ((names[profile_id], taken, gone) for profile_id, taken, gone in rows), key=lambda row: (fold(row[0]), row)
    )


def cards_counted(event: Event) -> tuple[int, int]:
    """How many exchanges of cards both sides have agreed to, and how many wait for the other side."""
    both = sa.and_(CardExchange.low_agreed_at.is_not(None), CardExchange.high_agreed_at.is_not(None))
    agreed, waiting = db.session.execute(
        sa.select(sa.func.count().filter(both), sa.func.count().filter(sa.not_(both))).where(
            CardExchange.event_id == event.id, CardExchange.ended_at.is_(None)
        )
    ).one()
    return int(agreed), int(waiting)
