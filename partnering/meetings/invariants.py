"""What must hold of meetings at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant


@invariant("I3", "A published meeting has a live appointment with everybody in it; a final one has none")
def meetings_hold_their_time() -> Iterator[str]:
    """Published meetings without their time, and finished ones that still hold it."""
    yield from broken(
        """
        SELECT m.id FROM meeting m LEFT JOIN appointment a ON a.id = m.appointment_id
        WHERE m.request_state = 'accepted' AND m.placement IN ('published', 'live')
          AND (a.id IS NULL OR a.state <> 'live')
        """,
        "meeting {id} is placed without a time",
    )
    yield from broken(
        """
        SELECT m.id FROM meeting m JOIN appointment a ON a.id = m.appointment_id
        WHERE a.state = 'live'
          AND (m.request_state IN ('declined', 'withdrawn', 'expired', 'cancelled') OR m.placement = 'none')
        """,
        "meeting {id} has ended but holds its time",
    )
    yield from broken(
        """
        SELECT m.id, d.delegate_id FROM meeting m
        JOIN meeting_delegate d ON d.meeting_id = m.id JOIN delegate de ON de.id = d.delegate_id
        WHERE m.request_state = 'accepted' AND m.placement = 'published' AND d.vacant_since IS NULL AND NOT EXISTS (
            SELECT 1 FROM agenda_entry e WHERE e.appointment_id = m.appointment_id
              AND e.participant_id = de.participant_id AND e.state = 'live')
        """,
        "delegate {delegate_id} sits in meeting {id} but not in its appointment",
    )
    yield from broken(
        """
        SELECT m.id, e.participant_id FROM meeting m JOIN agenda_entry e ON e.appointment_id = m.appointment_id
        WHERE m.request_state = 'accepted' AND e.state = 'live' AND NOT EXISTS (
            SELECT 1 FROM meeting_delegate d JOIN delegate de ON de.id = d.delegate_id
            WHERE d.meeting_id = m.id AND de.participant_id = e.participant_id AND d.vacant_since IS NULL)
        """,
        "participant {participant_id} is in the appointment of meeting {id} but has no seat",
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


@invariant("I3d", "A side leads with its own lead, and a pair is that of the two leads")
def leads_make_the_pair() -> Iterator[str]:
    """Open meetings whose pair or sides are not what their leads say."""
    yield from broken(
        """
        SELECT m.id FROM meeting m JOIN meeting_side s ON s.meeting_id = m.id
        WHERE m.closed_at IS NULL AND (s.lead_id NOT IN (m.low_id, m.high_id)
          OR (s.side = 'requester') <> (s.lead_id = m.requester_id))
        """,
        "meeting {id} has a side that another leads",
    )


@invariant("I3e", "A proposal is open only for a meeting that is agreed and not over")
def proposals_wait_for_somebody() -> Iterator[str]:
    """Open proposals of meetings that nobody can move any more."""
    yield from broken(
        """
        SELECT p.id, m.id AS meeting FROM meeting_proposal p JOIN meeting m ON m.id = p.meeting_id
        WHERE p.state = 'open' AND (m.request_state <> 'accepted' OR m.closed_at IS NOT NULL)
        """,
        "proposal {id} waits, but meeting {meeting} is over",
    )


@invariant("I3f", "Reserves of one host have different ranks")
def reserves_in_order() -> Iterator[str]:
    """Ranks that a host has given twice."""
    yield from broken(
        """
        SELECT m.turn_id, m.reserve_rank FROM meeting m
        WHERE m.reserve_rank IS NOT NULL AND m.closed_at IS NULL
        GROUP BY m.turn_id, m.reserve_rank HAVING COUNT(*) > 1
        """,
        "delegate {turn_id} has two reserves of rank {reserve_rank}",
    )


@invariant("I3g", "Vacant seats of meetings that stand and open vacancies belong together, and whoever left is missing")
def vacancies_match_seats() -> Iterator[str]:
    """Vacant seats that nobody looks after, vacant seats of people who are there, and vacancies without a seat."""
    yield from broken(
        """
        SELECT d.meeting_id, d.delegate_id FROM meeting_delegate d
        JOIN meeting m ON m.id = d.meeting_id JOIN delegate de ON de.id = d.delegate_id
        WHERE d.vacant_since IS NOT NULL AND m.request_state = 'accepted' AND m.closed_at IS NULL
          AND (de.left_at IS NULL OR NOT EXISTS (
            SELECT 1 FROM meeting_vacancy v WHERE v.leaver_id = d.delegate_id AND v.state = 'open'))
        """,
        "the seat of delegate {delegate_id} in meeting {meeting_id} is vacant, but nobody looks for a substitute",
    )
    yield from broken(
        """
        SELECT v.id, v.leaver_id FROM meeting_vacancy v WHERE v.state = 'open' AND NOT EXISTS (
            SELECT 1 FROM meeting_delegate d JOIN meeting m ON m.id = d.meeting_id
            WHERE d.delegate_id = v.leaver_id AND d.vacant_since IS NOT NULL
              AND m.request_state = 'accepted' AND m.closed_at IS NULL)
        """,
        "vacancy {id} is open, but no seat of delegate {leaver_id} waits for anybody",
    )


@invariant("I3h", "Nobody asks whom they blocked, or who blocked them")
def blocked_pairs_do_not_ask() -> Iterator[str]:
    """Open requests that were sent after one of the two had blocked the other."""
    yield from broken(
        """
        SELECT m.id FROM meeting m
        JOIN delegate low ON low.id = m.low_id JOIN delegate high ON high.id = m.high_id
        JOIN blocked_pair b ON (b.delegate_id = m.low_id AND (b.other_id = m.high_id
            OR b.other_profile_id = high.profile_id))
          OR (b.delegate_id = m.high_id AND (b.other_id = m.low_id OR b.other_profile_id = low.profile_id))
        WHERE m.request_state IN ('pending', 'countered') AND m.sent_at > b.created_at
        """,
        "request {id} was sent between two of whom one had blocked the other",
    )
