"""Whatever statement a process dies after, all of a deed is there or nothing of it (R19).

After every fifth, that is; with KILL_EVERY=1, as in `make soak`, after each.
"""

import json
import os

import pytest

from partnering import verify
from partnering.db import db
from tests.factories import make_event, make_product, make_registration
from tests.factories.invoices import make_setup
from tests.factories.registration import make_draft, make_guest
from tests.factories.waiting import cancel, make_asked, make_sold_out, make_waiting
from tests.support import databases, nursery

pytestmark = [pytest.mark.race, pytest.mark.timeout(300)]

BILL = {"kind": "company", "name": "Lumenfold GmbH", "street": "Weg 1", "postcode": "01067", "city": "Dresden"}
BILLED = {**BILL, "country": "DE"}


@pytest.fixture
def site(make_app):
    """An application on a database of its own, and its event that invoices."""
    app = make_app()
    with app.app_context():
        event = make_event("killed")
        make_setup(event)
        yield app, event
        db.session.remove()


def prepare(deed, event):
    """What the deed needs."""
    if deed in ("place", "approve"):
        people = [make_guest(), make_guest(), {}]
        product = make_product(event, seats=3, needs_approval=deed == "approve")
        make = make_draft if deed == "place" else make_asked
        make(event, product=product, people=people, billing=BILLED)
    elif deed in ("accept", "leave"):
        product, taken = make_sold_out(event)
        make_waiting(product)
        if deed == "leave":
            make_waiting(product)
        cancel(taken[0])
    else:
        make_registration(event, billing=BILLED)


def kill(app, deed, *options):
    """What was left of the deed after each statement."""
    db.session.remove()
    lane = ["-m", "tests.races.killed", str(app.config["SQLALCHEMY_DATABASE_URI"]), deed, *options]
    environment = {"KILL_EVERY": "5", **os.environ, databases.FOLDER: str(databases.folder())}
    process = nursery.start(lane, environment)
    said = process.communicate(timeout=280)
    assert process.returncode == 0
    return json.loads(said)


@pytest.mark.parametrize("deed", ["place", "approve", "accept", "cancel", "substitute", "leave"])
def test_a_process_killed_after_any_statement_leaves_nothing_of_its_deed(site, deed):
    app, event = site
    prepare(deed, event)

    told = kill(app, deed)

    assert (told["left"], told["done"]) == ([], True)
    assert told["statements"] > 10
    assert {rule.code: list(found) for rule, found in verify.results() if found} == {}


def test_without_a_transaction_half_a_deed_stays(site):
    app, event = site
    prepare("place", event)

    assert kill(app, "place", "--careless")["left"] != []
