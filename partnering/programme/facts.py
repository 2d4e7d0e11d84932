"""What is said of a session, by those who draft it: its people, its time, what a deed changed; and what refuses it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from ..agenda.models import Location
from ..errors import DomainError
from ..errors import Stale as Changed
from ..events.models import Participant
from ..i18n import _l
from .models import ProgrammeSession


class RoomTaken(DomainError):
    """An exclusive room is taken at that time. `pairs` are the sessions that would be in it at once, where known."""

    message = _l("The room is taken at this time.")
    pairs: Sequence[tuple[ProgrammeSession, ProgrammeSession]] = ()


class NoTime(DomainError):
    """A session that ends before it begins, or with no length."""

    message = _l("The session ends before it begins.")
    status = 422


class IsCancelled(DomainError):
    """A cancelled session is not changed; it is brought back first."""

    message = _l("This session is cancelled.")


class EventCalledOff(DomainError):
    """No session of an event that was called off takes place."""

    message = _l("The whole conference was called off.")


class WasReleased(DomainError):
    """What was public once is called off, not deleted: people may have it in their calendars."""

    message = _l("This session was public. Call it off instead of deleting it.")


class InUse(DomainError):
    """Something else rests on a session: a contribution, files, places to book."""

    message = _l("Something else belongs to this session, such as a contribution or a file, so it cannot be deleted.")


class NothingToRelease(DomainError):
    """The draft is what everybody sees already."""

    message = _l("Nothing is left to release: everybody sees the newest state.")


class MovedOn(DomainError):
    """The draft has changed since it was looked at."""

    message = _l("The draft has changed since you opened this page. Please look at the changes once more.")


class Stale(Changed):
    """Somebody else changed the session meanwhile; `newest` is how it is now."""

    newest: ProgrammeSession | None = None


class Keep(Enum):
    """That something stays as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True)
class Part:
    """Somebody's part in a session: "speaker", "chair" or "panellist", and how many minutes before it are theirs."""

    participant: Participant
    role: str = "speaker"
    set_up: int = 0


@dataclass(frozen=True)
class Time:
    """When and where a session is: aware times, and a room if it has one."""

    starts_at: datetime
    ends_at: datetime
    room: Location | None = None


@dataclass
class Change:
    """What a deed changed; false when nothing. `busy` are people whose time is taken by something else already.

    `clashing` are those among whoever has booked the session; they decide themselves.
    """

    fields: list[str] = field(default_factory=list)
    moved: bool = False
    people: bool = False
    busy: list[Participant] = field(default_factory=list)
    clashing: list[Participant] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fields or self.moved or self.people)
