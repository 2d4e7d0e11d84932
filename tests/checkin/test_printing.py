"""One badge at the door: noted, shown at its size, made anew after a loss."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.badges import queries
from partnering.badges.models import BadgePrint
from partnering.checkin.views import printing
from partnering.db import db
from partnering.mail.models import OutboxLetter
from partnering.registration import codes
from partnering.registration.models import Registration
from tests.factories import make_crew, make_event, make_registration
from tests.factories.badges import make_layout
from tests.support.signing_in import sign_in
from tests.support.there import there


@pytest.fixture
def guest(client: FlaskClient, ctx: Flask) -> Registration:
    """Jana, at a door whose crew is signed in."""
    event = make_event("probe")
    guest = make_registration(event, given_name="Jana")
    sign_in(client, make_crew(event))
    return guest


def test_printing_one_is_noted_and_shows_the_badge_at_its_size(client: FlaskClient, guest: Registration):
    answer = client.post(f"/e/probe/door/badge/{guest.public_id}")
    page = client.get(answer.headers["Location"]).text
    db.session.rollback()

    noted = db.session.scalars(sa.select(BadgePrint)).one()
    [badge] = queries.badges(there(guest.participant.event))
    assert (noted.content_hash, noted.batch_id) == (badge.content_hash(), None)
    assert ('width="105mm" height="148mm"' in page, "data-print-now" in page, "Jana" in page) == (True, True, True)
    assert codes.printed(there(guest.code)) in page
    style = client.get("/e/probe/door/badge/page.css?size=1050x1480")
    assert (style.text, style.mimetype) == ("@page { size: 105mm 148mm; margin: 0; }\n", "text/css")


def test_looking_prints_and_notes_nothing(client: FlaskClient, guest: Registration):
    page = client.get(f"/e/probe/door/badge/{guest.public_id}").text

    assert "data-print-now" not in page
    assert db.session.scalars(sa.select(BadgePrint)).all() == []


def test_a_lost_badge_gets_a_new_code_and_the_old_one_is_revoked(client: FlaskClient, guest: Registration):
    before = codes.code_text(there(guest.code))
    answer = client.post(f"/e/probe/door/badge/{guest.public_id}/lost")
    page = client.get(answer.headers["Location"]).text
    db.session.rollback()

    assert there(codes.find(before)).revoked_at is not None
    [badge] = queries.badges(there(guest.participant.event))
    assert badge.code != before
    assert badge.printed in page
    assert queries.state_of(badge, queries.printed_hashes(there(guest.participant.event))) == "printed"
    kinds = [letter.kind for letter in db.session.scalars(sa.select(OutboxLetter))]
    assert kinds.count("registration.confirmed") >= 1


def test_a_browser_remembers_the_layout_of_its_printer(client: FlaskClient, guest: Registration):
    address = f"/e/probe/door/badge/{guest.public_id}"
    row = make_layout(there(guest.participant.event), "label-80x50", name="Etikett")
    sizes = []
    for chosen in ("paper:a7", row.public_id, "", "nonsense", "paper:own"):
        client.post(f"{address}/layout", data={"layout": chosen})
        page = client.get(address).text
        sizes.append("74mm" if 'width="74mm"' in page else "80mm" if 'width="80mm"' in page else "105mm")

    assert sizes == ["74mm", "80mm", "80mm", "80mm", "80mm"]


@pytest.mark.parametrize("size", ["1x1", "99999x100", "105", "10.5x14", "1050x1480;}"])
def test_a_page_has_a_size_that_paper_has(client: FlaskClient, guest: Registration, size: str):
    assert client.get("/e/probe/door/badge/page.css", query_string={"size": size}).status_code == 404


def test_nobody_prints_the_codes_of_a_whole_event(
    client: FlaskClient, guest: Registration, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(printing, "BADGES_AN_HOUR", 2)
    answers = [client.post(f"/e/probe/door/badge/{guest.public_id}").status_code for _ in range(3)]

    assert answers == [302, 302, 429]


def test_guests_of_another_event_and_former_ones_do_not_exist(client: FlaskClient, guest: Registration):
    foreign = make_registration(make_event("zwei"))
    for path in ("", "/lost"):
        assert client.post(f"/e/probe/door/badge/{foreign.public_id}{path}").status_code == 404
    assert client.get(f"/e/probe/door/badge/{foreign.public_id}").status_code == 404
