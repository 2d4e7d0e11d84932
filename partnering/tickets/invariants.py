"""What must hold of capacity at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant


@invariant("I1", "For each pool: what is used is what its claims draw, and never more than capacity and override")
def pools_counted() -> Iterator[str]:
    """Pools whose counter is not the sum of the claims that count, or exceeds what is allowed."""
    yield from broken(
        """
        SELECT p.id, p.used, p.capacity, p.over, COALESCE(SUM(d.quantity), 0) AS drawn
        FROM pool p
        LEFT JOIN (claim_draw d JOIN claim c ON c.id = d.claim_id AND c.state IN ('held', 'confirmed'))
               ON d.pool_id = p.id
        GROUP BY p.id, p.used, p.capacity, p.over
        HAVING p.used <> COALESCE(SUM(d.quantity), 0) OR p.used > p.capacity + p.over
        """,
        "pool {id}: used {used}, claims draw {drawn}, capacity {capacity} + {over}",
    )
