"""The directory of an event in memory: who holds which code, as sets of bits that are counted and joined in no time.

Each process keeps it while nothing has been written in the documents, which one small question tells; so nobody reads
what is no longer true. Plain values only. A person is a bit, their position the order of names.
"""

import operator
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime, timedelta
from functools import cache, reduce
from itertools import islice, takewhile
from sys import intern
from typing import Any, NamedTuple

import sqlalchemy as sa

from .. import clock
from ..db import writing
from ..memory import fresh, memory, stand
from ..stands import watch
from .models import Delegate, DirectoryDocument
from .reasons import Known, Term, descending
from .words import FIELDS, SIDES

DOCUMENTS = "documents"
"""The topic of what this depends on."""

watch(DOCUMENTS, DirectoryDocument)

MOST = 4
"""So many events a process keeps."""

OVERLAP = timedelta(seconds=60)
"""What was written so long before the last look may have been committed after it."""

Fingerprint = tuple[int, int]
"""How many documents there are, and the sum of their numbers, which rise with every change."""


class Row(NamedTuple):
    """A document, without its text."""

    id: int
    delegate_id: int
    participant_id: int
    profile_id: int
    number: int
    shown: bool
    sort_name: str
    visible_at: datetime | None
    codes: list[str]
    facts: dict[str, Any]


class Vocabulary:
    """The words in texts: some thousands, in which signs are found in no time. Words that are gone may stay."""

    def __init__(self, texts: Iterable[str], known: Set[str] = frozenset()) -> None:
        self._words = set(known)
        for text in texts:
            self._words.update(text.split())
        self._joined = "\n".join(("", *self._words, ""))

    def and_of(self, texts: Iterable[str]) -> "Vocabulary":
        """These words, and those of more texts."""
        return Vocabulary(texts, self._words)

    def holding(self, forms: Iterable[str]) -> Iterator[str]:
        """The words that hold one of these forms."""
        for form in forms:
            at = self._joined.find(form)
            while at >= 0:
                end = self._joined.index("\n", at)
                yield self._joined[self._joined.rindex("\n", 0, at) + 1 : end]
                at = self._joined.find(form, end)


class Index:
    """Who can be found at an event; `lists` holds them by filter and its choice, `codes` by code."""

    def __init__(self, event_id: int, rows: Mapping[int, Row], made_at: datetime) -> None:
        self.event_id = event_id
        shown = sorted((row for row in rows.values() if row.shown), key=lambda row: (row.sort_name, row.delegate_id))
        self.rows, self.made_at, self.stand = rows, made_at, ""
        self.said: dict[tuple[str, ...], int] = {}  # whom words find, by their forms: `searching` keeps them here
        self.own: dict[int, Known] = {}  # what delegates know of themselves: `documents` keeps it here
        self.vocabulary: Vocabulary | None = None
        self.fingerprint: Fingerprint = (len(rows), sum(row.number for row in rows.values()))
        self.size = len(shown)
        self.everybody = (1 << self.size) - 1
        self.delegates = [row.delegate_id for row in shown]
        self._places = {row.id: place for place, row in enumerate(shown)}
        self._delegate_places = {row.delegate_id: place for place, row in enumerate(shown)}
        self._rows = {row.delegate_id: row for row in shown}
        self._participant_places = {row.participant_id: place for place, row in enumerate(shown)}
        profiles: dict[int, list[int]] = {}
        codes: dict[str, list[int]] = {}
        for place, row in enumerate(shown):
            profiles.setdefault(row.profile_id, []).append(place)
            for code in row.codes:
                codes.setdefault(code, []).append(place)
        self._profiles = profiles
        self.codes = {code: self.bits(places) for code, places in codes.items()}
        self.numbers = {code: len(places) for code, places in codes.items()}
        self.lists: dict[str, dict[str, int]] = {}
        for code, bits in self.codes.items():
            for name, choice in choices_of(code):
                held = self.lists.setdefault(name, {})
                held[choice] = held.get(choice, 0) | bits
        self._visible = [row.visible_at or made_at for row in shown]
        self.newest = sorted(
            range(self.size),
            key=lambda place: (self._visible[place], self.delegates[place]),
            reverse=True,
        )

    def bits(self, places: Iterable[int]) -> int:
        """The set of these positions."""
        held = bytearray(self.size // 8 + 1)
        for place in places:
            held[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(held, "little")

    def of_documents(self, ids: Iterable[int]) -> int:
        """The set of those of these documents that are shown here."""
        known = self._places
        return self.bits(known[one] for one in ids if one in known)

    def of_delegates(self, ids: Iterable[int]) -> int:
        """The same of delegates."""
        known = self._delegate_places
        return self.bits(known[one] for one in ids if one in known)

    def of_participants(self, ids: Iterable[int]) -> int:
        """The same of participants."""
        known = self._participant_places
        return self.bits(known[one] for one in ids if one in known)

    def of_profiles(self, ids: Iterable[int]) -> int:
        """Everybody of these profiles."""
        return self.bits(place for one in ids for place in self._profiles.get(one, ()))

    def known(self, delegate_id: int) -> Known | None:
        """What reasons to meet a delegate go by; None of somebody who is not shown here."""
        row = self._rows.get(delegate_id)
        return Known(frozenset(row.codes), row.facts) if row is not None else None

    def shows(self, delegate_id: int) -> bool:
        """Whether a delegate can be found here."""
        return delegate_id in self._rows

    def terms(self, delegate_id: int) -> set[Term]:
        """The terms on the profile of somebody who is shown here."""
        return {term for code in self._rows[delegate_id].codes if (term := _term(code)) is not None}

    def visible_after(self, moment: datetime) -> int:
        """Who became visible after a moment."""
        return self.bits(takewhile(lambda place: self._visible[place] > moment, self.newest))

    def words_with(self, forms: Iterable[str], most: int) -> list[str]:
        """The words in the documents of this event that hold one of these forms, `most` of them at most."""
        if self.vocabulary is None:
            self.vocabulary = Vocabulary(_texts(DirectoryDocument.event_id == self.event_id, DirectoryDocument.shown))
        return list(islice(self.vocabulary.holding(forms), most))

    def any_of(self, name: str, choices: Iterable[str]) -> int:
        """Who has at least one of these choices of a filter."""
        held = self.lists.get(name, {})
        return reduce(operator.or_, (held.get(choice, 0) for choice in choices), 0)

    def by_name(self, found: int) -> Iterator[int]:
        """The delegates of a set in order of name."""
        return (self.delegates[place] for place in places(found))

    def by_age(self, found: int) -> Iterator[int]:
        """The delegates of a set, who became visible last first."""
        held = found.to_bytes(self.size // 8 + 1, "little")
        return (self.delegates[place] for place in self.newest if held[place >> 3] >> (place & 7) & 1)

    def by_score(self, found: int, planes: list[int]) -> Iterator[int]:
        """The delegates of a set, the highest score first, then in order of name; see `reasons.scores`."""
        left = found
        for _score, level in descending(planes, found):
            left &= ~level
            yield from self.by_name(level)
        yield from self.by_name(left)


def places(found: int) -> Iterator[int]:
    """The positions in a set, in order."""
    for number, byte in enumerate(found.to_bytes((found.bit_length() + 7) // 8, "little")):
        while byte:
            low = byte & -byte
            yield (number << 3) + low.bit_length() - 1
            byte ^= low


@cache
def _term(code: str) -> Term | None:
    """The term of a profile that a code stands for; not what a text says, or what a filter alone goes by."""
    side, _dot, rest = code.partition(".")
    facet, _dot, term = rest.partition(".")
    if side not in SIDES or not term or facet.startswith("~") or facet == "organisation_type":
        return None
    return side, facet, term


def choices_of(code: str) -> list[tuple[str, str]]:
    """The filters a code counts for, with the choice that it is there."""
    head, _dot, rest = code.partition(".")
    if head in ("country", "region", "language"):
        return [(head, rest)]
    facet, _dot, term = rest.partition(".")
    if not term:
        return [("opportunity", rest)] if head == "opportunity" else []
    if facet in ("modality", "stage"):
        return [(facet, term)]
    if facet == "goal" and head in ("offer", "seek"):
        return [(f"{head}s", term)]
    if head == "is" and facet in FIELDS:
        return [("field", f"{facet}.{term}")]
    return [("kind", term)] if (head, facet) == ("is", "organisation_type") else []


def of(event_id: int) -> Index:
    """The directory of an event as it is now."""
    if writing():  # what may yet be undone is remembered by nobody
        return Index(event_id, _rows(event_id), clock.now())
    now, kept = stand(DOCUMENTS), memory()
    with kept.lock:
        known: Index | None = kept.indexes.get(event_id)
    if known is not None and known.stand == now:
        return known
    fingerprint = _fingerprint(event_id)
    if known is None or known.fingerprint != fingerprint:
        known = _made(event_id, known, fingerprint)
    known.stand = now
    with kept.lock:
        kept.indexes[event_id] = known
        kept.indexes.move_to_end(event_id)
        while len(kept.indexes) > MOST:
            kept.indexes.popitem(last=False)
    return known


def _made(event_id: int, known: Index | None, fingerprint: Fingerprint) -> Index:
    """A new index: what is kept with what was changed since, or, where that is not all, everything read anew."""
    made_at = clock.now()
    if known is not None:
        since = DirectoryDocument.changed_at >= known.made_at - OVERLAP
        found = Index(event_id, {**known.rows, **_rows(event_id, since)}, made_at)
        if found.fingerprint == fingerprint:
            if known.vocabulary is not None:
                found.vocabulary = known.vocabulary.and_of(_texts(DirectoryDocument.event_id == event_id, since))
            return found
    return Index(event_id, _rows(event_id), made_at)


def _texts(*conditions: Any) -> list[str]:
    with fresh() as link:
        return list(link.execute(sa.select(DirectoryDocument.text).where(*conditions)).scalars())


def _fingerprint(event_id: int) -> Fingerprint:
    with fresh() as link:
        number, total = link.execute(_FINGERPRINT, {"event": event_id}).one()
    return number, int(total)


_FINGERPRINT = sa.select(
    sa.func.count(DirectoryDocument.number), sa.func.coalesce(sa.func.sum(DirectoryDocument.number), 0)
).where(DirectoryDocument.event_id == sa.bindparam("event"))


def _rows(event_id: int, *conditions: Any) -> dict[int, Row]:
    question = (
        sa.select(
            DirectoryDocument.id,
            DirectoryDocument.delegate_id,
            Delegate.participant_id,
            DirectoryDocument.profile_id,
            DirectoryDocument.number,
            DirectoryDocument.shown,
            DirectoryDocument.sort_name,
            DirectoryDocument.visible_at,
            DirectoryDocument.codes,
            DirectoryDocument.facts,
        )
        .join(Delegate, Delegate.id == DirectoryDocument.delegate_id)
        .where(DirectoryDocument.event_id == event_id, *conditions)
    )
    with fresh() as link:
        return {
            row.id: Row(*row)._replace(codes=[intern(code) for code in row.codes]) for row in link.execute(question)
        }
