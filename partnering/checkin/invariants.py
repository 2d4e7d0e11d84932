"""What must hold at the door at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant, triggers
from . import touching

triggers.append(touching.names)


@invariant("I6", "Each place is admitted once to a list in a window, by a scan that counts")
def admissions_elected() -> Iterator[str]:
    """Admissions whose scan was annulled or refused, or is not an entry of the same place and list."""
    yield from broken(
        """
        SELECT a.id FROM admission a JOIN scan s ON s.id = a.scan_row_id
        WHERE s.state <> 'counted' OR s.type <> 'entry' OR s.place_id <> a.place_id OR s.list_id <> a.list_id
        """,
        "admission {id} rests on a scan that does not count",
    )


@invariant("I6b", "What a device scanned when it was not in good hands counts by an organiser's word alone")
def good_hands() -> Iterator[str]:
    """Scans that count and were made at or after the moment from which those of their device are to be reviewed."""
    yield from broken(
        """
        SELECT s.id FROM scan s JOIN device d ON d.id = s.device_id
        WHERE s.state IN ('counted', 'duplicate') AND s.bounded_at >= d.reviewed_from AND s.settlement <> 'counted'
        """,
        "scan {id} counts though its device was let go by then",
    )
