"""What the programme does when the event is called off, when somebody gives up their place, and when one is erased."""

from typing import Any

from ..events.models import Event, Participant
from ..events.signals import event_cancelled, participant_erased
from ..registration.models import Registration
from ..registration.queries import live_registration
from ..registration.signals import registration_cancelled
from . import choosing, profiles, queries, shortcuts, stage


@event_cancelled.connect
def call_off(event: Event, **_more: Any) -> None:
    """Cancel every session, and tell those whom it concerns; doing it again tells nobody again."""
    shortcuts.call_off_all(event)


@registration_cancelled.connect
def forget_choices(registration: Registration, **_more: Any) -> None:
    """What somebody has chosen goes with their ticket, and out of calendars that were told of it.

    Talks stay, and so does what somebody has chosen who speaks.
    """
    participant = registration.participant
    if live_registration(participant) is not None or stage.is_on_public_stage(participant):
        return
    for session in queries.sessions_chosen(participant):
        choosing.forget(session, participant)


@participant_erased.connect
def forget_speaker(participant: Participant, **_more: Any) -> None:
    """Photo, slides, times and what else they gave go with them; the biography goes with their name."""
    profiles.forget(participant)
