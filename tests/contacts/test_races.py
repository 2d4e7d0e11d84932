"""Several at once: colleagues who scan one visitor take one lead, two who scan each other meet in one row."""

import threading

import pytest
import sqlalchemy as sa

from partnering.contacts import cards, leads, locking, queries, texts
from partnering.contacts.models import CardExchange, Lead
from partnering.db import db, transaction
from partnering.delegates import queries as partnering
from partnering.events.models import Participant
from partnering.mail.models import OutboxLetter
from tests.checkin.test_races import all_at_once
from tests.factories import make_event, make_product
from tests.factories.checkin import make_attendee

COLLEAGUES = 6


@pytest.fixture
def stand(app):
    """(ids of an exhibitor's people, id of a visitor); the sentence they agree to is known already."""
    return arrange(app)


def arrange(app):
    with app.app_context():
        event = make_event()
        product = make_product(event, role="exhibitor")
        team = [make_attendee(event, product, company="Zellkultur Sachsen AG") for _ in range(COLLEAGUES)]
        delegate = partnering.delegate_for(team[0])
        assert delegate is not None
        with transaction():
            texts.lead_text(event, delegate.profile)
            texts.card_text(event)
        return [held.participant_id for held in team], make_attendee(event).participant_id


def take(stand, number):
    """One colleague takes the visitor's lead; answers with its id, or "refused" by the index."""
    try:
        with transaction():
            by = db.session.get_one(Participant, stand[0][number])
            visitor = db.session.get_one(Participant, stand[1])
            mine = partnering.delegate_of(by)
            assert mine is not None
            return leads.take(mine.profile, by, visitor, scan_id=f"{number:032x}").id
    except sa.exc.IntegrityError:
        return "refused"


def scan(one_id, other_id):
    """One guest reads the badge of another one."""
    with transaction():
        return cards.ask(db.session.get_one(Participant, one_id), db.session.get_one(Participant, other_id)).id


def count(model, *where):
    """How many rows there are."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where))


@pytest.mark.parametrize("round_", range(3))
def test_of_several_colleagues_all_take_the_same_lead(app, stand, round_):
    answers = all_at_once(app, [lambda n=number: take(stand, n) for number in range(COLLEAGUES)])

    assert len(set(answers)) == 1
    with app.app_context():
        assert count(Lead) == 1
        assert count(OutboxLetter, OutboxLetter.kind == "contacts.lead_taken") == 1


@pytest.mark.engine("postgresql")  # on SQLite writers take turns anyway
@pytest.mark.parametrize("index", [True, False])
def test_without_waiting_for_each_other_the_index_refuses_and_without_it_nothing_does(make_app, monkeypatch, index):
    """The negative control: nobody holds the visitor, then nobody minds either."""
    app = make_app()
    stand = arrange(app)
    monkeypatch.setattr(locking, "hold", lambda *people: None)
    read, known = threading.Barrier(COLLEAGUES), queries.live_lead

    def read_together(profile, visitor):
        found = known(profile, visitor)
        read.wait(30)
        return found

    monkeypatch.setattr(queries, "live_lead", read_together)
    if not index:
        with app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("DROP INDEX uq_lead_visitor")

    answers = all_at_once(app, [lambda n=number: take(stand, n) for number in range(COLLEAGUES)])

    assert answers.count("refused") == (COLLEAGUES - 1 if index else 0)


@pytest.mark.parametrize("round_", range(3))
def test_two_who_scan_each_other_at_once_have_agreed(app, stand, round_):
    one, other = stand[0][0], stand[1]
    answers = all_at_once(app, [lambda: scan(one, other), lambda: scan(other, one)])

    assert len(set(answers)) == 1
    with app.app_context():
        [exchange] = db.session.scalars(sa.select(CardExchange)).all()
        assert queries.is_agreed(exchange)
