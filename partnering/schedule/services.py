"""What people do with their schedule: keep times free, and take back the address of their calendar."""

from .. import audit
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry
from ..db import db
from ..events.models import Event, Participant
from ..meetings.models import MeetingSlot


def keep_free(event: Event, participant: Participant, slot: MeetingSlot) -> AgendaEntry:
    """Keep a slot free from meetings. Raises `agenda.services.TimeTaken`."""
    return agenda.block(participant, event, slot.starts_at, slot.ends_at)


def open_again(entry: AgendaEntry) -> None:
    """Let a time that was kept free be booked again."""
    agenda.cancel(entry.appointment)


def renew_feed(event: Event, participant: Participant) -> None:
    """Make the address of a participant's calendar worthless; the next one is new."""
    participant.generation += 1
    db.session.flush()
    audit.record("schedule.feed_renewed", participant, event=event)
