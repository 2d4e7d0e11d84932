"""Buyers who claim places for a while: `python -m tests.bench.claims ours|floor URL THREADS SECONDS [PRODUCT]`.

Each thread claims one place after the other, in a transaction each, without any page. Says "ready", begins at a line on
stdin, and prints as JSON how many places it got, how many were refused, and the seconds it took.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import sqlalchemy as sa

from partnering import clock
from partnering.app import create_app
from partnering.db import db, engine_options, transaction
from partnering.events.models import Event
from partnering.tickets import services
from partnering.tickets.models import Product

from ..support.databases import settings_for
from . import floor

Deed = Callable[[], bool]
"""Claims one place; whether there was one."""


def ours(url: str, product_ref: str) -> Callable[[], AbstractContextManager[Deed]]:
    """Claiming one unit of a product by the service, as the first step of registering does, for each thread anew."""
    many = {"pool_size": 20, "max_overflow": 80}  # a connection for every thread
    app = create_app(
        {"TESTING": True, "SQLALCHEMY_ENGINE_OPTIONS": {**engine_options(url), **many}},
        settings_for(url, instance="/nonexistent"),
    )

    @contextmanager
    def buyer() -> Iterator[Deed]:
        with app.app_context():
            product = db.session.scalars(sa.select(Product).where(Product.public_id == product_ref)).one()
            event = db.session.get_one(Event, product.event_id)

            def claim() -> bool:
                try:
                    with transaction():
                        services.hold(event, [(product, 1)], clock.now() + timedelta(minutes=30), alone=True)
                except services.SoldOut:
                    return False
                return True

            yield claim

    return buyer


def bare(url: str) -> Callable[[], AbstractContextManager[Deed]]:
    """The floor's claim."""
    engine = floor.open_database(url)

    @contextmanager
    def buyer() -> Iterator[Deed]:
        yield lambda: floor.claim(engine)

    return buyer


def run(buyer: Callable[[], AbstractContextManager[Deed]], threads: int, seconds: float) -> dict[str, float]:
    """Let every thread claim until the time is over."""
    got, refused = [0] * threads, [0] * threads
    ready, over = threading.Barrier(threads + 1), threading.Event()

    def buy(number: int) -> None:
        with buyer() as claim:
            ready.wait(60)
            ready.wait(60)
            while not over.is_set():
                if claim():
                    got[number] += 1
                else:
                    refused[number] += 1

    buyers = [threading.Thread(target=buy, args=(number,)) for number in range(threads)]
    for thread in buyers:
        thread.start()
    ready.wait(60)
    print("ready", flush=True)  # noqa: T201 -- how the benchmark hears of it
    sys.stdin.readline()
    ready.wait(60)
    began = time.monotonic()
    over.wait(seconds)
    over.set()
    for thread in buyers:
        thread.join()
    return {"got": sum(got), "refused": sum(refused), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    kind, address, count, length, *rest = sys.argv[1:]
    chosen = bare(address) if kind == "floor" else ours(address, rest[0])
    print(json.dumps(run(chosen, int(count), float(length))))  # noqa: T201 -- its answer
