"""What must hold of meetings at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant


@invariant("I3", "A published meeting has a live appointment with everybody in it; a final one has none")
def meetings_hold_their_time() -> Iterator[str]:
    """Published meetings without their time, and finished ones that still hold it."""
    yield from broken(
        """
        SELECT m.id FROM meeting m LEFT JOIN appointment a ON a.id = m.appointment_id
        WHERE m.request_state = 'accepted' AND m.placement = 'published' AND (a.id IS NULL OR a.state <> 'live')
        """,
        "meeting {id} is published without a time",
    )
    yield from broken(
        """
        SELECT m.id FROM meeting m JOIN appointment a ON a.id = m.appointment_id
        WHERE m.request_state IN ('declined', 'withdrawn', 'expired', 'cancelled') AND a.state = 'live'
        """,
        "meeting {id} has ended but holds its time",
    )
    yield from broken(
        """
        SELECT m.id, d.delegate_id FROM meeting m
        JOIN meeting_delegate d ON d.meeting_id = m.id JOIN delegate de ON de.id = d.delegate_id
        WHERE m.request_state = 'accepted' AND m.placement = 'published' AND NOT EXISTS (
            SELECT 1 FROM agenda_entry e WHERE e.appointment_id = m.appointment_id
              AND e.participant_id = de.participant_id AND e.state = 'live')
        """,
        "delegate {delegate_id} sits in meeting {id} but not in its appointment",
    )


@invariant("I3b", "Both leads sit in their meeting, on their side")
def leads_take_part() -> Iterator[str]:
    """Meetings whose lead delegates are not among those who come."""
    yield from broken(
        """
        SELECT m.id FROM meeting m WHERE m.request_state NOT IN ('draft') AND m.closed_at IS NULL AND (
            SELECT COUNT(*) FROM meeting_delegate d WHERE d.meeting_id = m.id AND d.delegate_id IN (m.low_id, m.high_id)
        ) < 2
        """,
        "meeting {id} lacks a lead",
    )


@invariant("I3c", "The count of open requests beside a delegate is what they have sent and not heard of")
def open_requests_counted() -> Iterator[str]:
    """Delegates whose counter differs from their open requests."""
    yield from broken(
        """
        SELECT de.id, de.open_requests, COUNT(m.id) AS open FROM delegate de
        LEFT JOIN meeting m ON m.requester_id = de.id AND m.request_state IN ('pending', 'countered')
        GROUP BY de.id, de.open_requests HAVING de.open_requests <> COUNT(m.id)
        """,
        "delegate {id}: counted {open_requests}, open {open}",
    )
