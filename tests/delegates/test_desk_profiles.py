"""The organisers' desk for profiles: withholding with a reason, stands, domains, and who becomes public."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import db, transaction
from partnering.delegates import directory, permissions, public, stands, withholding
from partnering.delegates.directory import Wish
from partnering.delegates.models import Delegate, OrganisationProfile
from partnering.events.models import Event
from tests.factories import make_organiser
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.factories.timing import make_place
from tests.support.counting import statements_of
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with two tables and times."""
    return make_partnering_event()


def desk(client: FlaskClient, event: Event) -> str:
    """Sign an organiser in; the address of the profiles."""
    sign_in(client, make_organiser(event))
    return f"/manage/{event.slug}/profiles"


def now(delegate: Delegate) -> OrganisationProfile:
    """The profile as it is stored."""
    db.session.rollback()
    return db.session.get_one(Delegate, delegate.id).profile


def found_by(delegate: Delegate) -> list[int]:
    """Whom somebody finds in the directory."""
    db.session.rollback()
    return [card.delegate.id for card in directory.page(delegate, Wish()).cards]


def test_who_is_withheld_is_found_by_nobody_from_now_on(event: Event):
    jana, ben = (first := make_delegate(event)), make_delegate(event, colleague_of=first)
    paul = make_delegate(event)
    with transaction():
        withholding.withhold(jana.profile, "Werbung statt Profil")
    assert found_by(paul) == []
    assert not permissions.may_see(paul, ben)
    with transaction():
        withholding.admit(jana.profile)
    assert sorted(found_by(paul)) == [jana.id, ben.id]
    assert (jana.profile.withheld_at, jana.profile.withheld_reason) == (None, "")


def test_the_keeper_reads_why_once(event: Event, ctx: Flask):
    jana = make_delegate(event, company="Lumenfold GmbH")
    for reason in ("Werbung", "Werbung, und zwar viel"):
        with transaction():
            withholding.withhold(jana.profile, reason)
    [letter] = [one for one in deliver_all(ctx) if "aus dem Verzeichnis" in one["Subject"]]
    body = letter.get_body(("plain",))
    assert body is not None
    assert "Grund: Werbung, und zwar viel" in body.get_content()
    assert f"/e/{event.slug}/me/profile" in body.get_content()


def test_nobody_is_told_of_what_was_lifted_before_the_letter_left(event: Event, ctx: Flask):
    jana = make_delegate(event)
    with transaction():
        withholding.withhold(jana.profile, "Irrtum")
    with transaction():
        withholding.admit(jana.profile)
    assert [one for one in deliver_all(ctx) if "aus dem Verzeichnis" in one["Subject"]] == []


def test_a_stand_is_given_to_one_and_taken_back(event: Event):
    jana, paul = make_delegate(event), make_delegate(event)
    stand = make_place(event)
    with transaction():
        stands.give(jana.profile, stand, walk_in=True)
    assert (jana.profile.location, jana.profile.walk_in) == (stand, True)
    assert stand not in stands.places_for(paul.profile)
    assert stand in stands.places_for(jana.profile)
    with transaction():
        stands.give(jana.profile, None, walk_in=True)
    assert (jana.profile.location, jana.profile.walk_in) == (None, False)


# -- pages


def test_organisers_take_a_profile_out_and_let_it_in_again(client: FlaskClient, event: Event):
    jana = make_delegate(event)
    path = f"{desk(client, event)}/{jana.profile.public_id}"
    missing = client.post(f"{path}/withhold?lang=en", data={"reason": ""})
    assert missing.status_code == 422
    assert missing.text.count("Enter a reason") == 2
    assert client.post(f"{path}/withhold", data={"reason": "Werbung"}).location == path
    assert now(jana).withheld_reason == "Werbung"
    assert "Werbung" in client.get(path).text
    assert client.post(f"{path}/admit").location == path
    assert now(jana).withheld_at is None


def test_the_keeper_sees_the_reason_on_the_profile(client: FlaskClient, event: Event):
    jana = make_delegate(event)
    with transaction():
        withholding.withhold(jana.profile, "Werbung statt Profil")
    person = jana.participant.person
    assert person is not None
    sign_in(client, person)
    assert "Werbung statt Profil" in client.get(f"/e/{event.slug}/me/profile").text


def test_a_stand_is_chosen_among_those_that_nobody_has(client: FlaskClient, event: Event):
    jana, paul = make_delegate(event), make_delegate(event)
    base = desk(client, event)
    path = f"{base}/{jana.profile.public_id}"
    table = stands.places_for(jana.profile)[0]
    assert client.post(f"{path}/stand", data={"place": table.public_id, "walk_in": "y"}).status_code == 303
    assert (now(jana).location_id, now(jana).walk_in) == (table.id, True)
    other = f"{base}/{paul.profile.public_id}"
    assert client.post(f"{other}/stand", data={"place": table.public_id}).status_code == 422  # Jana has it
    assert client.post(f"{path}/stand", data={"place": ""}).status_code == 303
    assert (now(jana).location_id, now(jana).walk_in) == (None, False)


def test_whose_addresses_speak_for_it_is_set_in_lines(client: FlaskClient, event: Event):
    jana = make_delegate(event)
    path = f"{desk(client, event)}/{jana.profile.public_id}"
    typed = "@Lumenfold.example\r\nlumenfold.test lumenfold.example"
    assert client.post(f"{path}/domains", data={"domains": typed}).status_code == 303
    assert now(jana).organisation.domains == ["lumenfold.example", "lumenfold.test"]
    for wrong in ("lumenfold", "web.de", "a b.example", "https://x.example"):
        assert client.post(f"{path}/domains", data={"domains": wrong}).status_code == 422, wrong
    assert now(jana).organisation.domains == ["lumenfold.example", "lumenfold.test"]


def test_a_wish_to_be_public_is_approved_or_not(client: FlaskClient, event: Event):
    jana, paul = make_delegate(event, offers=["licence"]), make_delegate(event, offers=["licence"])
    with transaction():
        for one in (jana, paul):
            assert public.publish(one.profile, one, website="") is False
    base = desk(client, event)
    asked = client.get(f"{base}?show=asked").text
    assert jana.profile.organisation.name in asked
    assert client.post(f"{base}/{jana.profile.public_id}/public").status_code == 303
    assert now(jana).organisation.public_at is not None
    assert client.post(f"{base}/{paul.profile.public_id}/public/end").status_code == 303
    assert (now(paul).organisation.public_at, now(paul).organisation.public_asked_at) == (None, None)
    assert client.post(f"{base}/{paul.profile.public_id}/public").status_code == 303  # nobody asks any more
    assert now(paul).organisation.public_at is None


def test_the_list_is_searched_and_takes_the_same_number_of_queries(client: FlaskClient, event: Event):
    make_delegate(event, company="Müller GmbH")
    make_delegate(event, company="Weber AG")
    base = desk(client, event)
    page = client.get(f"{base}?q=MULLER").text
    assert "Müller GmbH" in page
    assert "Weber AG" not in page
    few = statements_of(lambda: client.get(base))
    for _number in range(15):
        make_delegate(event)
    assert statements_of(lambda: client.get(base)) == few


def test_a_list_goes_on_over_pages(client: FlaskClient, event: Event):
    for number in range(52):
        make_delegate(event, company=f"Firma {number:03d}", visibility="hidden")
    base = desk(client, event)
    first = client.get(f"{base}?lang=en").text
    assert "1–50 of 52" in first
    assert "page=2" in first
    second = client.get(f"{base}?lang=en&page=2").text
    assert "51–52 of 52" in second
    assert "page=1" in second
    assert "Firma 051" in second


def test_profiles_of_other_events_do_not_exist_here(client: FlaskClient, event: Event):
    elsewhere = make_delegate(make_partnering_event())
    path = f"{desk(client, event)}/{elsewhere.profile.public_id}"
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/withhold", data={"reason": "Werbung"}).status_code == 404
    assert now(elsewhere).withheld_at is None


def test_whoever_asked_reads_why_it_is_not_public_and_may_ask_again(client: FlaskClient, event: Event, ctx: Flask):
    jana = make_delegate(event, company="Lumenfold GmbH", offers=["licence"], locale="en")
    with transaction():
        public.publish(jana.profile, jana, website="")
    base = desk(client, event)
    path = f"{base}/{jana.profile.public_id}/public/refuse"
    assert client.post(path, data={"refuse-reason": ""}).status_code == 422
    assert now(jana).organisation.public_asked_at is not None
    reason = "Please describe what you do."
    assert client.post(path, data={"refuse-reason": reason}).status_code == 303
    organisation = now(jana).organisation
    assert (organisation.public_at, organisation.public_asked_at, organisation.public_refusal) == (None, None, reason)
    client.post(path, data={"refuse-reason": "Twice"})
    [letter] = [one for one in deliver_all(ctx) if "public directory" in one["Subject"]]
    body = letter.get_body(("plain",))
    assert body is not None
    assert f"Reason: {reason}" in body.get_content()
    assert f"/e/{event.slug}/me/organisation" in body.get_content()
    person = jana.participant.person
    assert person is not None
    sign_in(client, person)
    page = f"/e/{event.slug}/me/organisation"
    assert reason in client.get(page).text
    with transaction():
        public.publish(jana.profile, jana, website="")
    assert now(jana).organisation.public_refusal == ""
    assert reason not in client.get(page).text


def test_a_refusal_overtaken_by_a_new_wish_is_not_told(event: Event, ctx: Flask):
    jana = make_delegate(event, offers=["licence"])
    with transaction():
        public.publish(jana.profile, jana, website="")
        public.refuse(jana.profile, event, "Zu kurz")
        public.publish(jana.profile, jana, website="")
    assert [one for one in deliver_all(ctx) if "öffentliche" in one["Subject"]] == []
