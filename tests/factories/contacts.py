"""Builders of leads and exchanged cards, and those that a whole conference has."""

from partnering import links
from partnering.contacts import cards, leads
from partnering.contacts.models import CardExchange, Lead
from partnering.delegates.models import Delegate
from partnering.events.models import Participant

from .conference import Conference, Words, plainly
from .ground import deed, number


def make_lead(exhibitor: Delegate, visitor: Participant, *, note: str = "", rating: int = 0) -> Lead:
    """What a visitor gave an exhibitor, whose delegate read the badge."""
    with deed():
        lead = leads.take(exhibitor.profile, exhibitor.participant, visitor, scan_id=f"{number():032x}")
        leads.describe(lead, note, rating)
    return lead


def make_exchange(one: Participant, other: Participant, *, agreed: bool = True) -> CardExchange:
    """`one` has read the badge of `other`, who has agreed to exchange cards or not yet."""
    with deed():
        exchange = cards.ask(one, other)
        if agreed:
            cards.agree(exchange, other)
    return exchange


def in_person(
    made: Conference, jana: Participant, henrike: Participant, paul: Delegate, words: Words = plainly
) -> None:
    """Jana is Paul's lead and has Henrike's card; Paul would like hers, too. Henrike was his lead and has withdrawn."""
    lead = make_lead(paul, jana, note=words("Will im Mai ein Angebot für 20 Gramm."), rating=3)
    gone = make_lead(paul, henrike)
    with deed():
        leads.withdraw(gone)
    exchanged = make_exchange(henrike, jana)
    asked = make_exchange(paul.participant, jana, agreed=False)
    made.tokens["given"] = links.token("given", lead.public_id)
    made.things |= {
        "contacts.agree.id": asked.public_id,
        "contacts.end.id": exchanged.public_id,
        "contacts.card.id": exchanged.public_id,
        "contacts.withdraw.id": lead.public_id,
        "leads.id": lead.public_id,
        "leads.gone.id": gone.public_id,
    }
