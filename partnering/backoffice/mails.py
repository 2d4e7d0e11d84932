"""The news that the desk itself brings."""

from .. import clock
from ..mail import outbox
from ..registration.models import Registration, TicketCode


def ticket_renewed(registration: Registration, code: TicketCode) -> bool:
    """The ticket with its new code; False for somebody without an address."""
    return _ticket(registration, f"registration:{registration.public_id}:code:{code.public_id}")


def ticket_again(registration: Registration) -> bool:
    """The ticket once more, at most one letter a minute; False if it was just sent, or has nobody to go to."""
    minute = f"{clock.now():%Y-%m-%dT%H:%M}"
    return _ticket(registration, f"registration:{registration.public_id}:asked:{minute}")


def _ticket(registration: Registration, key: str) -> bool:
    participant = registration.participant
    if participant.person is None or not participant.person.email:
        return False
    return outbox.post(
        "registration.confirmed",
        key=key,
        address=participant.person.email,
        locale=participant.locale,
        payload={"registration": registration.public_id},
        event_ref=participant.event.public_id,
        recipient_ref=participant.public_id,
    )
