"""What the rules of meetings refuse, each with the sentence people read."""

from ..errors import DomainError
from ..i18n import _l


class RequestNotOpen(DomainError):
    """Somebody has answered, withdrawn or cancelled meanwhile. `meeting` is the newest state."""

    message = _l("This has already been answered or changed. You see the newest state here.")


class SlotTaken(DomainError):
    """The time or the last table went to somebody else between our look and our claim. `left`: what suits all now."""

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


Blocked = NotBookable
"""Somebody wants nothing to do with somebody: the very same answer as for whoever cannot be asked anyway."""


class NotAllowed(NotBookable):
    """The organisers' matrix of who may ask whom."""

    message = _l("Your group cannot request meetings with this group at this conference.")


class NoCommonDay(NotBookable):
    """Their tickets admit to different days."""

    message = _l("The two of you are not there on the same day.")


class NotPaid(NotBookable):
    """Requests wait for the payment."""

    message = _l("You can request meetings as soon as your ticket is paid.")


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


class NotYours(DomainError):
    """Neither oneself nor a colleague for whom one may act."""

    message = _l("You cannot act for this person.")
    status = 403


class LimitReached(DomainError):
    """All the meetings they want; accepting as reserve is still possible."""

    message = _l(
        "You have as many meetings as you want. You can accept as reserve: you move up as soon as a time is free."
    )


class NotThere(NoSuchSlot):
    """Somebody has no ticket for that day, has not arrived yet, or has left by then."""

    message = _l("Somebody who takes part is not there at this time.")


class LunchGone(NoSuchSlot):
    """The last stretch in which somebody could eat."""

    message = _l("Somebody who takes part would have no time left for lunch.")


class TooFar(NoSuchSlot):
    """No time to walk from one hall to the other."""

    message = _l("Somebody who takes part could not walk there in time.")


class VideoMissing(DomainError):
    """A meeting by video needs a room."""

    message = _l("There is no video link yet. One of the two sides can add it under “My free times”.")


class LastOfSide(DomainError):
    """A side cannot be empty; somebody else can take over."""

    message = _l("Somebody has to stay. Name a colleague to take over, or cancel the meeting.")


class TooLateToMove(DomainError):
    """Fifteen minutes before the start only the desk moves a meeting."""

    message = _l("It is too late to move this meeting. The organisers’ desk can help you.")


class ProposalOver(DomainError):
    """Agreed, refused, taken back, or run out."""

    message = _l("This suggestion is no longer open. You see the newest state here.")


class VacancyOver(DomainError):
    """Filled, or its time is over."""

    message = _l("These meetings have already been taken over or cancelled.")


class NotRevivable(DomainError):
    """Only whoever called it off can take that back, until the old time begins."""

    message = _l("This meeting can no longer be brought back. You can send a new request.")


class NotHere(NotBookable):
    """The next free slot is for those who are checked in."""

    message = _l("You can ask for the next free slot as soon as both of you are checked in.")


class NothingFree(DomainError):
    """No slot ahead in which both and a table are free."""

    message = _l("There is no time left that suits you both.")


class NotInTime(DomainError):
    """Before or after the window in which signs count."""

    message = _l("This can be confirmed from five minutes before the start until ten minutes after the end.")


class NotShown(DomainError):
    """Only who is there can say that somebody else is not."""

    message = _l("Please confirm first that you are there yourself.")


class NotAcross(DomainError):
    """A code of nobody whom one meets now, or none at all: one answer."""

    message = _l("This is not the code of somebody whom you meet now.")
    status = 422


class TooLateToDispute(DomainError):
    """More than a day has passed."""

    message = _l("This can no longer be corrected here. Please ask the organisers.")


class TooEarlyToRate(DomainError):
    """Before the start, or without a time."""

    message = _l("A meeting can be rated once it has begun.")


class NoteChanged(DomainError):
    """Somebody of one's own side has written the note anew since the page was opened."""

    message = _l("This note has been changed since you opened the page. Nothing is lost: both texts stand below.")
