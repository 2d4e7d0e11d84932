"""What the rules of profiles refuse, each with the sentence people read."""

from ..errors import DomainError
from ..i18n import _l


class TooManyTerms(DomainError):
    """More terms of one facet than the taxonomy allows."""

    message = _l("Please choose at most five in each list.")
    status = 422


class UnknownTerm(DomainError):
    """A term that the taxonomy does not have."""

    message = _l("One of the choices does not exist any more. Please choose again.")
    status = 422


class OwnOrganisation(DomainError):
    """Nobody can block themselves or their colleagues."""

    message = _l("You belong to the same organisation.")
    status = 422


class TooManyOpportunities(DomainError):
    """More opportunities than one profile may hold."""

    message = _l("Twenty is the most. Please take one away first.")
    status = 422


class NothingToPublish(DomainError):
    """An entry of the public directory would say nothing but a name."""

    message = _l("Please write first what you offer or seek, or something about your organisation.")
    status = 409


class NotOfProfile(DomainError):
    """Somebody is named who does not partner for this organisation now."""

    message = _l("Choose somebody of your organisation who takes part.")
    status = 422
