"""What an organisation wrote at an earlier event of the same host, taken over when it comes again."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from .. import clock
from ..accounts.addresses import FREE_MAIL
from ..db import db
from ..events.models import Event
from . import queries
from .models import Delegate, Opportunity, OpportunityTerm, OrganisationProfile
from .words import is_term


def earlier(profile: OrganisationProfile, delegate: Delegate, known: int | None) -> OrganisationProfile | None:
    """The newest profile that the organisation wrote before, if this delegate may speak for it.

    `known` is the id that `queries.joining` found. May speak for it whoever has an address at one of the domains that
    the host knows as the organisation's, or kept that earlier profile: typing a company's name gives nobody what it
    once wrote.
    """
    person = delegate.participant.person
    if known is None or person is None:
        return None
    found = db.session.get_one(OrganisationProfile, known)
    domain = person.email.rpartition("@")[2].casefold()
    if domain in profile.organisation.domains and domain not in FREE_MAIL:
        return found
    keeper = queries.keeper_of(found)
    return found if keeper is not None and keeper.participant.person_id == person.id else None


def said_by(profile: OrganisationProfile) -> dict[str, Any]:
    """What a profile says, as the keywords of `services.fill`."""
    return {
        "offers": profile.offers,
        "seeks": profile.seeks,
        "terms": {term for term in queries.terms_of(profile) if is_term(*term[1:])},
        "description": profile.description,
        "organisation_type": profile.organisation_type,
        "country": profile.country,
    }


def bring_along(source: OrganisationProfile, target: OrganisationProfile) -> None:
    """Copy region and opportunities to a profile that has none yet, and remember where its words come from."""
    target.carried_from_id = source.id
    target.region = target.region or (source.region if target.country in ("", source.country) else "")
    held = db.session.scalars(
        sa.select(Opportunity)
        .where(Opportunity.profile_id == source.id)
        .options(selectinload(Opportunity.terms))
        .order_by(Opportunity.position, Opportunity.id)
    ).all()
    now = clock.now()
    for one in held:
        copied = Opportunity(
            event_id=target.event_id,
            profile_id=target.id,
            kind=one.kind,
            side=one.side,
            title=one.title,
            summary=one.summary,
            language=one.language,
            stage=one.stage,
            ip=one.ip,
            shown=one.shown,
            position=one.position,
            created_at=now,
            updated_at=now,
        )
        db.session.add(copied)
        db.session.flush()
        db.session.add_all(
            OpportunityTerm(event_id=target.event_id, opportunity_id=copied.id, facet=term.facet, term=term.term)
            for term in one.terms
        )
    db.session.flush()


def unchecked(profile: OrganisationProfile) -> Event | None:
    """The event from which a profile was taken over, as long as nobody has saved it since."""
    if profile.carried_from_id is None:
        return None
    first = next(iter(queries.team_of(profile.id)), None)
    if first is None or profile.updated_at > first.created_at:
        return None
    source = db.session.get_one(OrganisationProfile, profile.carried_from_id)
    return db.session.get_one(Event, source.event_id)
