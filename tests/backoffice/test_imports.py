"""Bringing in people from files: what is wrong is named by row and field, then everybody comes in, or nobody."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock, verify
from partnering.accounts.models import EmailAddress
from partnering.audit import AuditEntry
from partnering.backoffice import bills, imports, tasks
from partnering.backoffice.models import PeopleImport
from partnering.db import BilingualText, db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event, Participant
from partnering.jobs import worker
from partnering.jobs.models import Job
from partnering.mail.models import OutboxLetter
from partnering.questions.models import Answer
from partnering.registration.models import Item, Registration, TicketCode
from partnering.registration.services import cancel_registration
from partnering.tickets.models import Pool, Product, ProductPool
from tests.factories import make_event, make_product, make_registration

from .desk import counted, open_desk
from .people_lists import HEADS, as_csv, as_workbook, conference, plant, registered_guest, right_rows


def upload(client: FlaskClient, event: Event, content: bytes, name: str = "gaeste.csv") -> str:
    """Upload a file; the address of its page."""
    path = f"/manage/{event.slug}/people/import"
    answer = client.post(path, data={"file": (io.BytesIO(content), name)})
    assert answer.status_code == 302, re.sub(r"<[^>]+>", "", answer.text)[-500:]
    return str(answer.location)


def kept() -> PeopleImport:
    """The newest import."""
    db.session.rollback()
    return db.session.scalars(sa.select(PeopleImport).order_by(PeopleImport.id.desc()).limit(1)).one()


def columns(event: Event, **more: str) -> dict[str, str]:
    """The form as it stands: columns as guessed."""
    fields = [*imports.FIELDS, *(imports.ANSWER + one.public_id for one in imports.answerable(event))]
    mapping = kept().mapping
    chosen = {f"column_{number}": mapping.get(key, "") for number, key in enumerate(fields)}
    return {**chosen, "product": "", "gross": "day", "locale": "de", **more}


def check(app: Flask, client: FlaskClient, event: Event, page: str, **more: str) -> PeopleImport:
    """Have a list checked by the worker."""
    assert client.post(f"{page}/check", data=columns(event, **more)).status_code == 302
    worker.run_once(app)
    return kept()


def bring_in(app: Flask, client: FlaskClient, page: str, **more: str) -> PeopleImport:
    """Have it brought in by the worker."""
    assert client.post(f"{page}/bring-in", data=more).status_code == 302
    worker.run_once(app)
    return kept()


def number_of(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.timeout(300)
def test_a_thousand_rows_with_thirty_seven_faults_are_named_then_mended_then_brought_in(
    ctx: Flask, client: FlaskClient
):
    event, fields = conference(capacity=963)
    event = open_desk(client, event)
    somebody = registered_guest(event)
    rows = right_rows(1000)
    planted = plant(rows, fields, somebody)

    found = check(ctx, client, event, upload(client, event, as_csv(rows)))

    assert len(planted) == 37
    assert {(one["row"], one["field"], one["code"]) for one in found.report["errors"]} == planted
    assert (found.state, found.report["rows"], found.report["wrong"]) == ("checked", 1000, 37)
    assert number_of(Registration) == 1

    with transaction():
        db.session.scalars(sa.select(Pool).where(Pool.capacity == 963)).one().capacity = 1000
    page = upload(client, event, as_csv(right_rows(1000), ",", "windows-1252"), "gemended.csv")
    assert check(ctx, client, event, page).report["wrong"] == 0
    done = bring_in(ctx, client, page)
    job = db.session.scalars(sa.select(Job).order_by(Job.id.desc()).limit(1)).one()

    assert (done.state, done.report["good"], done.content) == ("done", 1000, None)
    assert (job.state, job.done, job.total) == ("done", 1000, 1000)
    assert [number_of(model) for model in (Registration, TicketCode, Delegate)] == [1001, 1001, 1001]
    assert db.session.scalars(sa.select(OutboxLetter.recipient_ref)).all() == [somebody_ref(somebody)]
    assert [
        pool.used for pool in db.session.scalars(sa.select(Pool).where(Pool.capacity == 1000).order_by(Pool.id))
    ] == [
        1000,
        100,
    ]
    assert [finding for _rule, findings in verify.results() for finding in findings] == []

    again = check(ctx, client, event, upload(client, event, as_csv(right_rows(1000))))

    assert {one["code"] for one in again.report["errors"]} == {"registered"}
    assert again.report["wrong"] == 1000


def somebody_ref(address: str) -> str:
    """The public id of the participant at this address."""
    return db.session.scalars(
        sa.select(Participant.public_id)
        .join(EmailAddress, EmailAddress.person_id == Participant.person_id)
        .where(EmailAddress.address == address)
    ).one()


# -- columns


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event with one ticket, whose organiser is signed in."""
    event = open_desk(client)
    make_product(event, name=BilingualText("Standard", "Regular"))
    return event


ONE = b"email,first name,last name,ticket\njana@firma.example,Jana,Berg,Standard\n"


def test_columns_are_guessed_in_both_languages_and_by_the_words_of_questions(ctx: Flask, client: FlaskClient):
    event, fields = conference()
    event = open_desk(client, event)

    upload(client, event, as_csv(right_rows(1)))

    expected = dict(zip([key for key in imports.FIELDS if key not in bills.FIELDS], HEADS[:11], strict=True))
    assert kept().mapping == expected | {fields[head]: head for head in fields}


def test_a_column_is_chosen_once_and_what_is_needed_must_be_there(event: Event, client: FlaskClient):
    page = upload(client, event, ONE)

    answer = client.post(
        f"{page}/check?lang=en", data=columns(event, column_0="", column_1="ticket", column_6="ticket")
    )

    assert answer.status_code == 422
    assert ("Choose the column in which this stands" in answer.text) is True
    assert ("This column says something else already" in answer.text) is True
    assert number_of(Job) == 0


def test_a_ticket_comes_from_a_column_or_is_chosen_for_all(ctx: Flask, event: Event, client: FlaskClient):
    product = db.session.scalars(sa.select(Product)).one()
    page = upload(client, event, ONE)

    refused = client.post(f"{page}/check", data=columns(event, column_6=""))
    wrong = check(ctx, client, event, page, column_6="", product=product.public_id, gross="free").report["wrong"]
    done = bring_in(ctx, client, page)

    assert (refused.status_code, wrong, done.state) == (422, 0, "done")
    assert db.session.scalars(sa.select(Item.gross)).all() == [0]


def test_the_template_can_be_brought_in_as_it_is(ctx: Flask, event: Event, client: FlaskClient):
    for name in ("template.csv", "template.xlsx"):
        template = client.get(f"/manage/{event.slug}/people/import/{name}?lang=de").get_data()
        found = check(ctx, client, event, upload(client, event, template, name))

        assert (found.report["rows"], found.report["errors"]) == (1, [])


# -- the dry run and the deed


def test_nothing_happens_before_somebody_says_so(ctx: Flask, event: Event, client: FlaskClient):
    page = upload(client, event, ONE)

    refused = client.post(f"{page}/bring-in")
    check(ctx, client, event, page)

    assert refused.status_code == 302
    assert (number_of(Registration), number_of(OutboxLetter), kept().state) == (0, 0, "checked")


def test_a_workbook_with_numbers_in_its_cells_is_read_as_the_list_is(ctx: Flask, client: FlaskClient):
    event, fields = conference(capacity=1000)
    event = open_desk(client, event)
    rows = right_rows(200)
    planted = {fault for fault in plant(rows, fields, registered_guest(event)) if fault[0] <= 201}
    cells = [[int(cell) if cell.isascii() and cell.isdigit() else cell for cell in row] for row in rows]

    page = upload(client, event, as_workbook(cells), "gaeste.xlsx")
    found = check(ctx, client, event, page)

    assert len(planted) == 32
    assert {(one["row"], one["field"], one["code"]) for one in found.report["errors"]} == planted
    shown = client.get(page).text
    assert [text in shown for text in ("jana(at)firma.de", "Klingonisch", "Ballonfahrt")] == [True] * 3
    client.post(f"{page}/bring-in")
    worker.run_once(ctx)
    assert (kept().state, number_of(Registration)) == ("checked", 1)


def test_what_was_read_becomes_what_buying_would_have_made(ctx: Flask, client: FlaskClient):
    event, _fields = conference(capacity=50)
    event = open_desk(client, event)
    page = upload(client, event, as_workbook(right_rows(21)), "gaeste.xlsx")
    check(ctx, client, event, page)

    bring_in(ctx, client, page)

    held = db.session.scalars(sa.select(Registration).join(Participant).where(Participant.given_name == "Jana20")).one()
    person = held.participant
    items = {item.name.de: (item.kind, item.list_gross, item.gross, item.code_text) for item in held.place.party.items}
    answers = {
        answer.question_id: answer.value["value"]
        for answer in db.session.scalars(sa.select(Answer).where(Answer.sheet_id == held.sheet_id))
    }
    assert (person.name, person.company, person.function, person.locale) == (
        "Jana20 Müller20",
        "Firma 20 GmbH",
        "Forschung",
        "de",
    )
    assert items == {
        "Studierende": ("ticket", 4_900, 4_410, "FREUNDE"),
        "Abendessen": ("add_on", 5_000, 5_000, ""),
        "GMP": ("add_on", 0, 0, ""),
    }
    assert sorted(map(str, answers.values())) == ["2027-10-13", "40", "DE", "m"]
    assert (held.state, held.code is not None, held.confirmed_at is not None) == ("live", True, True)
    free = db.session.scalars(sa.select(Registration).join(Participant).where(Participant.given_name == "Jana1")).one()
    assert ([item.gross for item in free.place.party.items], free.place.party.settled_at is not None) == ([0], True)
    assert [finding for _rule, findings in verify.results() for finding in findings] == []


def test_letters_leave_only_when_asked_for(ctx: Flask, event: Event, client: FlaskClient):
    page = upload(client, event, ONE)
    check(ctx, client, event, page)

    bring_in(ctx, client, page, letters="y")

    assert db.session.scalars(sa.select(OutboxLetter.kind).order_by(OutboxLetter.kind)).all()[:1] == [
        "registration.confirmed"
    ]


def test_one_wrong_row_keeps_everybody_out(ctx: Flask, event: Event, client: FlaskClient):
    content = ONE + b"no address,Ben,Cho,Standard\n"
    page = upload(client, event, content)
    found = check(ctx, client, event, page)

    client.post(f"{page}/bring-in")
    worker.run_once(ctx)

    assert (found.report["wrong"], number_of(Registration)) == (1, 0)


def test_places_taken_meanwhile_keep_everybody_out(ctx: Flask, event: Event, client: FlaskClient):
    product = make_product(event, capacity=2, name=BilingualText("Eng", "Tight"))
    content = b"email,first name,last name,ticket\na@firma.example,A,B,Eng\nb@firma.example,B,C,Eng\n"
    page = upload(client, event, content)
    assert check(ctx, client, event, page).report["wrong"] == 0
    client.post(f"{page}/bring-in")
    make_registration(event, product=db.session.merge(product))

    worker.run_once(ctx)

    found = kept()
    assert (found.state, number_of(Registration)) == ("checked", 1)
    assert [(one["row"], one["code"], one["cell"]) for one in found.report["errors"]] == [(3, "short_of", "Eng")]
    pool = db.session.scalars(sa.select(Pool).join(ProductPool).where(ProductPool.product_id == product.id)).one()
    assert f"Noch frei in „{pool.name.de}“: 0, hier nötig: 1." in client.get(f"{page}?lang=de").text


def test_somebody_registered_between_last_look_and_deed_undoes_all(ctx: Flask, event: Event, client: FlaskClient):
    page = upload(client, event, ONE + b"ben@firma.example,Ben,Cho,Standard\n")
    found = check(ctx, client, event, page)
    rows = imports.understood(event, imports.spreadsheet.read(found.content or b""), found.mapping, found.options)
    product = db.session.scalars(sa.select(Product)).one()
    make_registration(event, product=product, email="ben@firma.example")

    with pytest.raises(imports.entering.DuplicateRegistration) as refusal, transaction():
        imports.bring_in(db.session.get_one(Event, event.id), kept(), rows, letters=False)

    assert refusal.value.details == {"position": 1}
    assert (number_of(Registration), number_of(Participant)) == (1, 1)


def test_the_same_file_again_leaves_out_whoever_is_there(ctx: Flask, event: Event, client: FlaskClient):
    page = upload(client, event, ONE)
    check(ctx, client, event, page)
    bring_in(ctx, client, page)
    more = ONE + b"ben@firma.example,Ben,Cho,Standard\n"

    page = upload(client, event, more)
    found = check(ctx, client, event, page, skip_known="y")
    done = bring_in(ctx, client, page)

    assert (found.report["known"], found.report["good"], done.report["good"]) == (1, 1, 1)
    assert number_of(Registration) == 2
    assert client.post(f"{page}/bring-in").status_code == 302
    worker.run_once(ctx)
    assert number_of(Registration) == 2


def test_a_job_that_runs_twice_brings_in_once(ctx: Flask, event: Event, client: FlaskClient):
    page = upload(client, event, ONE)
    check(ctx, client, event, page)
    bring_in(ctx, client, page)
    job = db.session.scalars(sa.select(Job).order_by(Job.id.desc()).limit(1)).one()

    assert tasks.bring_in_people(job, public_id=kept().public_id, letters=False) is None  # type: ignore[arg-type]  # has what is asked of it
    assert number_of(Registration) == 1


def test_people_known_before_keep_what_is_printed_of_them(ctx: Flask, event: Event, client: FlaskClient):
    product = db.session.scalars(sa.select(Product)).one()
    gone = make_registration(event, product=product, email="jana@firma.example", family_name="Wittkowski")
    with transaction():
        cancel_registration(db.session.get_one(Registration, gone.id))
    page = upload(client, event, ONE)
    check(ctx, client, event, page)

    bring_in(ctx, client, page)

    assert [one.family_name for one in db.session.scalars(sa.select(Participant))] == ["Wittkowski"]
    assert sorted(db.session.scalars(sa.select(Registration.state))) == ["cancelled", "live"]


def test_the_log_names_who_brought_them_in(ctx: Flask, event: Event, client: FlaskClient):
    page = upload(client, event, ONE)
    check(ctx, client, event, page)
    bring_in(ctx, client, page)

    entries = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action.in_(("registration.added", "people.imported")))
    ).all()

    assert {(entry.action, entry.actor_kind) for entry in entries} == {
        ("registration.added", "person"),
        ("people.imported", "person"),
    }


# -- pages


@pytest.mark.parametrize(
    ("language", "head", "sentence"),
    [
        ("de", "Was nicht stimmt", "Keine vollständige E-Mail-Adresse."),
        ("en", "What is wrong", "No complete email address."),
    ],
)
def test_errors_are_sentences_in_the_reader_s_language_and_a_table(
    ctx: Flask, event: Event, client: FlaskClient, language: str, head: str, sentence: str
):
    page = upload(client, event, b"email,vorname,name,ticket\nnix,=1+1,,Standard\n")
    check(ctx, client, event, page)

    with ctx.app_context():
        shown = client.get(f"{page}?lang={language}").text
        table = client.get(f"{page}/errors.csv?lang={language}").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table, newline=""), delimiter=";"))

    assert sentence in shown
    assert [row[0] for row in rows[1:]] == ["2", "2"]
    assert (rows[0][3], rows[1][2:]) == (head, ["nix", sentence])


def test_the_page_of_a_report_takes_the_same_questions_for_few_rows_and_many(ctx: Flask, client: FlaskClient):
    event, _fields = conference(capacity=500)
    event = open_desk(client, event)
    few = upload(client, event, as_csv(right_rows(3)))
    check(ctx, client, event, few)
    many = upload(client, event, as_csv(right_rows(60) + [["x"] * len(HEADS)] * 60))
    check(ctx, client, event, many)
    client.get(few)

    with counted() as one:
        client.get(few)
    with counted() as other:
        client.get(many)

    assert len(one) == len(other) < 30


def test_what_cannot_be_read_is_said_beside_the_field(event: Event, client: FlaskClient):
    path = f"/manage/{event.slug}/people/import?lang=en"
    for content, reason in ((b"", "The file is empty."), (b"a,b\n", "no rows below"), (b"PK\x03\x04", "damaged")):
        answer = client.post(path, data={"file": (io.BytesIO(content), "x.csv")})

        assert (answer.status_code, reason in answer.text) == (422, True)
    assert client.post(path, data={}).status_code == 422
    assert number_of(PeopleImport) == 0


def test_imports_of_another_event_do_not_exist_here(event: Event, client: FlaskClient):
    other = make_event()
    page = upload(client, event, ONE)
    foreign = page.replace(event.slug, other.slug)

    for method, more in (("get", ""), ("post", "/check"), ("post", "/bring-in"), ("get", "/errors.csv")):
        assert getattr(client, method)(f"{foreign}{more}").status_code == 404


def test_files_are_forgotten_at_once_or_after_thirty_days(event: Event, client: FlaskClient, freeze):
    page = upload(client, event, ONE)
    client.post(f"{page}/forget")
    assert number_of(PeopleImport) == 0
    upload(client, event, ONE)
    freeze(clock.now() + imports.KEPT - timedelta(minutes=5))
    with transaction():
        assert imports.forget_old() == 0
    freeze(clock.now() + timedelta(minutes=6))
    with transaction():
        assert imports.forget_old() == 1

    assert number_of(PeopleImport) == 0


def test_the_result_leads_to_exactly_these_people(ctx: Flask, event: Event, client: FlaskClient):
    make_registration(event, family_name="Vorher")
    page = upload(client, event, ONE)
    check(ctx, client, event, page)
    done = bring_in(ctx, client, page)

    listed = client.get(f"/manage/{event.slug}/people?list={done.public_id}&lang=en").text

    assert f"list={done.public_id}" in client.get(page).text
    assert ("Berg, Jana" in listed, "Vorher" in listed) == (True, False)
