"""What the programme does when the event itself is called off."""

from typing import Any

from ..events.models import Event
from ..events.signals import event_cancelled
from . import queries, services


@event_cancelled.connect
def call_off(event: Event, **_more: Any) -> None:
    """Cancel every session, and tell those who speak in it; doing it again tells nobody again."""
    for session in queries.sessions_of(event):
        services.cancel(event, session, tell=True)
