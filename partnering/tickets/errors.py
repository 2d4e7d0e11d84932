"""Why something cannot be sold: each refusal with its sentence and a code for programs."""

from ..errors import DomainError
from ..i18n import LazyText, _l
from .models import Product


class SoldOut(DomainError):
    """Not enough places are left, expired holds given back included. `product` is the first that did not fit."""

    message = _l("Sold out: there are not enough places left. Somebody else was faster.")
    product: Product | None = None


class HoldExpired(DomainError):
    """The hold is over and its places are with somebody else."""

    message = _l("The time for which we held your places is over, and they have been taken. Please choose again.")


class NotOnSale(DomainError):
    """The product cannot be bought now, or not by whoever has no code for it."""

    message = _l("This ticket is not on sale at the moment.")


class LimitPerOrder(DomainError):
    """More units than one order may hold, over all its lines, or fewer; `fewest` and `most` say how many may."""

    message = _l("That is more than one order may hold.")
    fewest = 1
    most = 0


class CodeInvalid(DomainError):
    """The code does not help here. `reason`: "unknown", "early", "over", "product" or "member"."""

    sentences: dict[str, LazyText] = {
        "unknown": _l("We do not know this code. Please check how it is written."),
        "early": _l("This code is not valid yet."),
        "over": _l("This code is no longer valid."),
        "product": _l("This code does not go with this ticket."),
        "member": _l("This code is for members only, and this e-mail address is not on their list."),
    }
    message = sentences["unknown"]
    reason = "unknown"

    def __init__(self, reason: str = "unknown") -> None:
        super().__init__(self.sentences[reason], reason=reason)


class CodeUsed(DomainError):
    """The code has been used as often as it may be. `left` says how often it can still be used."""

    message = _l("This code has been used as often as it may be.")
    left = 0


class CodeTaken(DomainError):
    """Another code of the event reads the same but for case, spaces and hyphens."""

    message = _l("There is a code like this already.")


class CodeUnfit(DomainError):
    """A code must have letters or digits, at most 40."""

    message = _l("A code needs letters or digits, at most 40 of them.")


class UsedMoreOften(DomainError):
    """The new limit lies below what the code was used for already."""

    message = _l("The code has been used more often than that already.")


class NothingToKeep(DomainError):
    """A voucher can keep places only of a ticket that it names."""

    message = _l("Choose the ticket of which this voucher keeps places.")
