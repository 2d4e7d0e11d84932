"""The news that organisers make of tickets, and what those letters say when they leave."""

from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries
from .mails import ticket_url, to_holder
from .models import Item, Registration


def moved(registration: Registration, line: Item) -> None:
    """Somebody is on another ticket now; nothing else has changed."""
    to_holder("registration.moved", registration, f"registration:{registration.public_id}:moved:{line.id}")


@letters.kind("registration.moved")
def render_moved(letter: OutboxLetter) -> Letter | None:
    """Which ticket it is now, and where it is."""
    registration = queries.live_registration_at(letter.payload["registration"])
    if registration is None:
        return None
    return letters.compose(
        "registration/mail/moved",
        event=registration.participant.event,
        participant=registration.participant,
        product=registration.place.product,
        ticket_url=ticket_url(registration),
    )
