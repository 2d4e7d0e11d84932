"""What must hold of the programme at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant


@invariant("P1", "A session is in agendas when, where and as long as it was released to be")
def appointments_match_releases() -> Iterator[str]:
    """Sessions with an appointment and no released row or the other way round, and those whose times differ."""
    yield from broken(
        """
        SELECT s.id FROM programme_session s LEFT JOIN released_session r ON r.session_id = s.id AND r.current
        WHERE (s.appointment_id IS NULL AND r.id IS NOT NULL) OR (s.appointment_id IS NOT NULL AND r.id IS NULL)
        """,
        "session {id} is public and in no agenda, or in agendas and not public",
    )
    yield from broken(
        """
        SELECT s.id FROM programme_session s JOIN released_session r ON r.session_id = s.id AND r.current
        JOIN appointment a ON a.id = s.appointment_id
        WHERE (r.state = 'live') <> (a.state = 'live') OR (r.state = 'live' AND (r.starts_at <> a.starts_at
        OR r.ends_at <> a.ends_at OR COALESCE(r.location_id, 0) <> COALESCE(a.location_id, 0)))
        """,
        "session {id} is at another time or place in agendas than in public",
    )


@invariant("P2", "Whoever is on the stage of a released session has it in their agenda, and nobody else")
def stages_match_agendas() -> Iterator[str]:
    """Entries of those who do not stand there, and people who stand there without an entry."""
    yield from broken(
        """
        SELECT e.id FROM agenda_entry e JOIN programme_session s ON s.appointment_id = e.appointment_id
        WHERE e.state = 'live' AND e.role IN ('speaker', 'chair') AND NOT EXISTS (
        SELECT 1 FROM released_session r JOIN released_person p ON p.released_id = r.id
        WHERE r.session_id = s.id AND r.current AND r.state = 'live' AND p.participant_id = e.participant_id)
        """,
        "entry {id} is of a session in which its participant has no part",
    )
    yield from broken(
        """
        SELECT p.id FROM released_person p JOIN released_session r ON r.id = p.released_id
        JOIN programme_session s ON s.id = r.session_id
        WHERE r.current AND r.state = 'live' AND NOT EXISTS (
        SELECT 1 FROM agenda_entry e WHERE e.appointment_id = s.appointment_id
        AND e.participant_id = p.participant_id AND e.state = 'live' AND e.role IN ('speaker', 'chair'))
        """,
        "part {id} of a released session is in nobody's agenda",
    )


@invariant("P3", "Versions of a programme are numbered from 1 without a gap")
def releases_are_numbered() -> Iterator[str]:
    """Events whose highest number is not how many they have."""
    yield from broken(
        'SELECT event_id FROM "release" GROUP BY event_id HAVING MAX(number) <> COUNT(*)',
        "the versions of event {event_id} have a gap",
    )


@invariant("P4", "A letter that waits speaks of what is public now")
def letters_name_what_is_public() -> Iterator[str]:
    """Drafts about rows that are not current any more."""
    yield from broken(
        """
        SELECT c.id FROM letter_change c JOIN release_letter l ON l.id = c.letter_id
        JOIN released_session r ON r.id = c.after_id WHERE l.state = 'draft' AND NOT r.current
        """,
        "change {id} of a letter that waits is out of date",
    )


@invariant("P6", "Pieces of a file are 0…n without gap and as long together as the file; what was taken back has none")
def files_are_whole() -> Iterator[str]:
    """Files with a piece too few, too many, or of another length."""
    yield from broken(
        """
        SELECT f.id, f.size AS said, COALESCE(SUM(LENGTH(c.content)), 0) AS held
        FROM session_file f LEFT JOIN file_chunk c ON c.file_id = f.id
        WHERE f.withdrawn_at IS NULL
        GROUP BY f.id, f.size
        HAVING COALESCE(SUM(LENGTH(c.content)), 0) <> f.size OR COUNT(c.id) <> COALESCE(MAX(c.position), -1) + 1
        """,
        "file {id} holds {held} of {said} bytes, or its pieces have a gap",
    )
    yield from broken(
        """
        SELECT DISTINCT f.id FROM session_file f JOIN file_chunk c ON c.file_id = f.id
        WHERE f.withdrawn_at IS NOT NULL
        """,
        "file {id} was taken back and still holds something",
    )
