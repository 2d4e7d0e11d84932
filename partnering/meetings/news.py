"""The news of meetings: who is told what, and when.

A request alone makes no letter of its own: whoever is asked gets at most one letter an hour with all that is new.
Whatever stands in a calendar comes as one letter for each person and meeting.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..agenda import mails as calendar
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry, Appointment
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from ..events.mails import to_participant
from ..mail.models import OutboxLetter
from .models import Meeting, MeetingNews, MeetingProposal, MeetingSide, MeetingVacancy

DIGEST = timedelta(hours=1)
"""Between two letters about new requests to the same person."""


def tell(delegate: Delegate, meeting: Meeting, kind: str, *, wait: int = 0) -> None:
    """Keep for a delegate that something is new, not before `wait` seconds; letters gather it, the page shows it."""
    now = clock.now()
    db.session.add(
        MeetingNews(
            event_id=meeting.event_id,
            delegate_id=delegate.id,
            meeting_id=meeting.id,
            kind=kind,
            due_at=now + timedelta(seconds=wait),
            created_at=now,
        )
    )
    db.session.flush()


def forget(meeting: Meeting, kinds: Iterable[str]) -> None:
    """What nobody was told yet needs no telling any more."""
    db.session.execute(
        sa.update(MeetingNews)
        .where(MeetingNews.meeting_id == meeting.id, MeetingNews.kind.in_(list(kinds)), MeetingNews.told_at.is_(None))
        .values(told_at=clock.now())
    )


def untold(delegate: Delegate, kinds: Iterable[str]) -> set[int]:
    """The ids of meetings of which a delegate has not been told yet."""
    return set(
        db.session.scalars(
            sa.select(MeetingNews.meeting_id).where(
                MeetingNews.delegate_id == delegate.id,
                MeetingNews.kind.in_(list(kinds)),
                MeetingNews.told_at.is_(None),
                MeetingNews.due_at <= clock.now(),
            )
        )
    )


def was_told(delegate_id: int, kinds: Sequence[str]) -> Callable[[], None]:
    """What to do when a letter with all that is new of these kinds has left: remember that it did."""
    until = clock.now()

    def remember() -> None:
        db.session.execute(
            sa.update(MeetingNews)
            .where(
                MeetingNews.delegate_id == delegate_id,
                MeetingNews.kind.in_(list(kinds)),
                MeetingNews.told_at.is_(None),
                MeetingNews.created_at <= until,
            )
            .values(told_at=clock.now())
        )

    return remember


def meeting_requested(meeting: Meeting) -> None:
    """Tell whoever was asked: now, or together with what else comes within the hour since their last letter."""
    _ask(meeting, next(side.lead for side in meeting.sides if side.side == "invitee"), "requested")


def meeting_forwarded(meeting: Meeting) -> None:
    """Tell the new host of a request that a colleague handed on, and whoever asked."""
    _ask(meeting, next(side.lead for side in meeting.sides if side.side == "invitee"), "requested")
    tell(next(side.lead for side in meeting.sides if side.side == "requester"), meeting, "forwarded")


def meeting_revived(meeting: Meeting) -> None:
    """Tell the other side that a meeting which was called off might take place after all."""
    turn = next(seat.side for seat in meeting.delegates if seat.delegate_id == meeting.turn_id)
    _ask(meeting, next(side.lead for side in meeting.sides if side.side == turn), "revived")


def meeting_proposed(proposal: MeetingProposal) -> None:
    """Tell whoever is asked that another time was proposed, or that one came free."""
    tell(proposal.to, proposal.meeting, "offered" if proposal.kind == "time" else "proposed")


def proposal_refused(proposal: MeetingProposal) -> None:
    """Tell whoever proposed a time that it does not suit; what was not told of the proposal is told no more."""
    proposal_over(proposal)
    if proposal.by is not None:
        tell(proposal.by, proposal.meeting, "refused")


def proposal_over(proposal: MeetingProposal) -> None:
    """A proposal that is over needs no telling any more."""
    forget(proposal.meeting, ("proposed", "offered"))


def meeting_unplaced(meeting: Meeting) -> None:
    """Tell both sides that no place was found until the end."""
    for side in meeting.sides:
        tell(side.lead, meeting, "unplaced")


def meeting_lost_its_time(meeting: Meeting, entries: Iterable[AgendaEntry]) -> None:
    """Take the lost time out of calendars; the meeting stays agreed, and another time follows."""
    meeting_cancelled(meeting, entries, None)
    for side in meeting.sides:
        tell(side.lead, meeting, "unplaced")


def vacancy_opened(vacancy: MeetingVacancy, meetings: Sequence[Meeting]) -> None:
    """Tell the colleagues who may name a substitute, on the page: their letter is `meetings.substitute`."""
    for colleague in partnering.colleagues(vacancy.leaver):
        for meeting in meetings:
            tell(colleague, meeting, "offered")


def _ask(meeting: Meeting, delegate: Delegate, kind: str) -> None:
    tell(delegate, meeting, kind)
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


def meeting_joined(meeting: Meeting, delegate: Delegate, entry: AgendaEntry) -> None:
    """Tell a newcomer, with the meeting for their calendar."""
    _post_entry("meetings.confirmed", meeting, delegate, entry)


def before(appointment: Appointment) -> dict[str, str]:
    """Time and place of an appointment that is about to change, for the letters about it."""
    return {
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
        "place": appointment.location.public_id if appointment.location is not None else "",
    }


def meeting_changed(meeting: Meeting, besides: Delegate | None = None, *, was: Mapping[str, str] | None = None) -> None:
    """Tell everybody who comes that time, place or people are others now; a newcomer hears it otherwise.

    `was`, as `before` answers, is said too wherever that is what calendars show so far.
    """
    for delegate, entry in _entries(meeting):
        if besides is not None and delegate.id == besides.id:
            continue
        known = was is not None and entry.sent_sequence == entry.sequence - 1
        _post_entry("meetings.changed", meeting, delegate, entry, was=dict(was) if was is not None and known else None)


def meeting_cancelled(meeting: Meeting, entries: Iterable[AgendaEntry], by: Delegate | None) -> None:
    """Take the meeting out of everybody's calendar; who called it off gets no sentence of regret."""
    told = {entry.participant_id: entry for entry in entries}
    for seat in meeting.delegates:
        entry = told.get(seat.delegate.participant_id)
        if entry is not None:
            _post_entry("meetings.cancelled", meeting, seat.delegate, entry, by=by.public_id if by else "")


def meeting_undone(meeting: Meeting, entries: Iterable[AgendaEntry]) -> None:
    """Take a meeting that is a request again out of calendars that know it: a move tells them before half a minute."""
    meeting_cancelled(meeting, entries, None)


def meeting_left(meeting: Meeting, entry: AgendaEntry, delegate: Delegate) -> None:
    """Take the meeting out of the calendar of one who no longer comes."""
    if entry.sent_state == "confirmed":
        _post_entry("meetings.cancelled", meeting, delegate, entry, by=delegate.public_id)


def meeting_accepted(meeting: Meeting, not_before: datetime | None = None) -> None:
    """Tell both sides that they will meet; the time follows when the organisers have planned."""
    for side in meeting.sides:
        _post_news("meetings.accepted", meeting, side, not_before)


def meeting_countered(meeting: Meeting) -> None:
    """Tell the side whose turn it is now that other times were suggested."""
    turn = next(seat.side for seat in meeting.delegates if seat.delegate_id == meeting.turn_id)
    _post_news("meetings.countered", meeting, next(side for side in meeting.sides if side.side == turn))


def meeting_declined(meeting: Meeting, not_before: datetime | None = None) -> None:
    """Tell whoever waited for this answer, in a neutral sentence."""
    turn = next((seat.side for seat in meeting.delegates if seat.delegate_id == meeting.turn_id), "invitee")
    _post_news("meetings.declined", meeting, next(side for side in meeting.sides if side.side != turn), not_before)


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


def _post_news(kind: str, meeting: Meeting, side: MeetingSide, not_before: datetime | None = None) -> None:
    _post(
        kind,
        side.lead,
        key=f"{kind}:{meeting.public_id}:v{meeting.version}:to:{side.lead.public_id}",
        payload={"meeting": meeting.public_id, "delegate": side.lead.public_id},
        not_before=not_before,
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
