"""Who eats what: counts for organisers, names for catering alone, and files that are answers."""

import csv
import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.audit import AuditEntry
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.questions import uploads
from partnering.questions.models import Question
from partnering.questions.uploads import Upload
from partnering.registration.models import Registration
from tests.factories import make_product, make_registration
from tests.factories.events import make_caterer
from tests.factories.questions import make_question, make_sheet
from tests.support.signing_in import sign_in

from .desk import counted, open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def answer(event: Event, answers: dict[Question, object], name: str = "Jana") -> Registration:
    """A guest who has answered."""
    product = make_product(event)
    held = make_registration(event, product=product, given_name=name)
    sheet = make_sheet(event, answers)
    with transaction():
        db.session.get_one(Registration, held.id).sheet_id = sheet.id
    return held


def test_organisers_see_counts_and_no_names_and_no_words(event, client):
    food = make_question(event, "single_choice", "Essen", data_class="sensitive")
    need = make_question(event, "long_text", "Bedarf", data_class="sensitive")
    answer(event, {food: "a", need: "Rollstuhl"}, "Jana")
    answer(event, {food: "b"}, "Paul")
    answer(event, {food: "b"}, "Ewa")

    page = client.get(f"/manage/{event.slug}/catering?lang=en").text
    rows = list(csv.reader(io.StringIO(client.get(f"/manage/{event.slug}/catering.csv?lang=en").text), delimiter=";"))

    assert [word in page for word in ("Jana", "Paul", "Rollstuhl")] == [False, False, False]
    assert rows[1:] == [
        ["Essen (en)", "Zweitens", "2"],
        ["Essen (en)", "Erstens", "1"],
        ["Bedarf (en)", "", "1"],
    ]
    for path in ("/catering/names", "/catering/names.csv"):
        assert client.get(f"/manage/{event.slug}{path}").status_code == 404


def test_catering_sees_names_and_looking_is_logged(event, app):
    food = make_question(event, "single_choice", "Essen", data_class="sensitive")
    answer(event, {food: "a"}, "Jana")
    client = app.test_client()
    sign_in(client, make_caterer(event))

    page = client.get(f"/manage/{event.slug}/catering/names")
    client.get(f"/manage/{event.slug}/catering/names.csv")

    assert "Jana" in page.text
    actions = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.action.like("catering.%")).order_by(AuditEntry.id)
    ).all()
    assert actions == ["catering.names_seen", "catering.names_taken"]
    assert client.get(f"/manage/{event.slug}/").status_code == 404
    assert client.get(f"/manage/{event.slug}/people").status_code == 404


def test_who_gave_back_the_ticket_is_not_counted(event, client):
    food = make_question(event, "single_choice", "Essen", data_class="sensitive")
    gone = answer(event, {food: "a"})
    with transaction():
        db.session.get_one(Registration, gone.id).state = "cancelled"

    page = client.get(f"/manage/{event.slug}/catering?lang=en").text

    assert "Nobody has answered yet." in page


def test_counting_costs_as_many_statements_for_many_as_for_one(event, client):
    food = make_question(event, "single_choice", "Essen", data_class="sensitive")
    answer(event, {food: "a"})
    address = f"/manage/{event.slug}/catering"
    with counted() as few:
        assert client.get(address).status_code == 200
    event, food = db.session.scalars(sa.select(Event)).one(), db.session.scalars(sa.select(Question)).one()
    for _n in range(5):
        answer(event, {food: "a"})
    with counted() as many:
        assert client.get(address).status_code == 200

    assert len(few) == len(many)


def test_a_file_is_downloaded_by_organisers_and_shown_by_no_browser(event, client, app):
    question = make_question(event, "file", "Nachweis")
    with transaction():
        file = uploads.keep(event, question.id, Upload("nachweis.pdf", "application/pdf", b"%PDF-1.4")).public_id
    address = f"/manage/{event.slug}/answers/files/{file}"
    assert client.get(address).status_code == 404  # nobody has sent it in
    make_sheet(event, {question: file})

    response = client.get(address)

    assert (response.status_code, response.data, response.content_type) == (200, b"%PDF-1.4", "application/pdf")
    assert response.headers["Content-Disposition"] == "attachment; filename=nachweis.pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Cache-Control"] == "no-store"
    stranger = app.test_client()
    sign_in(stranger, make_caterer(event))
    assert stranger.get(address).status_code == 404


def test_a_file_about_health_is_for_catering_alone_and_opening_it_is_logged(event, client, app):
    question = make_question(event, "file", "Attest", data_class="sensitive")
    with transaction():
        file = uploads.keep(event, question.id, Upload("attest.pdf", "application/pdf", b"%PDF-1.4")).public_id
    answer(event, {question: file})
    address = f"/manage/{event.slug}/answers/files/{file}"
    caterer = app.test_client()
    sign_in(caterer, make_caterer(event))

    page = caterer.get(f"/manage/{event.slug}/catering/names").text
    opened = caterer.get(address)

    assert f'<a href="{address}">attest.pdf</a>' in page
    assert (opened.status_code, opened.data) == (200, b"%PDF-1.4")
    assert client.get(address).status_code == 404
    looked = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == "catering.names_seen")
    assert db.session.scalar(looked) == 2


def test_files_are_opened_from_the_pages_of_who_gave_them(event, client):
    question = make_question(event, "file", "Nachweis")
    with transaction():
        file = uploads.keep(event, question.id, Upload("nachweis.pdf", "application/pdf", b"%PDF-1.4")).public_id
    held = answer(event, {question: file})

    page = client.get(f"/manage/{event.slug}/people/{held.participant.public_id}").text

    assert f'<a href="/manage/{event.slug}/answers/files/{file}">nachweis.pdf</a>' in page
