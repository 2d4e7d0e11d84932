"""What a door answers: plain values between services, queries and pages."""

from dataclasses import dataclass

from ..registration.models import Place, Registration
from .models import Scan


@dataclass(frozen=True)
class Verdict:
    """What the door says to one attempt. `answer` is "ok" or a reason of the closed list.

    `first` is the scan that let them in before, `owes` says that the invoice is open. Nothing is known here of guests
    of other events.
    """

    answer: str
    scan: Scan
    place: Place | None = None
    registration: Registration | None = None
    first: Scan | None = None
    owes: bool = False

    @property
    def admitted(self) -> bool:
        """Whether the guest may come in (or, at an exit, was noted as gone)."""
        return self.answer == "ok"
