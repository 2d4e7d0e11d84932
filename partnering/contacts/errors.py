"""What can go wrong between two people who meet in person."""

from ..errors import DomainError, NotFound
from ..i18n import _l


class NoSuchBadge(DomainError):
    """Nothing that this event handed out, or no longer in force: one refusal for everything."""

    message = _l("No guest of this event has this code. Please check it.")
    status = 422


class OwnBadge(DomainError):
    """Somebody read their own badge."""

    message = _l("This is your own badge.")
    status = 422


class Colleague(DomainError):
    """Somebody read the badge of their own organisation."""

    message = _l("This badge belongs to somebody of your own organisation.")
    status = 422


class HiddenByMe(DomainError):
    """Somebody read the badge of a person whom they have hidden."""

    message = _l("You have hidden this person or their organisation. On “My privacy” you can see each other again.")
    status = 422


class Withdrawn(DomainError):
    """The visitor has withdrawn meanwhile, so nothing can be written down any more."""

    message = _l("The visitor has withdrawn their consent, so their details and your note are gone.")


class NoStand(NotFound):
    """Leads are for exhibitors."""

    message = _l(
        "This page is for exhibitors: organisations that have a stand, or whose people come with an exhibitor’s ticket."
    )
