"""What can be asked about profiles and those who partner for them."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.addresses import FREE_MAIL
from ..accounts.models import Person
from ..db import db
from ..events.models import Event, Participant
from ..organisations.models import Organisation
from ..registration.models import Party, Registration
from ..rows import Reader, ask
from .models import BlockedPair, Delegate, Opportunity, OrganisationProfile, PartnerGroup, ProfileTerm
from .reasons import Term

_REF = re.compile("[a-z2-7]{16}")


def is_ref(text: str | None) -> bool:
    """Whether a text can be a public id at all; PostgreSQL refuses some signs."""
    return text is not None and _REF.fullmatch(text) is not None


def delegate_of(participant: Participant) -> Delegate | None:
    """The participant as one who partners now, with profile and organisation; None without a live registration."""
    row = ask(_PARTNERING, {"participant": participant.id}).one_or_none()
    delegate = _DELEGATES.thing(row) if row is not None else None
    if delegate is not None:
        profile = _PROFILES.thing(row, len(_DELEGATES.columns))
        vars(delegate).update(participant=participant, profile=profile)
        vars(profile)["organisation"] = _ORGANISATIONS.thing(row, len(_DELEGATES.columns) + len(_PROFILES.columns))
    return delegate


_DELEGATES, _PROFILES, _ORGANISATIONS = Reader(Delegate), Reader(OrganisationProfile), Reader(Organisation)
_PARTNERING = (
    sa.select(*_DELEGATES.columns, *_PROFILES.columns, *_ORGANISATIONS.columns)
    .join(OrganisationProfile, OrganisationProfile.id == Delegate.profile_id)
    .join(Organisation, Organisation.id == OrganisationProfile.organisation_id)
    .where(Delegate.participant_id == sa.bindparam("participant"), Delegate.left_at.is_(None))
    .order_by(Delegate.id.desc())
    .limit(1)
)


def all_of(participant: Participant) -> Sequence[Delegate]:
    """Everything a participant has partnered as, gone or not."""
    return db.session.scalars(
        sa.select(Delegate).where(Delegate.participant_id == participant.id).order_by(Delegate.id)
    ).all()


def delegate_for(registration: Registration) -> Delegate | None:
    """Who partners by this registration, gone or not."""
    found = ask(_BY_REGISTRATION, {"registration": registration.id}).scalar()
    return db.session.get(Delegate, found) if found is not None else None


_BY_REGISTRATION = sa.select(Delegate.id).where(Delegate.registration_id == sa.bindparam("registration"))


class Joining(NamedTuple):
    """Who partners by a registration already, its organisation's profile, and the id of the one before that.

    `grouped` says whether the event has groups of guests.
    """

    delegate: Delegate | None
    profile: OrganisationProfile | None
    earlier: int | None
    grouped: bool


def joining(registration: Registration, organisation_id: int) -> Joining:
    """What is known of whoever partners by this registration for this organisation, in one question."""
    values = {"registration": registration.id, "event": registration.event_id, "organisation": organisation_id}
    found = ask(_JOINING, values).one()
    return Joining(
        db.session.get(Delegate, found.delegate) if found.delegate is not None else None,
        _PROFILES.at(found.profile) if found.profile is not None else None,
        found.earlier,
        bool(found.grouped),
    )


def delegate_by_ref(event: Event, public_id: str) -> Delegate | None:
    """The delegate of this public id, gone or not."""
    if not is_ref(public_id):
        return None
    return db.session.scalars(
        sa.select(Delegate)
        .where(Delegate.event_id == event.id, Delegate.public_id == public_id)
        .options(
            joinedload(Delegate.participant), joinedload(Delegate.profile).joinedload(OrganisationProfile.organisation)
        )
    ).one_or_none()


def delegate_anywhere(public_id: str) -> Delegate | None:
    """The delegate of this public id at any event, for letters."""
    return db.session.scalars(
        sa.select(Delegate)
        .where(Delegate.public_id == public_id)
        .options(joinedload(Delegate.profile).joinedload(OrganisationProfile.organisation))
    ).one_or_none()


def profile_for(event: Event, organisation_id: int) -> OrganisationProfile | None:
    """An organisation's profile at an event."""
    found = ask(_PROFILE, {"event": event.id, "organisation": organisation_id}).scalar()
    return db.session.get(OrganisationProfile, found) if found is not None else None


_PROFILE = sa.select(OrganisationProfile.id).where(
    OrganisationProfile.event_id == sa.bindparam("event"),
    OrganisationProfile.organisation_id == sa.bindparam("organisation"),
)
_THIS = sa.select(Event.opens_at).where(Event.id == sa.bindparam("event")).scalar_subquery()
_EARLIER = (
    sa.select(OrganisationProfile.id)
    .join(Event, Event.id == OrganisationProfile.event_id)
    .where(
        OrganisationProfile.organisation_id == sa.bindparam("organisation"),
        Event.id != sa.bindparam("event"),
        Event.opens_at < _THIS,
    )
    .order_by(Event.opens_at.desc(), OrganisationProfile.id.desc())
    .limit(1)
)
_JOINING = sa.select(
    _BY_REGISTRATION.scalar_subquery().label("delegate"),
    _PROFILE.scalar_subquery().label("profile"),
    _EARLIER.scalar_subquery().label("earlier"),
    sa.exists().where(PartnerGroup.event_id == sa.bindparam("event")).label("grouped"),
)


def profile_by_ref(event: Event, public_id: str) -> OrganisationProfile | None:
    """The event's profile of this public id, with its organisation."""
    if not is_ref(public_id):
        return None
    return db.session.scalars(
        sa.select(OrganisationProfile)
        .where(OrganisationProfile.event_id == event.id, OrganisationProfile.public_id == public_id)
        .options(joinedload(OrganisationProfile.organisation))
    ).one_or_none()


def organisation_by_ref(public_id: str) -> Organisation | None:
    """The organisation of this public id, of any host."""
    if not is_ref(public_id):
        return None
    return db.session.scalars(sa.select(Organisation).where(Organisation.public_id == public_id)).one_or_none()


def events_with(organisation: Organisation) -> Sequence[Event]:
    """The events at which an organisation has a profile."""
    return db.session.scalars(
        sa.select(Event)
        .join(OrganisationProfile, OrganisationProfile.event_id == Event.id)
        .where(OrganisationProfile.organisation_id == organisation.id)
        .order_by(Event.id)
    ).all()


def partners_beside(person: Person, organisation: Organisation) -> bool:
    """Whether somebody partners at an event at which an organisation has a profile."""
    beside = (
        sa.select(Delegate.id)
        .join(Participant, Participant.id == Delegate.participant_id)
        .join(OrganisationProfile, OrganisationProfile.event_id == Delegate.event_id)
        .where(
            Participant.person_id == person.id,
            Participant.erased_at.is_(None),
            Delegate.left_at.is_(None),
            OrganisationProfile.organisation_id == organisation.id,
        )
    )
    return db.session.scalar(sa.select(beside.exists())) or False


def profiles_of_organisations(event: Event, organisation_ids: Sequence[int]) -> dict[int, OrganisationProfile]:
    """The profiles of several organisations at an event, by the organisation's id."""
    wanted = sorted(set(organisation_ids))
    found: dict[int, OrganisationProfile] = {}
    for start in range(0, len(wanted), 500):
        rows = db.session.scalars(
            sa.select(OrganisationProfile).where(
                OrganisationProfile.event_id == event.id,
                OrganisationProfile.organisation_id.in_(wanted[start : start + 500]),
            )
        )
        found |= {profile.organisation_id: profile for profile in rows}
    return found


def earlier_profiles(event: Event, organisation_ids: Sequence[int]) -> dict[int, int]:
    """The id of the newest profile that each of these organisations wrote for an earlier event, where there is one."""
    wanted = sorted(set(organisation_ids))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), 500):
        rows = db.session.execute(
            sa.select(OrganisationProfile.organisation_id, OrganisationProfile.id)
            .join(Event, Event.id == OrganisationProfile.event_id)
            .where(
                OrganisationProfile.organisation_id.in_(wanted[start : start + 500]),
                Event.id != event.id,
                Event.opens_at < event.opens_at,
            )
            .order_by(Event.opens_at, OrganisationProfile.id)
        )
        found |= {row.organisation_id: row.id for row in rows}
    return found


def terms_of(profile: OrganisationProfile) -> set[Term]:
    """The terms of one profile."""
    return terms_of_all([profile.id]).get(profile.id, set())


def terms_of_all(profile_ids: Iterable[int]) -> dict[int, set[Term]]:
    """The terms of several profiles, by the profile's id."""
    rows = db.session.execute(
        sa.select(ProfileTerm.profile_id, ProfileTerm.side, ProfileTerm.facet, ProfileTerm.term).where(
            ProfileTerm.profile_id.in_(set(profile_ids))
        )
    )
    found: dict[int, set[Term]] = {}
    for profile_id, side, facet, code in rows:
        found.setdefault(profile_id, set()).add((side, facet, code))
    return found


def says_something(profile: OrganisationProfile) -> bool:
    """Whether a profile says what is offered or sought, in words or terms."""
    return bool(profile.offers or profile.seeks) or bool(ask(_SAYS_IN_TERMS, {"profile": profile.id}))


_SAYS_IN_TERMS = (
    sa.select(ProfileTerm.term)
    .where(ProfileTerm.profile_id == sa.bindparam("profile"), ProfileTerm.side != "is")
    .limit(1)
)


def opportunities_of(profile: OrganisationProfile, *, shown: bool = False) -> Sequence[Opportunity]:
    """The opportunities of a profile with their terms, in its order; only those that others read, if `shown`."""
    wanted = (Opportunity.shown,) if shown else ()
    return db.session.scalars(
        sa.select(Opportunity)
        .where(Opportunity.profile_id == profile.id, *wanted)
        .options(
            selectinload(Opportunity.terms),
            joinedload(Opportunity.contact).joinedload(Delegate.participant),
        )
        .order_by(Opportunity.position, Opportunity.id)
    ).all()


def opportunity_by_ref(profile: OrganisationProfile, public_id: str) -> Opportunity | None:
    """The opportunity of this public id, if it is the profile's."""
    if not is_ref(public_id):
        return None
    return db.session.scalars(
        sa.select(Opportunity).where(Opportunity.profile_id == profile.id, Opportunity.public_id == public_id)
    ).one_or_none()


def colleagues(delegate: Delegate) -> Sequence[Delegate]:
    """Others who partner for the same profile and whom this delegate may speak for.

    Whoever types the same company name shares a profile; that alone gives no say over other people's time. A common
    purchase does, or addresses at a common domain of their own.
    """
    return [other for other in team_of(delegate.profile_id) if other.id != delegate.id and _belong(delegate, other)]


def blocked(me: Delegate, other: Delegate) -> bool:
    """Whether one of the two wants nothing to do with the other, or with the other's organisation."""
    pairs = [
        sa.and_(
            BlockedPair.delegate_id == who.id,
            sa.or_(BlockedPair.other_id == whom.id, BlockedPair.other_profile_id == whom.profile_id),
        )
        for who, whom in ((me, other), (other, me))
    ]
    return db.session.scalar(sa.select(sa.exists().where(sa.or_(*pairs)))) or False


def keeps_profile(delegate: Delegate) -> bool:
    """Whether this delegate may edit the profile: who keeps it, and their colleagues."""
    keeper = keeper_of(delegate.profile)
    return keeper is None or keeper.id == delegate.id or _belong(keeper, delegate)


def keeper_of(profile: OrganisationProfile) -> Delegate | None:
    """Who keeps a profile: whom it was given to as long as they partner, else who partnered for it first."""
    team = team_of(profile.id)
    lead = next((one for one in team if one.participant_id == profile.lead_id), None)
    return lead or next(iter(team), None)


def may_hand_over(party: Party, profile: OrganisationProfile) -> bool:
    """Whether the buyer of this party may say who keeps the profile: only while one of their own places keeps it.

    Typing the name of a company gives no say over its profile.
    """
    keeper = keeper_of(profile)
    return keeper is not None and keeper.registration.place.party_id == party.id


def partners_of(party: Party, profile: OrganisationProfile) -> list[Delegate]:
    """Who partners for a profile on the places of one party and has taken their place, in order of places."""
    team = [one for one in team_of(profile.id) if one.registration.place.party_id == party.id]
    taken = [one for one in team if one.registration.confirmed_at is not None]
    return sorted(taken, key=lambda one: one.registration.place.position)


def team_of(profile_id: int) -> Sequence[Delegate]:
    """Everybody who partners for a profile now, who came first first."""
    return db.session.scalars(
        sa.select(Delegate)
        .where(Delegate.profile_id == profile_id, Delegate.left_at.is_(None))
        .options(
            joinedload(Delegate.participant).joinedload(Participant.person).selectinload(Person.addresses),
            joinedload(Delegate.registration).joinedload(Registration.place),
            selectinload(Delegate.profile),
        )
        .order_by(Delegate.id)
    ).all()


def _belong(one: Delegate, other: Delegate) -> bool:
    if one.registration.place.party_id == other.registration.place.party_id:
        return True
    shared = _domain(one) if _domain(one) == _domain(other) else ""
    return bool(shared) and shared not in FREE_MAIL


def _domain(delegate: Delegate) -> str:
    person = delegate.participant.person
    return person.email.rpartition("@")[2].casefold() if person is not None else ""
