"""The overview: numbers that are right, needs that lead where they are met, and always the same questions."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.accounts.models import Person
from partnering.backoffice import changes, queries
from partnering.backoffice.views import overview
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.i18n import speaking
from partnering.mail.models import OutboxLetter
from partnering.registration.models import Registration
from partnering.registration.services import cancel_registration
from tests.factories import make_event, make_party, make_pool, make_product, make_registration
from tests.factories.invoices import make_invoiced, make_setup
from tests.factories.meetings import make_meeting, make_partnering_event
from tests.factories.waiting import make_asked
from tests.factories.world import make_conference
from tests.support.signing_in import sign_in
from tests.support.there import there

from .desk import counted, open_desk, organiser_of
from .test_people import let_in

NOW = datetime(2027, 3, 31, 10, 0, tzinfo=UTC)


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def needs(client: FlaskClient, event: Event) -> list[str]:
    """Addresses of what needs somebody."""
    page = client.get(f"/manage/{event.slug}/").text
    todo = re.search(r'<ul class="todo">(.*?)</ul>', page, re.DOTALL)
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', todo[1])] if todo else []


def test_a_table_is_in_conversation_only_while_its_time_runs(ctx: Flask, client: FlaskClient, freeze):
    event = make_partnering_event(tables=2, slots=2)
    organiser = organiser_of(event)
    slot = there(make_meeting(event).appointment)

    def legend() -> list[tuple[str, int]]:
        sign_in(client, organiser)
        page = client.get(f"/manage/{event.slug}/?lang=en").text
        return [(word, page.count(f"Table A1: {word}")) for word in WORDS]

    freeze(slot.starts_at - timedelta(minutes=10))
    assert legend() == [("reserved", 1), ("in conversation", 0)]
    freeze(slot.starts_at + timedelta(minutes=10))
    assert legend() == [("reserved", 0), ("in conversation", 1)]


WORDS = ("reserved", "in conversation")


def test_what_is_cancelled_counts_no_more(event: Event):
    product = make_product(event, gross=10_000)
    make_registration(event, product=product)
    gone = make_registration(event, product=product)
    with transaction():
        cancel_registration(db.session.get_one(Registration, gone.id), waive_fee=True)

    assert queries.registered(event).number == 1
    assert queries.booked(event) == queries.Booked({"EUR": 10_000}, 1)
    assert queries.sales(event) == {product.id: (1, 10_000)}


def test_registrations_stand_in_their_weeks(ctx: Flask, freeze):
    freeze(NOW - timedelta(days=14))
    event = make_event()
    product = make_product(event)
    make_registration(event, product=product)
    freeze(NOW)
    make_registration(event, product=product)
    make_registration(event, product=product)

    weeks = [(str(week), new, total) for week, new, total in queries.registered(event).weeks]

    assert weeks == [("2027-03-15", 1, 1), ("2027-03-22", 0, 1), ("2027-03-29", 2, 3)]


def test_a_week_begins_on_monday_where_the_event_is(ctx: Flask, freeze):
    freeze(datetime(2027, 3, 28, 22, 30, tzinfo=UTC))  # Monday, half past midnight, in Berlin
    event = make_event()
    make_registration(event)

    assert [str(week) for week, _new, _total in queries.registered(event).weeks] == ["2027-03-29"]


def test_arrivals_count_guests_once_and_by_ten_minutes(ctx: Flask, freeze):
    freeze(NOW)
    event = make_event()
    first = make_registration(event)
    let_in(event, first)
    freeze(NOW + timedelta(minutes=25))
    let_in(event, make_registration(event, given_name="Ben", family_name="Cho"))
    let_in(event, first)

    arrived = queries.arrived(event)

    assert arrived.number == 2
    assert arrived.steps == [
        (NOW, 1),
        (NOW + timedelta(minutes=10), 0),
        (NOW + timedelta(minutes=20), 2),
    ]


def test_nothing_needs_somebody_where_all_is_well(event: Event, client: FlaskClient):
    make_product(event)
    make_setup(event)

    assert needs(client, event) == []


def test_a_new_draft_says_what_is_still_to_be_set_up(event: Event, client: FlaskClient):
    root = f"/manage/{event.slug}"
    without = needs(client, event)
    make_product(event)

    assert without[0] == f"{root}/tickets/new"
    assert needs(client, event) == [f"{root}/invoices/set-up"]


def test_requests_to_decide_and_late_invoices_need_somebody(event: Event, client: FlaskClient, freeze):
    make_invoiced(event)
    make_asked(event)
    freeze(clock.now() + timedelta(days=20))
    sign_in(client, organiser_of(event))

    found = needs(client, event)

    assert f"/manage/{event.slug}/approvals" in found
    assert f"/manage/{event.slug}/invoices?state=overdue" in found


def test_what_needs_somebody_leads_where_it_is_done(ctx: Flask, client: FlaskClient):
    event = open_desk(client, state="draft", legal=False)
    make_product(event, pools=[make_pool(event, 1)])
    make_registration(event, product=make_product(event, pools=[make_pool(event, 1)]))
    make_setup(event)
    with transaction():
        for letter in db.session.scalars(sa.select(OutboxLetter)):
            letter.state = "dead"

    root = f"/manage/{event.slug}"
    assert needs(client, event) == [
        f"{root}/letters?state=dead",
        f"{root}/settings/legal_notice",
        f"{root}/settings/state",
        f"{root}/tickets",
    ]


def test_a_place_without_a_name_is_told(event: Event, client: FlaskClient):
    make_setup(event)
    make_party(event, people=[{"email": "a@example.org", "given_name": "A", "family_name": "B"}, {}])

    assert queries.unnamed_places(event) == 1
    assert needs(client, event) == [f"/manage/{event.slug}/people?state=expected&sort=since"]


def test_every_number_leads_somewhere_that_is_there(ctx: Flask, client: FlaskClient):
    made = make_conference("alpha-2027")
    sign_in(client, db.session.get_one(Person, made.people["organiser"]))

    page = client.get("/manage/alpha-2027/").text
    main = page[page.index("<main") : page.index("</main>")]
    tiles = re.search(r'<dl class="tiles">(.*?)</dl>', main, re.DOTALL)

    assert tiles is not None
    assert len(re.findall(r"<dt><a href=", tiles[1])) == 4
    for address in sorted(set(re.findall(r'href="(/[^"#]*)"', main))):
        assert (address, client.get(address.replace("&amp;", "&")).status_code) == (address, 200)


def test_the_overview_takes_the_same_questions_for_few_and_for_many(ctx: Flask, client: FlaskClient):
    made = make_conference("alpha-2027")
    sign_in(client, db.session.get_one(Person, made.people["organiser"]))
    client.get("/manage/alpha-2027/")
    with counted() as few:
        client.get("/manage/alpha-2027/")
    event = db.session.scalars(sa.select(Event).where(Event.slug == "alpha-2027")).one()
    product = make_product(event)
    for _number in range(10):
        let_in(event, make_registration(event, product=product))
    with counted() as many:
        client.get("/manage/alpha-2027/")

    assert len(many) == len(few) < 55


def test_changes_are_told_in_sentences(event: Event, client: FlaskClient):
    held = make_registration(event, given_name="Ben", family_name="Cho")
    page = client.get(f"/manage/{event.slug}/?lang=en").text

    assert "The system registered Ben Cho by hand." in page
    assert changes.latest(event)[0].leads_to == ("person", held.participant.public_id)


def test_changes_of_another_event_are_not_told(event: Event):
    make_registration(make_event())

    assert [change for change in changes.latest(event) if change.leads_to[0]] == []


def test_every_kind_of_change_has_its_words(event: Event):
    with speaking("en"):
        for sentence in changes.SENTENCES.values():
            assert str(sentence) % {"who": "A", "thing": "B", "action": "c"}


def test_an_event_with_nothing_in_it_has_an_overview(ctx: Flask, client: FlaskClient):
    event = open_desk(client, name=BilingualText("Leer", "Empty"))

    assert client.get(f"/manage/{event.slug}/").status_code == 200


def test_somebody_who_shows_themselves_is_named(ctx: Flask):
    make_conference("alpha-2027")
    event = db.session.scalars(sa.select(Event).where(Event.slug == "alpha-2027")).one()

    with speaking("en"):
        told = [change for change in changes.latest(event, 500) if "partner directory" in change.sentence]

    assert told
    assert all(change.leads_to[0] == "person" and "System" not in change.sentence for change in told)


def test_a_plot_never_shows_one_wide_bar(event: Event):
    let_in(event, make_registration(event))

    assert [number for _label, number in overview.steps(queries.arrived(event))] == [0] * 7 + [1]
    assert overview.weeks(queries.registered(event))["totals"] == [0] * 7 + [1]
