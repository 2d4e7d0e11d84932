"""What ends between two when one of them wants nothing to do with the other any more."""

from ..delegates.blocking import blocked_ids
from ..delegates.models import Delegate
from . import answering, ending, queries, steps


def part(me: Delegate) -> int:
    """End what I had asked of those whom I have blocked, or they of me, and is open; how much that was.

    They read the same as with anybody: withdrawn, or declined. What was agreed stays until somebody cancels it.
    """
    others = blocked_ids(me)
    between = [
        meeting
        for meeting in queries.meetings_of(me)
        if meeting.is_open and me.id in (meeting.low_id, meeting.high_id) and {meeting.low_id, meeting.high_id} & others
    ]
    if between:
        steps.take_all(between)
    for meeting in between:
        if meeting.requester_id == me.id:
            ending.withdraw(meeting)
        else:
            answering.decline_for(meeting)
    return len(between)
