"""One process that issues invoices: `python -m tests.races.issuers URL COUNT NTH GUARD`.

It places and invoices COUNT parties, each in a transaction, and rolls back every NTH after its number was taken. With
GUARD "off" it takes the highest number and one, as a careless programmer would, and counts what that doubles. Says
"ready", begins at a line on stdin, and prints as JSON how many it issued, rolled back, and doubled.
"""

import json
import secrets
import sys

import sqlalchemy as sa

from partnering import clock
from partnering.app import create_app
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.invoices import services
from partnering.invoices.models import InvoiceSeries
from partnering.registration.models import Item, Party
from tests.factories.invoices import BILLING
from tests.support import databases


class Undone(Exception):
    """What rolls a transaction back."""


def party_of(event: Event) -> Party:
    """A placed party that owes something: the rows alone, without tickets and people."""
    party = Party(
        event_id=event.id,
        reference=secrets.token_hex(6),
        contact_name="Ada Byron",
        contact_email="ada@example.org",
        billing=BILLING,
        draft={},
        created_at=clock.now(),
        placed_at=clock.now(),
    )
    db.session.add(party)
    db.session.flush()
    db.session.add(
        Item(
            event_id=event.id,
            party_id=party.id,
            name=event.name,
            net=18_487,
            vat=3_513,
            gross=22_000,
            list_gross=22_000,
            vat_rate=1900,
        )
    )
    db.session.flush()
    return party


def issue(undo: bool) -> None:
    """One party and its invoice. Raises `Undone` after everything was written, if so asked."""
    with transaction():
        event = db.session.scalars(sa.select(Event)).one()
        services.issue(party_of(event), letter=False)
        if undo:
            raise Undone


def insist(undo: bool) -> None:
    """The same, tried again when SQLite was kept from everybody else for too long."""
    while True:
        try:
            issue(undo)
        except Undone:
            return
        except sa.exc.OperationalError as error:
            if "locked" not in str(error):
                raise
        else:
            return


def guess(undo: bool) -> bool:
    """The careless way: look for the highest number, then write the next; whether somebody else had written it."""
    with db.engine.connect() as connection:
        highest = connection.execute(sa.text("SELECT COALESCE(MAX(number), 0) FROM guessed")).scalar_one()
        connection.rollback()
        connection.execute(sa.text("INSERT INTO guessed (number) VALUES (:n)"), {"n": highest + 1})
        if undo:
            connection.rollback()
        else:
            connection.commit()
    return not undo


def main(url: str, count: int, nth: int, guard: str) -> None:
    """All of this process."""
    app = create_app({"TESTING": True}, databases.settings_for(url))
    issued = undone = 0
    with app.app_context():
        db.session.scalars(sa.select(InvoiceSeries)).all()
        db.session.remove()
        print("ready", flush=True)  # noqa: T201 -- the parent waits for it
        sys.stdin.readline()
        for number in range(1, count + 1):
            undo = number % nth == 0
            if guard == "off":
                guess(undo)
            else:
                insist(undo)
            issued += not undo
            undone += undo
            db.session.remove()
    print(json.dumps({"issued": issued, "undone": undone}), flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
