"""Registering through the pages: every step, every refusal, and what happens twice."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.db import BilingualText, db
from partnering.events.queries import event_by_slug
from partnering.idempotency import IdempotencyKey
from partnering.mail.models import OutboxLetter
from partnering.registration.models import Party, Place, Registration
from partnering.tickets.invariants import pools_counted
from partnering.tickets.models import Claim, Pool
from tests.factories import make_event, make_person, make_pool, make_product, make_registration
from tests.support.counting import statements
from tests.support.signing_in import sign_in
from tests.support.there import there

JANA = {
    "people-0-given_name": "Jana",
    "people-0-family_name": "Wittkowski",
    "people-0-email": "jana@lumenfold.example",
    "company": "Lumenfold GmbH",
}
BILL = {
    "billing_name": "Lumenfold GmbH",
    "street": "Weg 1",
    "postcode": "01067",
    "city": "Dresden",
    "country": "DE",
    "terms": "y",
    "privacy": "y",
}


@pytest.fixture
def shop(app):
    """An event with one ticket: its address, and the ticket's public id."""
    return open_shop(app)


def open_shop(app, **product):
    """An event at "shop" with one ticket, without partnering unless asked."""
    with app.app_context():
        event = make_event("shop")
        ticket = make_product(event, **{"partnering": False, "capacity": 5, **product}).public_id
        db.session.remove()
    return "/e/shop/register", ticket


def count(app, *models):
    """How many rows there are of each."""
    with app.app_context():
        found = tuple(db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in models)
        db.session.remove()
    return found


def shown(answer):
    """The text of a page's main part."""
    main = there(re.search(r"<main.*?</main>", answer.text, re.DOTALL))
    return " ".join(unescape(re.sub("<[^>]+>", " ", main[0])).split())


def problems(answer):
    """What the error summary lists."""
    box = re.search(r'<div class="summary".*?</div>', answer.text, re.DOTALL)
    return [unescape(re.sub("<[^>]+>", "", item)) for item in re.findall("<li>(.*?)</li>", box[0])] if box else []


def register(client, shop, people=JANA, bill=BILL):
    """All the way; the answer to the last click."""
    url, ticket = shop
    assert client.post(url, data={"ticket": ticket}).status_code == 303
    assert client.post(f"{url}/people", data=people).status_code == 303
    return client.post(f"{url}/check", data=bill)


def test_from_ticket_to_done_without_an_account(app, client, shop):
    url, ticket = shop
    assert client.get(url).status_code == 200
    assert client.post(url, data={"ticket": ticket, "quantity": "1"}).location == f"{url}/people"
    assert client.post(f"{url}/people", data=JANA).location == f"{url}/check"
    page = client.get(f"{url}/check?lang=en")
    for text in ("Jana Wittkowski", "jana@lumenfold.example", "€220", "Register with obligation to pay"):
        assert text in unescape(page.text)
    assert not re.search(r'id="(photo|newsletter|terms|privacy)"[^>]* checked', page.text)

    answer = client.post(f"{url}/check", data=BILL)

    assert (answer.status_code, answer.location) == (303, f"{url}/done")
    with app.app_context():
        party = db.session.scalars(sa.select(Party)).one()
        assert party.billing == {
            **{k: BILL[k] for k in ("street", "postcode", "city", "country")},
            "kind": "company",
            "name": "Lumenfold GmbH",
            "email": "",
            "vat_id": "",
            "order_number": "",
            "leitweg_id": "",
        }
        reference = party.reference
        db.session.remove()
    done = client.get(f"{url}/done?lang=en")
    assert reference in shown(done)
    assert "We have written to jana@lumenfold.example." in shown(done)
    calendar = client.get(f"{url}/calendar.ics")
    assert (calendar.mimetype, b"METHOD:PUBLISH" in calendar.data) == ("text/calendar", True)
    assert count(app, Registration, OutboxLetter) == (1, 1)


def test_a_free_ticket_is_registered_bindingly_and_asks_for_no_bill(app, client):
    url, ticket = open_shop(app, gross=0)
    client.post(url, data={"ticket": ticket})
    client.post(f"{url}/people", data=JANA)

    page = client.get(f"{url}/check?lang=en")
    answer = client.post(f"{url}/check", data={"terms": "y", "privacy": "y"})

    assert ("Register bindingly" in page.text, "billing_name" in page.text) == (True, False)
    assert answer.location == f"{url}/done"


def test_colleagues_may_stay_open(app, client):
    url, ticket = open_shop(app, seats=3)
    people = {**JANA, "people-1-open": "y", "people-1-given_name": "half typed"}

    assert register(client, (url, ticket), people).location == f"{url}/done"

    assert count(app, Place, Registration) == (3, 1)


def test_the_partnering_step_stands_between_people_and_check(app, client):
    url, ticket = open_shop(app, partnering=True)
    client.post(url, data={"ticket": ticket})

    assert client.get(f"{url}/partnering").location == f"{url}/people"
    assert client.post(f"{url}/check", data=BILL).status_code == 409
    assert client.post(f"{url}/people", data=JANA).location == f"{url}/partnering"
    assert app.test_client().get(f"{url}/partnering").location == url
    assert app.test_client().post(f"{url}/partnering", data={}).status_code == 409


def test_the_profile_can_be_put_off(app, client):
    url, ticket = open_shop(app, partnering=True)
    client.post(url, data={"ticket": ticket})
    client.post(f"{url}/people", data=JANA)

    assert f'href="{url}/check"' in client.get(f"{url}/partnering").text
    assert "You fill in your profile later." in client.get(f"{url}/check?lang=en").text
    assert client.post(f"{url}/people", data=JANA).location == f"{url}/check"
    assert client.post(f"{url}/check", data=BILL).location == f"{url}/done"


def test_who_put_the_profile_off_is_asked_again_with_the_next_order(app, client):
    url, ticket = open_shop(app, partnering=True)
    client.post(url, data={"ticket": ticket})
    client.post(f"{url}/people", data=JANA)
    client.get(f"{url}/check")
    client.post(f"{url}/check", data=BILL)

    client.post(url, data={"ticket": ticket})
    assert client.post(f"{url}/people", data=JANA).location == f"{url}/partnering"


# -- the steps are a state machine


STATES = ("nothing", "ticket", "people", "placed")
ACTIONS: dict[tuple[str, str], dict[str, Any]] = {
    ("GET", ""): dict.fromkeys(STATES, 200),
    ("GET", "/people"): {"nothing": "", "ticket": 200, "people": 200, "placed": ""},
    ("POST", "/people"): {"nothing": 409, "ticket": "/check", "people": "/check", "placed": 409},
    ("GET", "/check"): {"nothing": "", "ticket": "/people", "people": 200, "placed": ""},
    ("POST", "/check"): {"nothing": 409, "ticket": 409, "people": "/done", "placed": "/done"},
    ("POST", "/extend"): {"nothing": 409, "ticket": "/people", "people": "/people", "placed": 409},
    ("GET", "/done"): {"nothing": "", "ticket": "", "people": "", "placed": 200},
    ("GET", "/calendar.ics"): {"nothing": "", "ticket": "", "people": "", "placed": 200},
}


@pytest.mark.parametrize("path", ["/people", "/check"])
def test_whoever_opens_a_step_with_nothing_under_way_is_told_why_they_are_at_the_ticket(client, shop, path):
    url, _ticket = shop

    page = client.get(f"{url}{path}?lang=en", follow_redirects=True)

    assert "This step is not open yet, or it is already done. Please begin with the ticket." in page.text
    assert "already done" not in client.get(f"{url}?lang=en").text


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action[0]}{action[1] or '/'}")
def test_no_step_is_reached_before_those_in_front_of_it(app, client, shop, state, action):
    url, ticket = shop
    for path, answers in ((url, {"ticket": ticket}), (f"{url}/people", JANA), (f"{url}/check", BILL))[
        : STATES.index(state)
    ]:
        client.post(path, data=answers)
    before = count(app, Party, Claim, Place, Registration, OutboxLetter, IdempotencyKey)
    method, path = action

    answer = client.open(f"{url}{path}", method=method, data={"/people": JANA, "/check": BILL}.get(path, {}))

    expected = ACTIONS[action][state]
    if isinstance(expected, int):
        assert answer.status_code == expected
    else:
        assert (answer.status_code in (302, 303), answer.location) == (True, f"{url}{expected}")
    if expected == 409 or state == "placed":
        assert count(app, Party, Claim, Place, Registration, OutboxLetter, IdempotencyKey) == before


def test_who_is_signed_in_types_nothing_twice(app, client, shop):
    with app.app_context():
        sign_in(client, make_person("jana@example.org"))
    client.post(shop[0], data={"ticket": shop[1]})

    page = client.get(f"{shop[0]}/people").text

    assert [f'value="{value}"' in page for value in ("Jana", "Wittkowski", "jana@example.org")] == [True] * 3


def test_another_browser_cannot_touch_my_draft(app, client, shop):
    url, ticket = shop
    client.post(url, data={"ticket": ticket})

    stranger = app.test_client()

    assert stranger.get(f"{url}/people").location == url
    assert stranger.post(f"{url}/people", data=JANA).status_code == 409


# -- twice


def test_a_double_click_on_the_ticket_holds_one_place(app, client, shop):
    url, ticket = shop
    key = there(re.search(r'name="key" type="hidden" value="(\w+)"', client.get(url).text))[1]
    with client.session_transaction() as session:
        cookie = dict(session)
    for _twice in range(2):
        with client.session_transaction() as session:
            session.clear()
            session.update(cookie)
        client.post(url, data={"ticket": ticket, "key": key})

    assert count(app, Party, Claim) == (1, 1)


def test_going_back_to_choose_again_holds_what_was_chosen_last(app, client, shop):
    url, ticket = shop
    client.post(url, data={"ticket": ticket, "quantity": "2"})
    client.post(url, data={"ticket": ticket, "quantity": "1"})

    with app.app_context():
        assert db.session.scalar(sa.select(Pool.used)) == 1
        assert list(pools_counted()) == []
    assert count(app, Party) == (1,)


def test_placing_twice_has_one_effect_and_the_same_answer(app, client, shop):
    first = register(client, shop)
    rows = count(app, Party, Place, Registration, OutboxLetter)

    second = client.post(f"{shop[0]}/check", data=BILL)

    assert (second.status_code, second.location) == (first.status_code, first.location)
    assert count(app, Party, Place, Registration, OutboxLetter) == rows


def test_a_retry_that_lost_its_answer_gets_the_same_one(app, client, shop):
    url, ticket = shop
    client.post(url, data={"ticket": ticket})
    client.post(f"{url}/people", data=JANA)
    with client.session_transaction() as session:
        before = dict(session)
    client.post(f"{url}/check", data=BILL)
    with client.session_transaction() as session:
        session.clear()
        session.update(before)

    assert client.post(f"{url}/check", data=BILL).location == f"{url}/done"
    assert client.get(f"{url}/done").status_code == 200
    assert count(app, Registration) == (1,)


# -- nobody learns who is registered


def test_a_registered_address_gets_the_same_pages(app, client, shop):
    with app.app_context():
        make_registration(there(event_by_slug("shop")), email="jana@lumenfold.example", letters=False)
        db.session.remove()
    known = register(client, shop)
    done_known = client.get(f"{shop[0]}/done")
    stranger = app.test_client()
    new = register(stranger, shop, {**JANA, "people-0-email": "newy@lumenfold.example"})
    done_new = stranger.get(f"{shop[0]}/done")

    assert (known.status_code, known.location) == (new.status_code, new.location)

    def neutral(answer):
        text = re.sub(r'name="csrf_token"[^>]*|newy@|jana@', "", answer.text)
        return re.sub(r'<b class="code__text" translate="no">\w{8}</b>', "", text)

    assert neutral(done_known) == neutral(done_new)
    files = [re.sub(rb"UID:.*|DTSTAMP:.*", b"", who.get(f"{shop[0]}/calendar.ics").data) for who in (client, stranger)]
    assert files[0] == files[1]
    assert count(app, Registration) == (2,)


# -- what may be sent


def test_errors_stand_above_and_beside_and_values_are_kept(app, client):
    url, ticket = open_shop(app, seats=3)
    client.post(url, data={"ticket": ticket})

    answer = client.post(
        f"{url}/people?lang=en",
        data={
            **JANA,
            "people-1-given_name": "Ben",
            "people-1-family_name": "Adeyemi",
            "people-1-email": "ben.adeyemi@lumenfold",
            "people-2-given_name": "Lena",
            "people-2-email": "lena@lumenfold.example",
        },
    )

    assert answer.status_code == 422
    assert problems(answer) == [
        "Person 2: Enter a complete email address, for example name@company.com",
        "Person 3: Enter the last name",
    ]
    assert re.search(r'id="people-1-email-error".*?Enter a complete email address', answer.text)
    assert 'value="ben.adeyemi@lumenfold"' in answer.text
    assert "<title>Error:" in answer.text


def test_the_same_address_twice_is_noticed(app, client):
    url, ticket = open_shop(app, seats=2)
    client.post(url, data={"ticket": ticket})
    twin = {name.replace("-0-", "-1-"): value.upper() for name, value in JANA.items() if "-0-" in name}

    answer = client.post(f"{url}/people?lang=en", data={**JANA, **twin})

    assert (answer.status_code, problems(answer)) == (422, ["Person 2: This is already the address of person 1"])


@pytest.mark.parametrize(
    "quantity", ["0", "-1", "+1", "1.0", "1e1", "1_0", "٣", "１", " ", "x", "1000", "99999999999", "1\n2"]
)
def test_only_plain_numbers_are_numbers(app, client, shop, quantity):
    answer = client.post(shop[0], data={"ticket": shop[1], "quantity": quantity})

    assert (answer.status_code, count(app, Claim)) == ((422, (0,)) if quantity.strip() else (303, (1,)))
    assert ("Geben Sie eine Zahl von 1 bis 10 ein" in answer.text) is bool(quantity.strip())


def test_more_than_one_order_may_hold_is_refused(client, shop):
    answer = client.post(f"{shop[0]}?lang=en", data={"ticket": shop[1], "quantity": "11"})

    assert (answer.status_code, problems(answer)) == (422, ["At most 10 in one order, please"])


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("people-0-given_name", "x" * 80, 303),
        ("people-0-given_name", "x" * 81, 422),
        ("people-0-given_name", "\u202e\x07", 422),
        ("people-0-family_name", "", 422),
        ("people-0-email", "jana@lumenfold", 422),
        ("people-0-email", "jana@lumenfold.example\r\nBcc: all@example.org", 422),
        ("people-0-email", "jana wittkowski@example.org", 422),
        ("people-0-email", f"{'x' * 250}@example.org", 422),
        ("people-0-function", "x" * 121, 422),
        ("company", "x" * 160, 303),
        ("company", "x" * 161, 422),
    ],
)
def test_shapes_are_checked(client, shop, field, value, status):
    client.post(shop[0], data={"ticket": shop[1]})

    assert client.post(f"{shop[0]}/people", data={**JANA, field: value}).status_code == status


def test_control_characters_never_reach_a_name(app, client, shop):
    register(client, shop, {**JANA, "people-0-given_name": "Ja\x00na\u202e\nMaria"})

    with app.app_context():
        assert db.session.scalar(sa.select(Party.contact_name)) == "Ja na Maria Wittkowski"


def test_terms_and_privacy_notice_are_needed(client, shop):
    client.post(shop[0], data={"ticket": shop[1]})
    client.post(f"{shop[0]}/people", data=JANA)

    answer = client.post(f"{shop[0]}/check?lang=en", data={**BILL, "terms": "", "privacy": ""})

    assert (answer.status_code, problems(answer)) == (
        422,
        ["Please accept the terms", "Please confirm that you have read the privacy notice"],
    )


def test_forms_need_their_token(client, shop, csrf):
    assert client.post(shop[0], data={"ticket": shop[1]}).status_code == 400


# -- sold out, over, not yet


def test_a_sold_out_ticket_stays_and_says_so(app, client):
    url, ticket = open_shop(app, capacity=0)

    page = client.get(f"{url}?lang=en")
    answer = client.post(f"{url}?lang=en", data={"ticket": ticket})

    assert "Sold out" in shown(page)
    assert re.search(rf'value="{ticket}"[^>]* disabled', page.text)
    assert (answer.status_code, problems(answer)) == (
        409,
        ["Sold out: there are not enough places left. Somebody else was faster."],
    )


def test_few_places_are_counted_and_early_prices_have_their_day(app, client):
    soon = clock.now() + timedelta(days=5)
    url, _ticket = open_shop(app, capacity=3, tiers=[(22_000, soon), (29_000, None)])

    text = shown(client.get(f"{url}?lang=en"))

    assert "3 places left" in text
    assert re.search(r"€220 until \d+ \w+, then €290", text)


@pytest.mark.parametrize(
    "values",
    [{"hidden": True}, {"active": False}, {"on_sale_from": timedelta(days=1)}, {"on_sale_until": timedelta(days=-1)}],
)
def test_what_is_not_on_sale_is_refused(app, client, values):
    moments = {name: clock.now() + value if isinstance(value, timedelta) else value for name, value in values.items()}
    url, ticket = open_shop(app, **moments)

    assert client.post(url, data={"ticket": ticket}).status_code in (409, 422)
    assert count(app, Claim) == (0,)


def test_a_ticket_of_another_event_is_unknown(app, client, shop):
    with app.app_context():
        other = make_product(make_event("other")).public_id
        db.session.remove()

    assert client.post(shop[0], data={"ticket": other}).status_code == 422


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("cancelled", 409)])
def test_only_published_events_sell(app, client, state, status):
    with app.app_context():
        ticket = make_product(make_event("closed", state=state)).public_id
        db.session.remove()

    assert client.post("/e/closed/register", data={"ticket": ticket}).status_code == status


def test_who_comes_too_late_goes_back_to_the_ticket_and_keeps_what_was_typed(app, client, freeze):
    url, ticket = open_shop(app, capacity=1)
    client.post(url, data={"ticket": ticket})
    client.post(f"{url}/people", data=JANA)
    freeze(clock.now() + timedelta(minutes=31))
    register(app.test_client(), (url, ticket), {**JANA, "people-0-email": "faster@example.org"})

    answer = client.post(f"{url}/check", data=BILL)

    assert (answer.status_code, answer.location) == (303, url)
    assert "Reservierung ist abgelaufen" in unescape(client.get(url).text)
    assert 'value="Wittkowski"' in client.get(f"{url}/people").text
    assert count(app, Registration) == (1,)


def test_what_was_held_too_long_and_sold_meanwhile_is_not_shown_as_left(app, client, freeze):
    url, ticket = open_shop(app, capacity=1)
    client.post(url, data={"ticket": ticket})
    client.post(f"{url}/people", data=JANA)
    assert "One place left" in shown(client.get(f"{url}?lang=en"))
    freeze(clock.now() + timedelta(minutes=31))
    register(app.test_client(), (url, ticket), {**JANA, "people-0-email": "faster@example.org"})

    page = client.get(f"{url}?lang=en")

    assert ("One place left" in shown(page), "Sold out" in shown(page)) == (False, True)
    assert re.search(rf'value="{ticket}"[^>]* disabled', page.text)


def test_the_billing_address_need_not_be_typed_again_when_the_places_were_gone(app, client, freeze):
    url, ticket = open_shop(app, capacity=1)
    client.post(url, data={"ticket": ticket})
    client.post(f"{url}/people", data=JANA)
    freeze(clock.now() + timedelta(minutes=31))
    register(app.test_client(), (url, ticket), {**JANA, "people-0-email": "faster@example.org"})
    client.post(f"{url}/check", data={**BILL, "street": "Langer Steg 7"})

    with app.app_context():
        [kept] = db.session.scalars(sa.select(Party).where(Party.placed_at.is_(None)))
        street = kept.draft["billing"]["street"]
        db.session.remove()
    assert street == "Langer Steg 7"
    assert 'value="Langer Steg 7"' in client.get(f"{url}/check").text


def test_a_hold_is_extended_twice_and_then_says_so(app, client, shop):
    client.post(shop[0], data={"ticket": shop[1]})

    said = []
    for _thrice in range(3):
        client.post(f"{shop[0]}/extend", data={"step": "people"})
        said.append(re.findall('class="banner note" data-tone="(\\w+)"', client.get(f"{shop[0]}/people").text))

    assert said == [["ok"], ["ok"], ["warn"]]
    assert "/extend" not in client.get(f"{shop[0]}/people").text


# -- constant work


def test_the_ticket_page_asks_the_same_number_of_questions_for_one_and_for_many_tickets(app, client):
    with app.app_context():
        few, many = make_event("few"), make_event("many")
        make_product(few)
        pool = make_pool(many)
        for number in range(12):
            make_product(many, pools=[pool, make_pool(many)], name=BilingualText(f"T{number}", f"T{number}"))
        db.session.remove()

    assert questions(app, client, "/e/few/register") == questions(app, client, "/e/many/register")


def questions(app, client, path):
    """How many statements a page takes."""
    with app.app_context():
        engine = db.engine
    with statements(engine) as asked:
        assert client.get(path).status_code == 200
    assert asked
    return len(asked)
