"""The directory: who can be found, by which filters, in which order, and what each card says.

A page takes the same number of queries however many cards stand on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager

from ..db import db
from ..events.models import Participant
from ..organisations.models import Organisation
from ..text import fold
from . import booking, queries
from .booking import Standing
from .models import Delegate, OrganisationProfile, ProfileTerm
from .reasons import Reason, Term, between, number_for
from .words import FIELDS, LANGUAGES

PAGE = 20
SORTS = ("reasons", "name", "newest")
LISTS = ("field", "offers", "seeks", "kind", "country", "language")
"""The filters that are lists of codes. A field is "facet.code", since codes repeat between facets."""


@dataclass(frozen=True)
class Wish:
    """What somebody looks for. Within a list one match is enough; every list that names something must match."""

    words: str = ""
    field: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    seeks: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    free: bool = False
    sort: str = "reasons"
    page: int = 1

    @property
    def active(self) -> list[tuple[str, str]]:
        """The filters in force as (list, code); the words and the free slot are lists of one."""
        found = [(name, code) for name in LISTS for code in getattr(self, name)]
        return found + [("free", "1")] * self.free + [("words", self.words)] * bool(self.words)

    def without(self, name: str, code: str) -> "Wish":
        """The same without one filter, from the first page."""
        if name in ("free", "words"):
            return self.but(**{name: type(getattr(self, name))()}, page=1)
        return self.but(**{name: tuple(c for c in getattr(self, name) if c != code)}, page=1)

    def but(self, **changes: Any) -> "Wish":
        """The same with other values."""
        return replace(self, **changes)

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """What the address of this wish carries after `?`."""
        wish = replace(self, **changes)
        found: dict[str, Any] = {name: list(getattr(wish, name)) for name in LISTS if getattr(wish, name)}
        if wish.words:
            found["q"] = wish.words
        if wish.free:
            found["free"] = 1
        if wish.sort != "reasons":
            found["sort"] = wish.sort
        if wish.page > 1:
            found["page"] = wish.page
        return found


@dataclass(frozen=True)
class Card:
    """One delegate as the directory shows them: name and function only to those they show them to."""

    delegate: Delegate
    terms: set[Term]
    reasons: list[Reason]
    standing: Standing

    @property
    def named(self) -> bool:
        """Whether name and function may be shown."""
        return self.delegate.visibility == "name"


@dataclass(frozen=True)
class Page:
    """One page of the directory."""

    cards: list[Card]
    total: int
    first: int
    facets: Mapping[str, list[tuple[str, int]]] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The number of the last card on this page."""
        return self.first + len(self.cards) - 1


def page(me: Delegate, wish: Wish) -> Page:
    """The cards that `me` sees for a wish, with the numbers beside the filters."""
    mine = queries.terms_of(me.profile)
    total = number(me, wish)
    rows = db.session.scalars(
        _selected(me, wish)
        .options(
            contains_eager(Delegate.participant),
            contains_eager(Delegate.profile).contains_eager(OrganisationProfile.organisation),
        )
        .order_by(*_order(wish, mine))
        .limit(PAGE)
        .offset((wish.page - 1) * PAGE)
    ).all()
    terms = queries.terms_of_all(delegate.profile_id for delegate in rows)
    standings = booking.bookings().standings(me, rows)
    cards = []
    for delegate in rows:
        theirs = terms.get(delegate.profile_id, set())
        cards.append(Card(delegate, theirs, between(mine, theirs), standings.get(delegate.id, Standing("closed"))))
    return Page(cards, total, (wish.page - 1) * PAGE + 1, facets(me, wish))


def card(me: Delegate, other: Delegate) -> Card:
    """One delegate as `me` sees them."""
    mine, theirs = queries.terms_of(me.profile), queries.terms_of(other.profile)
    standing = booking.bookings().standings(me, [other]).get(other.id, Standing("closed"))
    return Card(other, theirs, between(mine, theirs), standing)


def may_be_seen(me: Delegate, other: Delegate) -> bool:
    """Whether the directory shows `other` to `me`."""
    return other.left_at is None and other.visibility != "hidden" and other.event_id == me.event_id


def number(me: Delegate, wish: Wish) -> int:
    """How many a wish finds."""
    return db.session.scalar(_selected(me, wish).with_only_columns(sa.func.count(Delegate.id)).order_by(None)) or 0


def nearest(me: Delegate, wish: Wish) -> list[tuple[str, str, int]]:
    """Which filter to drop when a wish finds nobody: (list, code, how many then), the most first."""
    found = [(name, code, number(me, wish.without(name, code))) for name, code in wish.active]
    return sorted((each for each in found if each[2]), key=lambda each: -each[2])


def facets(me: Delegate, wish: Wish) -> dict[str, list[tuple[str, int]]]:
    """How many people each choice of each list would show, given the other lists; the most first."""
    found = {}
    for name in LISTS:
        others = _selected(me, wish.but(**{name: ()}))
        if name in ("field", "offers", "seeks"):
            held = (
                others.join(ProfileTerm, ProfileTerm.profile_id == OrganisationProfile.id)
                .where(_of_list(name))
                .with_only_columns(ProfileTerm.facet, ProfileTerm.term, sa.func.count(Delegate.id.distinct()))
                .group_by(ProfileTerm.facet, ProfileTerm.term)
            )
            numbers = [
                (f"{facet}.{code}" if name == "field" else code, n) for facet, code, n in db.session.execute(held)
            ]
        elif name == "language":
            spoken = db.session.execute(
                others.with_only_columns(*(sa.func.count(sa.case((_speaks(code), 1))) for code in LANGUAGES))
            ).one()
            numbers = [(code, n) for code, n in zip(LANGUAGES, spoken, strict=True) if n]
        else:
            column = OrganisationProfile.organisation_type if name == "kind" else OrganisationProfile.country
            counted = others.where(column != "").with_only_columns(column, sa.func.count(Delegate.id)).group_by(column)
            numbers = [(code, n) for code, n in db.session.execute(counted)]
        found[name] = sorted(numbers, key=lambda pair: (-pair[1], pair[0]))
    return found


def _selected(me: Delegate, wish: Wish) -> sa.Select[Delegate]:
    return (
        sa.select(Delegate)
        .join(Participant, Participant.id == Delegate.participant_id)
        .join(OrganisationProfile, OrganisationProfile.id == Delegate.profile_id)
        .join(Organisation, Organisation.id == OrganisationProfile.organisation_id)
        .where(
            Delegate.event_id == me.event_id,
            Delegate.left_at.is_(None),
            Delegate.visibility != "hidden",
            Delegate.profile_id != me.profile_id,
            *_conditions(me, wish),
        )
    )


def _conditions(me: Delegate, wish: Wish) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    for word in fold(wish.words).split()[:8]:
        named = sa.and_(Delegate.visibility == "name", Participant.search_name.contains(word, autoescape=True))
        found.append(sa.or_(OrganisationProfile.search_text.contains(word, autoescape=True), named))
    for name in ("field", "offers", "seeks"):
        codes = getattr(wish, name)
        if codes:
            held = aliased(ProfileTerm)
            holders = sa.select(held.profile_id).where(_of_list(name, held), _is_one_of(name, codes, held))
            found.append(OrganisationProfile.id.in_(holders))
    if wish.kind:
        found.append(OrganisationProfile.organisation_type.in_(wish.kind))
    if wish.country:
        found.append(OrganisationProfile.country.in_(wish.country))
    if wish.language:
        found.append(sa.or_(*(_speaks(code) for code in wish.language)))
    if wish.free:
        found.append(booking.bookings().shares_free_slot(me))
    return found


def _of_list(name: str, held: type[ProfileTerm] = ProfileTerm) -> sa.ColumnElement[bool]:
    if name == "field":
        return sa.and_(held.side == "is", held.facet.in_(FIELDS))
    return sa.and_(held.side == name.removesuffix("s"), held.facet == "goal")


def _is_one_of(name: str, codes: tuple[str, ...], held: type[ProfileTerm]) -> sa.ColumnElement[bool]:
    if name != "field":
        return held.term.in_(codes)
    pairs = [code.partition(".") for code in codes]
    return sa.or_(*(sa.and_(held.facet == facet, held.term == term) for facet, _dot, term in pairs))


def _speaks(code: str) -> sa.ColumnElement[bool]:
    return (sa.literal(",") + Delegate.languages + ",").contains(f",{code},", autoescape=True)


def _order(wish: Wish, mine: set[Term]) -> list[sa.ColumnElement[Any]]:
    shown_name = sa.case((Delegate.visibility == "name", Participant.sort_name), else_=Organisation.folded_name)
    if wish.sort == "name":
        return [shown_name.asc(), Delegate.id.asc()]
    if wish.sort == "newest":
        return [Delegate.visible_at.desc(), Delegate.id.desc()]
    return [number_for(mine, OrganisationProfile.id).desc(), shown_name.asc(), Delegate.id.asc()]
