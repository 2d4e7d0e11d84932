"""Who may do what at a door."""

from ..accounts.models import Person
from ..events.models import Event
from ..events.permissions import may_check_in, may_organise


def may_force(person: Person | None, event: Event) -> bool:
    """Crew may let somebody in against the rules; the scan is marked."""
    return may_check_in(person, event)


def may_annul(person: Person | None, event: Event) -> bool:
    """Organisers may make any scan count no more, with a reason."""
    return may_organise(person, event)
