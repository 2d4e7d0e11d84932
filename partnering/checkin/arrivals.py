"""How many have arrived at a door, for answers to scanners: two seconds old at most, with those let in here since.

Counting everybody anew with each scan would cost more than the scan.
"""

import time
from dataclasses import dataclass

from flask import current_app

from ..events.models import Event
from . import queries
from .models import CheckinList

SECONDS = 2.0

MOST = 1_000
"""So many doors a process keeps numbers of."""


@dataclass
class _Numbers:
    read_at: float
    arrived: int
    expected: int


def after(event: Event, door: CheckinList, *, new: bool) -> tuple[int, int]:
    """(guests admitted, guests expected), as `queries.counts`; `new`: the deed that asks has just let in one more."""
    kept: dict[str, _Numbers] = current_app.extensions.setdefault("arrivals", {})
    found, now = kept.get(door.public_id), time.monotonic()
    if found is not None and now - found.read_at < SECONDS:
        found.arrived += new
        return found.arrived, found.expected
    if len(kept) >= MOST:
        kept.clear()
    arrived, expected = queries.counts(event, [door])[door.id]
    kept[door.public_id] = _Numbers(now, arrived, expected)
    return arrived, expected


def forget(door: CheckinList) -> None:
    """Count anew with the next scan, since somebody does not count any more."""
    current_app.extensions.setdefault("arrivals", {}).pop(door.public_id, None)
