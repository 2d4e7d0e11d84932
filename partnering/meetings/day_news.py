"""The letters of the day: that somebody was missed, how to reach each other without a meeting, and how it went."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from ..events.mails import to_participant
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import contacts, day_queries, queries, rendering
from .models import Meeting, MeetingNews, MeetingSide


def somebody_missed(meeting: Meeting) -> None:
    """Tell the side of whom it is said that they did not come, at once, and how they can say that they did."""
    for side in meeting.sides:
        if meeting.placement == f"no_show_{side.side}":
            _post("meetings.missed", side, meeting)


def swap_contacts(meeting: Meeting) -> None:
    """Tell both sides of a meeting for which no place was found how they can give each other their addresses."""
    for side in meeting.sides:
        _post("meetings.contacts", side, meeting)


def met_yesterday(delegate: Delegate, day: date, meetings: Sequence[int]) -> bool:
    """Ask somebody how their meetings of a day went; one letter, whatever their number. False if it is there already.

    `meetings` are ids; the letter names those that still count as held when it leaves.
    """
    return to_participant(
        "meetings.feedback",
        delegate.participant,
        key=f"meetings.feedback:{delegate.public_id}:{day.isoformat()}",
        payload={"delegate": delegate.public_id, "meetings": list(meetings), "day": day.isoformat()},
        recipient_ref=delegate.public_id,
    )


def _post(kind: str, side: MeetingSide, meeting: Meeting) -> None:
    to_participant(
        kind,
        side.lead.participant,
        key=f"{kind}:{meeting.public_id}:{side.lead.public_id}",
        payload={"meeting": meeting.public_id, "delegate": side.lead.public_id},
        recipient_ref=side.lead.public_id,
    )


@letters.kind("meetings.missed")
def render_missed(letter: OutboxLetter) -> Letter | None:
    """That the other side waited in vain; nothing once it is clear that both were there."""
    context = _context(letter)
    if context is None:
        return None
    meeting = context["meeting"]
    if meeting.placement != f"no_show_{context['side'].side}":
        return None
    return letters.compose("meetings/mail/missed", until=day_queries.until_disputed(meeting), **context)


@letters.kind("meetings.contacts")
def render_contacts(letter: OutboxLetter) -> Letter | None:
    """That no place was found, and that both can still give each other their addresses."""
    context = _context(letter)
    if context is None or not contacts.may_swap(context["meeting"]) or context["meeting"].placement != "none":
        return None
    known = bool(contacts.of(context["me"], context["meeting"]))
    composed = letters.compose("meetings/mail/contacts", known=known, **context)
    return composed.with_(on_sent=_told_unplaced(context["meeting"].id, context["me"].id))


def _told_unplaced(meeting_id: int, delegate_id: int) -> Callable[[], None]:
    """What to remember when the letter has left: no other letter needs to say that no place was found."""

    def remember() -> None:
        db.session.execute(
            sa.update(MeetingNews)
            .where(
                MeetingNews.meeting_id == meeting_id,
                MeetingNews.delegate_id == delegate_id,
                MeetingNews.kind == "unplaced",
                MeetingNews.told_at.is_(None),
            )
            .values(told_at=clock.now())
        )

    return remember


@letters.kind("meetings.feedback")
def render_feedback(letter: OutboxLetter) -> Letter | None:
    """The meetings of a day, each with the way to its note."""
    delegate = partnering.delegate_anywhere(str(letter.payload.get("delegate")))
    if delegate is None or delegate.left_at is not None:
        return None
    ids = [each for each in letter.payload.get("meetings", []) if isinstance(each, int)]
    held = [
        meeting
        for meeting in queries.meetings_by_ids(ids)
        if meeting.placement == "held" and queries.side_of(meeting, delegate) is not None
    ]
    if not held:
        return None
    held.sort(key=lambda meeting: (day_queries.times_of(meeting), meeting.id))
    met = [(meeting, rendering.name_of(delegate, meeting, _across(delegate, meeting))) for meeting in held]
    return letters.compose(
        "meetings/mail/feedback",
        event=delegate.participant.event,
        me=delegate,
        met=met,
        day=date.fromisoformat(str(letter.payload.get("day"))),
    )


def _context(letter: OutboxLetter) -> dict[str, Any] | None:
    """A meeting as its recipient sees it, or None when they no longer sit in it."""
    me = partnering.delegate_anywhere(str(letter.payload.get("delegate")))
    if me is None or me.left_at is not None:
        return None
    event = me.participant.event
    meeting = queries.meeting_by_ref(event, str(letter.payload.get("meeting")))
    side = queries.side_of(meeting, me) if meeting is not None else None
    if meeting is None or side is None:
        return None
    named = rendering.name_of(me, meeting, queries.other_side(meeting, side))
    return {"event": event, "me": me, "meeting": meeting, "side": side, "named": named}


def _across(me: Delegate, meeting: Meeting) -> MeetingSide:
    side = queries.side_of(meeting, me)
    assert side is not None  # only meetings in which I sit
    return queries.other_side(meeting, side)
