"""The site with the waiting list's guard off, for the negative control: what comes back is offered a moment later.

The pools still cannot be oversold; but between the place that came back and the offer there is a moment for others.
"""

import threading
from collections.abc import Collection

from partnering.db import after_commit, transaction
from partnering.registration import offers
from wsgi import app as app

_moment = threading.Event()
_serve = offers.serve


def a_moment_later(event_id: int, pool_ids: Collection[int]) -> None:
    """Look after the queue once the deed is done, as a careless programmer would."""

    def look() -> None:
        _moment.wait(4)
        with transaction():
            _serve(event_id)

    after_commit(look)


def nobody_first(event_id: int, pool_ids: Collection[int] | None = None) -> int:
    """New buyers are not kept from anything."""
    return 0


offers.after_freeing = a_moment_later
offers.serve = nobody_first
