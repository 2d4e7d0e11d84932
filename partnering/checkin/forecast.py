"""How many guests will come in the next half hour, and how long the queue will be: a guess, made in plain arithmetic.

Nobody counts who stands outside; known is only who was answered at a door. So:

1. *Who comes.* The guests of the last ten minutes come again in the next ten, more or fewer by half of what they were
   more or fewer than in the ten before, then by a quarter, then by an eighth: a rise goes on for a while and not for
   ever. Never more than are still expected.
2. *What the doors manage.* Each device that answered somebody in the last ten minutes manages in five what it managed
   in its best five of the last hour, and at least one guest in `SLOWEST` seconds: slower ones had nobody to serve.
3. *The queue.* Step by step: who waits, and who comes, less what the doors manage. It begins with nobody, so it is the
   least that is to be expected where the doors are `full`, working at nine tenths of what they manage: then guests wait
   already whom nobody has counted, and more would come than were seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SLOWEST = 15
"""Seconds that a door needs for a guest, at most."""

FEWEST = 5
"""Of fewer guests in twenty minutes nothing follows."""

FULL = 0.9


@dataclass(frozen=True, slots=True)
class Forecast:
    """`coming` guests in the next half hour, of whom the doors manage `managed`; the `queue` at its longest.

    `minutes` are what its last guest waits. `known`: enough was seen to say so. `full`: the doors are at their limit.
    """

    coming: int = 0
    managed: int = 0
    queue: int = 0
    minutes: int = 0
    known: bool = False
    full: bool = False


def of(arrivals: Sequence[int], devices: Mapping[int, Sequence[int]], awaited: int | None = None) -> Forecast:
    """What follows from the guests of the last twenty minutes.

    `arrivals`: guests let in, in four steps of five minutes, the newest last. `devices`: the answers that each device
    gave in such steps, up to twelve, the newest last. `awaited`: how many guests have not come yet.
    """
    before, now = sum(arrivals[-4:-2]), sum(arrivals[-2:])
    if before + now < FEWEST:
        return Forecast()
    working = [steps for steps in devices.values() if sum(steps[-2:])]
    pace = 2 * sum(max(*steps, 300 / SLOWEST) for steps in working)
    coming, queue, longest, left = 0.0, 0.0, 0.0, float(awaited) if awaited is not None else None
    rate, trend = float(now), float(now - before)
    for _step in range(3):
        trend /= 2
        rate = max(0.0, rate + trend)
        come = rate if left is None else min(rate, left)
        left = left - come if left is not None else None
        coming += come
        queue = max(0.0, queue + come - pace)
        longest = max(longest, queue)
    answered = sum(sum(steps[-2:]) for steps in working)
    return Forecast(
        coming=round(coming),
        managed=round(3 * pace),
        queue=round(longest),
        minutes=round(10 * longest / pace) if pace else 0,
        known=True,
        full=pace > 0 and answered >= FULL * pace,
    )
