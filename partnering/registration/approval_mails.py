"""The news about tickets that are approved first, and what the letters say when they leave."""

from typing import Any

from .. import links
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries
from .mails import to_buyer
from .models import Party


def request_url(party: Party) -> str:
    """The secret address at which a buyer sees what has become of what they sent in."""
    return letters.url("registration.request_page", token=links.token("party", party.public_id, party.generation))


def asked(party: Party) -> None:
    """What a buyer sent in has arrived and is being looked at."""
    _post("registration.approval_asked", party)


def rejected(party: Party) -> None:
    """An organiser has refused, or taken an approval back, and says why."""
    _post("registration.approval_rejected", party)


def person_rejected(party: Party, name: str, reason: str, number: int) -> None:
    """An organiser has refused one person of a request, the `number`th, and says why; the others still wait."""
    assert party.asked_at is not None  # it waits
    deed = f"person_rejected:{party.asked_at.isoformat()}:{number}"
    to_buyer("registration.approval_person", party, deed, name=name, reason=reason)


def called_off(party: Party) -> None:
    """Nobody decides any more: the event does not take place."""
    to_buyer("registration.approval_ended", party, "called_off")


def _post(kind: str, party: Party) -> None:
    moment = party.decided_at or party.asked_at
    assert moment is not None  # whoever writes has just set one of them
    to_buyer(kind, party, f"{party.approval}:{moment.isoformat()}")


@letters.kind("registration.approval_asked")
def render_asked(letter: OutboxLetter) -> Letter | None:
    """We have it and look at it; nothing once that is decided."""
    party = queries.party_at(letter.payload["party"])
    if party is None or party.approval != "waiting":
        return None
    return _composed("asked", party)


@letters.kind("registration.approval_rejected")
def render_rejected(letter: OutboxLetter) -> Letter | None:
    """No, why, and whether it can be sent in again."""
    party = queries.party_at(letter.payload["party"])
    if party is None or party.approval != "rejected":
        return None
    return _composed("rejected", party)


@letters.kind("registration.approval_person")
def render_person(letter: OutboxLetter) -> Letter | None:
    """One of those you registered was not approved, and why; nothing is owed for them."""
    party = queries.party_at(letter.payload["party"])
    if party is None:
        return None
    return _composed("person", party, name=letter.payload["name"], reason=letter.payload["reason"])


@letters.kind("registration.approval_ended")
def render_ended(letter: OutboxLetter) -> Letter | None:
    """The event was called off, and the request ends with it."""
    party = queries.party_at(letter.payload["party"])
    if party is None or party.placed_at is not None:
        return None
    return _composed("ended", party)


def _composed(news: str, party: Party, **more: Any) -> Letter:
    return letters.compose(
        f"registration/mail/approval_{news}",
        event=party.event,
        party=party,
        product=party.product,
        taken_back=party.placed_at is not None,
        request_url=request_url(party),
        event_url=letters.url("events.show", event_slug=party.event.slug),
        **more,
    )
