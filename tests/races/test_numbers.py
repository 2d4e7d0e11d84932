"""Eight processes issue invoices of one series at once, every fifth is rolled back: no number twice, none missing.

`NUMBERS=10000` says how many are issued in all (`make soak`); without it enough to see the control fail.
"""

import json
import os
from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.db import db
from partnering.invoices import invariants
from partnering.invoices.models import Invoice, InvoiceSeries
from tests.factories import make_event
from tests.factories.invoices import make_setup
from tests.support import crowds, databases

NUMBERS = int(os.environ.get("NUMBERS", "160"))
PROCESSES, UNDONE = 8, 5

pytestmark = [pytest.mark.race, pytest.mark.timeout(3600 if NUMBERS > 1000 else 240)]


@pytest.fixture
def site(make_app) -> Flask:
    """An application on a database of its own, with an event that invoices."""
    app: Flask = make_app()
    with app.app_context():
        make_setup(make_event())
        db.session.remove()
    return app


def race(app: Flask, *, guard: str, count: int) -> Sequence[dict[str, int]]:
    """What each process says it did."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    lane = ["-m", "tests.races.issuers", url, str(count), str(UNDONE), guard]
    environment = {**os.environ, databases.FOLDER: str(databases.folder())}
    return [json.loads(said) for said in crowds.race([lane] * PROCESSES, environment=environment, timeout=3500)]


def test_numbers_are_unique_and_contiguous(site):
    count = NUMBERS * UNDONE // (UNDONE - 1) // PROCESSES

    answers = race(site, guard="on", count=count)

    issued = sum(answer["issued"] for answer in answers)
    with site.app_context():
        numbers = db.session.scalars(sa.select(Invoice.number).order_by(Invoice.number)).all()
        assert numbers == list(range(1, issued + 1))
        assert db.session.scalar(sa.select(InvoiceSeries.last_number)) == issued
        assert list(invariants.numbers_are_contiguous()) == []
        assert list(invariants.lines_add_up()) == []
        db.session.remove()
    assert issued == PROCESSES * (count - count // UNDONE)
    assert sum(answer["undone"] for answer in answers) == PROCESSES * (count // UNDONE)


def test_without_the_guard_numbers_are_doubled(site):
    """The negative control: looking for the highest number, and writing the next a moment later."""
    with site.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE guessed (number INTEGER NOT NULL)"))

    race(site, guard="off", count=40)

    with site.app_context(), db.engine.connect() as connection:
        doubled = connection.execute(
            sa.text("SELECT COUNT(*) FROM (SELECT number FROM guessed GROUP BY number HAVING COUNT(*) > 1) AS d")
        ).scalar_one()
    assert doubled > 0


@pytest.mark.engine("sqlite")
def test_the_tables_themselves_refuse_a_doubled_number(site):
    with site.app_context():
        found = sa.inspect(db.engine)
        names = {each["name"] for each in found.get_unique_constraints("invoice")}
        names |= {each["name"] for each in found.get_foreign_keys("invoice")}
        names |= {each["name"] for each in found.get_check_constraints("invoice")}
        db.engine.dispose()

    assert {"uq_invoice_series_id_number", "fk_invoice_series_id_previous", "ck_invoice_no_gap"} <= names
