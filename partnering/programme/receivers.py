"""What the programme does when the event itself is called off, and when somebody is forgotten."""

from typing import Any

from ..events.models import Event, Participant
from ..events.signals import event_cancelled, participant_erased
from . import profiles, queries, services


@event_cancelled.connect
def call_off(event: Event, **_more: Any) -> None:
    """Cancel every session, and tell those who speak in it; doing it again tells nobody again."""
    for session in queries.sessions_of(event):
        services.cancel(event, session, tell=True)


@participant_erased.connect
def forget_speaker(participant: Participant, **_more: Any) -> None:
    """Photo, slides, times and what else they gave go with them; the biography goes with their name."""
    profiles.forget(participant)
