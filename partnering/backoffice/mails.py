"""The news that the desk itself brings."""

from .. import clock
from ..registration.mails import to_holder
from ..registration.models import Registration, TicketCode


def ticket_renewed(registration: Registration, code: TicketCode) -> bool:
    """The ticket with its new code; False for somebody without an address."""
    return to_holder(
        "registration.confirmed", registration, f"registration:{registration.public_id}:code:{code.public_id}"
    )


def ticket_again(registration: Registration) -> bool:
    """The ticket once more, at most one letter a minute; False if it was just sent, or has nobody to go to."""
    minute = f"{clock.now():%Y-%m-%dT%H:%M}"
    return to_holder("registration.confirmed", registration, f"registration:{registration.public_id}:asked:{minute}")
