"""People you should meet: a few a day, the best reasons first, and some whose turn it is, so that nobody is left out.

Only among those who agreed to that, and the same for everybody: nothing of tickets or payments is read.
"""

import heapq
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from .. import clock
from ..consents import services as consents
from ..consents.models import Consent
from ..db import db, table_of
from ..events.models import Event
from . import blocking, booking, directory, documents, index
from .cards import Card
from .models import Delegate, DismissedReason, OrganisationProfile, Suggestion
from .reasons import descending, scores

BEST = 4
IN_TURN = 2
"""So many a day for the best reasons, and so many whose turn it is: shown least often to others."""

AT_ONCE = 12
"""So many are asked at once whether a meeting with them can be requested."""

PURPOSE = "matchmaking"
"""The consent without which nobody is suggested, to anybody or anybody to them."""


@dataclass(frozen=True)
class Proposed:
    """That somebody should be suggested; `in_turn` because others were shown more often."""

    other_id: int
    in_turn: bool = False


class Round:
    """What one round of suggestions at an event goes by; it counts along whom it shows."""

    def __init__(self, event: Event) -> None:
        self.index = index.of(event.id)
        self.agreed = self.index.of_participants(consents.agreed(event, PURPOSE))
        shown = db.session.execute(sa.select(Delegate.id, Delegate.shown_often).where(Delegate.event_id == event.id))
        self.often: dict[int, int] = {row.id: row.shown_often for row in shown}
        lot = random.SystemRandom()
        self.lots = {number: lot.random() for number in self.index.delegates}

    def turn(self, delegate_id: int) -> tuple[int, float]:
        """Whose turn it is: shown least often first, among equals by lot."""
        return self.often.get(delegate_id, 0), self.lots[delegate_id]

    def make(self, me: Delegate) -> list[Proposed]:
        """Whom to suggest to me, with whom a meeting can be requested and never was; the best first."""
        if me.left_at is not None or consents.current(me.participant, PURPOSE) is None:
            return []
        planes = scores(self.index.codes, documents.known([], me)[me.id])
        if not planes:
            return []
        known = self.index
        dismissed = _dismissed(me)
        not_these = booking.bookings().acquainted(me) | blocking.blocked_ids(me)
        not_these |= {other for other, code in dismissed if not code}
        among = known.everybody & self.agreed
        among &= ~(known.of_profiles([me.profile_id]) | known.of_delegates(not_these))
        doubtful = {other for other, _code in dismissed}
        best = list(islice(self._fitting(me, self._ranked(planes, among), doubtful), BEST))
        any_reason = 0
        for plane in planes:
            any_reason |= plane
        rest = any_reason & among & ~known.of_delegates(best)
        turns = heapq.nsmallest(10 * AT_ONCE, known.by_name(rest), key=self.turn)
        in_turn = list(islice(self._fitting(me, iter(turns), doubtful), IN_TURN))
        for number in (*best, *in_turn):
            self.often[number] = self.often.get(number, 0) + 1
        return [*map(Proposed, best), *(Proposed(number, in_turn=True) for number in in_turn)]

    def _ranked(self, planes: list[int], among: int) -> Iterator[int]:
        """Everybody with a reason, the highest score first; of equals whoever was shown least often."""
        for _score, level in descending(planes, among):
            yield from sorted(self.index.by_name(level), key=self.turn)

    def _fitting(self, me: Delegate, ids: Iterator[int], doubtful: set[int]) -> Iterator[int]:
        """Those of them with whom I can request a meeting, and a reason is left that I have not dismissed."""
        while some := list(islice(ids, AT_ONCE)):
            people = db.session.scalars(_PEOPLE.where(Delegate.id.in_(some))).all()
            standings = booking.bookings().standings(me, people)
            asked = [person for person in people if person.id in doubtful]
            why = directory.reasons_for(me, asked) if asked else {}
            good = {one.id for one in people if standings[one.id].kind == "bookable" and why.get(one.id, True)}
            yield from (number for number in some if number in good)


_PEOPLE = (
    sa.select(Delegate)
    .join(OrganisationProfile, OrganisationProfile.id == Delegate.profile_id)
    .where(Delegate.left_at.is_(None), Delegate.visibility != "hidden", OrganisationProfile.withheld_at.is_(None))
    .options(
        joinedload(Delegate.participant), joinedload(Delegate.profile).joinedload(OrganisationProfile.organisation)
    )
)


def make(me: Delegate) -> list[Proposed]:
    """Whom to suggest to one delegate now."""
    return Round(me.participant.event).make(me)


def keep(event: Event, made: Mapping[int, Sequence[Proposed]]) -> None:
    """Store what was made for several people, by their ids, in place of what stood there, and count who is shown."""
    shown: dict[int, int] = {}
    for proposed in made.values():
        for one in proposed:
            shown[one.other_id] = shown.get(one.other_id, 0) + 1
    people = sorted({*made, *shown})
    db.session.execute(  # everybody's rows in one order, as meetings do, so that nobody waits in a circle
        sa.select(Delegate.id).where(Delegate.id.in_(people)).order_by(Delegate.id).with_for_update(key_share=True)
    )
    db.session.execute(sa.delete(Suggestion).where(Suggestion.delegate_id.in_(made)))
    now = clock.now()
    rows = [
        {
            "event_id": event.id,
            "delegate_id": delegate_id,
            "other_id": one.other_id,
            "position": position,
            "in_turn": one.in_turn,
            "made_at": now,
        }
        for delegate_id, proposed in sorted(made.items())
        for position, one in enumerate(proposed, start=1)
    ]
    if not rows:
        return
    db.session.connection().execute(sa.insert(table_of(Suggestion)), rows)
    delegate = table_of(Delegate)
    db.session.connection().execute(  # the columns alone: a profile that somebody has open stays as new as it was
        sa.update(delegate)
        .where(delegate.c.id == sa.bindparam("of"))
        .values(shown_often=delegate.c.shown_often + sa.bindparam("times"), shown_last_at=now),
        [{"of": number, "times": times} for number, times in sorted(shown.items())],
    )


def lacking(event: Event) -> Sequence[int]:
    """The ids of those who agreed and for whom nothing has been made today, as the event counts days."""
    made = sa.exists().where(Suggestion.delegate_id == Delegate.id, Suggestion.made_at >= _midnight(event))
    return db.session.scalars(
        sa.select(Delegate.id)
        .where(Delegate.event_id == event.id, Delegate.left_at.is_(None), _agrees(), ~made)
        .order_by(Delegate.id)
    ).all()


def holding(event: Event) -> Sequence[int]:
    """The ids of those for whom something has been made."""
    of = sa.select(Suggestion.delegate_id).where(Suggestion.event_id == event.id).distinct()
    return db.session.scalars(of.order_by(Suggestion.delegate_id)).all()


def suggested(me: Delegate) -> list[Card]:
    """Whom my start page suggests: what is stored, without those for whom it holds no longer."""
    if consents.current(me.participant, PURPOSE) is None:
        return []
    people = db.session.scalars(
        _PEOPLE.join(Suggestion, Suggestion.other_id == Delegate.id)
        .where(Suggestion.delegate_id == me.id, _agrees())
        .order_by(Suggestion.position, Suggestion.id)
    ).all()
    if not people:
        return []
    away = blocking.blocked_ids(me)
    people = [one for one in people if one.id not in away]
    standings, why = booking.bookings().standings(me, people), directory.reasons_for(me, people)
    return [
        Card(one, set(), why[one.id], standings[one.id])
        for one in people
        if why[one.id] and standings[one.id].kind == "bookable"
    ]


def agrees(me: Delegate) -> bool:
    """Whether I let the software suggest me and others to each other."""
    return consents.current(me.participant, PURPOSE) is not None


def dismiss(me: Delegate, other: Delegate, code: str = "") -> None:
    """Let me read one reason to meet somebody no more, or, without a code, have them suggested to me no more.

    Doing it again changes nothing.
    """
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.session.execute(
        insert(DismissedReason)
        .values(event_id=me.event_id, delegate_id=me.id, other_id=other.id, code=code, dismissed_at=clock.now())
        .on_conflict_do_nothing()
    )
    if not code:
        pair = sa.and_(Suggestion.delegate_id == me.id, Suggestion.other_id == other.id)
        db.session.execute(sa.delete(Suggestion).where(pair))


def restore(me: Delegate, other: Delegate) -> None:
    """Take back whatever I dismissed about somebody."""
    db.session.execute(
        sa.delete(DismissedReason).where(DismissedReason.delegate_id == me.id, DismissedReason.other_id == other.id)
    )


def forget(me: Delegate) -> None:
    """Drop every suggestion to me and of me."""
    either = sa.or_(Suggestion.delegate_id == me.id, Suggestion.other_id == me.id)
    db.session.execute(sa.delete(Suggestion).where(either))


def _dismissed(me: Delegate) -> Iterable[tuple[int, str]]:
    rows = db.session.execute(
        sa.select(DismissedReason.other_id, DismissedReason.code).where(DismissedReason.delegate_id == me.id)
    )
    return [(row.other_id, row.code) for row in rows]


def _agrees() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Consent.participant_id == Delegate.participant_id,
        Consent.purpose == PURPOSE,
        Consent.withdrawn_at.is_(None),
    )


def _midnight(event: Event) -> datetime:
    today = clock.in_zone(clock.now(), event.zone).date()
    return clock.from_zone(datetime.combine(today, time.min), event.zone)
