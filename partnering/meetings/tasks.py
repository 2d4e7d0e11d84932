"""What happens to meetings by itself: requests run out."""

from datetime import timedelta

from .. import clock
from ..db import db, transaction
from ..jobs import periodic
from . import queries, services
from .errors import RequestNotOpen
from .models import Meeting


@periodic("meetings.expire", every=timedelta(minutes=5))
def expire_overdue() -> bool:
    """Close every open request whose time is over; one transaction each, so that no answer waits long."""
    due = list(queries.overdue(clock.now()))
    for meeting_id in due:
        with transaction():
            meeting = db.session.get(Meeting, meeting_id)
            if meeting is not None and meeting.expires_at is not None and meeting.expires_at <= clock.now():
                expire_one(meeting)
    return len(due) >= 500


def expire_one(meeting: Meeting) -> None:
    """Close one; an answer that came first wins."""
    try:
        services.expire(meeting)
    except RequestNotOpen:
        db.session.expire(meeting)
