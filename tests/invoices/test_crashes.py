"""A process that dies between the number and the commit, or while a PDF is drawn, leaves nothing half done."""

import os
import signal

import pytest
import sqlalchemy as sa

from partnering import faults, verify
from partnering.db import db
from partnering.invoices import queries, tasks
from partnering.invoices.models import Invoice, InvoiceSeries
from partnering.registration.models import Party
from tests.factories import make_event
from tests.factories.invoices import invoice_of, make_invoiced, make_setup
from tests.support import databases, nursery


@pytest.fixture
def site(make_app):
    """An application on a database of its own, with an event that invoices."""
    app = make_app()
    with app.app_context():
        make_setup(make_event())
        db.session.remove()
    return app


def issue_elsewhere(app, fault=""):
    """Issue one invoice in a process of its own; what it ended with."""
    lane = ["-m", "tests.races.issuers", str(app.config["SQLALCHEMY_DATABASE_URI"]), "1", "5", "on"]
    environment = {**os.environ, databases.FOLDER: str(databases.folder()), faults.VARIABLE: fault}
    if not fault:
        del environment[faults.VARIABLE]
    process = nursery.start(lane, environment)
    process.communicate("go\n", timeout=120)
    return process.returncode


def test_killed_after_the_number_was_taken_nothing_is_left_of_it(site):
    assert issue_elsewhere(site, "invoices.numbered:1:kill") == -signal.SIGKILL
    with site.app_context():
        assert db.session.scalar(sa.select(InvoiceSeries.last_number)) == 0
        assert db.session.scalars(sa.select(Invoice)).all() == []
        assert db.session.scalars(sa.select(Party)).all() == []
        db.session.remove()

    assert issue_elsewhere(site) == 0

    with site.app_context():
        assert db.session.scalars(sa.select(Invoice.number)).all() == [1]
        assert {rule.code: list(found) for rule, found in verify.results() if found} == {}
        db.session.remove()


def test_a_fault_while_the_pdf_is_drawn_is_mended_by_the_next_run(ctx, monkeypatch):
    issued = invoice_of(make_invoiced(make_event()))
    invoice = issued.public_id
    monkeypatch.setenv(faults.VARIABLE, "invoices.drawn:1:raise")
    monkeypatch.setattr(faults, "_passed", type(faults._passed)())

    with pytest.raises(faults.InjectedFault):
        tasks.make_document(invoice)
    assert not queries.has_document(issued)

    assert tasks.make_document(invoice) is True
