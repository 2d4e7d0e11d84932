"""Badges as PDF and the pages that make them, judged by poppler, pypdf, zbar and zxing-cpp."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.badges import printing, queries, services
from partnering.badges.queries import Badge
from partnering.db import BilingualText, db, transaction
from partnering.i18n import some_days, speaking
from partnering.jobs import worker
from partnering.jobs.models import Job, JobFile
from partnering.programme.services import Part
from partnering.qr import encode_code, printed
from partnering.questions.models import SensitiveAnswer
from partnering.registration import codes
from partnering.registration import services as registrations
from partnering.registration.models import Registration
from tests.factories import make_crew, make_event, make_organiser, make_product, make_registration
from tests.factories.programme import make_session
from tests.factories.questions import make_question, make_sheet
from tests.readers import pages
from tests.readers.codes import zbar, zxing
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in
from tests.support.there import there

NOW = datetime(2027, 9, 1, 12, tzinfo=UTC)
HEADING = printing.Heading(
    "bionection 2027", "13.–14. Oktober 2027", "Ihr Ticket. Zeigen Sie diesen Code an den Türen."
)
NAMES = [
    ("Jana", "Dr. Wittkowski", "Lumenfold GmbH"),
    ("Łukasz", "Łęcki-Żółć", "Uniwersytet Przyrodniczy we Wrocławiu"),
    ("Maximiliane", "von Trotha", "Tessera Bioprocess GmbH"),
    ("Jürgen", "Weiß", "Sächsisches Staatsministerium für Wissenschaft, Kultur und Tourismus"),
]


def make_badge(number: int = 0, **values: Any) -> Badge:
    first, last, organisation = NAMES[number % len(NAMES)]
    code_id = number.to_bytes(9, "big")
    given: dict[str, Any] = {
        "ref": f"r{number}",
        "first": first,
        "last": last,
        "organisation": organisation,
        "function": "",
        "role": "attendee",
        "code": encode_code(code_id, b"key"),
        "printed": printed(code_id),
    }
    return Badge(**{**given, **values})


def sheets(found: list[Badge], **options) -> bytes:
    with speaking("de"):
        return printing.sheets(found, HEADING, "de", NOW, **options)


def letters(text: str) -> str:
    """A text without its spaces: poppler takes those between single letters for spaced type."""
    return "".join(text.split())


# -- on paper


def test_four_badges_stand_on_one_a4_sheet(ctx: Flask):
    read = pages.reader(sheets([make_badge(n) for n in range(5)]))

    assert [tuple(round(float(side) * 25.4 / 72) for side in page.mediabox[2:]) for page in read.pages] == [
        (210, 297),
        (210, 297),
    ]


def test_single_badges_are_a6(ctx: Flask):
    read = pages.reader(sheets([make_badge(n) for n in range(3)], paper="a6"))

    assert [tuple(round(float(side) * 25.4 / 72) for side in page.mediabox[2:]) for page in read.pages] == [
        (105, 148)
    ] * 3


@pytest.mark.parametrize("number", range(4))
def test_every_letter_can_be_read_out_of_the_file(ctx: Flask, number: int):
    badge = make_badge(number)
    text = letters(pages.text(sheets([badge], paper="a6")))

    for words in (badge.first, badge.last, badge.organisation, badge.printed, "Teilnahme", "bionection2027"):
        assert letters(words) in text


@pytest.mark.parametrize("paper", ["a4", "a6"])
def test_both_readers_find_every_code_on_the_page(ctx: Flask, paper: printing.Paper):
    found = [make_badge(n) for n in range(4 if paper == "a4" else 1)]
    picture = pages.picture(sheets(found, paper=paper), dpi=200)

    assert zbar(picture) == sorted(badge.code for badge in found)
    assert zxing(picture) == sorted(badge.code for badge in found)


@pytest.mark.parametrize(
    "names",
    [
        {
            "first": "Wolfeschlegelsteinhausenbergerdorff",
            "last": "Freifrau von und zu Donaudampfschifffahrtsgesellschaft",
        },
        {"organisation": "Leibniz-Institut für Pflanzenbiochemie, Abteilung Natur- und Wirkstoffchemie " * 4},
        {"first": "", "last": ""},
        {"function": "Geschäftsführende Direktorin des Instituts für Technische Chemie und Biochemie " * 2},
    ],
)
def test_whatever_the_names_are_the_code_stays_readable(ctx: Flask, names: dict[str, Any]):
    badge = make_badge(**names)
    content = sheets([badge], paper="a6")
    picture = pages.picture(content, dpi=200)

    assert len(pages.reader(content).pages) == 1
    assert (zbar(picture), zxing(picture)) == ([badge.code], [badge.code])


def test_a_role_is_word_and_colour(ctx: Flask):
    words = {}
    for role in ("attendee", "speaker", "exhibitor", "crew", "press"):
        badge = make_badge(role=role)
        text = pages.text(sheets([badge], paper="a6"))
        words[role] = text.strip().splitlines()[-1].strip()

    assert words == {
        "attendee": "Teilnahme",
        "speaker": "Vortrag",
        "exhibitor": "Ausstellung",
        "crew": "Team",
        "press": "Presse",
    }


def test_a_thousand_badges_take_well_under_a_minute(ctx: Flask):
    begun = time.monotonic()
    content = sheets([make_badge(n) for n in range(1000)])

    assert time.monotonic() - begun < 30
    assert len(pages.reader(content).pages) == 250


# -- whose badges


def test_who_cancelled_has_no_badge(ctx: Flask):
    event = make_event()
    make_registration(event, given_name="Jana")
    gone = make_registration(event, given_name="Geht")
    with transaction():
        registrations.cancel_registration(gone, "organiser")

    assert [badge.first for badge in queries.badges(event)] == ["Jana"]


def test_badges_are_sorted_by_name_organisation_or_date(ctx: Flask):
    event = make_event()
    for given, family, company in (("C", "Zander", "Alpha"), ("B", "Äpfel", "Gamma"), ("A", "Müller", "Beta")):
        make_registration(event, given_name=given, family_name=family, company=company)

    assert {sort: [badge.last for badge in queries.badges(event, sort=sort)] for sort in queries.SORTS} == {
        "name": ["Äpfel", "Müller", "Zander"],
        "organisation": ["Zander", "Müller", "Äpfel"],
        "date": ["Zander", "Äpfel", "Müller"],
    }


def test_the_role_comes_from_the_ticket_or_from_the_stage(ctx: Flask):
    event = make_event()
    make_registration(event, product=make_product(event, role="exhibitor"), family_name="A")
    on_stage = make_registration(event, family_name="B")
    make_registration(event, family_name="C")
    make_session(event, people=[Part(on_stage.participant)])

    assert [badge.role for badge in queries.badges(event)] == ["exhibitor", "speaker", "attendee"]


def test_a_badge_carries_the_code_in_force(ctx: Flask):
    event = make_event()
    registration = make_registration(event)
    assert registration.code is not None
    [badge] = queries.badges(event)

    assert codes.find(badge.code) is registration.code
    assert badge.printed == codes.printed(registration.code)


def test_the_number_of_queries_does_not_grow_with_the_guests(ctx: Flask):
    event = make_event()
    product = make_product(event, capacity=100)
    make_registration(event, product=product)
    one = statements_of(lambda: queries.badges(event))
    for _number in range(8):
        make_registration(event, product=product)

    assert statements_of(lambda: queries.badges(event)) == one


# -- what stands on it beside the name


def agree(registration, wanted=True):
    """Its holder agrees to photos, or no longer."""
    with transaction():
        registrations.agree(registration, {"photo": wanted}, {"photo": BilingualText("Fotos", "Photos")})


def test_who_did_not_agree_to_photos_bears_the_sign(ctx: Flask):
    event = make_event()
    product = make_product(event, capacity=10)
    agrees, _silent, no_longer = [make_registration(event, product=product, given_name=n) for n in ("A", "B", "C")]
    agree(agrees)
    agree(no_longer)
    agree(no_longer, False)

    found = queries.badges(event)

    assert [(badge.first, badge.no_photos) for badge in found] == [("A", False), ("B", True), ("C", True)]
    words = [letters(pages.text(sheets([badge], paper="a6"))) for badge in found]
    assert ["KeineFotos" in text for text in words] == [False, True, True]


def test_a_choice_about_photos_after_the_print_makes_the_badge_new(ctx: Flask, freeze):
    event = make_event()
    registration = make_registration(event)
    freeze(event.created_at + timedelta(hours=1))
    assert queries.badges(event, since=event.created_at + timedelta(minutes=30)) == []

    agree(registration)

    assert len(queries.badges(event, since=event.created_at + timedelta(minutes=30))) == 1


def test_a_ticket_for_some_days_says_which_and_stays_readable(ctx: Flask):
    event = make_event()
    day = event.first_day.isoformat()
    make_registration(event, product=make_product(event, days=[day]), given_name="Maximiliane Friederike")
    [badge] = queries.badges(event)

    content = sheets([badge], paper="a6")

    with speaking("de"):
        assert letters(some_days([day])) in letters(pages.text(content))
    picture = pages.picture(content, dpi=200)
    assert (zbar(picture), zxing(picture)) == ([badge.code], [badge.code])


def test_what_is_sensitive_stands_neither_on_the_badge_nor_in_its_code(ctx: Flask):
    event = make_event()
    question = make_question(event, label="Ernährung", data_class="sensitive", retention_days=30)
    registration = make_registration(event)
    with transaction():
        registration.sheet_id = make_sheet(event, {question: "Zöliakie"}).id
    assert db.session.scalars(sa.select(SensitiveAnswer)).one().value == {"value": "Zöliakie"}

    [badge] = queries.badges(event)
    file = print_all(event, make_organiser(event))

    assert file is not None
    said = pages.text(file.content) + file.content.decode("latin-1") + repr(badge)
    assert [word for word in ("Zöliakie", "liakie", "Ernährung", "Ern") if word in said] == []
    assert zbar(pages.picture(file.content, dpi=200)) == [badge.code]
    assert badge.code == codes.code_text(there(registration.code))


# -- the job


def print_all(event, person, **options) -> JobFile | None:
    with transaction():
        job = services.print_badges(event, person, **options)
        public_id = job.public_id
    worker.run_once(event_app())
    found = db.session.scalars(sa.select(Job).where(Job.public_id == public_id)).one()
    db.session.refresh(found)
    assert found.state == "done", found.last_error
    return db.session.scalars(sa.select(JobFile).where(JobFile.job_id == found.id)).one_or_none()


def event_app() -> Flask:
    from flask import current_app

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the documented way
    return app


def test_a_job_makes_the_file(ctx: Flask):
    event = make_event("probe", languages="en")
    registration: Registration = make_registration(event, given_name="Jana", family_name="Łęcka")
    file = print_all(event, make_organiser(event))

    assert file is not None
    assert (file.name, file.media_type) == ("badges-probe.pdf", "application/pdf")
    text = letters(pages.text(file.content))
    assert ("Łęcka" in text, "Attendee" in text) == (True, True)
    assert registration.code is not None
    assert zbar(pages.picture(file.content, dpi=200)) == [codes.code_text(registration.code)]


def test_only_new_badges_are_those_since_the_last_print(ctx: Flask, freeze):
    event, organiser = make_event(), None
    organiser = make_organiser(event)
    product = make_product(event, capacity=10)
    now = event.created_at
    freeze(now + timedelta(minutes=1))
    make_registration(event, product=product, given_name="Erste")
    freeze(now + timedelta(minutes=2))
    print_all(event, organiser)
    freeze(now + timedelta(minutes=3))
    make_registration(event, product=product, given_name="Zweite")
    freeze(now + timedelta(minutes=4))
    file = print_all(event, organiser, only_new=True)

    assert file is not None
    text = pages.text(file.content)
    assert ("Zweite" in text, "Erste" in text) == (True, False)
    assert [b.first for b in queries.badges(event, since=queries.printed_last_at(event))] == []


# -- the pages


def test_an_organiser_prints_badges_from_the_page(client: FlaskClient, ctx: Flask):
    event = make_event("probe")
    make_registration(event, given_name="Jana")
    sign_in(client, make_organiser(event))

    assert "Jana" in client.get("/manage/probe/badges").text
    answer = client.post("/manage/probe/badges", data={"which": "all", "sort": "name", "paper": "a4"})
    assert answer.status_code == 302
    waiting = client.get(answer.headers["Location"])
    assert (waiting.status_code, "data-waiting" in waiting.text) == (200, True)
    worker.run_once(ctx)
    db.session.rollback()  # what this test has read before is read anew
    ready = client.get(answer.headers["Location"])
    assert "data-waiting" not in ready.text
    file = client.get(answer.headers["Location"] + "/badges.pdf")
    assert (file.content_type, file.data[:5]) == ("application/pdf", b"%PDF-")


def test_jobs_of_other_events_and_unknown_choices_are_refused(client: FlaskClient, ctx: Flask):
    one, two = make_event("eins"), make_event("zwei")
    organiser = make_organiser(one)
    with transaction():
        job = services.print_badges(two, organiser).public_id
    sign_in(client, organiser)

    assert client.get(f"/manage/eins/badges/jobs/{job}").status_code == 404
    assert client.get(f"/manage/eins/badges/jobs/{job}/badges.pdf").status_code == 404
    assert client.post("/manage/eins/badges", data={"which": "some"}).status_code == 422


def test_badges_are_for_organisers_only(client: FlaskClient, ctx: Flask):
    event = make_event("probe")
    assert client.get("/manage/probe/badges").status_code == 302
    sign_in(client, make_crew(event))
    assert client.get("/manage/probe/badges").status_code == 404
