"""People who do deeds on meetings without a page: `python -m tests.races.meeters URL COUNT`.

Plays one round for each line on stdin, a JSON list of at most COUNT deeds: a name of `DEEDS` and its ids. Each has a
thread that is ready before another line lets all of them go. Prints as JSON what each was told: "done", or the code of
the refusal, the sentence, and the times that are left.
"""

import json
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy.exc import DBAPIError

from partnering.app import create_app
from partnering.db import db, transaction
from partnering.delegates import blocking
from partnering.delegates.models import Delegate
from partnering.errors import DomainError
from partnering.i18n import speaking
from partnering.meetings import services
from partnering.meetings.models import Meeting, MeetingSlot

from ..support.databases import settings_for


def _delegate(id: int) -> Delegate:
    return db.session.get_one(Delegate, id)


def _meeting(id: int) -> Meeting:
    return db.session.get_one(Meeting, id)


def _slots(*ids: int) -> list[MeetingSlot]:
    return [db.session.get_one(MeetingSlot, id) for id in ids]


def _ask(one: int, other: int, *slots: int) -> None:
    services.request_meeting(_delegate(one), _delegate(other), _slots(*slots), f"From {one}")


def _block_firm(me: int, other: int) -> None:
    blocking.block(_delegate(me), profile=_delegate(other).profile)


DEEDS: dict[str, Callable[..., object]] = {
    "ask": _ask,
    "accept": lambda meeting, slot: services.accept(_meeting(meeting), *_slots(slot), version=1),
    "withdraw": lambda meeting: services.withdraw(_meeting(meeting), version=1),
    "replace": lambda meeting, old, new: services.replace(_meeting(meeting), _delegate(old), _delegate(new)),
    "move": lambda meeting, slot: services.move(_meeting(meeting), *_slots(slot)),
    "block": lambda me, other: blocking.block(_delegate(me), other=_delegate(other)),
    "block firm": _block_firm,
}


def look(deed: str, ids: list[int]) -> object:
    """What is read of a deed's things before it: nothing, all that matters is asked within."""
    return None


def do(app: Flask, deed: str, ids: list[int], ready: threading.Barrier) -> dict[str, Any]:
    """One deed in one transaction; what its doer was told."""
    with app.app_context(), speaking("en"):
        seen = look(deed, ids)
        ready.wait(240)
        try:
            with transaction():
                DEEDS[deed](*ids)
        except DomainError as refused:
            left = [slot.id for slot in refused.details.get("left", ())]
            return {"told": refused.code, "said": str(refused.message), "left": left}
        except DBAPIError as error:  # on a page it would be done again, or nobody would know what happened
            return {"told": f"ended by the database: {error.orig}"}
        finally:
            del seen
        return {"told": "done"}


def main(url: str, count: int) -> None:
    """All deeds of this process."""
    options = {"TESTING": True, "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": count, "max_overflow": count}}
    app = create_app(options, settings_for(url))
    with ThreadPoolExecutor(count) as threads:
        while line := sys.stdin.readline():
            deeds = json.loads(line)
            ready = threading.Barrier(len(deeds) + 1)
            answers = [threads.submit(do, app, deed, ids, ready) for deed, *ids in deeds]
            print("ready", flush=True)  # noqa: T201 -- the parent waits for it
            sys.stdin.readline()
            ready.wait(240)
            print(json.dumps([answer.result() for answer in answers]), flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
