"""Builders of meeting times, tables, requests and meetings."""

from collections.abc import Sequence
from datetime import timedelta

from partnering.agenda.models import Location
from partnering.db import BilingualText
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import queries, services, setting_up
from partnering.meetings.models import Meeting, MeetingBlock, MeetingSlot

from .delegates import make_delegate
from .events import make_event
from .ground import deed


def make_block(
    event: Event,
    *,
    slots: int = 6,
    minutes: int = 20,
    pause: int = 5,
    start: int = 60,
    name: str = "Meetings",
    **values,
) -> MeetingBlock:
    """A block with `slots` slots of `minutes`, from `start` minutes after the event opens."""
    begins = event.opens_at + timedelta(minutes=start)
    with deed():
        return setting_up.make_block(
            event,
            BilingualText("Gespräche", name),
            begins,
            begins + timedelta(minutes=slots * (minutes + pause)),
            slot_minutes=minutes,
            break_minutes=pause,
            **values,
        )


def make_slots(event: Event, count: int = 6, **values) -> Sequence[MeetingSlot]:
    """The slots of a new block."""
    with deed():
        return setting_up.make_slots(make_block(event, slots=count, **values))


def make_tables(event: Event, count: int = 2) -> list[Location]:
    """Tables A1, A2 and so on."""
    with deed():
        return setting_up.make_tables(event, "A", count)


def make_partnering_event(*, tables: int = 2, slots: int = 6, **values) -> Event:
    """An event with tables and meeting times."""
    with deed():
        event = make_event(**values)
        if tables:
            make_tables(event, tables)
        if slots:
            make_block(event, slots=slots)
    return event


def make_request(
    event: Event,
    *,
    by: Delegate | None = None,
    to: Delegate | None = None,
    slots: Sequence[MeetingSlot] | None = None,
    message: str = "Wollen wir über Peptide sprechen?",
    companions: Sequence[Delegate] = (),
) -> Meeting:
    """An open request, by default in the three earliest slots that suit both."""
    with deed():
        by, to = by or make_delegate(event), to or make_delegate(event)
        chosen = list(slots) if slots is not None else queries.free_slots([by, to])[:3]
        return services.request_meeting(by, to, chosen, message, companions=companions)


def make_meeting(event: Event, *, slot: MeetingSlot | None = None, **values) -> Meeting:
    """A confirmed meeting."""
    with deed():
        meeting = make_request(event, **values)
        return services.accept(meeting, slot or queries.offered(meeting)[0])


def after_letters() -> timedelta:
    """How long to wait until an acceptance can no longer be taken back."""
    return timedelta(seconds=services.UNDO_SECONDS + 1)
