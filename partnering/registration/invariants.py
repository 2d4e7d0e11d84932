"""What must hold of parties, places and registrations at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant


@invariant("I1b", "A place that was not cancelled has a confirmed claim behind its party, and no party sells twice")
def places_paid_from_claims() -> Iterator[str]:
    """Placed parties with a live place but no claim that counts."""
    yield from broken(
        """
        SELECT pl.id FROM place pl JOIN party pa ON pa.id = pl.party_id
        WHERE pl.cancelled_at IS NULL AND pa.placed_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM item i JOIN claim c ON c.id = i.claim_id
                          WHERE i.party_id = pa.id AND c.state = 'confirmed')
        """,
        "place {id} has no confirmed claim",
    )


@invariant("I1c", "A live registration stands on a place that was not cancelled, and has one ticket code in force")
def live_registrations_stand() -> Iterator[str]:
    """Live registrations on cancelled places, or without exactly one code."""
    yield from broken(
        """
        SELECT r.id FROM registration r JOIN place p ON p.id = r.place_id
        WHERE r.state = 'live' AND (p.cancelled_at IS NOT NULL
          OR (SELECT COUNT(*) FROM ticket_code t WHERE t.registration_id = r.id AND t.revoked_at IS NULL) <> 1)
        """,
        "registration {id} does not stand",
    )
    yield from broken(
        """
        SELECT t.id FROM ticket_code t JOIN registration r ON r.id = t.registration_id
        WHERE r.state <> 'live' AND t.revoked_at IS NULL
        """,
        "ticket code {id} opens a door for a registration that has ended",
    )


@invariant("I9", "Money adds up: gross is net and VAT, one currency for a party")
def money_adds_up() -> Iterator[str]:
    """Items whose parts do not add up, and parties with two currencies."""
    yield from broken("SELECT id FROM item WHERE gross <> net + vat", "item {id} does not add up")
    yield from broken(
        "SELECT party_id FROM item GROUP BY party_id HAVING COUNT(DISTINCT currency) > 1",
        "party {party_id} has two currencies",
    )


@invariant("I1h", "Every pool counts the entries that wait for one of its products, and every offer holds its places")
def waiting_counted() -> Iterator[str]:
    """Pools whose number of waiting entries is wrong, and offers that no party or claim stands behind."""
    yield from broken(
        """
        SELECT p.id, p.waiting, COUNT(DISTINCT w.entry_id) AS entries
        FROM pool p
        LEFT JOIN (product_pool d JOIN (
            SELECT e.id AS entry_id, e.product_id FROM waiting_entry e WHERE e.state = 'waiting'
            UNION
            SELECT e.id, o.product_id FROM waiting_entry e JOIN waiting_other o ON o.entry_id = e.id
            WHERE e.state = 'waiting'
        ) w ON w.product_id = d.product_id) ON d.pool_id = p.id
        GROUP BY p.id, p.waiting
        HAVING p.waiting <> COUNT(DISTINCT w.entry_id)
        """,
        "pool {id} says {waiting} wait, {entries} do",
    )
    yield from broken(
        "SELECT id FROM waiting_entry WHERE state = 'offered' AND party_id IS NULL AND claim_id IS NULL",
        "waiting entry {id} is offered nothing",
    )
