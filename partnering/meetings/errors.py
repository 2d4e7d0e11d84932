"""What the rules of meetings refuse, each with the sentence people read."""

from ..errors import DomainError
from ..i18n import _l


class RequestNotOpen(DomainError):
    """Somebody has answered, withdrawn or cancelled meanwhile. `meeting` is the newest state."""

    message = _l("This has already been answered or changed. You see the newest state here.")


class SlotTaken(DomainError):
    """The time or the last table went to somebody else between our look and our claim."""

    message = _l("This time has just been taken.")


class NoSuchSlot(DomainError):
    """A slot that was not offered, has passed, or is not there."""

    message = _l("This time cannot be chosen. Please choose another one.")
    status = 422


class NothingOffered(DomainError):
    """A request needs at least one slot and at most three."""

    message = _l("Choose one to three times that would suit you.")
    status = 422


class TooManyOpen(DomainError):
    """The cap on open requests."""

    message = _l(
        "You have sent as many requests as may be open at a time. As soon as one is answered, you can ask again."
    )


class AlreadyOpen(DomainError):
    """There is an open request or a meeting between the two. `meeting` is it."""

    message = _l("There is already a request or a meeting between the two of you.")


class NotBookable(DomainError):
    """The other side cannot be asked."""

    message = _l("This person cannot be booked.")


class SameOrganisation(NotBookable):
    """Colleagues need no request."""

    message = _l("You belong to the same organisation.")


class PartneringClosed(NotBookable):
    """Before partnering opens, or after it has ended."""

    message = _l("Meetings cannot be requested at the moment.")


class TooLateToUndo(DomainError):
    """Letters have left."""

    message = _l("This can no longer be undone. You can cancel the meeting instead.")


class NoTurn(DomainError):
    """It is the other side's turn to answer."""

    message = _l("It is the other side’s turn to answer.")
    status = 403
