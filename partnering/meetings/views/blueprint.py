"""The blueprint of this room, and what its pages share."""

from typing import Any

from ...delegates.models import Delegate
from ...delegates.queries import delegate_of
from ...delegates.views.blueprint import NoTicket
from ...errors import or_404, require
from ...events.routing import current_event, current_participant, event_blueprint, participant
from .. import mails, permissions, queries, states
from ..models import Meeting, MeetingSide

bp = event_blueprint("meetings", __name__, "me", guard=participant)


def me() -> Delegate:
    """The signed-in participant as a delegate, read anew in each transaction. Raises `NoTicket`."""
    found = delegate_of(current_participant())
    if found is None:
        raise NoTicket
    return found


def meeting_or_404(mine: Delegate, public_id: str) -> Meeting:
    """A meeting in which I sit."""
    meeting = or_404(queries.meeting_by_ref(current_event(), public_id))
    require(permissions.may_see(mine, meeting))
    return meeting


def sides(mine: Delegate, meeting: Meeting) -> tuple[MeetingSide, MeetingSide]:
    """My side and the other one."""
    side = queries.side_of(meeting, mine)
    assert side is not None, "the page is for those who sit in the meeting"
    return side, queries.other_side(meeting, side)


def shown(mine: Delegate, meeting: Meeting) -> dict[str, Any]:
    """A meeting as its card shows it to me."""
    side, other = sides(mine, meeting)
    return {
        "meeting": meeting,
        "label": states.label(meeting),
        "side": side,
        "other": other,
        "name": mails.name_of(mine, meeting, other),
        "named": queries.shows_name(mine, other.lead, meeting),
        "others": [
            each.participant.name
            for each in queries.seats_of(meeting, other.side)[1:]
            if queries.shows_name(mine, each, meeting)
        ],
        "ours": queries.seats_of(meeting, side.side),
        "offered": queries.offered(meeting),
        "my_turn": permissions.may_answer(mine, meeting),
        "may_withdraw": permissions.may_withdraw(mine, meeting),
        "may_cancel": permissions.may_cancel(mine, meeting),
        "may_undo": permissions.may_undo(mine, meeting),
    }
