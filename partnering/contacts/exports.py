"""An exhibitor's leads as a table or as cards. Of whoever has withdrawn there is the reference and the day, no more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..i18n import _, moment
from ..vcard import Card, as_vcard
from . import queries
from .models import Lead


def reference(lead: Lead) -> str:
    """How a lead is called in lists and files: by it an exhibitor finds again who has withdrawn, without a name."""
    return lead.public_id[:8].upper()


def heads() -> list[str]:
    """What the columns are called."""
    return [
        _("Reference"),
        _("First name"),
        _("Last name"),
        _("Title"),
        _("Function"),
        _("Organisation"),
        _("Email address"),
        _("Phone"),
        _("Rating"),
        _("Note"),
        _("Agreed on"),
        _("Taken by"),
        _("Version of the text"),
        _("Withdrawn on"),
    ]


def rows(ids: Sequence[int]) -> Iterator[Sequence[object]]:
    """The leads of these ids, one a row, in their order."""
    for portion in queries.in_portions(ids):
        cards = _cards(portion)
        for lead in portion:
            card = cards.get(lead.participant_id)
            if lead.withdrawn_at is not None or card is None:
                gone = moment(lead.withdrawn_at) if lead.withdrawn_at is not None else ""
                yield [reference(lead), *[""] * (len(heads()) - 2), gone]
                continue
            yield [
                reference(lead),
                card.given_name,
                card.family_name,
                card.title,
                card.function,
                card.organisation,
                card.email,
                card.phone,
                lead.rating or "",
                lead.note,
                moment(lead.agreed_at),
                lead.taken_by.name or _("Former participant"),
                lead.text.number,
                "",
            ]


def as_cards(ids: Sequence[int]) -> Iterator[str]:
    """The leads of these ids as cards, with what was noted about them."""
    for portion in queries.in_portions(ids):
        cards = _cards(portion)
        kept = (lead for lead in portion if lead.withdrawn_at is None)
        yield as_vcard(*(replace(cards[lead.participant_id], note=lead.note) for lead in kept))


def _cards(leads: Iterable[Lead]) -> dict[int, Card]:
    return queries.cards_of(lead.participant for lead in leads if lead.withdrawn_at is None)
