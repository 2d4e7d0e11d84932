"""The news of meetings: who is told what, and when.

A request alone makes no letter of its own: whoever is asked gets at most one letter an hour with all that is new.
Whatever stands in a calendar comes as one letter for each person and meeting.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..agenda import mails as calendar
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from ..events.mails import to_participant
from ..mail.models import OutboxLetter
from .models import Meeting, MeetingSide

DIGEST = timedelta(hours=1)
"""Between two letters about new requests to the same person."""


def meeting_requested(meeting: Meeting) -> None:
    """Tell whoever was asked: now, or together with what else comes within the hour since their last letter."""
    delegate = next(side.lead for side in meeting.sides if side.side == "invitee")
    latest = db.session.scalars(
        sa.select(OutboxLetter)
        .where(OutboxLetter.kind == "meetings.requested", OutboxLetter.recipient_ref == delegate.public_id)
        .order_by(OutboxLetter.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if latest is not None and latest.state == "ready":
        return
    number = int(latest.payload.get("number", 0)) + 1 if latest is not None else 1
    since = latest.created_at if latest is not None else None
    if latest is not None and latest.state == "dropped":
        since = None
    _post(
        "meetings.requested",
        delegate,
        key=f"meetings:{delegate.public_id}:requested:{number}",
        payload={"delegate": delegate.public_id, "number": number},
        not_before=(latest.sent_at or latest.created_at) + DIGEST if latest is not None and since else None,
    )


def meeting_confirmed(meeting: Meeting, not_before: datetime | None = None) -> None:
    """Tell everybody who comes, each with the meeting for their calendar."""
    for delegate, entry in _entries(meeting):
        _post_entry("meetings.confirmed", meeting, delegate, entry, not_before=not_before)


def meeting_changed(meeting: Meeting) -> None:
    """Tell everybody who comes that time, place or people are others now."""
    for delegate, entry in _entries(meeting):
        _post_entry("meetings.changed", meeting, delegate, entry)


def meeting_cancelled(meeting: Meeting, entries: Iterable[AgendaEntry], by: Delegate | None) -> None:
    """Take the meeting out of everybody's calendar; who called it off gets no sentence of regret."""
    told = {entry.participant_id: entry for entry in entries}
    for seat in meeting.delegates:
        entry = told.get(seat.delegate.participant_id)
        if entry is not None:
            _post_entry("meetings.cancelled", meeting, seat.delegate, entry, by=by.public_id if by else "")


def meeting_left(meeting: Meeting, entry: AgendaEntry) -> None:
    """Take the meeting out of the calendar of one who no longer comes."""
    delegate = partnering.delegate_of(entry.participant) or next(
        (seat.delegate for seat in meeting.delegates if seat.delegate.participant_id == entry.participant_id), None
    )
    if delegate is not None and entry.sent_state == "confirmed":
        _post_entry("meetings.cancelled", meeting, delegate, entry, by=delegate.public_id)


def meeting_accepted(meeting: Meeting) -> None:
    """Tell both sides that they will meet; the time follows when the organisers have planned."""
    for side in meeting.sides:
        _post_news("meetings.accepted", meeting, side)


def meeting_countered(meeting: Meeting) -> None:
    """Tell the side whose turn it is now that other times were suggested."""
    turn = next(seat.side for seat in meeting.delegates if seat.delegate_id == meeting.turn_id)
    _post_news("meetings.countered", meeting, next(side for side in meeting.sides if side.side == turn))


def meeting_declined(meeting: Meeting) -> None:
    """Tell whoever waited for this answer, in a neutral sentence."""
    turn = next((seat.side for seat in meeting.delegates if seat.delegate_id == meeting.turn_id), "invitee")
    _post_news("meetings.declined", meeting, next(side for side in meeting.sides if side.side != turn))


def meeting_withdrawn(meeting: Meeting) -> None:
    """Tell the invitee, if they heard of the request."""
    invitee = next(side for side in meeting.sides if side.side == "invitee")
    if _was_told(meeting, invitee.lead):
        _post_news("meetings.withdrawn", meeting, invitee)


def meeting_expired(meeting: Meeting) -> None:
    """Tell both sides that nobody answered in time; the invitee only if they heard of the request."""
    for side in meeting.sides:
        if side.side == "requester" or _was_told(meeting, side.lead):
            _post_news("meetings.expired", meeting, side)


def _was_told(meeting: Meeting, delegate: Delegate) -> bool:
    """Whether a letter that named this request has left, or is just leaving."""
    if meeting.round > 1:
        return True
    told = db.session.scalar(
        sa.select(
            sa.exists().where(
                OutboxLetter.kind == "meetings.requested",
                OutboxLetter.recipient_ref == delegate.public_id,
                OutboxLetter.state.in_(("leased", "sending", "sent")),
                sa.func.coalesce(OutboxLetter.sent_at, clock.now()) >= meeting.sent_at,
            )
        )
    )
    return bool(told)


def _post_entry(
    kind: str,
    meeting: Meeting,
    delegate: Delegate,
    entry: AgendaEntry,
    *,
    not_before: datetime | None = None,
    **more: Any,
) -> None:
    _post(
        kind,
        delegate,
        key=f"{kind}:{entry.public_id}:seq{entry.sequence}",
        payload={"meeting": meeting.public_id, "entry": entry.public_id, "delegate": delegate.public_id, **more},
        topic=calendar.topic(entry),
        topic_version=entry.sequence,
        not_before=not_before,
    )


def _post_news(kind: str, meeting: Meeting, side: MeetingSide) -> None:
    _post(
        kind,
        side.lead,
        key=f"{kind}:{meeting.public_id}:v{meeting.version}:to:{side.lead.public_id}",
        payload={"meeting": meeting.public_id, "delegate": side.lead.public_id},
    )


def _post(kind: str, delegate: Delegate, *, key: str, payload: dict[str, Any], **options: Any) -> None:
    to_participant(kind, delegate.participant, key=key, payload=payload, recipient_ref=delegate.public_id, **options)


def _entries(meeting: Meeting) -> list[tuple[Delegate, AgendaEntry]]:
    if meeting.appointment is None:
        return []
    by_participant = {entry.participant_id: entry for entry in agenda.live_entries(meeting.appointment)}
    return [
        (seat.delegate, by_participant[seat.delegate.participant_id])
        for seat in meeting.delegates
        if seat.delegate.participant_id in by_participant
    ]
