"""Addresses: only with an agreed meeting, only of those who agreed, and on no list, file or answer to a program."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.consents import services as consents
from partnering.db import db, transaction
from partnering.delegates import services as delegates
from partnering.delegates import visibility
from partnering.delegates.models import BlockedPair, Delegate
from partnering.events.models import Event
from partnering.mail.models import OutboxLetter
from partnering.meetings import contacts, errors, on_site, queries, services, tasks
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser
from tests.factories.meetings import after_letters, make_meeting, make_partnering_event, make_request
from tests.meetings.day import person_of
from tests.meetings.deeds import all_is_well, at
from tests.support.letters import deliver_all, text_of
from tests.support.signing_in import sign_in

pytestmark = pytest.mark.usefixtures("ctx")
Freeze = Callable[[datetime], None]
JANA, TOMAS, BEN = "jana@lumen.example", "tomas@cyto.example", "ben@cyto.example"


@pytest.fixture
def event() -> Event:
    """Two tables, eight slots."""
    return make_partnering_event(slots=8)


@pytest.fixture
def pair(event: Event) -> tuple[Delegate, Delegate]:
    """Who asked and who was asked, each with a phone number."""
    jana, tomas = (
        make_delegate(event, given_name=name, email=email) for name, email in (("Jana", JANA), ("Tomáš", TOMAS))
    )
    with transaction():
        jana.phone, tomas.phone = "+49 341 1", "+420 2"
    return jana, tomas


@pytest.fixture
def met(event: Event, pair: tuple[Delegate, Delegate]) -> Meeting:
    """The confirmed meeting of the two, which nobody can take back any more."""
    return for_good(make_meeting(event, by=pair[0], to=pair[1], slots=[at(event, 1)]))


def for_good(meeting: Meeting) -> Meeting:
    """A meeting that was accepted long enough ago."""
    with transaction():
        assert meeting.answered_at is not None
        meeting.answered_at -= after_letters()
    return meeting


def reached(viewer: Delegate, meeting: Meeting) -> list[tuple[str, str]]:
    """Addresses and numbers that somebody sees."""
    return [(each.email, each.phone) for each in contacts.of(viewer, meeting)]


def agree_to_all(delegate: Delegate) -> None:
    """Let everybody whom one meets have one's address."""
    with transaction():
        visibility.agree(delegate, "contact", channel="profile")


def test_nobody_sees_an_address_unless_it_is_given(met: Meeting, pair: tuple[Delegate, Delegate]):
    assert [reached(each, met) for each in pair] == [[], []]


def test_who_agrees_for_all_whom_they_meet_is_reached_and_can_end_it(met: Meeting, pair: tuple[Delegate, Delegate]):
    agree_to_all(pair[1])
    assert [reached(each, met) for each in pair] == [[(TOMAS, "+420 2")], []]
    with transaction():
        consents.withdraw(pair[1].participant, "contact")
    assert reached(pair[0], met) == []


def test_for_one_meeting_both_must_agree(met: Meeting, pair: tuple[Delegate, Delegate]):
    jana, tomas = pair
    with transaction():
        contacts.agree(met, jana)
    assert [reached(each, met) for each in pair] == [[], []]
    with transaction():
        contacts.agree(met, tomas)
        contacts.agree(met, tomas)
    assert [reached(each, met) for each in pair] == [[(TOMAS, "+420 2")], [(JANA, "+49 341 1")]]
    with transaction():
        contacts.take_back(met, jana)
    assert [reached(each, met) for each in pair] == [[], []]


def test_who_gives_it_to_everybody_gets_it_as_soon_as_the_other_agrees(met: Meeting, pair: tuple[Delegate, Delegate]):
    jana, tomas = pair
    agree_to_all(tomas)
    with transaction():
        contacts.agree(met, jana)
    assert [reached(each, met) for each in pair] == [[(TOMAS, "+420 2")], [(JANA, "+49 341 1")]]
    with transaction():
        consents.withdraw(tomas.participant, "contact")
    assert [reached(each, met) for each in pair] == [[], []]


def test_the_page_says_who_sees_whose_address(app: Flask, event: Event, met: Meeting, pair: tuple[Delegate, Delegate]):
    path = f"/e/{event.slug}/me/meetings/{met.public_id}"
    pages = []
    for each in pair:
        client = app.test_client()
        sign_in(client, person_of(each))
        pages.append(client)

    def said() -> list[list[str]]:
        texts = [page.get(f"{path}?lang=en").text for page in pages]
        return [[words for words in SENTENCES if words in text] for text in texts]

    either = "You can swap e-mail address and phone number"
    assert said() == [[either], [either]]
    agree_to_all(pair[1])
    given = ["The other side sees your address.", "You let everybody whom you meet see your address.", "Ask for their"]
    assert said() == [["The other side does not see your address so far.", "Give my address too"], given]
    assert pages[0].post(f"{path}/contact", data={"agreed": "yes", "once": "a" * 32}).status_code == 302
    both = "Each of you sees the other’s address here."
    assert said() == [[both, "No longer give my address"], [both, given[1]]]


SENTENCES = (
    "You can swap e-mail address and phone number",
    "Each of you sees the other’s address here.",
    "The other side sees your address.",
    "The other side does not see your address so far.",
    "You let everybody whom you meet see your address.",
    "Ask for their",
    "Give my address too",
    "No longer give my address",
)


def test_asking_for_the_address_is_told_to_the_other_side(
    app: Flask, event: Event, met: Meeting, pair: tuple[Delegate, Delegate]
):
    path = f"/e/{event.slug}/me/meetings/{met.public_id}"
    jana, tomas = app.test_client(), app.test_client()
    sign_in(jana, person_of(pair[0]))
    sign_in(tomas, person_of(pair[1]))
    agree_to_all(pair[1])
    asks = " asks for your address."
    assert asks not in jana.get(f"{path}?lang=en").text
    assert tomas.post(f"{path}/contact", data={"agreed": "ask", "once": "a" * 32}).status_code == 302
    said = tomas.get(f"{path}?lang=en").text
    assert ("You have asked for their address." in said, "Ask for their" in said) == (True, False)
    assert asks in jana.get(f"{path}?lang=en").text


def test_nobody_reads_an_address_by_accepting_for_a_moment(
    app: Flask, event: Event, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    jana, tomas = pair
    for each in pair:
        agree_to_all(each)
    freeze(event.opens_at - timedelta(days=3))
    meeting = make_request(event, by=jana, to=tomas, slots=[at(event, 1)])
    with transaction():
        services.accept(meeting, at(event, 1))
    client = app.test_client()
    sign_in(client, person_of(tomas))
    path = f"/e/{event.slug}/me/meetings/{meeting.public_id}?lang=en"
    page = client.get(path).text
    assert (JANA in page, "As soon as the letters have left" in page) == (False, True)
    assert [reached(each, meeting) for each in pair] == [[], []]
    freeze(event.opens_at - timedelta(days=3) + after_letters())
    page = client.get(path).text
    assert (JANA in page, "As soon as the letters have left" in page) == (True, False)


def test_nobody_gives_a_colleagues_address(event: Event, met: Meeting, pair: tuple[Delegate, Delegate]):
    jana, tomas = pair
    ben = make_delegate(event, colleague_of=tomas, given_name="Ben", email=BEN)
    with transaction():
        services.join(met, ben, by=ben)
    for other in (ben, make_delegate(event)):
        with pytest.raises(errors.NotYours), transaction():
            contacts.agree(met, other)
    with transaction():
        contacts.agree(met, jana)
    with transaction():
        contacts.agree(met, tomas)
    assert reached(jana, met) == [(TOMAS, "+420 2")]
    assert reached(ben, met) == [(JANA, "+49 341 1")]
    agree_to_all(ben)
    assert reached(jana, met) == [(TOMAS, "+420 2"), (BEN, "")]


def test_whoever_takes_over_has_agreed_to_nothing(event: Event, met: Meeting, pair: tuple[Delegate, Delegate]):
    jana, tomas = pair
    ben = make_delegate(event, colleague_of=tomas, given_name="Ben", email=BEN)
    for each in pair:
        with transaction():
            contacts.agree(met, each)
    with transaction():
        services.replace(met, tomas, ben, by=tomas)
    assert (reached(jana, met), reached(ben, met)) == ([], [])
    assert all_is_well()


@pytest.mark.parametrize("how", ["open", "declined", "cancelled", "blocked", "left", "stranger"])
def test_without_a_meeting_that_stands_nobody_is_reached(event: Event, pair: tuple[Delegate, Delegate], how: str):
    jana, tomas = pair
    for each in pair:
        agree_to_all(each)
    meeting = make_request(event, by=jana, to=tomas, slots=[at(event, 1)])
    viewer = jana
    with transaction() as session:
        if how == "declined":
            services.decline(meeting, reason="no_time")
        elif how != "open":
            services.accept(meeting, at(event, 1))
    with transaction() as session:
        if how == "cancelled":
            services.cancel(meeting, by=tomas)
        elif how == "blocked":
            session.add(
                BlockedPair(event_id=event.id, delegate_id=tomas.id, other_id=jana.id, created_at=event.opens_at)
            )
        elif how == "left":
            tomas.left_at = event.opens_at
        elif how == "stranger":
            viewer = make_delegate(event)
    assert reached(viewer, meeting) == []
    if how in ("open", "declined", "cancelled", "blocked"):
        with pytest.raises(errors.RequestNotOpen), transaction():
            contacts.agree(meeting, jana)


def test_transition_22_both_are_asked_to_swap_addresses_when_no_place_was_found(
    app: Flask, event: Event, met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    with transaction():
        services.unplace(met, "table_closed")
    freeze(queries.slots_of(event)[0].block.ends_at - timedelta(minutes=30))
    deliver_all(app)
    freeze(queries.slots_of(event)[0].block.ends_at + timedelta(minutes=10))
    tasks.close_blocks()
    messages = deliver_all(app)
    assert sorted(str(message["To"]) for message in messages) == sorted([JANA, TOMAS])
    assert all(f"/me/meetings/{met.public_id}#contact" in text_of(message) for message in messages)
    assert not any(address in text_of(message) for message in messages for address in (JANA, TOMAS))
    for each in pair:
        with transaction():
            contacts.agree(met, each)
    assert reached(pair[0], met) == [(TOMAS, "+420 2")]
    assert (
        db.session.scalars(
            sa.select(OutboxLetter.kind).where(OutboxLetter.kind == "meetings.contacts", OutboxLetter.state == "sent")
        ).all()
        == ["meetings.contacts"] * 2
    )


def test_addresses_stand_on_the_page_of_the_meeting_and_nowhere_else(
    app: Flask, client: FlaskClient, event: Event, met: Meeting, pair: tuple[Delegate, Delegate], freeze: Freeze
):
    jana, tomas = pair
    slug, tomas_ref = event.slug, tomas.public_id
    for each in pair:
        agree_to_all(each)
    with transaction():
        on_site.keep_note(met, tomas, note="Nur für Prag", rating=None)
        delegates.show(tomas, "name")
    sign_in(client, person_of(jana))
    page = f"/e/{slug}/me/meetings/{met.public_id}"
    assert TOMAS in client.get(page).get_data(as_text=True)
    others = (
        "me/partners",
        f"me/partners/{tomas_ref}",
        "me/meetings?tab=confirmed",
        "me/schedule",
        "me/schedule.ics",
        "me/",
        "me/notices.json",
        f"me/meetings/{met.public_id}/note",
        f"me/meetings/{met.public_id}/here",
    )
    for path in others:
        answer = client.get(f"/e/{slug}/{path}")
        assert answer.status_code in (200, 204), path
        text = answer.get_data(as_text=True).replace("\r\n ", "")
        assert (TOMAS in text, "+420 2" in text, "Nur für Prag" in text) == (False, False, False), path
    assert "Nur für Prag" not in client.get(page).get_data(as_text=True)
    freeze(after_letters() + event.opens_at - timedelta(days=1))
    for message in deliver_all(app):
        raw = message.as_string()
        assert (raw.count(TOMAS) if JANA in str(message["To"]) else raw.count(JANA)) == 0
    katja = app.test_client()
    sign_in(katja, make_organiser(event))
    for path in (f"/manage/{slug}/meetings", f"/manage/{slug}/meetings.csv"):
        text = katja.get(path).get_data(as_text=True)
        assert (TOMAS in text, "+420 2" in text, "Nur für Prag" in text) == (False, False, False), path
