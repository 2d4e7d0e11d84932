"""The news that organisers make of tickets, and what those letters say when they leave."""

from ..mail import letters, outbox
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries
from .mails import ticket_url
from .models import Item, Registration


def moved(registration: Registration, line: Item) -> None:
    """Somebody is on another ticket now; nothing else has changed."""
    participant = registration.participant
    if participant.person is None or not participant.person.email:
        return
    outbox.post(
        "registration.moved",
        key=f"registration:{registration.public_id}:moved:{line.id}",
        address=participant.person.email,
        locale=participant.locale,
        payload={"registration": registration.public_id},
        event_ref=participant.event.public_id,
        recipient_ref=participant.public_id,
    )


@letters.kind("registration.moved")
def render_moved(letter: OutboxLetter) -> Letter | None:
    """Which ticket it is now, and where it is."""
    registration = queries.registration_at(letter.payload["registration"])
    if registration is None or registration.state != "live":
        return None
    return letters.compose(
        "registration/mail/moved",
        event=registration.participant.event,
        participant=registration.participant,
        product=registration.place.product,
        ticket_url=ticket_url(registration),
    )
