"""What the desk can do that no room below offers: corrections to people, new codes and tickets sent again."""

import hashlib
from collections.abc import Mapping

from .. import audit
from ..accounts.services import person_at
from ..db import db
from ..errors import DomainError, Stale
from ..events.models import Event, Participant
from ..events.services import rename
from ..i18n import _l
from ..mail import letters
from ..registration import codes
from ..registration.models import Registration, TicketCode
from ..registration.queries import live_registration, live_registration_of
from ..registration.services import DuplicateRegistration
from ..tickets.models import Code
from . import mails


class NoTicket(DomainError):
    """The person holds no ticket, or no longer."""

    message = _l("This person holds no ticket.")


# -- people

PRINTED = ("title", "given_name", "family_name", "function", "company")


def state_of(participant: Participant) -> str:
    """A word that changes whenever what is printed of a participant does; forms carry it to notice stale edits."""
    text = "\n".join(getattr(participant, name) for name in PRINTED)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def correct(event: Event, participant: Participant, values: Mapping[str, str], version: str | None) -> bool:
    """Correct what is printed of somebody; returns whether anything changed.

    Raises `Stale` when it is no longer as it was shown (`version`).
    """
    if state_of(participant) != version:
        raise Stale
    before = {name: getattr(participant, name) for name in PRINTED}
    rename(participant, **{name: values[name] for name in PRINTED})
    after = {name: getattr(participant, name) for name in PRINTED}
    if before == after:
        return False
    held = live_registration(participant)
    if held is not None:
        held.badge_name = participant.name
    db.session.flush()
    audit.record("participant.corrected", participant, event=event, before=before, after=after)
    return True


def renew_code(event: Event, registration: Registration | None) -> TicketCode:
    """Make the old ticket code and link worthless, issue new ones, and send them. Raises `NoTicket`."""
    held = _held(registration)
    codes.revoke(held)
    held.generation += 1
    code = codes.issue(held)
    audit.record("registration.code_renewed", held, event=event)
    mails.ticket_renewed(held, code)
    return code


def send_again(event: Event, registration: Registration | None) -> bool:
    """Send the ticket once more; False if that was done within this minute. Raises `NoTicket`."""
    held = _held(registration)
    if not mails.ticket_again(held):
        return False
    audit.record("registration.sent_again", held, event=event)
    return True


def _held(registration: Registration | None) -> Registration:
    if registration is None or registration.state != "live":
        raise NoTicket
    return registration


def require_nobody(event: Event, address: str) -> None:
    """Raises `DuplicateRegistration` when whoever is known by this address holds a registration at the event."""
    person = person_at(address)
    if person is not None and live_registration_of(person, event) is not None:
        raise DuplicateRegistration


def register_url(event: Event, code: Code) -> str:
    """Where the places that a code keeps are taken."""
    return letters.url("registration.ticket", event_slug=event.slug, code=code.text)
