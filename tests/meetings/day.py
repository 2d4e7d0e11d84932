"""What tests of the day itself share: being let in, codes of tickets, signs kept, and the moments of a meeting."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from partnering.accounts.models import Person
from partnering.checkin.models import CheckinList
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.meetings import queries
from partnering.meetings.models import Meeting, MeetingScan, MeetingSide
from partnering.registration import codes
from partnering.registration.models import TicketCode
from tests.factories.checkin import make_device, make_door, scan


def code_of(delegate: Delegate) -> TicketCode:
    """The code in force of a delegate's ticket, a new one if there is none."""
    with transaction():
        return delegate.registration.code or codes.issue(delegate.registration)


def text_of(delegate: Delegate) -> str:
    """What the QR code on their badge says."""
    return codes.code_text(code_of(delegate))


def let_in(*delegates: Delegate, kind: str = "entry") -> None:
    """Let people in at the main door, or out of it."""
    event = delegates[0].participant.event
    door = db.session.scalars(sa.select(CheckinList).where(CheckinList.event_id == event.id)).first()
    door = door or make_door(event)
    device = make_device(event)
    for delegate in delegates:
        found = scan(event, door, device, text_of(delegate), scan_id=f"{kind}-{delegate.public_id}", type=kind)
        assert found.answer == "ok"


def starts_at(meeting: Meeting) -> datetime:
    """When a confirmed meeting begins."""
    assert meeting.appointment is not None
    return meeting.appointment.starts_at


def minute(meeting: Meeting, minutes: float) -> datetime:
    """So many minutes after its start; before it with a minus."""
    return starts_at(meeting) + timedelta(minutes=minutes)


def signs(meeting: Meeting) -> list[tuple[str, str, bool]]:
    """(side, kind, whether it counts) of all signs, in the order in which they came."""
    rows = db.session.scalars(
        sa.select(MeetingScan).where(MeetingScan.meeting_id == meeting.id).order_by(MeetingScan.id)
    )
    return [(row.side, row.kind, row.counted) for row in rows]


def side(meeting: Meeting, delegate: Delegate) -> MeetingSide:
    """The side on which a delegate sits."""
    found = queries.side_of(meeting, delegate)
    assert found is not None
    return found


def person_of(delegate: Delegate) -> Person:
    """The account of a delegate."""
    found = delegate.participant.person
    assert found is not None
    return found
