"""What one process remembers of the directory is what all of them have written: two applications on one database."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.agenda.services import block
from partnering.app import create_app
from partnering.db import db, transaction
from partnering.delegates import blocking, index, services, withholding
from partnering.delegates.models import Delegate
from partnering.memory import memory
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.support.signing_in import cookie_of, sign_in


@pytest.fixture
def other(app: Flask) -> Iterator[Flask]:
    """Another process of the same site."""
    second = create_app({"TESTING": True}, app.extensions["settings"])
    yield second
    with second.app_context():
        db.session.remove()
        memory().forget()
        db.engine.dispose()


def hide(jana: Delegate, me: Delegate) -> None:
    services.show(jana, "hidden", channel="profile")


def withhold(jana: Delegate, me: Delegate) -> None:
    withholding.withhold(jana.profile, "An advertisement.")


def blocks(jana: Delegate, me: Delegate) -> None:
    blocking.block(jana, other=me)


def leave(jana: Delegate, me: Delegate) -> None:
    services.leave(jana)


def show_less(jana: Delegate, me: Delegate) -> None:
    services.show(jana, "organisation", channel="profile")


def be_busy(jana: Delegate, me: Delegate) -> None:
    block(jana.participant, jana.participant.event, jana.participant.event.opens_at, jana.participant.event.closes_at)


Deed = Callable[[Delegate, Delegate], None]

DEEDS: dict[Deed, dict[str, bool]] = {
    hide: {"Zelenka": False, "Lumenfold": False},
    withhold: {"Zelenka": False, "Lumenfold": False},
    blocks: {"Zelenka": False, "Lumenfold": False},
    leave: {"Zelenka": False, "Lumenfold": False},
    show_less: {"Zelenka": False, "Lumenfold": True},
    be_busy: {"Zelenka": True, "No free time suits both of you.": True},
}


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_what_one_process_writes_every_other_shows_at_once(ctx: Flask, other: Flask, deed: Deed):
    me, jana, path, clients = scene(ctx, other)
    for client in clients:
        page = client.get(path).text
        assert ("Zelenka" in page, "No free time suits" in page) == (True, False)
    with transaction():
        deed(db.session.get_one(Delegate, jana.id), db.session.get_one(Delegate, me.id))
    for client in clients:
        page = client.get(path).text
        assert {said: said in page for said in DEEDS[deed]} == DEEDS[deed]


def test_a_process_that_did_not_ask_would_still_show_them(ctx: Flask, other: Flask, monkeypatch):
    """The control: it is memory that answers here, and only the question of what was written that keeps it true."""
    me, _jana, path, clients = scene(ctx, other)
    client = clients[1]
    client.get(path)
    monkeypatch.setattr(index, "stand", lambda: "nothing was written")
    client.get(path)
    with transaction():
        make_delegate(db.session.get_one(Delegate, me.id).participant.event, company="Vltava Labs")
    assert "Vltava Labs" not in client.get(path).text
    monkeypatch.undo()
    assert "Vltava Labs" in client.get(path).text


def scene(ctx: Flask, other: Flask) -> tuple[Delegate, Delegate, str, list[FlaskClient]]:
    """Somebody who looks, whom they find, the page, and its readers in both processes."""
    event = make_partnering_event()
    me = make_delegate(event, locale="en")
    jana = make_delegate(event, given_name="Jana", family_name="Zelenka", company="Lumenfold")
    assert me.participant.person is not None
    clients = [ctx.test_client(), other.test_client()]
    token = sign_in(clients[0], me.participant.person)
    clients[1].set_cookie(cookie_of(other), token, domain=other.extensions["settings"].host)
    return me, jana, f"/e/{event.slug}/me/partners?lang=en", clients
