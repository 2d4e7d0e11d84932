"""The people of `meeters` with the guards of meetings off, for the negative controls: they look, and write later.

`python -m tests.races.unguarded_meetings URL COUNT [--crosswise]`. Nobody is locked, no state or version is asked for
when something is written, and what was read before the deed is believed. The unique indexes over open pairs and over
tables and time are the test's to drop. With `--crosswise` all guards are on, but whoever blocks somebody is locked
before the others, whatever their ids.
"""

import sys
import threading
from typing import Any

import sqlalchemy as sa

import partnering.db as ground
from partnering.db import db, table_of
from partnering.delegates import blocking
from partnering.delegates.models import Delegate
from partnering.meetings import bookable, steps
from partnering.meetings.models import Meeting

from . import meeters

_moment = threading.Event()
_check = bookable.check

SLOW = {"ask", "accept", "replace"}
"""Deeds that write a moment after they have looked."""


def look(deed: str, ids: list[int]) -> object:
    """Everything that a deed will believe."""
    session = db.session()
    session.expire_on_commit = False
    session.info["slow"] = deed in SLOW
    if deed == "ask":
        one, other = (session.get_one(Delegate, id) for id in ids[:2])
        _check(one.participant.event, one, other)
        return one, other
    if deed.startswith("block"):
        return None
    meeting = session.get_one(Meeting, ids[0])
    return meeting, meeting.sides, meeting.delegates, meeting.offers, meeting.proposals, meeting.appointment


def believe() -> None:
    """End what was read before a deed, and forget nothing of it."""
    session = db.session()
    session.info["writing"] = True
    session.commit()
    session.info["writing"] = False
    if session.info["slow"]:
        _moment.wait(0.5)


def overwrite(meeting: Meeting, *_seen: Any, **values: Any) -> None:
    """Write, whatever others have written."""
    table = table_of(Meeting)
    db.session.execute(
        sa.update(table).where(table.c.id == meeting.id).values({"version": table.c.version + 1, **values})
    )
    db.session.refresh(meeting, ["version", *values])


def nothing(*_things: Any, **_more: Any) -> None:
    """Let everybody through."""


def only_me(me: Delegate, profile_id: int | None) -> None:
    """Lock the blocker alone; the others follow a moment later."""
    steps.lock([me.id])
    _moment.wait(0.2)


def unguard() -> None:
    """Take every guard away."""
    meeters.look = look
    ground.end_reading = believe
    bookable.check = nothing
    steps.lock = steps.take = steps.take_all = nothing
    steps.change, steps.count_open = overwrite, nothing  # the counter's CHECK would still refuse


if __name__ == "__main__":
    if "--crosswise" in sys.argv:
        blocking._hold = only_me
    else:
        unguard()
    meeters.main(sys.argv[1], int(sys.argv[2]))
