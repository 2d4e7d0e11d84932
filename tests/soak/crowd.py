"""One of the crowd: `python -m tests.soak.crowd URL EVENT SECONDS SEED`.

Does one random deed after the other, each in a transaction, until the time is over, and prints as JSON how often each
was done or refused, and what should never have happened.
"""

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from partnering import clock
from partnering.app import create_app
from partnering.db import db, transaction
from partnering.errors import DomainError
from partnering.events.models import Event
from partnering.registration import desk, services, waiting
from partnering.registration.models import Party, Place, Registration, WaitingEntry
from partnering.tickets import services as tickets
from partnering.tickets.models import Claim, Code, Pool, Product

from ..support.databases import settings_for

Deed = Callable[[], object]


class Visitor:
    """Somebody who does something at random; whatever does not exist yet is not done."""

    def __init__(self, event_ref: str, seed: int) -> None:
        self.dice, self.seed, self.number = random.Random(seed), seed, 0
        self.event_id = db.session.scalars(sa.select(Event.id).where(Event.public_id == event_ref)).one()
        self.deeds: dict[str, Deed] = {
            "choose": self.choose,
            "choose more": self.choose,
            "claim": self.claim,
            "pay": self.pay,
            "pay too": self.pay,
            "extend": self.extend,
            "give up": self.give_up,
            "cancel": self.cancel,
            "move": self.move,
            "wait": self.wait,
            "decline": self.decline,
            "leave": self.leave,
            "capacity": self.capacity,
            "serve": self.serve,
            "expire": self.expire,
        }

    def some(self, model: type[Any], *conditions: sa.ColumnElement[bool]) -> Any:
        """One of the newest hundred, or None."""
        newest = sa.select(model).where(model.event_id == self.event_id, *conditions).order_by(model.id.desc())
        found = db.session.scalars(newest.limit(100)).all()
        return self.dice.choice(found) if found else None

    def event(self) -> Event:
        return db.session.get_one(Event, self.event_id)

    def soon(self) -> Any:
        """Half a second to four seconds from now."""
        return clock.now() + timedelta(seconds=self.dice.uniform(0.5, 4))

    def ticket(self) -> Product:
        found: Product = self.some(Product, Product.kind == "ticket")
        return found

    def choose(self) -> None:
        event, units = self.event(), self.dice.randint(1, 3)
        waiting.serve(event.id)
        code = self.some(Code) if self.dice.random() < 0.4 else None
        party = services.begin(event, self.ticket(), units, "de", code=code, until=self.soon())
        services.keep(party, people=[self.guest(), *[{}] * (units - 1)], company="", billing={})

    def guest(self) -> dict[str, str]:
        self.number += 1
        address = f"soak-{self.seed}-{self.number}@example.org"
        return {"title": "", "given_name": "Ada", "family_name": "Minh", "email": address, "function": ""}

    def claim(self) -> None:
        """Several products at once, named in any order."""
        products = db.session.scalars(sa.select(Product).where(Product.event_id == self.event_id)).all()
        chosen = self.dice.sample(products, self.dice.randint(1, len(products)))
        wanted = [(product, self.dice.randint(1, 2)) for product in chosen]
        state = self.dice.choice(["held", "offered"])
        claims = tickets.hold(self.event(), wanted, self.soon(), code=self.some(Code), state=state)
        if state == "offered" and self.dice.random() < 0.5:
            tickets.decline(claims)

    def pay(self) -> None:
        party = self.some(Party, Party.placed_at.is_(None))
        if party is not None and party.items:
            units = sum(item.claim_id is not None for item in party.items)
            if not party.draft.get("people"):
                services.keep(party, people=[self.guest(), *[{}] * (units - 1)], company="", billing={})
            services.place(party)

    def extend(self) -> None:
        party = self.some(Party, Party.placed_at.is_(None))
        if party is not None:
            services.extend(party)

    def give_up(self) -> None:
        claim = self.some(Claim, Claim.state.in_(["held", "offered"]))
        if claim is not None:
            tickets.release([claim])

    def cancel(self) -> None:
        place = self.some(Place, Place.cancelled_at.is_(None))
        if place is not None:
            services.cancel_place(place)

    def move(self) -> None:
        registration = self.some(Registration, Registration.state == "live")
        if registration is not None:
            desk.move(registration, self.ticket())

    def wait(self) -> None:
        first, second, whole = self.ticket(), self.ticket(), self.dice.random() < 0.5
        units, guest = self.dice.randint(1, 3), self.guest()["email"]
        options: dict[str, Any] = {"name": "Ada Minh", "locale": "de", "all_or_none": whole, "others": [second]}
        waiting.join(self.event(), first, units, email=guest, **options)

    def decline(self) -> None:
        entry = self.some(WaitingEntry, WaitingEntry.state == "offered")
        if entry is not None:
            waiting.decline(entry)

    def leave(self) -> None:
        entry = self.some(WaitingEntry, WaitingEntry.closed_at.is_(None))
        if entry is not None:
            waiting.leave(entry)

    def capacity(self) -> None:
        tickets.set_capacity(self.some(Pool), self.dice.randint(2, 30))

    def serve(self) -> None:
        waiting.serve(self.event_id)

    def expire(self) -> None:
        tickets.expire_due(self.event())


def main(url: str, event_ref: str, seconds: float, seed: int) -> None:
    """Everything one process does."""
    app = create_app({"TESTING": True}, settings_for(url))
    done, refused, wrong = Counter[str](), Counter[str](), Counter[str]()
    with app.app_context():
        visitor = Visitor(event_ref, seed)
        db.session.rollback()
        print("ready", flush=True)  # noqa: T201 -- the parent waits for it
        sys.stdin.readline()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            name = visitor.dice.choice(list(visitor.deeds))
            try:
                with transaction():
                    visitor.deeds[name]()
                done[name] += 1
            except DomainError as error:
                refused[error.code] += 1
            except StaleDataError:
                refused["stale"] += 1
            except Exception as error:  # whatever it is, the report must name it
                wrong[f"{name}: {type(error).__name__}: {str(error).splitlines()[0][:200]}"] += 1
        db.session.remove()
    print(json.dumps({"done": done, "refused": refused, "wrong": wrong}), flush=True)  # noqa: T201 -- its answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))
