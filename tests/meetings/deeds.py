"""What tests of meetings look at: time taken, sequences, news, letters, and what the house finds wrong."""

import sqlalchemy as sa

from partnering.agenda.models import AgendaEntry, LocationAtom, ParticipantAtom
from partnering.db import db
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.meetings import queries
from partnering.meetings.models import Meeting, MeetingNews, MeetingSlot
from partnering.verify import results


def at(event: Event, number: int) -> MeetingSlot:
    """A slot of the event, by its place in the day."""
    return queries.slots_of(event)[number]


def taken() -> tuple[int, int]:
    """How many five-minute steps people and tables are taken."""
    return (
        db.session.scalar(sa.select(sa.func.count()).select_from(ParticipantAtom)) or 0,
        db.session.scalar(sa.select(sa.func.count()).select_from(LocationAtom)) or 0,
    )


def sequences(meeting: Meeting) -> dict[str, tuple[int, str]]:
    """Sequence and state of the entries of a meeting's appointment, by the family name in the agenda."""
    rows = db.session.scalars(sa.select(AgendaEntry).where(AgendaEntry.appointment_id == meeting.appointment_id))
    return {entry.participant.given_name: (entry.sequence, entry.state) for entry in rows}


def news_of(delegate: Delegate) -> list[str]:
    """What a delegate has not been told yet, in its order."""
    query = sa.select(MeetingNews.kind).where(MeetingNews.delegate_id == delegate.id, MeetingNews.told_at.is_(None))
    return list(db.session.scalars(query.order_by(MeetingNews.id)))


def letters_to(delegate: Delegate) -> list[str]:
    """The kinds of letters decided on for a delegate that have not been dropped."""
    query = sa.select(OutboxLetter.kind).where(OutboxLetter.recipient_ref == delegate.public_id)
    return list(db.session.scalars(query.where(OutboxLetter.state != "dropped").order_by(OutboxLetter.id)))


def counted(delegate: Delegate) -> int:
    """The counter of open requests, read anew."""
    return db.session.execute(sa.select(Delegate.open_requests).where(Delegate.id == delegate.id)).scalar_one()


def all_is_well() -> bool:
    """Whether the house finds nothing wrong with meetings, time and places."""
    found = [finding for _rule, findings in results("I2", "I3", "I5") for finding in findings]
    assert found == []
    return True


def table_of_meeting(meeting: Meeting) -> str:
    """The name of the table at which a meeting is held."""
    assert meeting.appointment is not None
    assert meeting.appointment.location is not None
    return meeting.appointment.location.name.de
