"""What meetings forget of somebody who is erased: their words and their notes; that a meeting was, others may keep."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..db import db
from ..delegates.models import Delegate
from .models import Meeting, MeetingDelegate, MeetingMessage, MeetingNews, MeetingProposal, MeetingSide


def forget(delegate: Delegate) -> None:
    """Delete what somebody wrote in requests and meetings, what they noted, and what they were to be told.

    The note of a side stays with colleagues who sit there too. Nobody's version rises: nothing that others do changes.
    """
    theirs = sa.select(MeetingDelegate.meeting_id).where(MeetingDelegate.delegate_id == delegate.id)
    seat = aliased(MeetingDelegate)
    colleague = sa.exists().where(
        seat.meeting_id == MeetingSide.meeting_id, seat.side == MeetingSide.side, seat.delegate_id != delegate.id
    )
    silent = {"synchronize_session": False}
    db.session.flush()
    for statement in (
        sa.update(MeetingSide)
        .where(MeetingSide.lead_id == delegate.id, ~colleague)
        .values(note="", rating=None, contact_at=None),
        sa.update(MeetingSide).where(MeetingSide.lead_id == delegate.id).values(contact_at=None),
        sa.update(Meeting).where(Meeting.requester_id == delegate.id).values(message=""),
        sa.update(Meeting)
        .where(
            Meeting.id.in_(theirs),
            sa.or_(
                Meeting.cancelled_by_id == delegate.id,
                sa.and_(Meeting.request_state == "declined", Meeting.turn_id == delegate.id),
            ),
        )
        .values(answer_text=""),
        sa.update(MeetingProposal).where(MeetingProposal.by_id == delegate.id).values(message=""),
        sa.delete(MeetingMessage).where(MeetingMessage.author_id == delegate.id),
        sa.delete(MeetingNews).where(MeetingNews.delegate_id == delegate.id),
    ):
        db.session.execute(statement, execution_options=silent)
    db.session.expire_all()
