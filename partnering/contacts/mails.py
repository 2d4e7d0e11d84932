"""The letters about cards and leads."""

from datetime import timedelta

from .. import clock, links
from ..events.mails import to_participant
from ..events.models import Participant
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries
from .models import CardExchange, Lead

GIVEN = "given"
"""What the secret is for with which a visitor looks at one lead and withdraws it."""

IN_PERSON = timedelta(minutes=20)
"""So long two who stand before each other have to agree before the one who was asked gets a letter."""


def given_address(lead: Lead) -> str:
    """The secret address at which a visitor sees to whom they gave what, and withdraws it."""
    return letters.url("given.show", token=links.token(GIVEN, lead.public_id))


def lead_taken(lead: Lead) -> None:
    """A visitor has given an exhibitor their details: to the visitor."""
    to_participant(
        "contacts.lead_taken", lead.participant, key=f"lead:{lead.public_id}", payload={"lead": lead.public_id}
    )


@letters.kind("contacts.lead_taken")
def render_lead_taken(letter: OutboxLetter) -> Letter | None:
    """To whom they gave what and when, and the way to withdraw; nothing if they have done so by now."""
    lead = queries.lead_anywhere(letter.payload["lead"])
    if lead is None or lead.withdrawn_at is not None:
        return None
    return letters.compose(
        "contacts/mail/lead_taken",
        event=lead.participant.event,
        participant=lead.participant,
        organisation=lead.profile.organisation,
        taken_by=lead.taken_by,
        agreed_at=lead.agreed_at,
        card=queries.cards_of([lead.participant])[lead.participant_id],
        sentence=lead.text.text,
        withdraw_url=given_address(lead),
    )


def card_asked(exchange: CardExchange, other: Participant) -> None:
    """Somebody would like to exchange cards: to the other one, if they do not agree on the spot."""
    to_participant(
        "contacts.card_asked",
        other,
        key=f"card:{exchange.public_id}:to:{other.public_id}",
        payload={"exchange": exchange.public_id},
        not_before=clock.now() + IN_PERSON,
    )


@letters.kind("contacts.card_asked")
def render_card_asked(letter: OutboxLetter) -> Letter | None:
    """Who asks and where to agree; nothing if it was agreed or ended by now, or if one hides the other."""
    exchange = queries.exchange_anywhere(letter.payload["exchange"])
    if exchange is None or exchange.ended_at is not None or queries.is_agreed(exchange):
        return None
    me = exchange.low if exchange.low_agreed_at is None else exchange.high
    other = queries.other_of(exchange, me)
    if other.id in queries.apart_from(me):
        return None
    return letters.compose(
        "contacts/mail/card_asked",
        event=me.event,
        participant=me,
        other=other,
        contacts_url=letters.url("contacts.index", event_slug=me.event.slug),
    )
