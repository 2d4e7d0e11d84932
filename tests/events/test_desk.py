"""An event at the desk: made, described, published, called off; its team."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.accounts.models import Person
from partnering.audit import AuditEntry
from partnering.db import BilingualText, db
from partnering.events.models import Event, FormerSlug, LegalText, TeamRole
from partnering.events.permissions import may_organise, may_review
from partnering.events.signals import event_cancelled
from tests.factories import make_crew, make_event, make_host, make_organiser, make_person
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    event = make_event("probe-2027")
    sign_in(client, make_organiser(event))
    return event


def answers(**more: Any) -> dict[str, Any]:
    """An event as the form sends it."""
    return {
        "name_de": "Neue Tagung 2027",
        "slug": "neu-2027",
        "first_day": "2027-10-13",
        "opens": "08:30",
        "last_day": "2027-10-14",
        "closes": "17:00",
        "zone": "Europe/Berlin",
        "languages": "de,en",
        "dye": "malachite",
        **more,
    }


def at(slug: str) -> Event | None:
    db.session.expire_all()
    return db.session.scalars(sa.select(Event).where(Event.slug == slug)).one_or_none()


# -- making and describing


def test_a_draft_is_made_on_behalf_of_the_host(event: Event, client: FlaskClient):
    answer = client.post("/manage/new", data=answers())

    made = at("neu-2027")
    assert answer.location == "/manage/neu-2027/settings/legal_notice"
    assert made is not None
    assert (made.state, made.host_id, made.dye) == ("draft", event.host_id, "malachite")
    assert client.get("/manage/neu-2027/settings").status_code == 200


@pytest.mark.parametrize(
    ("zone", "opens"),
    [
        ("Europe/Berlin", datetime(2027, 3, 28, 2, 30, tzinfo=UTC)),
        ("Europe/London", datetime(2027, 3, 28, 3, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 3, 28, 8, 30, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2027, 3, 27, 19, 30, tzinfo=UTC)),
    ],
)
def test_times_are_those_of_the_zone(event: Event, client: FlaskClient, zone: str, opens: datetime):
    data = answers(first_day="2027-03-28", last_day="2027-03-29", opens="04:30", zone=zone)

    client.post("/manage/new", data=data)

    made = at("neu-2027")
    assert made is not None
    assert made.opens_at == opens
    page = client.get("/manage/neu-2027/settings").text
    assert 'value="04:30' in page


def test_a_time_that_summer_skips_is_moved_forward(event: Event, client: FlaskClient):
    client.post("/manage/new", data=answers(first_day="2027-03-28", last_day="2027-03-28", opens="02:30"))

    made = at("neu-2027")
    assert made is not None
    assert made.opens_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_the_day_until_which_people_may_change_is_a_whole_one(event: Event, client: FlaskClient):
    client.post("/manage/new", data=answers(change_until="2027-10-01"))

    made = at("neu-2027")
    assert made is not None
    assert made.change_until == datetime(2027, 10, 1, 22, 0, tzinfo=UTC)
    assert 'value="2027-10-01"' in client.get("/manage/neu-2027/settings").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_de": ""},
        {"slug": "Groß"},
        {"slug": "mit leer"},
        {"slug": "../admin"},
        {"slug": "-a"},
        {"slug": "neu-2027/"},
        {"first_day": "13.10.2027"},
        {"first_day": "٢٠٢٧-١٠-١٣"},
        {"first_day": "0027-10-13"},
        {"last_day": "2027-10-12"},
        {"last_day": "2028-10-12"},
        {"last_day": "2027-10-13", "closes": "08:00"},
        {"opens": "25:00"},
        {"opens": "٠٨:٣٠"},
        {"zone": "Mars/Olympus"},
        {"dye": "black"},
        {"languages": "la"},
        {"sender_address": "no address"},
        {"name_en": "x" * 121},
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(event: Event, client: FlaskClient, wrong: dict[str, str]):
    answer = client.post("/manage/new", data=answers(address="Bleibt stehen", **wrong))

    assert (answer.status_code, 'value="Bleibt stehen"' in answer.text) == (422, True)
    assert db.session.scalars(sa.select(Event.slug)).all() == ["probe-2027"]


def test_an_address_is_given_once(event: Event, client: FlaskClient):
    answer = client.post("/manage/new?lang=en", data=answers(slug="probe-2027"))

    assert answer.status_code == 422
    assert "Another conference has this address already" in answer.text


def test_an_address_that_another_event_had_stays_taken(event: Event, client: FlaskClient):
    client.post("/manage/probe-2027/settings", data=answers(slug="umgezogen"))

    assert client.post("/manage/new", data=answers(slug="probe-2027")).status_code == 422
    assert client.get("/e/probe-2027/venue?lang=en").location == "/e/umgezogen/venue?lang=en"
    assert client.get("/e/probe-2027/").status_code == 308


def test_an_event_may_take_its_former_address_back(event: Event, client: FlaskClient):
    client.post("/manage/probe-2027/settings", data=answers(slug="umgezogen"))
    client.post("/manage/umgezogen/settings", data=answers(slug="probe-2027"))

    assert db.session.scalars(sa.select(FormerSlug.slug)).all() == ["umgezogen"]
    assert client.get("/e/probe-2027/").status_code == 200


def test_texts_in_both_languages_are_kept(event: Event, client: FlaskClient):
    client.post(
        "/manage/probe-2027/settings",
        data=answers(slug="probe-2027", claim_de="Gespräche", claim_en="Meetings", description_en="**Bold**"),
    )

    kept = at("probe-2027")
    assert kept is not None
    assert kept.claim == BilingualText("Gespräche", "Meetings")
    assert kept.description == BilingualText("", "**Bold**")


def test_saving_what_is_there_writes_nothing_down(event: Event, client: FlaskClient):
    data = answers(slug="probe-2027")
    client.post("/manage/probe-2027/settings", data=data)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))

    client.post("/manage/probe-2027/settings", data=data)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before


# -- legal texts and state


def test_a_changed_legal_text_becomes_a_new_version(event: Event, client: FlaskClient):
    for text in ("Erste", "Erste", "Zweite"):
        client.post("/manage/probe-2027/settings/terms", data={"text_de": text})

    kept = db.session.scalars(sa.select(LegalText).where(LegalText.kind == "terms").order_by(LegalText.number)).all()
    assert [(text.number, text.text.de) for text in kept] == [(1, "Text: terms"), (2, "Erste"), (3, "Zweite")]


def test_a_legal_text_is_not_empty(event: Event, client: FlaskClient):
    answer = client.post("/manage/probe-2027/settings/terms", data={"text_de": "", "text_en": "Kept"})

    assert (answer.status_code, "Kept" in answer.text) == (422, True)


def test_nothing_is_published_without_its_legal_texts(ctx: Flask, client: FlaskClient):
    event = make_event("entwurf", state="draft", legal=False)
    sign_in(client, make_organiser(event))

    for kind in ("legal_notice", "privacy", "terms"):
        assert client.post("/manage/entwurf/settings/publish").status_code == 409
        client.post(f"/manage/entwurf/settings/{kind}", data={"text_de": "Text"})
    answer = client.post("/manage/entwurf/settings/publish")

    published = at("entwurf")
    assert published is not None
    assert (answer.status_code, published.state) == (302, "published")


def test_a_withdrawn_event_is_for_its_team_again(event: Event, client: FlaskClient):
    client.post("/manage/probe-2027/settings/withdraw")

    assert client.get("/e/probe-2027/").status_code == 200
    assert client.application.test_client().get("/e/probe-2027/").status_code == 404


def test_calling_off_needs_a_tick_and_is_told_once(event: Event, client: FlaskClient):
    told: list[Event] = []

    def hear(event: Event) -> None:
        told.append(event)

    event_cancelled.connect(hear)
    try:
        without = client.post("/manage/probe-2027/settings/cancel")
        first = client.post("/manage/probe-2027/settings/cancel", data={"understood": "y"})
        client.post("/manage/probe-2027/settings/cancel", data={"understood": "y"})
    finally:
        event_cancelled.disconnect(hear)

    assert (without.status_code, first.status_code, len(told)) == (422, 302, 1)


# -- team


def test_somebody_new_joins_the_team_by_address(event: Event, client: FlaskClient):
    client.post("/manage/probe-2027/team", data={"email": "Jonas@Example.org", "given_name": "Jonas", "area": "crew"})

    role = db.session.scalars(sa.select(TeamRole).where(TeamRole.area == "crew")).one()
    assert (role.person.given_name, role.event_id) == ("Jonas", event.id)


def test_the_committee_joins_like_everybody_and_organisers_are_not_of_it(event: Event, client: FlaskClient):
    client.post("/manage/probe-2027/team", data={"email": "ruth@example.org", "area": "committee"})
    ruth = db.session.scalars(sa.select(TeamRole).where(TeamRole.area == "committee")).one().person
    katja = db.session.scalars(sa.select(Person).join(TeamRole).where(TeamRole.area == "organiser")).one()

    assert (may_review(ruth, event), may_review(katja, event), may_organise(ruth, event)) == (True, False, False)
    assert "Programmkomitee" in client.get("/manage/probe-2027/team?lang=de").text
    client.post(f"/manage/probe-2027/team/{ruth.public_id}/committee/remove")
    assert not may_review(ruth, event)


def test_joining_twice_changes_nothing(event: Event, client: FlaskClient):
    for _time in range(2):
        client.post("/manage/probe-2027/team", data={"email": "jonas@example.org", "area": "crew"})

    assert len(db.session.scalars(sa.select(TeamRole)).all()) == 2


@pytest.mark.parametrize("wrong", [{"email": "x"}, {"email": "a@example.org", "area": "admin"}], ids=str)
def test_the_team_takes_addresses_and_known_areas(event: Event, client: FlaskClient, wrong: dict[str, str]):
    answer = client.post("/manage/probe-2027/team", data={"given_name": "Jonas", "area": "crew", **wrong})

    assert (answer.status_code, 'value="Jonas"' in answer.text) == (422, True)


def test_a_role_ends_at_the_next_click(event: Event, client: FlaskClient):
    jonas = make_crew(event)

    client.post(f"/manage/probe-2027/team/{jonas.public_id}/crew/remove")

    sign_in(client, db.session.get_one(Person, jonas.id))
    assert client.get("/e/probe-2027/door/").status_code == 404


def test_the_last_organiser_stays(event: Event, client: FlaskClient):
    katja = db.session.scalars(sa.select(Person).join(TeamRole)).one()
    path = f"/manage/probe-2027/team/{katja.public_id}/organiser/remove"

    client.post(path)
    assert len(db.session.scalars(sa.select(TeamRole)).all()) == 1

    make_organiser(event, make_person("zweite@example.org"))
    client.post(path)
    db.session.expire_all()
    assert [role.person.email for role in db.session.scalars(sa.select(TeamRole))] == ["zweite@example.org"]


def test_a_role_of_another_event_is_not_ended_here(event: Event, client: FlaskClient):
    other = make_crew(make_event())

    assert client.post(f"/manage/probe-2027/team/{other.public_id}/crew/remove").status_code == 404


def test_an_organiser_sees_only_their_own_events(event: Event, client: FlaskClient):
    make_event("fremd", host=make_host("Andere"), name=BilingualText("Fremde Tagung", ""))

    page = client.get("/manage/").text

    assert ("/manage/probe-2027" in page, "Fremde Tagung" in page) == (True, False)
