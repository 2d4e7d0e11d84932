"""Buyers who claim places for a while: `python -m tests.bench.claims ours|floor URL THREADS SECONDS [PRODUCT]`.

Each thread claims one place after the other, in a transaction each, without any page. Says "ready", begins at a line on
stdin, and prints as JSON how many places it got, how many were refused, and the seconds it took.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from partnering import clock
from partnering.app import create_app
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.tickets import services
from partnering.tickets.models import Product

from ..support.databases import settings_for
from . import floor


def ours(url: str, product_ref: str) -> Callable[[], bool]:
    """Claiming one unit of a product by the service: held and confirmed in one transaction."""
    settings = settings_for(url, instance="/nonexistent")
    app = create_app({"TESTING": True, "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 20, "max_overflow": 80}}, settings)

    def claim() -> bool:
        with app.app_context():
            try:
                with transaction():
                    product = db.session.scalars(sa.select(Product).where(Product.public_id == product_ref)).one()
                    event = db.session.get_one(Event, product.event_id)
                    services.confirm(services.hold(event, [(product, 1)], clock.now() + timedelta(minutes=30)))
            except services.SoldOut:
                return False
            return True

    return claim


def run(claim: Callable[[], bool], threads: int, seconds: float) -> dict[str, float]:
    """Let every thread claim until the time is over."""
    got, refused = [0] * threads, [0] * threads
    over = threading.Event()

    def buy(number: int) -> None:
        while not over.is_set():
            if claim():
                got[number] += 1
            else:
                refused[number] += 1

    claim()  # connections, imports and caches come before the race
    print("ready", flush=True)  # noqa: T201 -- how the benchmark hears of it
    sys.stdin.readline()
    buyers = [threading.Thread(target=buy, args=(number,)) for number in range(threads)]
    began = time.monotonic()
    for buyer in buyers:
        buyer.start()
    over.wait(seconds)
    over.set()
    for buyer in buyers:
        buyer.join()
    return {"got": sum(got), "refused": sum(refused), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    kind, address, count, length, *rest = sys.argv[1:]
    if kind == "floor":
        engine = floor.open_database(address)
        deed: Callable[[], bool] = lambda: floor.claim(engine)  # noqa: E731 -- one of two
    else:
        deed = ours(address, rest[0])
    print(json.dumps(run(deed, int(count), float(length))))  # noqa: T201 -- its answer
