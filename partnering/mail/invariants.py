"""What must hold of letters at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant


@invariant("I4", "Every letter is ready, on its way, sent, dropped or visibly dead")
def letters_accounted_for() -> Iterator[str]:
    """Letters that were sent without a time, or are leased to nobody."""
    yield from broken(
        "SELECT id FROM outbox_letter WHERE (state = 'sent') <> (sent_at IS NOT NULL)",
        "letter {id}: state and time of sending differ",
    )
    yield from broken(
        "SELECT id FROM outbox_letter WHERE state IN ('leased', 'sending') AND lease_until IS NULL",
        "letter {id} is leased without an end",
    )
