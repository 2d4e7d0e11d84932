"""Who may do what at a door."""

from ..accounts.models import Person
from ..events.models import Event
from ..events.permissions import may_organise


def may_annul(person: Person | None, event: Event) -> bool:
    """Organisers may make any scan count no more, with a reason."""
    return may_organise(person, event)
