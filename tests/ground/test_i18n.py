"""Dates, times, amounts and texts as German and English readers know them."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from partnering import i18n
from partnering.db import BilingualText
from partnering.i18n import _l, speaking
from tests.factories import make_event, make_person, make_product
from tests.support.signing_in import sign_in

MORNING = datetime(2027, 10, 13, 8, 40, tzinfo=UTC)
LATER = datetime(2027, 10, 13, 9, 0, tzinfo=UTC)
EARLY = datetime(2027, 1, 5, 6, 5, tzinfo=UTC)
NIGHT = datetime(2027, 10, 13, 22, 30, tzinfo=UTC)
BOTH = BilingualText(de="Halle", en="Hall")

READS = [
    (lambda: i18n.day(date(2027, 10, 13)), "13. Oktober 2027", "13 October 2027"),
    (lambda: i18n.day(date(2027, 3, 1), "weekday"), "Montag, 1. März 2027", "Monday, 1 March 2027"),
    (lambda: i18n.day(date(2027, 10, 13), "short"), "Mi., 13. Okt.", "Wed 13 Oct"),
    (lambda: i18n.day(date(2027, 12, 18), "yearless"), "18. Dezember", "18 December"),
    (lambda: i18n.day(NIGHT), "14. Oktober 2027", "14 October 2027"),
    (lambda: i18n.day(NIGHT, in_zone="UTC"), "13. Oktober 2027", "13 October 2027"),
    (lambda: i18n.days(date(2027, 10, 13), date(2027, 10, 14)), "13.–14. Oktober 2027", "13–14 October 2027"),
    (lambda: i18n.days(date(2027, 10, 13), date(2027, 10, 13)), "13. Oktober 2027", "13 October 2027"),
    (lambda: i18n.days(date(2027, 4, 30), date(2027, 5, 2)), "30. April – 2. Mai 2027", "30 April – 2 May 2027"),
    (
        lambda: i18n.days(date(2027, 12, 31), date(2028, 1, 2)),
        "31. Dezember 2027 – 2. Januar 2028",
        "31 December 2027 – 2 January 2028",
    ),
    (lambda: i18n.time(MORNING), "10:40\xa0Uhr", "10:40"),
    (lambda: i18n.time(EARLY), "7:05\xa0Uhr", "7:05"),
    (lambda: i18n.time(NIGHT), "0:30\xa0Uhr", "0:30"),
    (lambda: i18n.time(MORNING, oclock=False), "10:40", "10:40"),
    (lambda: i18n.time(MORNING, "America/New_York"), "4:40\xa0Uhr", "4:40"),
    (lambda: i18n.span(MORNING, LATER), "10:40–11:00\xa0Uhr", "10:40–11:00"),
    (lambda: i18n.moment(MORNING), "13. Oktober 2027, 10:40\xa0Uhr", "13 October 2027, 10:40"),
    (lambda: i18n.iso(MORNING), "2027-10-13T10:40+02:00", "2027-10-13T10:40+02:00"),
    (lambda: i18n.money(22_000), "220\xa0€", "€220"),
    (lambda: i18n.money(1_990), "19,90\xa0€", "€19.90"),
    (lambda: i18n.money(123_456_700), "1.234.567\xa0€", "€1,234,567"),
    (lambda: i18n.money(5), "0,05\xa0€", "€0.05"),
    (lambda: i18n.money(0), "0\xa0€", "€0"),
    (lambda: i18n.money(-1_990), "-19,90\xa0€", "-€19.90"),
    (lambda: i18n.money(150, "GBP"), "1,50\xa0£", "£1.50"),
    (lambda: i18n.number(1_234_567), "1.234.567", "1,234,567"),
    (lambda: i18n.bi(BOTH), "Halle", "Hall"),
    (lambda: i18n.bi(None), "", ""),
    (lambda: i18n.bi("as it is"), "as it is", "as it is"),
    (lambda: str(i18n.bi_html(BilingualText(de="<b>"))), "&lt;b&gt;", '<span lang="de">&lt;b&gt;</span>'),
    (lambda: str(i18n.bi_html(BilingualText(en="R&D"))), '<span lang="en">R&amp;D</span>', "R&amp;D"),
    (lambda: str(_l("This page does not exist.")), "Diese Seite gibt es nicht.", "This page does not exist."),
]


@pytest.fixture(scope="module")
def speaker() -> Flask:
    """Nothing but the languages."""
    app = Flask("partnering.app")
    i18n.install(app)
    return app


@pytest.mark.parametrize("number", range(len(READS)))
def test_both_languages_read_as_their_readers_expect(speaker, number):
    write, german, english = READS[number]
    with speaker.app_context():
        said = []
        for language in ("de", "en"):
            with speaking(language):
                said.append(write())

    assert said == [german, english]


@pytest.mark.parametrize(
    ("seconds", "german", "english"),
    [(-120, "vor 2 Minuten", "2 minutes ago"), (7200, "in 2 Stunden", "in 2 hours")],
)
def test_how_long_ago_is_told_in_words(speaker, freeze, seconds, german, english):
    freeze(MORNING)
    moment = datetime.fromtimestamp(MORNING.timestamp() + seconds, UTC)
    with speaker.app_context():
        with speaking("de"):
            assert i18n.ago(moment) == german
        with speaking("en"):
            assert i18n.ago(moment) == english


def test_an_unknown_language_speaks_german(speaker):
    with speaker.app_context(), speaking("fr"):
        assert i18n.locale() == "de"


def test_speaking_ends_with_its_block(speaker):
    with speaker.app_context():
        with speaking("en"):
            inside = i18n.locale()
            with speaking("de"):
                deeper = i18n.locale()
            back = i18n.locale()

        assert (inside, deeper, back, i18n.locale()) == ("en", "de", "en", "de")


def test_every_day_between_two_is_named():
    assert i18n.days_between(date(2027, 12, 31), date(2028, 1, 1)) == [date(2027, 12, 31), date(2028, 1, 1)]


def test_the_night_with_an_hour_twice_has_two_offsets(speaker):
    with speaker.app_context():
        told = [i18n.iso(datetime(2027, 10, 31, hour, 30, tzinfo=UTC)) for hour in (0, 1)]

    assert told == ["2027-10-31T02:30+02:00", "2027-10-31T02:30+01:00"]


# -- which language a request speaks


@pytest.mark.parametrize(
    ("path", "header", "language"),
    [
        ("/", None, "de"),
        ("/", "en-GB,en;q=0.9", "en"),
        ("/", "fr,en;q=0.5,de;q=0.4", "en"),
        ("/", "fr", "de"),
        ("/?lang=en", "de", "en"),
        ("/?lang=de", "en", "de"),
        ("/?lang=xx", "en", "en"),
    ],
)
def test_a_visitors_language_is_asked_for_then_the_browsers_then_german(speaker, path, header, language):
    headers = {} if header is None else {"Accept-Language": header}
    with speaker.test_request_context(path, headers=headers):
        assert i18n.locale() == language


@pytest.mark.engine("sqlite")
def test_a_signed_in_persons_language_goes_before_the_browsers(app, client):
    with app.app_context():
        sign_in(client, make_person(locale="en"))

    assert '<html lang="en"' in client.get("/account", headers={"Accept-Language": "de"}).text


@pytest.mark.engine("sqlite")
def test_links_keep_a_language_that_was_asked_for(app, client):
    with app.app_context():
        slug = make_event().slug

    page = client.get(f"/e/{slug}/?lang=en").text

    assert f'href="/e/{slug}/venue?lang=en"' in page
    assert f'href="/e/{slug}/?lang=de"' in page


def test_changing_the_language_keeps_what_was_asked(speaker):
    with speaker.test_request_context("/e/x/?q=a%26b&q=c&lang=de"):
        assert i18n.switch_language_url("en") == "/e/x/?q=a%26b&q=c&lang=en"


def test_what_was_sent_is_not_put_into_an_address(speaker):
    with speaker.test_request_context("/e/x/?lang=de", method="POST", data={"secret": "x"}):
        assert i18n.switch_language_url("en") == "/e/x/?lang=en"


def test_the_language_of_a_page_that_a_deed_answered_with_is_changed_on_the_page_above(ctx: Flask, client: FlaskClient):
    make_product(make_event("probe"))
    for path, above in (
        ("/e/probe/register/people", "/e/probe/register/people"),
        ("/e/probe/register/extend", "/e/probe/register"),
    ):
        with ctx.test_request_context(path, method="POST"):
            assert i18n.switch_language_url("en") == f"{above}?lang=en"

    page = client.get("/e/probe/register/extend?lang=en")

    assert (page.status_code, 'href="/e/probe/register">Back to the page' in page.text) == (405, True)


def test_times_are_shown_in_the_zone_of_the_event(speaker):
    class Elsewhere:
        zone = "Europe/Lisbon"

    with speaker.test_request_context("/"):
        g.event = Elsewhere()
        assert i18n.time(MORNING, oclock=False) == "9:40"
