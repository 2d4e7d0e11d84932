"""Which letters people get and how they stop them: on their page, and by one click without signing in."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.audit import AuditEntry
from partnering.db import db, transaction
from partnering.delegates import mails, saved, subscriptions
from partnering.delegates.directory import Wish
from partnering.delegates.models import Delegate, SavedSearch
from partnering.events.models import Event
from partnering.mail import suppressions
from partnering.mail.models import Suppression
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event, make_request
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


@pytest.fixture
def jana(event: Event) -> Delegate:
    """Somebody who reads English and has saved a search."""
    made = make_delegate(event, email="jana@lumenfold.example", locale="en")
    with transaction():
        saved.keep_search(made, "Deutschland", Wish(country=("DE",)))
    return made


def path(address: str) -> str:
    """The path of an address in a letter."""
    return re.sub(r"^https?://[^/]+", "", address)


def of(delegate: Delegate) -> tuple[str, bool]:
    """What somebody gets, read anew."""
    db.session.rollback()
    found = db.session.get_one(Delegate, delegate.id)
    return subscriptions.chosen(found), subscriptions.wants(found, "searches")


def test_a_guest_chooses_how_often_letters_come(client: FlaskClient, event: Event, jana: Delegate):
    assert jana.participant.person is not None
    sign_in(client, jana.participant.person)
    page = f"/e/{event.slug}/me/notifications"
    ticked = re.findall(r"<input[^>]*\bchecked\b[^>]*>", client.get(page).text)
    assert [re.findall(r'name="(\w+)"', field) for field in ticked] == [["rhythm"], ["searches"]]
    assert 'value="hourly"' in ticked[0]
    assert client.post(page, data={"rhythm": "daily", "searches": "y"}).status_code == 303
    assert of(jana) == ("daily", True)
    assert client.post(page, data={"rhythm": "never"}).status_code == 303
    assert of(jana) == ("never", False)
    assert client.post(page, data={"rhythm": "yearly"}).status_code == 422
    assert client.post(page, data={"rhythm": "hourly"}).status_code == 303
    assert of(jana) == ("hourly", False)
    chosen = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action == "delegate.letters_chosen"))
    assert len(chosen.all()) == 3


def test_letters_that_gather_news_can_be_stopped_with_one_click(
    app: Flask, client: FlaskClient, event: Event, jana: Delegate
):
    make_request(event, to=jana)
    [message] = deliver_all(app)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = str(message["List-Unsubscribe"]).strip("<>")
    assert client.get(path(address)).status_code == 302
    assert client.head(path(address)).status_code == 302
    assert client.post(path(address), data={"List-Unsubscribe": "no"}).status_code == 400
    assert of(jana) == ("hourly", True)
    for _time in range(2):
        answer = client.post(path(address), data={"List-Unsubscribe": "One-Click"}, headers={"User-Agent": "mail"})
        assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (204, [])
    assert of(jana) == ("never", True)
    make_request(event, to=db.session.get_one(Delegate, jana.id))
    assert deliver_all(app) == []


@pytest.mark.usefixtures("csrf")
def test_looking_at_the_page_of_a_letter_changes_nothing(client: FlaskClient, jana: Delegate):
    address = path(mails.letters_address(jana))
    page = client.get(address)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.post(address, data={"rhythm": "never"}).status_code == 400
    assert of(jana) == ("hourly", True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    assert client.post(address, data={"rhythm": "never", "csrf_token": token[1]}).status_code == 303
    assert of(jana) == ("never", False)
    stop = path(mails.letters_address(jana, "requests"))
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 204


def test_letters_about_saved_searches_are_stopped_by_themselves(client: FlaskClient, jana: Delegate):
    address = path(mails.letters_address(jana, "searches"))
    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 204
    assert of(jana) == ("hourly", False)
    assert db.session.scalars(sa.select(SavedSearch.letters)).all() == [False]


@pytest.mark.parametrize("token", ["abcdefghijklmnop", "abcdefghijklmnop1-1-abcdefghijklmnopqrstuvwxyz"])
def test_a_forged_secret_opens_nothing(client: FlaskClient, jana: Delegate, token: str):
    answers = [
        client.get(f"/letters/{token}").status_code,
        client.post(f"/letters/{token}", data={"rhythm": "never"}).status_code,
        client.get(f"/letters/{token}/stop/requests").status_code,
        client.post(f"/letters/{token}/stop/requests", data={"List-Unsubscribe": "One-Click"}).status_code,
    ]
    assert answers == [404] * 4
    assert of(jana) == ("hourly", True)


def test_the_list_of_stopped_letters_names_nobody(ctx: Flask, jana: Delegate):
    with transaction():
        suppressions.suppress("a", "Jana@Lumenfold.example")
        suppressions.suppress("a", "jana@lumenfold.example")
    [row] = db.session.scalars(sa.select(Suppression))
    assert "jana" not in row.address_hash
    assert [suppressions.is_suppressed(scope, "JANA@lumenfold.example") for scope in ("a", "b")] == [True, False]
    with transaction():
        suppressions.allow("a", "jana@lumenfold.example")
    assert not suppressions.is_suppressed("a", "jana@lumenfold.example")
