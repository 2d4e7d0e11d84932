"""Giving back and taking in one deed: what is given back stays with whoever gives it back until they have taken."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..db import db
from ..tickets.signals import places_freed

KEY = "places freed meanwhile"


@contextmanager
def swapping() -> Iterator[None]:
    """Places that come back meanwhile go to those who wait only when the block ends, as far as they are left then."""
    if collected() is not None:
        yield
        return
    with collecting() as freed:
        yield
    for event_id, pool_ids in freed.items():
        places_freed.send(event_id, pool_ids=pool_ids)


@contextmanager
def collecting() -> Iterator[dict[int, set[int]]]:
    """The pools, by event, whose places come back meanwhile: whoever listens adds them instead of handing them on."""
    info = db.session().info
    before = info.get(KEY)
    freed: dict[int, set[int]] = {}
    info[KEY] = freed
    try:
        yield freed
    finally:
        if before is None:
            del info[KEY]
        else:
            info[KEY] = before


def collected() -> dict[int, set[int]] | None:
    """What has come back in the block that runs, or None when none runs."""
    found: dict[int, set[int]] | None = db.session().info.get(KEY)
    return found
