"""The pages that print badges together, and those that draw layouts, as organisers use them."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.badges import queries, services
from partnering.badges.content import SPECIMEN_CODE
from partnering.db import db, transaction
from partnering.events.queries import event_by_slug
from partnering.jobs import worker
from partnering.registration import codes
from tests.factories import make_crew, make_event, make_organiser, make_product, make_registration
from tests.factories.badges import make_layout
from tests.readers import pages
from tests.readers.codes import zbar
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in
from tests.support.there import there

ADDRESS = "/manage/probe/badges"


@pytest.fixture
def desk(client: FlaskClient, ctx: Flask) -> FlaskClient:
    """An organiser of the event "probe", signed in."""
    sign_in(client, make_organiser(make_event("probe")))
    return client


def event() -> Any:
    db.session.rollback()
    return there(event_by_slug("probe"))


def fields(page: str) -> dict[str, Any]:
    """What a browser would send of the designer's form."""
    form = page[page.index('data-live="preview"') :]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if said.get("type") not in ("checkbox", "radio", "submit") or " checked" in tag:
            sent.setdefault(said["name"], []).append(said.get("value", ""))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        offered = re.findall(r"<option[^>]*>", options)
        chosen = next((option for option in offered if " selected" in option), offered[0])
        sent[name] = there(re.search(r'value="([^"]*)"', chosen))[1]
    return sent


def at(sent: dict[str, Any], kind: str) -> str:
    """The prefix of the fields of the element of a kind."""
    return next(name for name, value in sent.items() if name.endswith("-kind") and value == kind).removesuffix("kind")


# -- printing


def test_an_organiser_prints_badges_from_the_page(desk: FlaskClient, ctx: Flask):
    make_registration(event(), given_name="Jana")

    assert "Jana" in desk.get(ADDRESS).text
    answer = desk.post(ADDRESS, data={"which": "all", "sort": "name", "layout": "paper:a6x4"})
    assert answer.status_code == 302
    waiting = desk.get(answer.headers["Location"])
    assert (waiting.status_code, "data-waiting" in waiting.text) == (200, True)
    worker.run_once(ctx)
    db.session.rollback()  # what this test has read before is read anew
    ready = desk.get(answer.headers["Location"])
    assert "data-waiting" not in ready.text
    file = desk.get(answer.headers["Location"] + "/badges.pdf")
    assert (file.content_type, file.data[:5]) == ("application/pdf", b"%PDF-")
    assert file.headers["Cache-Control"] == "no-store"


def test_some_are_chosen_by_name_and_state(desk: FlaskClient, ctx: Flask):
    product = make_product(event(), capacity=10)
    one, two = (make_registration(event(), product=product, given_name=name) for name in ("Jana", "Łucja"))
    found = desk.get(f"{ADDRESS}/people?q=lucja&state=new").text
    assert ("Łucja" in found, "Jana" in found) == (True, False)

    refused = desk.post(f"{ADDRESS}/people", data={"sort": "name", "layout": "paper:a6"})
    assert refused.status_code == 422
    answer = desk.post(f"{ADDRESS}/people", data={"sort": "name", "layout": "paper:a6", "pick": [two.public_id]})
    worker.run_once(ctx)
    db.session.rollback()
    text = pages.text(desk.get(answer.headers["Location"] + "/badges.pdf").data)
    assert ("Łucja" in text, "Jana" in text) == (True, False)
    printed = desk.get(f"{ADDRESS}/people?state=printed").text
    assert ("Łucja" in printed, "Jana" in printed, one.public_id in printed) == (True, False, False)


@pytest.mark.parametrize(
    "sent",
    [
        {"which": "some"},
        {"which": "all", "sort": "size", "layout": "paper:a6"},
        {"which": "all", "sort": "name", "layout": "paper:own"},
        {"which": "all", "sort": "name", "layout": "aaaaaaaaaaaaaaaa"},
        {"which": "selected", "sort": "name", "layout": "paper:a6"},
    ],
)
def test_unknown_choices_are_refused(desk: FlaskClient, sent: dict[str, str]):
    assert desk.post(ADDRESS, data=sent).status_code == 422


def test_what_belongs_to_another_event_does_not_exist(desk: FlaskClient, ctx: Flask):
    other = make_event("zwei")
    row = make_layout(other)
    with transaction():
        batch = services.print_badges(other, make_organiser(other)).public_id

    for path in (f"batches/{batch}", f"batches/{batch}/badges.pdf", f"layouts/{row.public_id}"):
        assert desk.get(f"{ADDRESS}/{path}").status_code == 404
    for path in (f"layouts/{row.public_id}/up", f"layouts/{row.public_id}/retire"):
        assert desk.post(f"{ADDRESS}/{path}").status_code == 404
    assert desk.post(ADDRESS, data={"which": "all", "sort": "name", "layout": row.public_id}).status_code == 422


def test_badge_files_are_for_organisers_only(client: FlaskClient, ctx: Flask):
    probe = make_event("probe")
    organiser = make_organiser(probe)
    make_registration(probe)
    with transaction():
        batch = services.print_badges(probe, organiser).public_id
    worker.run_once(ctx)
    file = f"{ADDRESS}/batches/{batch}/badges.pdf"

    assert client.get(file).status_code == 302
    sign_in(client, make_crew(probe))
    assert client.get(file).status_code == 404
    assert client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("path", ["", "/people", "/layouts/new"])
def test_pages_ask_no_more_questions_with_more_guests(desk: FlaskClient, path: str):
    product = make_product(event(), capacity=100)
    make_registration(event(), product=product)
    desk.get(ADDRESS + path)
    one = statements_of(lambda: desk.get(ADDRESS + path))
    for _number in range(8):
        make_registration(event(), product=product)

    assert statements_of(lambda: desk.get(ADDRESS + path)) == one


# -- drawing


def test_a_layout_is_drawn_kept_and_used(desk: FlaskClient, ctx: Flask):
    make_registration(event(), given_name="Jana")
    sent = fields(desk.get(f"{ADDRESS}/layouts/new?paper=a7").text)
    sent |= {"name_de": "Klein", f"{at(sent, 'first')}size": "22,5", "colour_attendee": "#ABCDEF"}
    answer = desk.post(f"{ADDRESS}/layouts/new", data=sent)
    assert answer.status_code == 302

    [row] = queries.layout_rows(event())
    layout = queries.read(row)
    assert (row.name.de, layout.paper, layout.width) == ("Klein", "a7", 74)
    assert next(each for each in layout.elements if each.kind == "first").size == 22.5
    assert layout.colours["attendee"] == "#abcdef"
    assert "Klein" in desk.get(ADDRESS).text
    again = fields(desk.get(answer.headers["Location"]).text)
    assert again[f"{at(again, 'first')}size"] == ["22,5"]


def test_a_code_that_is_too_small_is_refused_beside_its_field(desk: FlaskClient):
    sent = fields(desk.get(f"{ADDRESS}/layouts/new").text) | {"name_de": "Winzig"}
    answer = desk.post(f"{ADDRESS}/layouts/new", data=sent | {f"{at(sent, 'qr')}w": "20"})

    assert answer.status_code == 422
    name = f"{at(sent, 'qr')}w"
    assert f'id="{name}-error"' in answer.text
    assert fields(answer.text)[name] == ["20"]
    assert list(queries.layout_rows(event())) == []


@pytest.mark.parametrize("typed", ["", "viel", "-3", "1e3", "1_0", "٣", "9999"])
def test_what_is_no_length_is_refused(desk: FlaskClient, typed: str):
    sent = fields(desk.get(f"{ADDRESS}/layouts/new").text) | {"name_de": "Probe"}
    answer = desk.post(f"{ADDRESS}/layouts/new", data=sent | {f"{at(sent, 'first')}x": typed})

    assert answer.status_code == 422
    assert f'id="{at(sent, "first")}x-error"' in answer.text


def test_a_preview_shows_what_is_typed_and_keeps_nothing(desk: FlaskClient):
    make_registration(event(), given_name="Maximiliane")
    sent = fields(desk.get(f"{ADDRESS}/layouts/new").text)
    answer = desk.post(
        f"{ADDRESS}/layouts/new",
        data=sent | {"preview": "yes", f"{at(sent, 'qr')}w": "20", "colour_attendee": "#123123"},
    )

    shown = answer.text[answer.text.index('id="preview"') : answer.text.index("designer__form")]
    assert (answer.status_code, "Maximiliane" in shown, "#123123" in shown) == (200, True, True)
    assert "25 mm" in shown  # what has to be put right
    assert list(queries.layout_rows(event())) == []


def test_fields_are_added_taken_away_and_begun_again_without_script(desk: FlaskClient):
    page = desk.get(f"{ADDRESS}/layouts/new").text
    sent = fields(page)
    number = sum(name.endswith("-kind") for name in sent)

    def after(**pressed: str) -> dict[str, Any]:
        answer = desk.post(f"{ADDRESS}/layouts/new", data=sent | pressed)
        assert answer.status_code == 200
        return fields(answer.text)

    added = after(rows="elements:add", more="text")
    assert sum(name.endswith("-kind") for name in added) == number + 1
    assert at(added, "text")
    fewer = after(rows="elements:remove:0")
    assert sum(name.endswith("-kind") for name in fewer) == number - 1
    anew = after(rows="elements:standard", paper="label-80x50")
    assert anew[f"{at(anew, 'qr')}y"] == ["4"]


def test_pictures_and_trial_prints_hold_no_code_that_opens_a_door(desk: FlaskClient):
    registration = make_registration(event(), given_name="Jana")
    row = make_layout(event(), "a6")
    printed = codes.printed(there(registration.code))

    trial = desk.get(f"{ADDRESS}/layouts/{row.public_id}/sample.pdf")
    assert zbar(pages.picture(trial.data, dpi=200)) == [SPECIMEN_CODE]
    assert codes.find(SPECIMEN_CODE) is None
    assert "Jana" in pages.text(trial.data)
    for page in (ADDRESS, f"{ADDRESS}/layouts/new", f"{ADDRESS}/layouts/{row.public_id}", f"{ADDRESS}/people"):
        assert printed not in desk.get(page).text


def test_who_draws_what_somebody_else_has_changed_is_told(desk: FlaskClient):
    row = make_layout(event(), name="Alt")
    sent = fields(desk.get(f"{ADDRESS}/layouts/{row.public_id}").text)
    assert desk.post(f"{ADDRESS}/layouts/{row.public_id}", data=sent | {"name_de": "Neu"}).status_code == 302

    assert desk.post(f"{ADDRESS}/layouts/{row.public_id}", data=sent | {"name_de": "Spät"}).status_code == 409
    assert [each.name.de for each in queries.layout_rows(event())] == ["Neu"]


def test_layouts_move_up_and_are_retired(desk: FlaskClient):
    make_layout(event(), name="Eins")
    second = make_layout(event(), name="Zwei").public_id
    desk.post(f"{ADDRESS}/layouts/{second}/up")
    assert [each.name.de for each in queries.layout_rows(event())] == ["Zwei", "Eins"]
    desk.post(f"{ADDRESS}/layouts/{second}/retire")
    assert [each.name.de for each in queries.layout_rows(event())] == ["Eins"]
    assert desk.get(f"{ADDRESS}/layouts/{second}").status_code == 404
