"""What people show of themselves, to whom; what they agreed to; whom they hide from."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.consents import services as consents
from partnering.consents.models import Consent
from partnering.db import db, transaction
from partnering.delegates import blocking, directory, queries, services, visibility
from partnering.delegates.directory import Wish
from partnering.delegates.errors import OwnOrganisation
from partnering.delegates.models import BlockedPair, Delegate
from partnering.delegates.visibility import Shown
from partnering.events.models import Event
from partnering.meetings import services as meetings
from partnering.meetings.errors import NotBookable
from partnering.meetings.models import Meeting
from partnering.meetings.queries import shared_slots
from partnering.meetings.states import UNDO_SECONDS
from partnering.tickets.models import Product
from tests.factories.delegates import make_delegate, make_registration
from tests.factories.meetings import make_partnering_event
from tests.support.counting import statements
from tests.support.signing_in import sign_in

PHONE = "+420 123 456 789"


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def guest(client: FlaskClient, delegate: Delegate, path: str) -> str:
    """Sign a delegate in; the address of one of their pages."""
    person = delegate.participant.person
    assert person is not None
    sign_in(client, person)
    return f"/e/{delegate.participant.event.slug}/me/{path}"


def whole(event: Event, **values) -> Delegate:
    """Somebody who has said everything there is to say."""
    jana = make_delegate(
        event, given_name="Jana", family_name="Nováková", function="Leitung", company="Aspera", **values
    )
    with transaction():
        jana.seeks, jana.phone = "Phagenbanken", PHONE
    return jana


EVERYTHING = Shown("Jana Nováková", "Leitung", ("de", "en"), "Phagenbanken")


def test_fields_per_viewer(event: Event):
    """R53: what each kind of viewer reads of each level, field by field."""
    jana, guest_ = whole(event), make_delegate(event)
    colleague = make_delegate(event, colleague_of=jana)
    seen = {}
    for level in ("hidden", "organisation", "name"):
        with transaction():
            visibility.show(jana, level, function=True, languages=True, seeks=True)
        seen[level] = {
            "nobody": visibility.shown(jana),
            "guest": visibility.shown(jana, guest_),
            "colleague": visibility.shown(jana, colleague),
            "agreed": visibility.shown(jana, guest_, agreed=True),
        }
    closed = {"nobody": Shown(), "guest": Shown(), "colleague": EVERYTHING, "agreed": EVERYTHING}
    assert seen["hidden"] == seen["organisation"] == closed
    assert set(seen["name"].values()) == {EVERYTHING}


@pytest.mark.parametrize("field", visibility.FIELDS)
def test_each_field_is_kept_back_by_itself(event: Event, field: str):
    jana, other = whole(event), make_delegate(event)
    with transaction():
        shows: dict[str, Any] = {field: False}
        visibility.show(jana, "name", **shows)
    one = visibility.shown(jana, other)
    assert [name for name in visibility.FIELDS if not getattr(one, name)] == [field]
    assert visibility.shown(jana, other, agreed=True) == one
    assert visibility.shown(jana, make_delegate(event, colleague_of=jana)) == EVERYTHING


def test_the_directory_shows_and_filters_by_no_more_than_that(client: FlaskClient, event: Event):
    jana, other = whole(event), make_delegate(event, languages=["de"])
    path = guest(client, other, f"partners/{jana.public_id}")
    page = client.get(path).text
    assert all(word in page for word in ("Jana Nováková", "Leitung", "DE, EN", "Phagenbanken"))
    assert directory.number(other, Wish(language=("en",))) == 1
    with transaction():
        visibility.show(jana, "name", function=False, languages=False, seeks=False)
    page = client.get(path).text
    assert "Jana Nováková" in page
    assert not any(word in page for word in ("Leitung", "DE, EN", "Phagenbanken"))
    assert directory.number(other, Wish(language=("en",))) == 0
    with transaction():
        visibility.show(jana, "organisation", function=True, languages=True, seeks=True)
    page = client.get(path).text
    assert "Aspera" in page
    assert not any(word in page for word in ("Nováková", "Leitung", "DE, EN", "Phagenbanken", PHONE))


def test_address_and_phone_need_an_agreed_meeting_and_a_consent(client: FlaskClient, event: Event, freeze):
    jana, tomas = whole(event), make_delegate(event)
    slot = shared_slots([jana, tomas])[0]
    with transaction():
        meeting = meetings.request_meeting(tomas, jana, [slot])
    email = jana.participant.person.email if jana.participant.person else ""
    path = guest(client, tomas, f"meetings/{meeting.public_id}")

    def reads() -> list[bool]:
        return [word in client.get(path).text for word in (email, PHONE)]

    with transaction():
        visibility.agree(jana, "contact", channel="test")
    assert reads() == [False, False], "nothing is agreed yet"
    with transaction():
        meetings.accept(meeting, slot, by=jana)
    assert reads() == [False, False], "it can still be taken back"
    freeze(clock.now() + timedelta(seconds=UNDO_SECONDS))
    assert reads() == [True, True]
    with transaction():
        consents.take_back(jana.participant, "contact")
    assert reads() == [False, False]
    with transaction():
        visibility.agree(jana, "contact", channel="test")
        blocking.block(jana, other=tomas)
    assert reads() == [False, False], "hidden from each other"


def test_my_privacy_page(client: FlaskClient, event: Event):
    jana = make_delegate(event, locale="en")
    path = guest(client, jana, "privacy")
    assert client.get(path).status_code == 200
    assert client.post(path, data={"visibility": "name", "languages": "y"}).location.endswith("/me/privacy")
    db.session.rollback()
    again = db.session.get_one(Delegate, jana.id)
    assert (again.shows_function, again.shows_languages, again.shows_seeks) == (False, True, False)
    assert client.post(path, data={"visibility": "everybody"}).status_code == 422
    assert client.post(f"{path}/phone", data={"phone": "call me"}).status_code == 422
    assert client.post(f"{path}/phone", data={"phone": PHONE}).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Delegate, jana.id).phone == PHONE


@pytest.mark.parametrize("purpose", ["matchmaking", "contact"])
def test_each_consent_is_given_and_taken_back_by_one_click(client: FlaskClient, event: Event, purpose: str):
    jana = make_delegate(event, locale="en", visibility="hidden")
    path = guest(client, jana, "privacy/consents")
    for _twice in range(2):
        assert client.post(path, data={"purpose": purpose, "agreed": "yes"}).status_code == 303
    given = db.session.scalars(sa.select(Consent).where(Consent.purpose == purpose)).one()
    assert (given.channel, given.text.text) == ("privacy", visibility.TEXTS[purpose])
    for _twice in range(2):
        assert client.post(path, data={"purpose": purpose, "agreed": "no"}).status_code == 303
    assert consents.agreed(event, purpose) == frozenset()
    assert client.post(path, data={"purpose": "newsletter", "agreed": "yes"}).status_code == 404


def test_days_and_place_follow_the_ticket(event: Event):
    registration = make_registration(event)
    with transaction():
        product = db.session.get_one(Product, registration.place.product_id)
        product.online, product.days = True, ["2027-03-01"]
        delegate = services.join(registration)
    assert (delegate.remote, delegate.days) == (True, ["2027-03-01"])
    with transaction():
        product.online, product.days = False, []
        services.moved(delegate)
    assert (delegate.remote, delegate.days) == (False, [])


# -- hiding from each other


@pytest.mark.parametrize("firm", [False, True])
@pytest.mark.parametrize("blocker", ["jana", "tomas"])
def test_neither_finds_or_asks_the_other(client: FlaskClient, event: Event, blocker: str, firm: bool):
    people = {"jana": make_delegate(event), "tomas": make_delegate(event)}
    jana, tomas = people.values()
    one = people.pop(blocker)
    (other,) = people.values()
    slot = shared_slots([jana, tomas])[0]
    with transaction():
        blocking.block(one, **({"profile": other.profile} if firm else {"other": other}))
    assert queries.blocked(jana, tomas)
    assert queries.blocked(tomas, jana)
    assert blocking.blocked_ids(one) == {other.id}
    assert blocking.blocked_ids(other) == {one.id}
    assert [directory.number(who, Wish()) for who in (jana, tomas)] == [0, 0]
    for asker, asked in ((jana, tomas), (tomas, jana)):
        path = guest(client, asker, f"partners/{asked.public_id}")
        nobody = client.get(path.replace(asked.public_id, "a" * 16))
        assert (client.get(path).status_code, nobody.status_code) == (404, 404)
        with transaction(), pytest.raises(NotBookable) as refused:
            meetings.request_meeting(asker, asked, [slot])
        assert type(refused.value) is NotBookable


def test_a_whole_organisation_hides_with_whoever_comes_later(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    with transaction():
        blocking.block(jana, profile=tomas.profile)
    late = make_delegate(event, colleague_of=tomas)
    assert {jana.id, tomas.id, late.id, jana.profile_id}, "all are loaded"
    with statements() as asked:
        assert blocking.blocked_ids(jana) == {tomas.id, late.id}
    assert len(asked) == 1
    assert blocking.blocked_ids(late) == {jana.id}
    assert blocking.blocked_ids(make_delegate(event, colleague_of=jana)) == set()


def test_open_requests_end_and_agreed_meetings_stay(event: Event):
    jana, tomas, pavel = make_delegate(event), make_delegate(event), make_delegate(event)
    colleague = make_delegate(event, colleague_of=tomas)
    slots = shared_slots([jana, tomas])
    with transaction():
        sent = meetings.request_meeting(jana, tomas, slots[:1])
        received = meetings.request_meeting(colleague, jana, slots[:1])
        elsewhere = meetings.request_meeting(jana, pavel, slots[:1])
    with transaction():
        blocking.block(jana, profile=tomas.profile)
        blocking.block(jana, profile=tomas.profile)
    states = [db.session.get_one(Meeting, one.id).request_state for one in (sent, received, elsewhere)]
    assert states == ["withdrawn", "declined", "pending"]
    assert db.session.get_one(Delegate, jana.id).open_requests == 1
    with transaction():
        meetings.accept(elsewhere, slots[0], by=pavel)
        blocking.block(jana, other=pavel)
    assert elsewhere.request_state == "accepted"
    assert db.session.scalar(sa.select(sa.func.count(BlockedPair.id))) == 2


def test_nobody_blocks_their_own(event: Event):
    jana = make_delegate(event)
    colleague = make_delegate(event, colleague_of=jana)
    for whom in ({"other": jana}, {"other": colleague}, {"profile": jana.profile}):
        with transaction(), pytest.raises(OwnOrganisation):
            blocking.block(jana, **whom)


def test_hiding_asks_first_and_is_taken_back_on_the_privacy_page(client: FlaskClient, event: Event):
    jana, tomas = make_delegate(event, locale="en"), make_delegate(event, company="Rival")
    path = guest(client, jana, f"partners/{tomas.public_id}/block")
    assert client.get(path).status_code == 200
    assert client.post(path, data={"whom": "everybody"}).status_code == 422
    assert not queries.blocked(jana, tomas)
    assert client.post(path, data={"whom": "organisation"}).status_code == 303
    assert queries.blocked(jana, tomas)
    assert client.get(path).status_code == 404
    privacy = guest(client, jana, "privacy")
    assert "Everybody of Rival" in client.get(privacy).text
    assert client.post(f"{privacy}/blocks", data={"whom": tomas.profile.public_id}).status_code == 303
    assert not queries.blocked(jana, tomas)
    assert "Everybody of Rival" not in client.get(privacy).text


def test_whoever_hides_but_asked_can_be_blocked(client: FlaskClient, event: Event):
    jana, hidden = make_delegate(event), make_delegate(event, visibility="hidden")
    stranger = make_delegate(event, visibility="hidden")
    with transaction():
        meetings.request_meeting(hidden, jana, shared_slots([jana, hidden])[:1])
    for other, answer in ((hidden, 200), (stranger, 404)):
        assert client.get(guest(client, jana, f"partners/{other.public_id}/block")).status_code == answer
