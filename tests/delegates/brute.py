"""Finding people the slow way: every row is read and every list is asked of every person, with no index between."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from partnering.db import db
from partnering.delegates.directory import LISTS, Wish
from partnering.delegates.models import (
    BlockedPair,
    Delegate,
    DelegateTerm,
    Opportunity,
    OpportunityTerm,
    OrganisationProfile,
    ProfileTerm,
)
from partnering.meetings import times
from partnering.meetings.models import MeetingSlot

FIELDS = ("sector", "therapeutic_area", "technology")


class Somebody(NamedTuple):
    """One person with the choices of each list that they count for."""

    id: int
    choices: dict[str, set[str]]
    free: bool


def everybody(me: Delegate) -> list[Somebody]:
    """All whom `me` may find, read from what is stored of them and their organisations."""
    held: dict[int, dict[str, set[str]]] = {}
    rows = db.session.execute(
        sa.select(Delegate, OrganisationProfile)
        .join(OrganisationProfile, OrganisationProfile.id == Delegate.profile_id)
        .where(
            Delegate.event_id == me.event_id,
            Delegate.left_at.is_(None),
            Delegate.visibility != "hidden",
            OrganisationProfile.withheld_at.is_(None),
            Delegate.profile_id != me.profile_id,
        )
    ).all()
    blocked = db.session.scalars(sa.select(BlockedPair).where(BlockedPair.event_id == me.event_id)).all()
    people = [row for row in rows if not any(_apart(pair, me, row.Delegate) for pair in blocked)]
    profiles: dict[int, dict[str, set[str]]] = {}
    for row in people:
        of_all = profiles.setdefault(row.Delegate.profile_id, {name: set() for name in LISTS})
        for name, value in (
            ("kind", row.OrganisationProfile.organisation_type),
            ("country", row.OrganisationProfile.country),
            ("region", row.OrganisationProfile.region),
        ):
            of_all[name] |= {value} if value else set()
    _read_terms(profiles)
    for row in people:
        own = {name: set(choices) for name, choices in profiles[row.Delegate.profile_id].items()}
        if row.Delegate.visibility == "name" and row.Delegate.shows_languages:
            own["language"] |= {code for code in row.Delegate.languages.split(",") if code}
        held[row.Delegate.id] = own
    telling = {row.Delegate.id for row in people if row.Delegate.visibility == "name" and row.Delegate.shows_seeks}
    for own_term in db.session.scalars(sa.select(DelegateTerm)):
        if own_term.delegate_id in telling and own_term.facet in ("modality", "stage"):
            held[own_term.delegate_id][own_term.facet].add(own_term.term)
    slots = times.free_slots([me])
    comes = _comes([row.Delegate for row in people], slots)
    return [Somebody(one, choices, one in comes) for one, choices in held.items()]


def found(people: list[Somebody], wish: Wish, besides: str = "") -> list[Somebody]:
    """Whom a wish without words finds, `besides` one of its lists."""
    return [
        one
        for one in people
        if (not wish.free or one.free or besides == "free")
        and all(
            name == besides or not getattr(wish, name) or not one.choices[name].isdisjoint(getattr(wish, name))
            for name in LISTS
        )
    ]


def facets(people: list[Somebody], wish: Wish) -> dict[str, Counter[str]]:
    """How many each choice of each list would show, given the others."""
    counted = {}
    for name in LISTS:
        counted[name] = Counter(code for one in found(people, wish, name) for code in one.choices[name])
    return counted


def wishes(people: list[Somebody], number: int, dice: random.Random) -> list[Wish]:
    """So many filters of what there is, and now and then of what nobody has."""
    known = {name: sorted({code for one in people for code in one.choices[name]}) or ["none"] for name in LISTS}
    made = []
    for _turn in range(number):
        lists: dict[str, Any] = {name: tuple(_some(known[name], dice)) for name in LISTS if dice.random() < 0.25}
        made.append(Wish(free=dice.random() < 0.2, **lists))
    return made


def _some(codes: Sequence[str], dice: random.Random) -> list[str]:
    return dice.sample([*codes, "nobody_has_this"], dice.randint(1, min(3, len(codes))))


def _apart(pair: BlockedPair, me: Delegate, other: Delegate) -> bool:
    ends = [(me, other), (other, me)]
    return any(
        pair.delegate_id == one.id and (pair.other_id == two.id or pair.other_profile_id == two.profile_id)
        for one, two in ends
    )


def _read_terms(profiles: dict[int, dict[str, set[str]]]) -> None:
    for term in db.session.scalars(sa.select(ProfileTerm)):
        choices = profiles.get(term.profile_id)
        if choices is None:
            continue
        if term.facet == "goal" and term.side in ("offer", "seek"):
            choices[f"{term.side}s"].add(term.term)
        if term.facet in FIELDS and term.side == "is":
            choices["field"].add(f"{term.facet}.{term.term}")
        if term.facet in ("modality", "stage"):
            choices[term.facet].add(term.term)
    for deal in db.session.scalars(sa.select(Opportunity).where(Opportunity.shown)):
        if deal.profile_id in profiles:
            choices = profiles[deal.profile_id]
            choices["opportunity"].add(deal.kind)
            choices["stage"] |= {code for code in (deal.stage, deal.ip) if code}
            for its in db.session.scalars(sa.select(OpportunityTerm).where(OpportunityTerm.opportunity_id == deal.id)):
                if its.facet in ("modality", "stage"):
                    choices[its.facet].add(its.term)


def _comes(people: list[Delegate], slots: Sequence[MeetingSlot]) -> set[int]:
    """Who is there and free in at least one of these slots."""
    if not slots:
        return set()
    taken: dict[int, set[int]] = {}
    for start in range(0, len(people), 500):
        some = [one.participant_id for one in people[start : start + 500]]
        taken |= times.taken_atoms(some, slots[0].first_atom, max(slot.last_atom for slot in slots))
    return {one.id for one in people if any(times.fits(slot, one, taken) for slot in slots)}
