"""What a door answers: plain values between redeeming and pages or programs, without anything of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..db import BilingualText


@dataclass(frozen=True, slots=True)
class Guest:
    """What a door is shown of a guest. `public_id` is the registration's, `live` says that it is in force.

    `days` are those (ISO) of the ticket, none: all. `note` is for crew, who have to confirm it with `attention`;
    `extras` are names of add-ons that the list shows, `no_photos` that the guest refuses to be photographed.
    """

    public_id: str
    live: bool
    name: str
    organisation: str
    ticket: BilingualText
    days: Sequence[str] = ()
    ended_at: datetime | None = None
    owes: bool = False
    note: str = ""
    attention: bool = False
    extras: Sequence[BilingualText] = ()
    no_photos: bool = False


@dataclass(frozen=True, slots=True)
class First:
    """The scan that let a guest in before: when, where, and on which device."""

    at: datetime
    door: BilingualText
    device: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is open; `options` are [{"key", "de", "en"}, …]."""

    public_id: str
    label: BilingualText
    kind: str
    required: bool
    options: Sequence[dict[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the door says to one attempt. `answer` is "ok" or a reason of the closed list.

    `scan` is the public id of the attempt as it is kept, empty where it was only simulated, and `state` its state.
    `first` is who let them in before. Nothing is known here of guests of other events. With "incomplete" come the
    `questions` of the list. `repeated`: the attempt was there before, and this is what it was told.
    """

    answer: str
    scan: str
    state: str
    type: str
    received_at: datetime
    bounded_at: datetime
    forced: bool = False
    may_force: bool = False
    warn: bool = False
    guest: Guest | None = None
    first: First | None = None
    questions: Sequence[Asked] = ()
    repeated: bool = False

    @property
    def arrived(self) -> bool:
        """Whether this attempt let in somebody who had not been in before."""
        return self.admitted and self.type == "entry" and self.first is None and not self.repeated and self.scan != ""

    @property
    def admitted(self) -> bool:
        """Whether the guest may come in (or, at an exit, was noted as gone)."""
        return self.answer == "ok"
