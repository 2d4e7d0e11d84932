"""What happens to meetings by itself: requests run out, and an event that is called off takes its meetings along."""

from datetime import timedelta

from .. import clock
from ..db import db, transaction
from ..i18n import _
from ..jobs import Progress, periodic, task
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


@task("meetings.call_off")
def call_off(job: Progress) -> None:
    """End every open request and cancel every meeting of an event that does not take place, one transaction each.

    What has ended already stays as it is, so a job that is taken up again tells nobody twice.
    """
    waiting = queries.not_closed(job.event_ref or "")
    for done, meeting_id in enumerate(waiting, start=1):
        with transaction():
            meeting = db.session.get(Meeting, meeting_id)
            if meeting is not None and meeting.closed_at is None:
                end_one(meeting)
        job.progress(done, len(waiting))


def end_one(meeting: Meeting) -> None:
    """Cancel a meeting that is agreed, let a request that is open run out; one that just ended otherwise stays so."""
    try:
        if meeting.is_open:
            services.expire(meeting)
        else:
            services.cancel(meeting, reason=_("The conference has been called off."))
    except RequestNotOpen:
        db.session.expire(meeting)
