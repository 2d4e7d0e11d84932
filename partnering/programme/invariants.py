"""What must hold of the programme at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant


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
