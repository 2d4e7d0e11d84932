"""Assets, technologies and projects of an organisation, offered or sought: records of their own beside its profile."""

from collections.abc import Iterable
from typing import Any, Literal

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..text import clean, clean_lines
from . import blocking, documents, public, queries, taxonomy, visibility
from .errors import NotOfProfile, TooManyOpportunities, TooManyTerms, UnknownTerm
from .models import OPPORTUNITY_KINDS, Delegate, Opportunity, OpportunityTerm, OrganisationProfile
from .words import is_stage, is_term

MOST = 20
"""So many opportunities one profile may hold."""

FACETS = ("modality", "goal", "therapeutic_area", "technology", "sector")
"""What its terms say: at most five of each."""

OwnTerm = tuple[str, str]
"""Facet and code of a term."""


def add(profile: OrganisationProfile, *, language: str, **said: Any) -> Opportunity:
    """Write down something new, after what is there. Keywords as for `edit`.

    Raises `TooManyOpportunities`, `TooManyTerms`, `UnknownTerm`, `NotOfProfile`.
    """
    lock = sa.select(OrganisationProfile.id).where(OrganisationProfile.id == profile.id)
    db.session.execute(lock.with_for_update(key_share=True))  # two colleagues at once are counted one after the other
    held = queries.opportunities_of(profile)
    if len(held) >= MOST:
        raise TooManyOpportunities
    opportunity = Opportunity(
        event_id=profile.event_id,
        profile_id=profile.id,
        position=held[-1].position + 1 if held else 0,
        created_at=clock.now(),
    )
    _write(opportunity, language=language, **said)
    return opportunity


def edit(
    opportunity: Opportunity,
    *,
    kind: str,
    side: str,
    title: str,
    summary: str = "",
    stage: str = "",
    ip: str = "",
    terms: Iterable[OwnTerm] = (),
    shown: bool = True,
    contact: Delegate | None = None,
    language: str | None = None,
) -> None:
    """Write it anew; unless `shown`, nobody but colleagues reads it. `contact` is who of the profile is asked about it.

    Raises `TooManyTerms`, `UnknownTerm`, `NotOfProfile`.
    """
    _write(
        opportunity,
        kind=kind,
        side=side,
        title=title,
        summary=summary,
        stage=stage,
        ip=ip,
        terms=terms,
        shown=shown,
        contact=contact,
        language=language or opportunity.language,
    )


def remove(opportunity: Opportunity) -> None:
    """Take it away for good."""
    profile, was_public = opportunity.profile, opportunity.public_at is not None
    db.session.execute(sa.delete(OpportunityTerm).where(OpportunityTerm.opportunity_id == opportunity.id))
    db.session.delete(opportunity)
    _tell(profile, was_public)


def move(opportunity: Opportunity, way: Literal["up", "down"]) -> None:
    """Let it change places with the one above or below; at the end of the list nothing happens."""
    each = list(queries.opportunities_of(opportunity.profile))
    place = each.index(opportunity)
    other = place - 1 if way == "up" else place + 1
    if not 0 <= other < len(each):
        return
    each[place], each[other] = each[other], each[place]
    for position, one in enumerate(each):
        one.position = position
    db.session.flush()


def contacts_for(me: Delegate, opportunities: Iterable[Opportunity]) -> dict[int, str]:
    """Whom to ask about each, by the id of the opportunity, as far as `me` may read it: name and function.

    Nobody stands there who has left, keeps their name back, or is blocked either way.
    """
    found: dict[int, str] = {}
    named = [(one.id, one.contact) for one in opportunities if one.contact is not None and one.contact.left_at is None]
    blocked = blocking.blocked_ids(me) if named else set()
    for key, contact in named:
        read = visibility.shown(contact, me)
        if read.name and contact.id not in blocked:
            found[key] = ", ".join(part for part in (read.name, read.function) if part)
    return found


def _write(
    opportunity: Opportunity,
    *,
    language: str,
    kind: str,
    side: str,
    title: str,
    summary: str = "",
    stage: str = "",
    ip: str = "",
    terms: Iterable[OwnTerm] = (),
    shown: bool = True,
    contact: Delegate | None = None,
) -> None:
    chosen = _checked(terms)
    if contact is not None and (contact.profile_id != opportunity.profile_id or contact.left_at is not None):
        raise NotOfProfile
    if kind not in OPPORTUNITY_KINDS or side not in ("offer", "seek"):
        raise UnknownTerm
    if (stage and not is_stage(stage)) or (ip and not is_stage(ip, "ip")):
        raise UnknownTerm
    opportunity.kind, opportunity.side, opportunity.stage, opportunity.ip = kind, side, stage, ip
    opportunity.title, opportunity.summary = clean(title), clean_lines(summary)
    opportunity.language, opportunity.shown = language, shown
    opportunity.contact_id = contact.id if contact is not None else None
    opportunity.updated_at = clock.now()
    was_public = opportunity.public_at is not None
    opportunity.public_at = None  # what was changed stands in no public entry until it is brought up to date
    db.session.add(opportunity)
    db.session.flush()
    _set_terms(opportunity, chosen)
    _tell(db.session.get_one(OrganisationProfile, opportunity.profile_id), was_public)


def _tell(profile: OrganisationProfile, was_public: bool) -> None:
    """Let the directories know: nobody finds any more by what stands nowhere any more."""
    db.session.flush()
    db.session.expire(profile, ["opportunities"])
    documents.write_for_profile(profile)
    if was_public:
        public.write(profile.organisation)


def _checked(terms: Iterable[OwnTerm]) -> set[OwnTerm]:
    chosen = set(terms)
    if any(facet not in FACETS or not is_term(facet, code) for facet, code in chosen):
        raise UnknownTerm
    if any(sum(facet == one for one, _code in chosen) > taxonomy.MAX_PER_FACET for facet in FACETS):
        raise TooManyTerms
    return chosen


def _set_terms(opportunity: Opportunity, chosen: set[OwnTerm]) -> None:
    held = {(term.facet, term.term): term for term in opportunity.terms}
    gone = [term.id for key, term in held.items() if key not in chosen]
    db.session.execute(sa.delete(OpportunityTerm).where(OpportunityTerm.id.in_(gone)))
    db.session.add_all(
        OpportunityTerm(event_id=opportunity.event_id, opportunity_id=opportunity.id, facet=facet, term=code)
        for facet, code in sorted(chosen - held.keys())
    )
    db.session.flush()
    db.session.expire(opportunity, ["terms"])
