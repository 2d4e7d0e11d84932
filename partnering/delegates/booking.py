"""The question that the directory cannot answer itself: can I book this person, and if not, why not?

The room that keeps meetings stands above this one and answers through `answer_with`.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol

from .models import Delegate


@dataclass(frozen=True)
class Standing:
    """How I stand with somebody: "bookable", "requested", "asked" (they asked me), "confirmed", or "closed" and why.

    "here" is closed too, but both of us are at the event and can ask for the next free slot. `free` counts the slots
    that suit both of us; `meeting` is the public id of what there is between us.
    """

    kind: str
    sentence: str = ""
    meeting: str | None = None
    free: int | None = None
    may_withdraw: bool = False
    version: int = 0


class Bookings(Protocol):
    """Who answers."""

    def free_slots(self, me: Delegate) -> Sequence[Any]:
        """The slots in which I am free; for whoever asks both questions below, so that they are found once."""

    def standings(
        self, me: Delegate, others: Sequence[Delegate], slots: Sequence[Any] | None = None
    ) -> Mapping[int, Standing]:
        """My standing with each of `others`, by their id, in a constant number of queries."""

    def without_shared_slot(self, me: Delegate, slots: Sequence[Any] | None = None) -> Set[int] | None:
        """The participants who are taken or away in every slot in which I am free; None if I have no such slot."""

    def acquainted(self, me: Delegate) -> Set[int]:
        """The ids of those with whom I have or had a request or a meeting, whatever became of it."""

    def outlook(self, me: Delegate) -> str:
        """One line above the directory: how many requests I can still send, and until when."""


class _Nobody:
    """Without a room for meetings nobody can be booked."""

    def free_slots(self, me: Delegate) -> Sequence[Any]:
        return ()

    def standings(
        self, me: Delegate, others: Sequence[Delegate], slots: Sequence[Any] | None = None
    ) -> Mapping[int, Standing]:
        return {other.id: Standing("closed") for other in others}

    def without_shared_slot(self, me: Delegate, slots: Sequence[Any] | None = None) -> Set[int] | None:
        return None

    def acquainted(self, me: Delegate) -> Set[int]:
        return frozenset()

    def outlook(self, me: Delegate) -> str:
        return ""


_answering: list[Bookings] = [_Nobody()]


def answer_with(bookings: Bookings) -> None:
    """Let `bookings` answer from now on."""
    _answering[0] = bookings


def bookings() -> Bookings:
    """Who answers now."""
    return _answering[0]
