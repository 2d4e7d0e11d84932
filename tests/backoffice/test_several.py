"""One thing for many: those ticked, or everybody whom a search finds; asked first, by the worker when they are many."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.audit import AuditEntry
from partnering.backoffice import several
from partnering.db import db, transaction
from partnering.events.models import Event, TeamRole
from partnering.jobs import worker
from partnering.jobs.models import Job
from partnering.mail.models import OutboxLetter
from partnering.registration.models import Registration
from partnering.registration.services import cancel_registration
from partnering.tickets.models import Product
from tests.factories import make_product, make_registration

from .desk import form_of, open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three people are many here, and the worker takes two at a time."""
    monkeypatch.setattr(several, "AT_ONCE", 2)
    monkeypatch.setattr(several, "TOGETHER", 2)


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Registration.state).order_by(Registration.id)))


def everybody(number: int, deed: str = "cancel", **more: Any) -> dict[str, Any]:
    """What the question sends when it is answered."""
    return {"everybody": "1", "filter": "", "number": str(number), "deed": deed, "sure": "1", **more}


def path_of(event: Event) -> str:
    return f"/manage/{event.slug}/people/several"


def test_everybody_whom_a_search_finds_is_meant_and_nobody_else(event: Event, client: FlaskClient):
    vip = make_product(event, capacity=9)
    held = [make_registration(event, product=vip, family_name=f"Berg{n}") for n in range(3)]
    make_registration(event, family_name="Cho")

    asked = client.post(path_of(event), data={"everybody": "1", "filter": f"ticket={vip.public_id}", "deed": "cancel"})
    sent = form_of_answer(asked.text)
    client.post(path_of(event), data={**sent, "sure": "1"})

    assert (sent["number"], states()) == (["3"], ["cancelled"] * len(held) + ["live"])


def form_of_answer(page: str) -> dict[str, list[str]]:
    """The hidden fields of the question."""
    return {name: [value] for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)}


def test_a_list_that_has_grown_since_the_question_is_asked_about_anew(event: Event, client: FlaskClient):
    make_registration(event)
    make_registration(event)

    answer = client.post(path_of(event), data=everybody(1))

    assert (answer.status_code, states()) == (409, ["live", "live"])
    assert form_of_answer(answer.text)["number"] == ["2"]


def test_whoever_gave_back_meanwhile_is_no_longer_meant(event: Event, client: FlaskClient):
    gone, _stays = make_registration(event), make_registration(event)
    with transaction():
        cancel_registration(db.session.get_one(Registration, gone.id))

    client.post(path_of(event), data=everybody(1, "resend"))

    assert states() == ["cancelled", "live"]


@pytest.mark.usefixtures("few")
def test_the_worker_cancels_many_in_the_organisers_name(ctx: Flask, event: Event, client: FlaskClient):
    for _number in range(5):
        make_registration(event)

    answer = client.post(path_of(event), data=everybody(5))
    before = states()
    worker.run_once(ctx)

    assert (before, states()) == (["live"] * 5, ["cancelled"] * 5)
    deeds = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "registration.cancelled"))
    actors = {(deed.actor_kind, deed.actor_ref) for deed in deeds}
    organiser = db.session.scalars(sa.select(Job.owner_ref).where(Job.task == several.TASK)).one()
    assert actors == {("person", organiser)}
    page = client.get(answer.location).text
    assert ("5 Anmeldungen" in page, "data-waiting" in page) == (True, False)


@pytest.mark.usefixtures("few")
def test_the_worker_moves_as_many_as_there_are_places_for_and_says_so(ctx: Flask, event: Event, client: FlaskClient):
    product = make_product(event, capacity=9)
    for _number in range(3):
        make_registration(event, product=product)
    small, large = make_product(event, capacity=2), make_product(event, capacity=3)

    def moved_to(target: Product) -> tuple[set[int], str]:
        answer = client.post(path_of(event), data=everybody(3, "move", ticket=target.public_id))
        worker.run_once(ctx)
        db.session.rollback()
        held = db.session.scalars(sa.select(Registration)).all()
        return {one.place.product_id for one in held}, client.get(answer.location).text

    some, said = moved_to(small)
    assert some == {product.id, small.id}
    assert ("2 Personen sind umgebucht" in said, "nicht genug Plätze" in said) == (True, True)
    assert moved_to(large)[0] == {large.id}


@pytest.mark.usefixtures("few")
def test_the_worker_sends_every_ticket_once(ctx: Flask, event: Event, client: FlaskClient):
    for _number in range(3):
        make_registration(event)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(OutboxLetter)) or 0

    client.post(path_of(event), data=everybody(3, "resend"))
    worker.run_once(ctx)

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxLetter)) == before + 3


@pytest.mark.usefixtures("few")
def test_the_worker_stops_for_who_no_longer_organises(ctx: Flask, event: Event, client: FlaskClient):
    for _number in range(3):
        make_registration(event)

    client.post(path_of(event), data=everybody(3))
    with transaction():
        db.session.execute(sa.delete(TeamRole).where(TeamRole.event_id == event.id))
    worker.run_once(ctx)

    assert states() == ["live"] * 3


def test_more_than_can_be_done_are_refused_with_a_sentence(
    event: Event, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(several, "MOST", 1)
    make_registration(event)
    make_registration(event)

    client.post(path_of(event), data=everybody(2))

    assert states() == ["live", "live"]


def test_a_filter_that_is_no_filter_harms_nothing(event: Event, client: FlaskClient):
    make_registration(event)

    answer = client.post(path_of(event), data=everybody(1, filter="state=x&q=%00&" + "a=b&" * 15 + "order=' OR 1=1"))

    assert (answer.status_code, states()) == (302, ["cancelled"])


def test_letters_about_a_move_are_offered_as_for_one_person(event: Event, client: FlaskClient):
    participant = make_registration(event).participant.public_id
    make_product(event, capacity=1)

    page = client.post(path_of(event), data={"pick": participant, "deed": "move"}).text

    assert re.search(r'<input[^>]*checked[^>]*name="letter"|name="letter"[^>]*checked', page)
    assert form_of(client, f"/manage/{event.slug}/people/{participant}/move")["letter"] == ["y"]
