"""What must hold of capacity and codes at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant
from .models import COUNTING

_COUNTING = ", ".join(f"'{state}'" for state in COUNTING)


@invariant("I1", "For each pool: what is used is what its claims draw, and never more than capacity and override")
def pools_counted() -> Iterator[str]:
    """Pools whose counter is not the sum of the claims that count, or exceeds what is allowed."""
    yield from broken(
        f"""
        SELECT p.id, p.used, p.capacity, p.over, COALESCE(SUM(d.quantity), 0) AS drawn
        FROM pool p
        LEFT JOIN (claim_draw d JOIN claim c ON c.id = d.claim_id AND c.state IN ({_COUNTING}))
               ON d.pool_id = p.id
        GROUP BY p.id, p.used, p.capacity, p.over
        HAVING p.used <> COALESCE(SUM(d.quantity), 0) OR p.used > p.capacity + p.over
        """,  # noqa: S608 -- our own states
        "pool {id}: used {used}, claims draw {drawn}, capacity {capacity} + {over}",
    )


@invariant("I1d", "What a pool allows beyond its capacity stands in the log")
def overrides_logged() -> Iterator[str]:
    """Pools with an override that nobody has written down."""
    yield from broken(
        """
        SELECT p.id, p.over FROM pool p
        WHERE p.over > 0 AND NOT EXISTS (
            SELECT 1 FROM audit_entry a WHERE a.object_kind = 'pool' AND a.object_ref = p.public_id
              AND a.action IN ('pool.capacity_set', 'pool.overridden'))
        """,
        "pool {id} allows {over} more than its capacity, and nobody knows why",
    )


@invariant("I1e", "For each code: its uses are the claims that count with it, and a voucher keeps what is not used")
def codes_counted() -> Iterator[str]:
    """Codes whose counter is not the number of their claims, and vouchers that keep too many places or too few."""
    yield from broken(
        f"""
        SELECT k.id, k.uses, k.uses_max, k.blocked,
               COUNT(CASE WHEN c.state IN ({_COUNTING}) AND c.state <> 'blocked' THEN 1 END) AS claimed,
               COUNT(CASE WHEN c.state = 'blocked' THEN 1 END) AS kept
        FROM code k LEFT JOIN claim c ON c.code_id = k.id
        GROUP BY k.id, k.uses, k.uses_max, k.blocked
        HAVING k.uses <> COUNT(CASE WHEN c.state IN ({_COUNTING}) AND c.state <> 'blocked' THEN 1 END)
            OR (k.uses_max IS NOT NULL AND k.uses > k.uses_max)
            OR COUNT(CASE WHEN c.state = 'blocked' THEN 1 END)
               <> CASE WHEN k.blocked > k.uses THEN k.blocked - k.uses ELSE 0 END
        """,  # noqa: S608 -- our own states
        "code {id}: used {uses} of {uses_max}, claims {claimed}; keeps {kept} of {blocked}",
    )
