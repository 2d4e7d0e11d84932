"""What always holds of contributions."""

from collections.abc import Iterator

from ..verify import broken, invariant


@invariant("P5", "What was made of a contribution is a session of its event, and what was handed in has its authors")
def sessions_of_contributions() -> Iterator[str]:
    """Contributions whose session is gone, or that stand without anybody who speaks."""
    yield from broken(
        """
        SELECT s.id FROM submission s
        WHERE s.session_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM programme_session p WHERE p.id = s.session_id AND p.event_id = s.event_id)
        """,
        "contribution {id} became a session that is not there",
    )
    yield from broken(
        """
        SELECT s.id FROM submission s
        WHERE s.state IN ('submitted', 'accepted', 'reserve')
          AND NOT EXISTS (SELECT 1 FROM submission_author a WHERE a.submission_id = s.id AND a.speaks)
        """,
        "contribution {id} stands and nobody speaks",
    )
