"""The blueprint of this room, and what its pages share."""

from collections.abc import Sequence
from typing import Any

from ...delegates import visibility
from ...delegates.models import Delegate
from ...delegates.queries import delegate_of
from ...delegates.views.blueprint import no_ticket
from ...errors import or_404, require
from ...events.routing import current_event, current_participant, event_blueprint, participant
from .. import deeds, mails, permissions, queries, states
from ..models import Meeting, MeetingSide

bp = event_blueprint("meetings", __name__, "me", guard=participant)


def me() -> Delegate:
    """The signed-in participant as a delegate, read anew in each transaction. Raises `NoTicket`."""
    found = delegate_of(current_participant())
    if found is None:
        raise no_ticket()
    return found


def meeting_or_404(mine: Delegate, public_id: str) -> Meeting:
    """A meeting in which I sit, or somebody for whom I may act."""
    meeting = or_404(queries.meeting_by_ref(current_event(), public_id))
    require(permissions.may_see(mine, meeting))
    return meeting


def meeting_to_act(mine: Delegate, public_id: str) -> Meeting:
    """The same for a deed, which reads the meeting anew when it has locked everybody."""
    meeting = or_404(queries.meeting_by_ref(current_event(), public_id, to_act=True))
    require(permissions.may_see(mine, meeting))
    return meeting


def acting_for(mine: Delegate, meeting: Meeting) -> Delegate | None:
    """The colleague in whose name I would act in a meeting in which I do not sit; None where I sit or may not."""
    if queries.side_of(meeting, mine) is not None:
        return None
    return permissions.seen_as(mine, meeting)


def sides(whom: Delegate, meeting: Meeting) -> tuple[MeetingSide, MeetingSide]:
    """The side on which somebody sits and the other one."""
    side = queries.side_of(meeting, whom)
    assert side is not None, "the page is for those who sit in the meeting"
    return side, queries.other_side(meeting, side)


def shown(whom: Delegate, meeting: Meeting, mine: Delegate | None = None) -> dict[str, Any]:
    """A meeting as its card shows it to whoever sits there; `mine` is who looks, for them perhaps."""
    side, other = sides(whom, meeting)
    return {
        "meeting": meeting,
        "label": states.label(meeting),
        "declined_by": states.declined_by(meeting),
        "whom": whom,
        "acting": mine is not None and mine.id != whom.id,
        "side": side,
        "other": other,
        "name": mails.name_of(whom, meeting, other),
        "named": queries.shows_name(whom, other.lead, meeting),
        "function": visibility.shown(other.lead, whom, agreed=meeting.request_state == "accepted").function,
        "others": [
            each.participant.name
            for each in queries.seats_of(meeting, other.side)[1:]
            if queries.shows_name(whom, each, meeting)
        ],
        "ours": queries.seats_of(meeting, side.side),
        "offered": queries.offered(meeting),
        "my_turn": permissions.may_answer(whom, meeting),
        "may_withdraw": permissions.may_withdraw(whom, meeting),
        "may_undo": deeds.may_undo(meeting, mine or whom),
    }


def by_name(delegates: Sequence[Delegate]) -> list[tuple[str, str]]:
    """Delegates to choose from: public id and name."""
    return [(one.public_id, one.participant.name) for one in delegates]
