"""The short letter that brings an entry of somebody's calendar to the event's new place."""

from datetime import timedelta

from .. import clock
from ..events.mails import to_participant
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import calendars, queries
from .models import AgendaEntry

AFTER_THE_NEWS = timedelta(seconds=30)
"""How long these short letters wait for the one that says what they are about."""


def place_changed(entry: AgendaEntry) -> None:
    """What takes place at this time takes place in another house."""
    to_participant(
        "agenda.place",
        entry.participant,
        key=f"place:{entry.public_id}:{calendars.edition(entry)}",
        payload={"entry": entry.public_id},
        topic=calendars.topic(entry),
        topic_version=entry.sequence,
        not_before=clock.now() + AFTER_THE_NEWS,
    )


@letters.kind("agenda.place")
def render_place(letter: OutboxLetter) -> Letter | None:
    """What, when and where it is now, with the calendar's change; nothing when it was called off meanwhile."""
    entry = queries.live_entry_at(str(letter.payload.get("entry")))
    thing = calendars.things([entry]).get(entry.id) if entry is not None else None
    if entry is None or thing is None:
        return None
    event = entry.participant.event
    composed = letters.compose(
        "agenda/mail/place",
        event=event,
        participant=entry.participant,
        appointment=entry.appointment,
        thing=thing,
        place=calendars.place_of(entry),
        url_of_thing=thing.url or letters.url("events.show", event_slug=event.slug),
    )
    return calendars.attach(composed, entry, thing)
