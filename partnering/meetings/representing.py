"""The letter to somebody in whose name a colleague has acted."""

from datetime import timedelta

from .. import clock
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from ..events.mails import to_participant
from ..i18n import _
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries, steps
from .models import Meeting
from .rendering import name_of
from .states import UNDO_SECONDS

UNTOLD = frozenset({"draft", "discard", "undo"})
"""Deeds of which the other side never hears."""

STANDS = {"accept": ("accepted",), "reserve": ("accepted",), "decline": ("declined",), "withdraw": ("withdrawn",)}
"""What a request must still be for the letter to be true when it leaves."""


def acted_for(meeting: Meeting, whom: Delegate, by: Delegate, what: str) -> None:
    """Log that `by` did a deed of this name for a colleague, by the ids of both, and tell that colleague.

    What can be undone is told when it cannot be any more; what the other side never hears of is logged alone.
    """
    steps.record(meeting, "acted_for", what=what, delegate=whom.public_id)
    if what in UNTOLD:
        return
    to_participant(
        "meetings.acted_for",
        whom.participant,
        key=f"meetings.acted_for:{meeting.public_id}:{meeting.version}:{what}:to:{whom.public_id}",
        payload={
            "meeting": meeting.public_id,
            "delegate": whom.public_id,
            "by": by.public_id,
            "what": what,
        },
        recipient_ref=whom.public_id,
        not_before=clock.now() + timedelta(seconds=UNDO_SECONDS) if what in STANDS else None,
    )


@letters.kind("meetings.acted_for")
def render_acted_for(letter: OutboxLetter) -> Letter | None:
    """Who did what in my name, and where I see it; nothing when it was taken back, or when I have left."""
    whom = partnering.delegate_anywhere(str(letter.payload["delegate"]))
    by = partnering.delegate_anywhere(str(letter.payload["by"]))
    if whom is None or by is None or whom.left_at is not None:
        return None
    event = whom.participant.event
    meeting = queries.meeting_by_ref(event, str(letter.payload["meeting"]))
    side = queries.side_of(meeting, whom) if meeting is not None else None
    what = str(letter.payload["what"])
    if meeting is None or side is None or meeting.request_state not in STANDS.get(what, (meeting.request_state,)):
        return None
    across = name_of(whom, meeting, queries.other_side(meeting, side))
    who = by.participant.name or _("Former participant")
    return letters.compose(
        "meetings/mail/acted_for",
        event=event,
        me=whom,
        who=who,
        what=what,
        named=across,
        message=meeting.message if what in ("request", "send") else "",
        meeting_url=letters.url("meetings.show", event_slug=event.slug, id=meeting.public_id),
    )
