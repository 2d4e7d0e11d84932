"""Who may do what with a meeting: everybody who sits in it sees it, each side acts for itself."""

from ..delegates.models import Delegate
from . import bookable, deeds, queries, services
from .models import Meeting
from .seats import SEATED
from .states import AHEAD


def may_see(me: Delegate, meeting: Meeting) -> bool:
    """Everybody who sits in it, and colleagues who may act for somebody who does."""
    return seen_as(me, meeting) is not None


def seen_as(me: Delegate, meeting: Meeting) -> Delegate | None:
    """As whom somebody sees a meeting: themselves, or the colleague for whom they may act."""
    if queries.side_of(meeting, me) is not None:
        return me
    if all(side.profile_id != me.profile_id for side in meeting.sides):
        return None
    return deeds.sitting_for(meeting, me, bookable.acts_for(me))


def may_answer(me: Delegate, meeting: Meeting) -> bool:
    """The side whose turn it is."""
    return queries.has_turn(meeting, me)


def may_withdraw(me: Delegate, meeting: Meeting) -> bool:
    """The side that asked, while nobody has answered."""
    side = queries.side_of(meeting, me)
    return meeting.is_open and side is not None and side.side == "requester"


def is_cancellable(meeting: Meeting) -> bool:
    """Whether the meeting is agreed, and not over yet."""
    return services.is_cancellable(meeting)


def is_seatable(meeting: Meeting) -> bool:
    """Whether people can still come and go: while the request is open, or the meeting agreed and not begun."""
    if meeting.closed_at is not None or meeting.request_state not in SEATED:
        return False
    return meeting.placement in AHEAD


def is_disputable(meeting: Meeting, side: str) -> bool:
    """Whether a side ("requester", "invitee") of an agreed meeting is said not to have come."""
    return meeting.request_state == "accepted" and meeting.placement == f"no_show_{side}"
