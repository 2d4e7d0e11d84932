"""The two letters that gather news: what waits for a delegate's answer, and what became of what they waited for."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..agenda import calendars
from ..db import db
from ..delegates import queries as partnering
from ..delegates import subscriptions
from ..delegates.directory import reasons_for
from ..delegates.mails import letters_address
from ..delegates.models import Delegate
from ..delegates.reasons import MOST
from ..delegates.visibility import shown
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries, telling
from .describing import name_of
from .models import Meeting, MeetingNews, MeetingProposal, MeetingSide
from .rules import rules_of
from .states import PLACED

MOST_SHOWN = 20
"""So many requests are shown whole; of more, the letter says how many there are."""


@letters.kind("meetings.requested")
def render_requested(letter: OutboxLetter) -> Letter | None:
    """Everything that waits for this delegate's answer and has not been in a letter before."""
    delegate = _reader(letter)
    if delegate is None:
        return None
    news = telling.untold(delegate, telling.ASKS)
    told, asked = _current(delegate, news, _asked)
    if not asked:
        return None
    asked = _with_reasons(delegate, _with_forwarded(asked[:MOST_SHOWN]))
    composed = letters.compose(
        "meetings/mail/requested",
        event=delegate.participant.event,
        me=delegate,
        asked=asked,
        number=len(told),
        more=len(told) - len(asked),
        settings_url=letters_address(delegate),
    )
    return _gathered(composed, delegate, news, told)


@letters.kind("meetings.news")
def render_news(letter: OutboxLetter) -> Letter | None:
    """What became of what this delegate had asked for, said yes to or proposed, unless it has changed since."""
    delegate = _reader(letter)
    if delegate is None:
        return None
    news = telling.untold(delegate, telling.ANSWERS)
    told, items = _current(delegate, news, _answered)
    if not items:
        return None
    composed = letters.compose(
        "meetings/mail/news",
        event=delegate.participant.event,
        me=delegate,
        items=items,
        plan_on=rules_of(delegate.participant.event).plan_on,
        settings_url=letters_address(delegate),
    )
    return _gathered(composed, delegate, news, told)


def _reader(letter: OutboxLetter) -> Delegate | None:
    """Who reads it; None when they have left, or want no such letters any more."""
    delegate = partnering.delegate_anywhere(str(letter.payload.get("delegate")))
    if delegate is None or delegate.left_at is not None or not subscriptions.wants(delegate, "requests"):
        return None
    return delegate


def _gathered(composed: Letter, delegate: Delegate, news: Sequence[MeetingNews], told: Iterable[int]) -> Letter:
    """The letter with what to remember when it has left, and how to get no more of them."""
    meetings = set(told)
    now_told = [row.id for row in news if row.meeting_id in meetings]
    overtaken = [row.id for row in news if row.meeting_id not in meetings]
    return composed.with_(
        on_sent=telling.was_told(now_told, overtaken), unsubscribe_url=letters_address(delegate, "requests")
    )


def _current(delegate: Delegate, news: Sequence[MeetingNews], look: Any) -> tuple[list[int], list[dict[str, Any]]]:
    """Ids of the meetings of which something is still news, in its order, and what the letter says of each."""
    latest = {row.meeting_id: row for row in news}
    meetings = {meeting.id: meeting for meeting in queries.meetings_by_ids(list(latest))}
    told, items = [], []
    for meeting_id, row in latest.items():
        meeting = meetings[meeting_id]
        side = queries.side_of(meeting, delegate)
        said = look(delegate, meeting, side, row) if side is not None else None
        if said is not None and side is not None:
            told.append(meeting_id)
            items.append({**_who(delegate, meeting, side), **said})
    return told, items


def _who(delegate: Delegate, meeting: Meeting, side: MeetingSide) -> dict[str, Any]:
    """The other side as this delegate may read it."""
    other = queries.other_side(meeting, side)
    named = name_of(delegate, meeting, other)
    organisation = other.profile.organisation.name
    agreed = meeting.request_state == "accepted"
    return {
        "meeting": meeting,
        "other": other,
        "named": named,
        "organisation": organisation if organisation != named else "",
        "function": shown(other.lead, delegate, agreed=agreed).function if organisation != named else "",
        "i_asked": side.side == "requester",
    }


# -- what waits for an answer


def _asked(delegate: Delegate, meeting: Meeting, side: MeetingSide, row: MeetingNews) -> dict[str, Any] | None:
    if row.kind in ("proposed", "offered"):
        proposal = next((each for each in meeting.proposals if each.state == "open"), None)
        return _proposed(delegate, meeting, side, proposal) if proposal is not None else None
    if not queries.has_turn(meeting, delegate):
        return None
    last = next((said.text for said in reversed(meeting.messages) if said.author.profile_id != side.profile_id), "")
    return {
        "kind": "countered" if meeting.request_state == "countered" else row.kind,
        "message": (last or meeting.message) if meeting.request_state == "countered" else meeting.message,
        "slots": queries.offered(meeting),
        "until": meeting.expires_at,
    }


def _proposed(
    delegate: Delegate, meeting: Meeting, side: MeetingSide, proposal: MeetingProposal
) -> dict[str, Any] | None:
    if proposal.to_id != side.lead_id or proposal.expires_at <= clock.now():
        return None
    slots = [offer.slot for offer in meeting.offers if offer.round == proposal.round]
    appointment = meeting.appointment if meeting.placement in PLACED else None
    return {
        "kind": "offered" if proposal.kind == "time" and proposal.by_id is None else "proposed",
        "message": proposal.message,
        "slots": sorted(slots, key=lambda slot: slot.first_atom),
        "until": proposal.expires_at,
        "now_at": appointment,
    }


def _with_forwarded(asked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, saying of each whether a colleague handed it on."""
    handed_on = set(
        db.session.scalars(
            sa.select(MeetingNews.meeting_id).where(
                MeetingNews.meeting_id.in_([each["meeting"].id for each in asked]), MeetingNews.kind == "forwarded"
            )
        )
    )
    return [{**each, "forwarded": each["meeting"].id in handed_on and not each["i_asked"]} for each in asked]


def _with_reasons(delegate: Delegate, asked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, with reasons to meet whoever asks for the first time."""
    found = reasons_for(delegate, [each["other"].lead for each in asked if each["kind"] == "requested"])
    return [{**each, "reasons": found.get(each["other"].lead_id, [])[:MOST]} for each in asked]


# -- what became of it


def _answered(delegate: Delegate, meeting: Meeting, side: MeetingSide, row: MeetingNews) -> dict[str, Any] | None:
    state, i_asked = meeting.request_state, side.side == "requester"
    waits = state == "accepted" and meeting.placement == "none"
    if _calendar_told(delegate, meeting):
        return None
    said: dict[str, Any] = {"kind": row.kind, "text": "", "reserve": meeting.reserve_rank is not None}
    if row.kind == "accepted" and waits and meeting.closed_at is None:
        return said
    if row.kind == "unplaced" and waits:
        return said | {"kind": "unplaced" if meeting.closed_at is not None else "lost"}
    if row.kind == "forwarded" and meeting.is_open:
        return said
    if row.kind == "refused" and state == "accepted" and meeting.closed_at is None:
        last = meeting.proposals[-1] if meeting.proposals else None
        return said | {"lapsed": last is not None and last.state == "expired", "placed": not waits}
    if row.kind == "expired" and state == "expired":
        return said
    if row.kind == "declined" and (state == "declined" or (i_asked and state == "cancelled")):
        return said | {"kind": _ended(delegate, meeting), "text": meeting.answer_text}
    if row.kind == "withdrawn" and not i_asked and state in ("withdrawn", "cancelled"):
        return said | {"kind": _ended(delegate, meeting), "text": meeting.answer_text}
    return None


def _ended(delegate: Delegate, meeting: Meeting) -> str:
    """What somebody reads of a meeting that was called off before it stood in their calendar.

    Whoever was told that it was agreed reads that it is cancelled; whoever asked, that it does not work; whoever was
    asked and said yes, that it is cancelled.
    """
    if meeting.request_state != "cancelled":
        return meeting.request_state
    if meeting.requester_id == delegate.id and not telling.has_heard(meeting, delegate, ("accepted", "unplaced")):
        return "declined"
    return "cancelled"


def _calendar_told(delegate: Delegate, meeting: Meeting) -> bool:
    """Whether a letter for the calendar tells this delegate that a meeting is called off."""
    appointment = meeting.appointment
    if appointment is None or meeting.request_state != "cancelled":
        return False
    entries = [entry for entry in appointment.entries if entry.participant_id == delegate.participant_id]
    return any(map(calendars.knows, entries))
