"""My profile, and the step of registering in which it is written first."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.consents.models import Consent
from partnering.db import db, transaction
from partnering.delegates import queries
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.registration.models import Party
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.factories.tickets import make_product
from tests.support.signing_in import sign_in

ANSWERS = {
    "offers": "GMP-Peptidsynthese",
    "offer_goals": ["contract_manufacturing"],
    "seeks": "Phagenprojekte",
    "seek_goals": ["licence", "investment"],
    "sectors": ["medical_biotechnology"],
    "therapeutic_areas": ["oncology"],
    "organisation_type": "biotech_company",
    "country": "CZ",
    "languages": ["en", "cs"],
    "visibility": "name",
    "own_seeks": "Eine Phagenbank",
}


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def guest(client: FlaskClient, delegate: Delegate) -> str:
    """Sign a delegate in; the address of their profile."""
    person = delegate.participant.person
    assert person is not None
    sign_in(client, person)
    return f"/e/{delegate.participant.event.slug}/me/profile"


def test_a_profile_is_written_and_shown_with_immediate_effect(client: FlaskClient, event: Event):
    jana = make_delegate(event, visibility="hidden")
    path = guest(client, jana)
    assert client.get(path).status_code == 200
    assert client.post(path, data=ANSWERS).location == path
    db.session.rollback()
    again = db.session.get_one(Delegate, jana.id)
    assert (again.visibility, again.languages, again.seeks) == ("name", "en,cs", "Eine Phagenbank")
    assert (again.profile.offers, again.profile.country) == ("GMP-Peptidsynthese", "CZ")
    assert queries.terms_of(again.profile) == {
        ("offer", "goal", "contract_manufacturing"),
        ("seek", "goal", "licence"),
        ("seek", "goal", "investment"),
        ("is", "sector", "medical_biotechnology"),
        ("is", "therapeutic_area", "oncology"),
    }
    consent = db.session.scalars(sa.select(Consent)).one()
    assert (consent.purpose, consent.proof, consent.channel) == ("directory", "name", "profile")
    page = client.get(path).text
    assert 'value="contract_manufacturing" id="offer_goals' in page
    assert page.count(" checked") >= 8


def pages_of_mine(app: Flask) -> list[str]:
    """Every page of a participant that needs no more than the event, but the pages of their bookings and files."""
    found = [
        rule.rule.removeprefix("/e/<event_slug>")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/e/<event_slug>/me")
        and "GET" in (rule.methods or ())
        and rule.arguments == {"event_slug"}
    ]
    return sorted(path for path in found if not path.endswith((".pdf", ".ics", ".json", ".vcf")))


def test_somebody_whose_profile_says_nothing_reads_on_every_page_what_to_do_next(
    app: Flask, client: FlaskClient, event: Event, freeze
):
    newcomer = make_delegate(event, locale="en", visibility="hidden")
    profile = guest(client, newcomer)
    pages = pages_of_mine(app)
    assert len(pages) > 15
    silent = []
    for path in pages:
        answer = client.get(f"/e/{event.slug}{path}", follow_redirects=True)
        said = answer.text.partition("<main")[2]
        steps = said.count("Your next step:") + said.count("<b>Your next step</b>") + said.count("What you can do now")
        itself = f"/e/{event.slug}{path}" == profile
        if answer.status_code == 200 and (steps != 1 or f'href="{profile}"' not in said) and not itself:
            silent.append(path)
    assert silent == []
    empty = client.get(profile).text
    assert ("Your next step:" in empty, 'href="#q-offers"' in empty) == (True, True)
    client.post(profile, data={**ANSWERS, "visibility": "hidden"})
    assert "Your next step:" not in client.get(f"/e/{event.slug}/me/meetings").text
    assert "Your next step:" not in client.get(profile).text
    assert "Let yourself be found" in client.get(f"/e/{event.slug}/me/availability").text
    other = make_delegate(event, locale="en")
    freeze(event.closes_at.replace(year=event.closes_at.year + 1))
    guest(client, other)
    assert "Your next step" not in client.get(f"/e/{event.slug}/me/meetings").text


def test_hiding_takes_effect_at_once(client: FlaskClient, event: Event):
    jana, other = make_delegate(event), make_delegate(event)
    path = guest(client, jana)
    client.post(f"{path}/visibility", data={"visibility": "hidden"})
    guest(client, other)
    assert client.get(f"/e/{event.slug}/me/partners/{jana.public_id}").status_code == 404


def test_more_than_five_are_refused_beside_the_list(client: FlaskClient, event: Event):
    jana = make_delegate(event, locale="en")
    path = guest(client, jana)
    six = ["licence", "co_development", "research_collaboration", "investment", "distribution", "supply"]
    answer = client.post(f"{path}?lang=en", data={**ANSWERS, "offer_goals": six})
    assert answer.status_code == 422
    assert answer.text.count("Choose at most five here") == 2
    assert "<title>Error:" in answer.text
    db.session.rollback()
    assert queries.terms_of(db.session.get_one(Delegate, jana.id).profile) == set()


def test_an_old_page_does_not_overwrite_a_colleagues_answers(client: FlaskClient, event: Event):
    jana = make_delegate(event)
    path, seen = guest(client, jana), jana.profile.version
    assert client.post(path, data={**ANSWERS, "version": seen}).status_code == 302
    assert client.post(path, data={**ANSWERS, "offers": "Alt", "version": seen}).status_code == 409
    db.session.rollback()
    assert db.session.get_one(Delegate, jana.id).profile.offers == "GMP-Peptidsynthese"


def test_strangers_with_the_same_company_name_cannot_write_its_profile(client: FlaskClient, event: Event):
    jana = make_delegate(event, company="Lumenfold GmbH", sentences=("Phagen", ""))
    stranger = make_delegate(event, company="Lumenfold GmbH", visibility="hidden")
    path = guest(client, stranger)
    assert 'name="offers"' not in client.get(path).text
    assert client.post(path, data=ANSWERS).status_code == 302
    db.session.rollback()
    assert db.session.get_one(Delegate, jana.id).profile.offers == "Phagen"
    assert db.session.get_one(Delegate, stranger.id).visibility == "name"


def test_the_card_is_drawn_while_writing_and_nothing_is_stored(client: FlaskClient, event: Event):
    jana = make_delegate(event)
    path = guest(client, jana)
    form = {**ANSWERS, "offers": "<script>alert(1)</script>", "preview": "1"}
    card = client.post(path, data=form, headers={"X-Preview": "1"})
    assert card.status_code == 200
    assert "<html" not in card.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in card.text
    whole = client.post(path, data=form)
    assert "<html" in whole.text
    db.session.rollback()
    assert db.session.get_one(Delegate, jana.id).profile.offers == ""


# -- while registering


@pytest.fixture
def draft(client: FlaskClient, event: Event) -> Party:
    """A party under way in this browser: ticket and people are done."""
    from partnering.registration import services

    product = make_product(event)
    with transaction():
        party = services.begin(event, product, 1, "de")
        party.draft = {
            "people": [
                {
                    "title": "Dr.",
                    "given_name": "Jana",
                    "family_name": "Wittkowski",
                    "email": "jana@lumenfold.example",
                    "function": "CEO",
                }
            ],
            "company": "Lumenfold GmbH",
        }
        refs = (event.public_id, party.public_id)
    with client.session_transaction() as session:
        session["drafts"] = {refs[0]: refs[1]}
    return party


def test_the_step_keeps_its_answers_in_the_draft(client: FlaskClient, event: Event, draft: Party):
    path = f"/e/{event.slug}/register/partnering"
    page = client.get(path)
    assert page.status_code == 200
    assert "Dr. Jana Wittkowski" in client.post(path, data={**ANSWERS, "preview": "1"}).text
    answer = client.post(path, data=ANSWERS)
    assert answer.location == f"/e/{event.slug}/register/check"
    db.session.rollback()
    kept = db.session.get_one(Party, draft.id).draft["partnering"]
    assert kept["offers"] == "GMP-Peptidsynthese"
    assert ["offer", "goal", "contract_manufacturing"] in kept["terms"]
    assert kept["visibility"] == "name"
    again = client.get(path).text
    assert "GMP-Peptidsynthese" in again


def test_nobody_is_shown_without_saying_so(client: FlaskClient, event: Event, draft: Party):
    page = client.get(f"/e/{event.slug}/register/partnering").text
    assert 'value="hidden" id="visibility-0" checked' in page
    assert 'value="name" id="visibility-2" checked' not in page


def test_the_step_needs_those_before_it(client: FlaskClient, event: Event):
    path = f"/e/{event.slug}/register/partnering"
    opened = client.get(path)
    assert (opened.status_code, opened.location) == (302, f"/e/{event.slug}/register")
    assert client.post(path, data=ANSWERS).status_code == 409
