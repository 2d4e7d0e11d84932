"""Lunch: of each window that organisers protect, everybody keeps a while in a row free of meetings."""

import itertools
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from .. import audit, clock
from ..agenda.models import AgendaEntry, Appointment, ParticipantAtom
from ..db import db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from .models import LunchWindow
from .rules import rules_of


def windows_of(event: Event) -> Sequence[LunchWindow]:
    """The event's lunch windows in their order of time."""
    return db.session.scalars(
        sa.select(LunchWindow).where(LunchWindow.event_id == event.id).order_by(LunchWindow.starts_at)
    ).all()


class BadLunch(DomainError):
    """Times that make no lunch breaks."""

    message = _l("A lunch break must end after it begins, and two of them must not overlap.")
    status = 422


def set_lunch(event: Event, times: Iterable[tuple[datetime, datetime]]) -> list[LunchWindow]:
    """Protect lunch at these times (UTC) and no others; meetings that are booked stay.

    A time that is given twice is protected once. Raises `BadLunch`.
    """
    wanted = sorted(set(times))
    if any(ends_at <= starts_at for starts_at, ends_at in wanted):
        raise BadLunch
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(wanted)):
        raise BadLunch
    held = list(windows_of(event))
    if [(window.starts_at, window.ends_at) for window in held] == wanted:
        return held
    db.session.execute(sa.delete(LunchWindow).where(LunchWindow.event_id == event.id))
    windows = [LunchWindow(event_id=event.id, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in wanted]
    db.session.add_all(windows)
    db.session.flush()
    audit.record("meetings.lunch_set", event, event=event, after={"windows": len(windows)})
    return windows


def take_turn(event: Event) -> None:
    """Wait until nobody else sets the event's lunch windows in a transaction that is still running."""
    db.session.execute(sa.select(Event.id).where(Event.id == event.id).with_for_update(key_share=True))


class Times(Protocol):
    """What has a first and a last five minutes."""

    @property
    def first_atom(self) -> int:
        """Its first five minutes."""

    @property
    def last_atom(self) -> int:
        """The last five minutes of it."""


class Lunches:
    """What is left of some people's lunch windows, asked once for any number of slots.

    A time that somebody keeps free for themselves is no meeting: they can eat then. `besides` does not count either.
    """

    def __init__(self, event: Event, participant_ids: Collection[int], *, besides: Appointment | None = None) -> None:
        self.need = -(-rules_of(event).lunch_minutes // 5)
        self.people = set(participant_ids)
        self.windows: list[range] = []
        self.taken: dict[int, set[int]] = {}
        if not self.need or not self.people:
            return
        self.windows = [clock.atoms(each.starts_at, each.ends_at) for each in windows_of(event)]
        if self.windows:
            self._read(besides)

    def _read(self, besides: Appointment | None) -> None:
        first, last = min(each.start for each in self.windows), max(each.stop for each in self.windows) - 1
        query = (
            sa.select(ParticipantAtom.participant_id, ParticipantAtom.atom)
            .join(AgendaEntry, AgendaEntry.id == ParticipantAtom.entry_id)
            .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
            .where(
                ParticipantAtom.participant_id.in_(self.people),
                ParticipantAtom.atom.between(first, last),
                Appointment.kind != "block",
            )
        )
        if besides is not None:
            query = query.where(Appointment.id != besides.id)
        for participant_id, atom in db.session.execute(query):
            self.taken.setdefault(participant_id, set()).add(atom)

    def lost_by(self, slot: Times) -> set[int]:
        """Ids of participants whose last stretch in a window a meeting in this slot would take."""
        held = range(slot.first_atom, slot.last_atom + 1)
        touched = [each for each in self.windows if each.start < held.stop and each.stop > held.start]
        return {
            participant_id
            for participant_id in self.people
            for window in touched
            if self._lost(window, self.taken.get(participant_id, set()), held)
        }

    def _lost(self, window: range, taken: set[int], held: range) -> bool:
        need = min(self.need, len(window))
        before = _longest(atom not in taken for atom in window)
        after = _longest(atom not in taken and atom not in held for atom in window)
        return before >= need > after


def _longest(free: Iterable[bool]) -> int:
    """The length of the longest run of True."""
    longest = run = 0
    for each in free:
        run = run + 1 if each else 0
        longest = max(longest, run)
    return longest
