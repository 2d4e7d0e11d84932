"""What must hold of cards and leads at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant


@invariant("I30", "Of whoever has withdrawn or is erased an exhibitor keeps no word")
def withdrawn_leads_are_empty() -> Iterator[str]:
    """Withdrawn leads with a note or a rating, and leads of people who were erased."""
    yield from broken(
        """
        SELECT l.id FROM lead l JOIN participant p ON p.id = l.participant_id
        WHERE (l.withdrawn_at IS NOT NULL AND (l.note <> '' OR l.rating <> 0))
           OR (l.withdrawn_at IS NULL AND p.erased_at IS NOT NULL)
        """,
        "lead {id} keeps something of somebody who has withdrawn",
    )


@invariant("I30b", "Whoever asked for an exchange of cards has agreed to it")
def askers_have_agreed() -> Iterator[str]:
    """Exchanges to which the one who asked has not agreed."""
    yield from broken(
        """
        SELECT id FROM card_exchange
        WHERE (asked_by_id = low_id AND low_agreed_at IS NULL) OR (asked_by_id = high_id AND high_agreed_at IS NULL)
        """,
        "exchange {id} was asked for by somebody who has not agreed",
    )
