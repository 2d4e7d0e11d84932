"""A group at the door: who is here of those who came together, an answer for each, and undo for all."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.checkin.models import Scan
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.registration.models import Registration
from tests.factories import make_guest, make_party, make_product
from tests.factories.checkin import make_attendee
from tests.support.there import there

from .conftest import Foyer

KEY = "a" * 16


def event_of(foyer: Foyer) -> Event:
    return db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()


def make_group(app: Flask, foyer: Foyer, number: int = 3) -> list[str]:
    """Guests who booked together, by their public ids."""
    with app.app_context():
        names = ("Ada", "Bo", "Cy", "Dee", "Emi", "Finn", "Gil", "Hans", "Ida", "Jo")[:number]
        people = [make_guest(given_name=name, family_name="Zander", company="Zander AG") for name in names]
        party = make_party(event_of(foyer), product=make_product(event_of(foyer), seats=number), people=people)
        return [there(place.registration).public_id for place in party.places]


def scans(app: Flask) -> list[tuple[str, str, str]]:
    """(answer, state, via) of every attempt."""
    with app.app_context():
        rows = db.session.execute(sa.select(Scan.answer, Scan.state, Scan.via).order_by(Scan.id))
        return [(row[0], row[1], row[2]) for row in rows]


def test_everybody_is_ticked_but_who_is_in_already(app: Flask, crew: FlaskClient, foyer: Foyer):
    ada, bo, cy = make_group(app, foyer)
    crew.post(foyer.at(f"person/{ada}"), data={"scan_id": KEY, "type": "entry"})

    page = crew.get(foyer.at(f"group/{bo}")).text

    boxes = {each: page.split(f'value="{each}"')[1].split(">")[0] for each in (ada, bo, cy)}
    assert ["checked" in boxes[each] for each in (ada, bo, cy)] == [False, True, True]
    assert ["disabled" in boxes[each] for each in (ada, bo, cy)] == [True, False, False]


def test_each_of_a_group_is_answered_and_a_repetition_says_the_same(app: Flask, crew: FlaskClient, foyer: Foyer):
    ada, bo, cy = make_group(app, foyer)
    crew.post(foyer.at(f"person/{ada}"), data={"scan_id": KEY, "type": "entry"})

    sent = {"scan_id": KEY, "pick": [ada, bo, cy]}
    page, again = (crew.post(foyer.at(f"group/{bo}"), data=sent).text for _ in range(2))

    for each in (page, again):
        assert "2 Gäste eingelassen" in each
        assert "1 Gast nicht eingelassen" in each
        assert "Ada Zander: Schon eingecheckt" in each
    assert scans(app) == [
        ("ok", "counted", "search"),
        ("already_in", "refused", "group"),
        ("ok", "counted", "group"),
        ("ok", "counted", "group"),
    ]


def test_a_group_is_undone_at_once(app: Flask, crew: FlaskClient, foyer: Foyer):
    group = make_group(app, foyer)
    crew.post(foyer.at(f"group/{group[0]}"), data={"scan_id": KEY, "pick": group})
    with app.app_context():
        made = db.session.scalars(sa.select(Scan.public_id)).all()

    page = crew.post(foyer.at(f"group/{group[0]}/undo"), data={"scan": made}, follow_redirects=True).text
    again = crew.post(foyer.at(f"group/{group[0]}/undo"), data={"scan": made}, follow_redirects=True).text

    assert "Für 3 Gäste rückgängig gemacht." in page
    assert "3 Einlässe zählten schon nicht mehr." in again
    assert {state for _answer, state, _via in scans(app)} == {"annulled"}


def test_colleagues_who_booked_by_themselves_are_offered_unticked(app: Flask, crew: FlaskClient, foyer: Foyer):
    with app.app_context():
        other = make_attendee(event_of(foyer), given_name="Bea").public_id  # of Lumenfold, as Jana
        stranger = make_attendee(event_of(foyer), company="Nordlicht AG").public_id

    page = crew.get(foyer.at(f"group/{foyer.guest}")).text
    refused = crew.post(foyer.at(f"group/{foyer.guest}"), data={"scan_id": KEY, "pick": [stranger]})
    answer = crew.post(foyer.at(f"group/{foyer.guest}"), data={"scan_id": KEY, "pick": [foyer.guest, other]})

    assert "checked" not in page.split(f'value="{other}"')[1].split(">")[0]
    assert stranger not in page
    assert refused.status_code == 422
    assert "2 Gäste eingelassen" in answer.text


def test_a_group_that_is_there_is_not_let_in_again(app: Flask, crew: FlaskClient, foyer: Foyer):
    group = make_group(app, foyer)
    before = crew.get(foyer.at(f"group/{group[0]}")).text
    crew.post(foyer.at(f"group/{group[0]}"), data={"scan_id": KEY, "pick": [*group, foyer.guest]})

    after = crew.get(foyer.at(f"group/{group[0]}")).text

    assert ["Alle Markierten einlassen" in page for page in (before, after)] == [True, False]
    assert "Aus dieser Gruppe sind alle schon da." in after


def test_nobody_ticked_is_said_beside_the_group(app: Flask, crew: FlaskClient, foyer: Foyer):
    answer = crew.post(foyer.at(f"group/{foyer.guest}"), data={"scan_id": KEY})

    assert (answer.status_code, scans(app)) == (422, [])
    assert 'id="pick-error"' in answer.text


def test_a_scan_of_another_door_or_person_is_not_undone_here(app: Flask, crew: FlaskClient, foyer: Foyer):
    group = make_group(app, foyer)
    crew.post(foyer.at(f"group/{group[0]}"), data={"scan_id": KEY, "pick": group})
    with app.app_context(), transaction():
        scan = db.session.scalars(sa.select(Scan).order_by(Scan.id)).first()
        there(scan).received_at = clock.now().replace(year=2020)
        made = db.session.scalars(sa.select(Scan.public_id)).all()

    missing = crew.post(foyer.at(f"group/{group[0]}/undo"), data={"scan": [*made, KEY]})
    late = crew.post(foyer.at(f"group/{group[0]}/undo"), data={"scan": made}, follow_redirects=True).text

    assert missing.status_code == 404
    assert "Für 2 Gäste rückgängig gemacht." in late
    assert sorted(state for _answer, state, _via in scans(app)) == ["annulled", "annulled", "counted"]


def test_a_larger_group_asks_no_more(
    app: Flask, crew: FlaskClient, foyer: Foyer, queries_of: Callable[[Callable[[], object]], int]
):
    small, large = make_group(app, foyer, 2), make_group(app, foyer, 10)

    one = queries_of(lambda: crew.get(foyer.at(f"group/{small[0]}")))
    ten = queries_of(lambda: crew.get(foyer.at(f"group/{large[0]}")))

    assert (one, ten) == (one, one)
    assert one <= 16
    searched = queries_of(lambda: crew.get(foyer.at("search?q=zander")))
    assert searched <= 14


def test_a_guest_page_and_a_verdict_lead_to_the_group(app: Flask, crew: FlaskClient, foyer: Foyer):
    group = make_group(app, foyer)
    link = foyer.at(f"group/{group[0]}")

    assert link not in crew.get(foyer.at(f"person/{foyer.guest}")).text
    assert link in crew.get(foyer.at(f"person/{group[0]}")).text
    assert link in crew.get(foyer.at("search?q=zander")).text
    assert link in crew.post(foyer.at(f"person/{group[0]}"), data={"scan_id": KEY, "type": "entry"}).text
    with app.app_context():
        assert db.session.scalars(sa.select(sa.func.count(Registration.id))).one() == 4
