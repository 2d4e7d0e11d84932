"""The directory: who can be found, by which filters, in which order, and what each card says.

A page takes the same number of queries however many cards stand on it. Who is found and counted comes from the index
in memory; whoever is shown is read anew.
"""

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from itertools import islice
from typing import Any

import sqlalchemy as sa

from ..rows import ask
from . import booking, documents, index, queries, searching, showing
from .booking import Standing
from .cards import Card
from .models import BlockedPair, Delegate, DismissedReason, SavedPerson
from .reasons import Known, Reason, between, scores

PAGE = 20
SORTS = ("reasons", "name", "newest")
LISTS = ("field", "offers", "seeks", "opportunity", "modality", "stage", "kind", "country", "region", "language")
"""The filters that are lists of codes. A field is "facet.code", since codes repeat between facets."""


@dataclass(frozen=True)
class Wish:
    """What somebody looks for. Within a list one match is enough; every list that names something must match."""

    words: str = ""
    field: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    seeks: tuple[str, ...] = ()
    opportunity: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
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
class Page:
    """One page of the directory. `facets` are the numbers beside the filters, `free` the one beside the free slot."""

    cards: list[Card]
    total: int
    first: int
    facets: Mapping[str, list[tuple[str, int]]] = field(default_factory=dict)
    free: int = 0

    @property
    def last(self) -> int:
        """The number of the last card on this page."""
        return self.first + len(self.cards) - 1


def page(me: Delegate, wish: Wish) -> Page:
    """The cards that `me` sees for a wish, with the numbers beside the filters."""
    look = Look(me)
    mine = look.mine
    found = look.found(wish)
    first = (wish.page - 1) * PAGE
    shown = cards(look, list(islice(_ordered(look.index, found, wish.sort, mine), first, first + PAGE)))
    free = (look.found(wish, besides="free") & look.free).bit_count()
    return Page(shown, found.bit_count(), first + 1, look.facets(wish), free)


def cards(look: "Look", ids: list[int]) -> list[Card]:
    """Those of these delegates who are shown at this very moment, in this order."""
    me, known, mine = look.me, look.index, look.mine
    rows = showing.people(me.event_id, ids)
    away, kept = _noted(me, rows)
    standings = booking.bookings().standings(me, rows, look.slots)
    return [
        Card(
            one,
            known.terms(one.id),
            between(mine, known.known(one.id) or Known(), dismissed=away[one.id], numbers=known.numbers),
            standings.get(one.id, Standing("closed")),
            saved=one.id in kept,
        )
        for one in rows
    ]


def card(me: Delegate, other: Delegate) -> Card:
    """One delegate as `me` sees them."""
    standing = booking.bookings().standings(me, [other]).get(other.id, Standing("closed"))
    why, (away, kept) = reasons_for(me, [other])[other.id], _noted(me, [other])
    return Card(other, queries.terms_of(other.profile), why, standing, bool(away[other.id]), bool(kept))


def reasons_for(me: Delegate, others: Sequence[Delegate]) -> dict[int, list[Reason]]:
    """Why I should meet each of them, by their ids; a constant number of queries."""
    known, away, numbers = documents.known(others, me), dismissed(me, others), index.of(me.event_id).numbers
    return {
        other.id: between(known[me.id], known[other.id], dismissed=away[other.id], numbers=numbers) for other in others
    }


def dismissed(me: Delegate, others: Sequence[Delegate]) -> dict[int, set[str]]:
    """Which reasons to meet each of them I do not want to read again, by their ids; "" is all of them."""
    return _noted(me, others)[0]


def _noted(me: Delegate, others: Sequence[Delegate]) -> tuple[dict[int, set[str]], set[int]]:
    """Which reasons to meet each of them I have dismissed, and whom of them I have saved, by their ids; one query."""
    away: dict[int, set[str]] = {other.id: set() for other in others}
    kept = set()
    for row in ask(_NOTED, {"me": me.id, "others": list(away)}):
        if row.code is None:
            kept.add(row.other_id)
        else:
            away[row.other_id].add(row.code)
    return away, kept


_OTHERS: Any = sa.bindparam("others", expanding=True)
_NOTED: sa.CompoundSelect[Any] = sa.union_all(
    sa.select(DismissedReason.other_id, DismissedReason.code.label("code")).where(
        DismissedReason.delegate_id == sa.bindparam("me"), DismissedReason.other_id.in_(_OTHERS)
    ),
    sa.select(SavedPerson.other_id, sa.null()).where(
        SavedPerson.delegate_id == sa.bindparam("me"), SavedPerson.other_id.in_(_OTHERS)
    ),
)


def may_be_seen(me: Delegate, other: Delegate) -> bool:
    """Whether the directory shows `other` to `me`."""
    return (
        other.left_at is None
        and other.visibility != "hidden"
        and other.event_id == me.event_id
        and other.profile.withheld_at is None
        and not queries.blocked(me, other)
    )


def number(me: Delegate, wish: Wish) -> int:
    """How many a wish finds."""
    return Look(me).found(wish).bit_count()


def nearest(me: Delegate, wish: Wish) -> list[tuple[str, str, int]]:
    """Which filter to drop when a wish finds nobody: (list, code, how many then), the most first."""
    look = Look(me)
    found = [(name, code, look.found(wish.without(name, code)).bit_count()) for name, code in wish.active]
    return sorted((each for each in found if each[2]), key=lambda each: -each[2])


class Look:
    """The directory as one delegate sees it: without their own organisation and without those whom they have blocked,
    or who have blocked them.
    """

    def __init__(self, me: Delegate) -> None:
        self.me, self.index = me, index.of(me.event_id)
        self._narrowed: dict[Wish, dict[str, int]] = {}

    @cached_property
    def everybody(self) -> int:
        """All whom this delegate can find."""
        hidden = self.index.of_profiles([self.me.profile_id])
        for pair in ask(_BLOCKED, {"me": self.me.id, "profile": self.me.profile_id}):
            if pair.delegate_id != self.me.id:
                hidden |= self.index.of_delegates([pair.delegate_id])
            elif pair.other_id is not None:
                hidden |= self.index.of_delegates([pair.other_id])
            else:
                hidden |= self.index.of_profiles([pair.other_profile_id])
        return self.index.everybody & ~hidden

    @cached_property
    def mine(self) -> Known:
        """What reasons to meet others go by. Whoever changes it writes their document anew, and with it the index;
        of those who are hidden nobody would notice.
        """
        known = self.index.own.get(self.me.id)
        if known is None:
            known = documents.known([], self.me)[self.me.id]
            if self.index.shows(self.me.id):
                self.index.own[self.me.id] = known
        return known

    @cached_property
    def slots(self) -> Sequence[Any]:
        """When this delegate is free."""
        return booking.bookings().free_slots(self.me)

    @cached_property
    def free(self) -> int:
        """Who has a free slot that suits this delegate too."""
        never = booking.bookings().without_shared_slot(self.me, self.slots)
        return 0 if never is None else self.index.everybody & ~self.index.of_participants(never)

    def found(self, wish: Wish, *, besides: str = "") -> int:
        """Whom a wish finds, `besides` one of its lists."""
        each = [bits for name, bits in self._narrowing(wish).items() if name != besides]
        return reduce(operator.and_, each, self.everybody)

    def facets(self, wish: Wish) -> dict[str, list[tuple[str, int]]]:
        """How many people each choice of each list would show, given the other lists; the most first."""
        counted, all_others = {}, self.found(wish)
        narrowing = self._narrowing(wish)
        for name in LISTS:
            others = self.found(wish, besides=name) if name in narrowing else all_others
            numbers = [(-(bits & others).bit_count(), code) for code, bits in self.index.lists.get(name, {}).items()]
            counted[name] = [(code, -number) for number, code in sorted(numbers) if number]
        return counted

    def _narrowing(self, wish: Wish) -> dict[str, int]:
        """Whom each list of a wish leaves that names something."""
        if wish not in self._narrowed:
            lists = {name: getattr(wish, name) for name in LISTS}
            left = {name: self.index.any_of(name, choices) for name, choices in lists.items() if choices}
            if wish.words:
                left["words"] = searching.found(self.index, self.me.event_id, wish.words)
            if wish.free:
                left["free"] = self.free
            self._narrowed[wish] = left
        return self._narrowed[wish]


_BLOCKED = sa.select(BlockedPair.delegate_id, BlockedPair.other_id, BlockedPair.other_profile_id).where(
    sa.or_(
        BlockedPair.delegate_id == sa.bindparam("me"),
        BlockedPair.other_id == sa.bindparam("me"),
        BlockedPair.other_profile_id == sa.bindparam("profile"),
    )
)


def _ordered(known: index.Index, found: int, sort: str, mine: Known) -> Iterator[int]:
    if sort == "name":
        return known.by_name(found)
    if sort == "newest":
        return known.by_age(found)
    return known.by_score(found, scores(known.codes, mine))
