"""What is forgotten, and when: carts, requests, those who waited, and what is nobody's business once somebody left."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import db, transaction
from partnering.events import services as events
from partnering.jobs import worker
from partnering.mail.models import OutboxLetter
from partnering.questions import services as answers
from partnering.questions import uploads
from partnering.questions.models import AnswerFile, AnswerSheet, SensitiveAnswer
from partnering.questions.tasks import purge
from partnering.questions.uploads import Upload
from partnering.registration import approval, queries, services, tasks, waiting
from partnering.registration.models import Party, WaitingEntry, WaitingOther, WaitingStep
from partnering.registration.seats import Guest
from partnering.tickets.models import Claim, Pool
from tests.factories import make_draft, make_event, make_product, make_registration
from tests.factories.questions import make_question, make_sheet, shown
from tests.factories.waiting import make_asked, make_sold_out, make_waiting
from tests.support.letters import deliver_all
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")


def rows(table):
    """How many rows a table has."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(table))


def run_all():
    """Every job that is due."""
    while worker.run_jobs():
        continue


def say(event, holder):
    """Somebody who comes says something sensitive."""
    question = make_question(event, label="Allergie", data_class="sensitive", retention_days=30)
    sheet = make_sheet(event, {question: "Nüsse"})
    with transaction():
        holder.sheet_id = sheet.id
    return question


# -- carts


def typed(party):
    """A cart with a sensitive answer, kept apart as the questions' page does."""
    question = make_question(party.event, label="Allergie", data_class="sensitive", retention_days=30)
    with transaction():
        sheet = answers.new_sheet(party.event)
        answers.save(sheet, [shown(party.event, question)], {question.public_id: "Nüsse"}, draft=True)
        party.draft = {**party.draft, "sheet": sheet.public_id}
    return sheet


def test_a_cart_is_forgotten_after_a_day_with_all_that_was_typed(freeze):
    party = make_draft(make_event())
    typed(party)
    for hours, kept in ((23, 1), (25, 0)):
        freeze(party.created_at + timedelta(hours=hours))
        tasks.forget_drafts()
        db.session.expire_all()
        assert [rows(Party), rows(SensitiveAnswer), rows(AnswerSheet)] == [kept] * 3
        party = db.session.scalars(sa.select(Party)).one_or_none() or party
    assert set(db.session.scalars(sa.select(Claim.state))) == {"released"}


def test_a_request_keeps_what_was_typed_while_somebody_decides(freeze):
    event = make_event()
    product = make_product(event, needs_approval=True)
    file = make_question(event, "file", "Nachweis")
    party = make_draft(event, product=product)
    typed(party)
    with transaction():
        public_id = uploads.keep(event, file.id, Upload("a.pdf", "application/pdf", b"%PDF-1.4")).public_id
        lost = uploads.keep(event, file.id, Upload("b.pdf", "application/pdf", b"%PDF-1.4")).public_id
        services.keep(party, answers={"buyer": {}, "people": [{file.public_id: public_id}], "seen": []})
        approval.ask(party)

    freeze(clock.now() + timedelta(days=5))
    purge()
    tasks.forget_drafts()

    assert (rows(Party), rows(SensitiveAnswer)) == (1, 1)
    assert db.session.scalars(sa.select(AnswerFile.public_id)).all() == [public_id] != [lost]
    with transaction():
        approval.approve(there(queries.party_at(party.public_id)))
    assert rows(SensitiveAnswer) == 1


# -- whoever does not come


@pytest.mark.parametrize("how", ["cancelled", "declined", "substituted", "taken back"])
def test_sensitive_answers_end_with_the_registration(how):
    event = make_event()
    registration = make_registration(event)
    plain = make_question(event, label="Hemd")
    say(event, registration)
    with transaction():
        services.answer(registration, [shown(event, plain)], {plain.public_id: "M"})
        if how == "substituted":
            services.name_substitute(registration, Guest("sub@example.org", "", "Tom", "Ersatz", ""))
        elif how == "taken back":
            registration.place.party.approval = "approved"
            db.session.flush()
            approval.take_back(registration.place.party, "Nein.")
        else:
            services.cancel_registration(registration, "holder", keep_place=how == "declined")

    assert rows(SensitiveAnswer) == 0
    assert registration.sheet is not None


@pytest.mark.parametrize("deed", [lambda party: approval.reject(party, "Nein."), approval.withdraw])
def test_sensitive_answers_end_with_a_request(deed):
    party = make_draft(make_event(), product=None)
    with transaction():
        there(party.product).needs_approval = True
    typed(party)
    with transaction():
        approval.ask(party)
    assert rows(SensitiveAnswer) == 1

    with transaction():
        deed(party)

    assert rows(SensitiveAnswer) == 0


# -- after the event


def test_requests_nobody_decided_end_with_the_event_and_are_forgotten(freeze):
    event = make_event()
    party = make_asked(event, product=make_product(event, needs_approval=True, capacity=1))
    letters = rows(OutboxLetter)

    freeze(event.closes_at + timedelta(hours=1))
    tasks.end_over()

    db.session.expire_all()
    assert (party.approval, rows(OutboxLetter)) == ("rejected", letters)
    assert db.session.scalars(sa.select(Claim.state)).all() == ["released"]
    assert not approval.may_edit(party)
    for days, kept in ((29, 1), (31, 0)):
        freeze(event.closes_at + timedelta(days=days))
        tasks.forget_drafts()
        assert rows(Party) == kept


def test_those_who_waited_are_forgotten_a_month_after_the_event(freeze):
    event = make_event()
    (product, held), (other, _held) = make_sold_out(event), make_sold_out(event)
    waits, gone = make_waiting(product, others=[other]), make_waiting(product)
    with transaction():
        waiting.leave(gone)
    letters = rows(OutboxLetter)

    freeze(event.closes_at + timedelta(hours=1))
    tasks.end_over()

    db.session.expire_all()
    assert (waits.state, rows(OutboxLetter)) == ("left", letters)
    assert set(db.session.scalars(sa.select(Pool.waiting))) == {0}
    for days, kept in ((29, 2), (31, 0)):
        freeze(event.closes_at + timedelta(days=days))
        tasks.forget_drafts()
        assert rows(WaitingEntry) == kept
    assert (rows(WaitingOther), rows(WaitingStep)) == (0, 0)
    assert held


# -- called off


def test_calling_off_ends_requests_and_tells_who_asked_once(app):
    event = make_event()
    party = make_asked(event, email="petra@example.org", product=make_product(event, needs_approval=True))
    deliver_all(app)
    for _twice in range(2):
        with transaction():
            events.cancel(event)
        run_all()

    messages = deliver_all(app)

    db.session.expire_all()
    assert [message["To"] for message in messages] == ["petra@example.org"]
    assert (party.approval, db.session.scalars(sa.select(Claim.state)).all()) == ("rejected", ["released"])
