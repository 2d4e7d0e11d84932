"""What the programme does when the event itself is called off, and when somebody is forgotten."""

from typing import Any

from ..events.models import Event, Participant
from ..events.signals import event_cancelled, participant_erased
from . import profiles, shortcuts


@event_cancelled.connect
def call_off(event: Event, **_more: Any) -> None:
    """Cancel every session, and tell those whom it concerns; doing it again tells nobody again."""
    shortcuts.call_off_all(event)


@participant_erased.connect
def forget_speaker(participant: Participant, **_more: Any) -> None:
    """Photo, slides, times and what else they gave go with them; the biography goes with their name."""
    profiles.forget(participant)
