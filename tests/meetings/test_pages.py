"""The pages of meetings: asking, answering, one's free times, and who is turned away."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnering import clock
from partnering.agenda.models import ParticipantAtom
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from partnering.meetings import queries, services, setting_up
from partnering.meetings.models import Meeting
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser, make_participant
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.factories.registration import make_registration
from tests.factories.tickets import make_product
from tests.support.signing_in import sign_in


class Guest:
    """A signed-in delegate with a browser."""

    def __init__(self, app: Flask, event: Event, delegate: Delegate) -> None:
        self.base = f"/e/{event.slug}/me"
        self.client = app.test_client()
        person = delegate.participant.person
        assert person is not None
        sign_in(self.client, person)

    def get(self, path: str) -> TestResponse:
        """Open one of my pages."""
        return self.client.get(f"{self.base}{path}")

    def post(self, path: str, **data: object) -> TestResponse:
        """Send a form on one of my pages."""
        return self.client.post(f"{self.base}{path}", data=data)


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with two tables and six times."""
    return make_partnering_event()


def refs(event: Event, count: int = 3) -> list[str]:
    """The public ids of the first slots."""
    return [slot.public_id for slot in queries.slots_of(event)[:count]]


def stored() -> Meeting:
    """The only meeting there is, read anew."""
    db.session.rollback()
    return db.session.scalars(sa.select(Meeting)).one()


def test_everything_opens(app: Flask, event: Event):
    jana = make_delegate(event, seeks=["contract_manufacturing"])
    tomas = make_delegate(event, offers=["contract_manufacturing"])
    meeting = make_meeting(event, by=jana, to=tomas)
    received, sent = make_request(event, to=jana), make_request(event, by=jana)
    countered = make_request(event, by=jana)
    closed = make_request(event, to=jana)
    with transaction():
        services.counter(countered, queries.slots_of(event)[-1:])
        services.decline(closed, text="Leider nein.")
    guest = Guest(app, event, jana)
    for tab in ("", "?tab=sent", "?tab=confirmed", "?tab=closed", "?tab=nonsense"):
        assert guest.get(f"/meetings{tab}").status_code == 200
    for each in (meeting, received, sent, countered, closed):
        assert guest.get(f"/meetings/{each.public_id}").status_code == 200
    assert guest.get("/availability").status_code == 200
    free = make_delegate(event)
    assert guest.get(f"/partners/{free.public_id}/request").status_code == 200


def test_a_request_is_sent_and_shown(app: Flask, event: Event):
    jana, tomas = make_delegate(event, locale="en"), make_delegate(event)
    guest = Guest(app, event, jana)
    answer = guest.post(f"/partners/{tomas.public_id}/request", slots=refs(event, 2), message="Peptide?")
    assert (answer.status_code, answer.location) == (302, f"{guest.base}/meetings?tab=sent")
    meeting = stored()
    assert (meeting.request_state, meeting.requester_id, meeting.message) == ("pending", jana.id, "Peptide?")
    assert [slot.public_id for slot in queries.offered(meeting)] == refs(event, 2)
    assert "Request sent. Answer due by" in guest.get("/meetings?tab=sent").text
    assert Guest(app, event, tomas).get("/meetings").text.count("Peptide?") == 1


def test_the_three_earliest_times_are_chosen_already(app: Flask, event: Event):
    guest = Guest(app, event, make_delegate(event))
    page = guest.get(f"/partners/{make_delegate(event).public_id}/request").text
    ticked = re.findall(r'name="slots" value="([a-z2-7]{16})"[^>]* checked', page)
    assert ticked == refs(event)


def test_sending_twice_asks_once(app: Flask, event: Event):
    guest, tomas = Guest(app, event, make_delegate(event)), make_delegate(event)
    form = {"slots": refs(event), "message": "Hallo", "once": "k" * 32}
    first = guest.post(f"/partners/{tomas.public_id}/request", **form)
    second = guest.post(f"/partners/{tomas.public_id}/request", **form)
    assert (first.location, second.location) == (f"{guest.base}/meetings?tab=sent",) * 2
    assert stored().message == "Hallo"


def test_a_message_that_is_too_long_keeps_what_was_typed(app: Flask, event: Event):
    guest, tomas = Guest(app, event, make_delegate(event)), make_delegate(event)
    answer = guest.post(f"/partners/{tomas.public_id}/request", slots=refs(event), message="x" * 601)
    assert answer.status_code == 422
    assert "x" * 601 in answer.text
    assert "<title>Fehler:" in answer.text


def test_no_time_chosen_is_said_beside_the_times(app: Flask, event: Event):
    guest, tomas = Guest(app, event, make_delegate(event, locale="en")), make_delegate(event)
    answer = guest.post(f"/partners/{tomas.public_id}/request?lang=en", message="Hallo")
    assert answer.status_code == 422
    assert "Choose one to three times that would suit you." in answer.text


def test_at_the_limit_a_sentence_leads_to_the_open_requests(app: Flask, ctx: Flask):
    event = make_partnering_event(open_request_limit=1)
    jana = make_delegate(event)
    make_request(event, by=jana)
    guest = Guest(app, event, jana)
    answer = guest.post(f"/partners/{make_delegate(event).public_id}/request", slots=refs(event))
    assert answer.location == f"{guest.base}/meetings?tab=sent"


def test_accepting_confirms_and_can_be_taken_back(app: Flask, event: Event):
    meeting = make_request(event)
    assert meeting.turn is not None
    guest = Guest(app, event, meeting.turn)
    path = f"/meetings/{meeting.public_id}"
    slot = queries.offered(meeting)[0]
    answer = guest.post(f"{path}/accept", slot=slot.public_id, version=meeting.version)
    assert answer.location == f"{guest.base}{path}"
    assert stored().placement == "published"
    page = guest.get(path).text
    assert f"{path}/undo" in page
    guest.post(f"{path}/undo", version=stored().version)
    assert (stored().request_state, stored().placement) == ("pending", "none")


def test_a_time_just_taken_keeps_the_card_open_with_the_times_still_free(app: Flask, event: Event):
    jana = make_delegate(event, locale="en")
    slots = queries.slots_of(event)
    first, second = make_request(event, to=jana, slots=slots[:1]), make_request(event, to=jana, slots=slots[:1])
    with transaction():
        services.accept(first, slots[0])
    guest = Guest(app, event, jana)
    answer = guest.post(f"/meetings/{second.public_id}/accept?lang=en", slot=slots[0].public_id, version=second.version)
    assert answer.status_code == 409
    assert "This time has just been taken." in answer.text
    offered = re.findall(r'type="radio" name="slot" value="([a-z2-7]{16})"', answer.text)
    assert offered == [slot.public_id for slot in slots[1:4]]
    again = guest.post(f"/meetings/{second.public_id}/accept", slot=offered[0], version=second.version)
    assert again.status_code == 302


def test_an_old_page_is_answered_with_the_newest_state(app: Flask, event: Event):
    meeting = make_request(event)
    assert meeting.turn is not None
    guest, seen = Guest(app, event, meeting.turn), meeting.version
    slot = queries.offered(meeting)[0].public_id
    with transaction():
        services.withdraw(meeting, by=meeting.requester)
    answer = guest.post(f"/meetings/{meeting.public_id}/accept?lang=en", slot=slot, version=seen)
    assert answer.status_code == 409
    assert "This has already been answered or changed." in answer.text
    assert "Withdrawn" in answer.text
    assert stored().request_state == "withdrawn"


def test_other_times_are_suggested_and_accepted(app: Flask, event: Event):
    meeting = make_request(event, slots=queries.slots_of(event)[:1])
    assert meeting.turn is not None
    asked, asker = Guest(app, event, meeting.turn), Guest(app, event, meeting.requester)
    later = queries.slots_of(event)[3].public_id
    path = f"/meetings/{meeting.public_id}"
    assert asked.post(f"{path}/counter", slots=[later], message="Lieber später").status_code == 302
    assert stored().request_state == "countered"
    assert "Lieber später" in asker.get(path).text
    assert asker.post(f"{path}/accept", slot=later).status_code == 302
    assert stored().placement == "published"


def test_a_refusal_is_read_as_a_friendly_sentence(app: Flask, event: Event):
    meeting = make_request(event)
    assert meeting.turn is not None
    asked, asker = Guest(app, event, meeting.turn), Guest(app, event, meeting.requester)
    asked.post(f"/meetings/{meeting.public_id}/decline?lang=en", reason="no_fit")
    assert stored().decline_reason == "no_fit"
    page = asker.get(f"/meetings/{meeting.public_id}?lang=en").text
    assert "Unfortunately it does not work this time." in page
    assert "Our topics do not fit" not in page


def test_the_card_of_a_closed_request_says_what_was_answered_and_by_whom(app: Flask, event: Event):
    one, other = make_delegate(event, locale="en"), make_delegate(event, locale="en")
    meeting = make_request(event, by=one, to=other)
    asker, asked = Guest(app, event, one), Guest(app, event, other)
    asked.post(f"/meetings/{meeting.public_id}/decline", reason="no_time", text="Bin dann im Zug", later="y")
    for guest, sentence in (
        (asker, "Unfortunately it does not work this time."),
        (asked, "You declined this request."),
    ):
        for page in (guest.get("/meetings?tab=closed"), guest.get(f"/meetings/{meeting.public_id}")):
            assert sentence in page.text
            assert "Bin dann im Zug" in page.text
            assert "after the event" in page.text
            assert "no time" not in page.text


def test_what_waits_for_a_time_stands_after_what_has_one(event: Event):
    jana, slots = make_delegate(event), queries.slots_of(event)
    loses, keeps = (make_meeting(event, by=jana, slots=[slot]) for slot in slots[:2])
    with transaction():
        setting_up.remove_slots([queries.slots_of(event)[0]])
    assert [each.id for each in queries.meetings_of(jana, "confirmed")] == [keeps.id, loses.id]


def test_whoever_declines_a_counter_proposal_reads_that_they_did(app: Flask, event: Event):
    one, other = make_delegate(event, locale="en"), make_delegate(event, locale="en")
    meeting = make_request(event, by=one, to=other, slots=queries.slots_of(event)[:1])
    asker, asked = Guest(app, event, one), Guest(app, event, other)
    path = f"/meetings/{meeting.public_id}"
    asked.post(f"{path}/counter", slots=[queries.slots_of(event)[3].public_id])
    asker.post(f"{path}/decline", reason="no_time", text="Da bin ich fort")
    assert "You declined this request." in asker.get(f"{path}").text
    assert "Unfortunately it does not work this time." in asked.get(f"{path}").text


def test_withdrawing_and_cancelling(app: Flask, event: Event):
    meeting = make_request(event)
    asker = Guest(app, event, meeting.requester)
    asker.post(f"/meetings/{meeting.public_id}/withdraw", version=meeting.version)
    assert stored().request_state == "withdrawn"


def test_only_the_side_whose_turn_it_is_answers(app: Flask, event: Event):
    meeting = make_request(event)
    asker = Guest(app, event, meeting.requester)
    slot = queries.offered(meeting)[0].public_id
    assert asker.post(f"/meetings/{meeting.public_id}/accept", slot=slot).status_code == 403
    assert asker.post(f"/meetings/{meeting.public_id}/decline").status_code == 403
    assert meeting.turn is not None
    assert Guest(app, event, meeting.turn).post(f"/meetings/{meeting.public_id}/withdraw").status_code == 403
    assert stored().request_state == "pending"


def test_a_meeting_of_others_does_not_exist(app: Flask, event: Event):
    meeting = make_request(event)
    stranger = Guest(app, event, make_delegate(event))
    path = f"/meetings/{meeting.public_id}"
    assert stranger.get(path).status_code == 404
    for deed in ("accept", "counter", "decline", "withdraw", "cancel", "undo"):
        slot = queries.slots_of(event)[0].public_id
        assert stranger.post(f"{path}/{deed}", slot=slot, slots=[slot]).status_code == 404
    assert stored().request_state == "pending"


def test_a_meeting_of_another_event_does_not_exist(app: Flask, event: Event):
    meeting, other = make_request(event), make_partnering_event()
    assert meeting.turn is not None
    person = meeting.turn.participant.person
    delegate = make_delegate(other)
    guest = Guest(app, other, delegate)
    assert person is not None
    assert guest.get(f"/meetings/{meeting.public_id}").status_code == 404


def test_hidden_people_cannot_be_asked(app: Flask, event: Event):
    hidden = make_delegate(event, visibility="hidden")
    guest = Guest(app, event, make_delegate(event))
    path = f"/partners/{hidden.public_id}/request"
    assert (guest.get(path).status_code, guest.post(path, slots=refs(event)).status_code) == (404, 404)


def test_who_shows_only_the_organisation_is_named_once_both_agree(app: Flask, event: Event):
    jana = make_delegate(event)
    quiet = make_delegate(event, visibility="organisation", given_name="Verborgene", company="Stille GmbH")
    meeting = make_request(event, by=jana, to=quiet)
    guest = Guest(app, event, jana)
    assert "Verborgene" not in guest.get("/meetings?tab=sent").text
    assert "Verborgene" not in guest.get(f"/meetings/{meeting.public_id}").text
    with transaction():
        services.accept(meeting, queries.offered(meeting)[0])
    assert "Verborgene" in guest.get(f"/meetings/{meeting.public_id}").text


def test_a_time_kept_free_is_free_of_requests_and_can_be_given_back(app: Flask, event: Event):
    jana = make_delegate(event)
    guest, slot = Guest(app, event, jana), queries.slots_of(event)[0]
    assert guest.post("/availability/block", slot=slot.public_id).status_code == 302
    assert guest.post("/availability/block", slot=slot.public_id).status_code == 302
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ParticipantAtom)) == 4
    guest.post("/availability/free", slot=slot.public_id)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ParticipantAtom)) == 0


def test_leaving_early_is_stored_in_the_events_zone(app: Flask, event: Event):
    jana = make_delegate(event)
    guest = Guest(app, event, jana)
    day = event.first_day.isoformat()
    assert guest.post("/availability/departure", day=day, time="15:30").status_code == 302
    db.session.rollback()
    leaves_at = db.session.execute(sa.select(Delegate.departs_at)).scalar_one()
    assert leaves_at is not None
    assert f"{clock.in_zone(leaves_at, event.zone):%Y-%m-%d %H:%M}" == f"{day} 15:30"
    assert "15:30" in guest.get("/availability").text
    guest.post("/availability/departure", day="", time="")
    db.session.rollback()
    assert db.session.execute(sa.select(Delegate.departs_at)).scalar_one() is None


def test_participants_without_ticket_are_told_why(app: Flask, event: Event):
    speaker = make_participant(event)
    client = app.test_client()
    assert speaker.person is not None
    sign_in(client, speaker.person)
    answer = client.get(f"/e/{event.slug}/me/meetings?lang=en")
    assert answer.status_code == 403
    assert "Partnering is for guests with a ticket." in answer.text


def test_guests_whose_ticket_is_without_partnering_read_so_and_are_not_led_there(app: Flask, event: Event):
    crew, guest = app.test_client(), app.test_client()
    own = make_registration(event, product=make_product(event, partnering=False, gross=0)).participant.person
    partner = make_delegate(event).participant.person
    assert own is not None
    assert partner is not None
    sign_in(crew, own)
    sign_in(guest, partner)
    base = f"/e/{event.slug}/me"
    answer = crew.get(f"{base}/meetings?lang=en")
    assert (answer.status_code, "Your ticket is without partnering." in answer.text) == (403, True)
    for client, leads in ((crew, False), (guest, True)):
        for page in ("/", "/schedule"):
            text = client.get(f"{base}{page}").text
            led = {path: f'href="{base}/{path}"' in text for path in ("profile", "partners", "meetings")}
            assert led == dict.fromkeys(led, leads)


def test_visitors_sign_in_first(client: FlaskClient, event: Event):
    answer = client.get(f"/e/{event.slug}/me/meetings")
    assert (answer.status_code, answer.location) == (302, f"/login?next=/e/{event.slug}/me/meetings")


# -- the organisers' desk


def desk(app: Flask, event: Event) -> FlaskClient:
    """An organiser's browser."""
    client = app.test_client()
    sign_in(client, make_organiser(event))
    return client


def test_organisers_see_all_meetings_and_cancel_with_a_reason(app: Flask, event: Event):
    meeting, request = make_meeting(event), make_request(event)
    client = desk(app, event)
    name = request.requester.participant.name
    page = client.get(f"/manage/{event.slug}/meetings").text
    assert name in page
    assert meeting.requester.participant.name in page
    found = client.get(f"/manage/{event.slug}/meetings?q={name.split()[0]}&state=open").text
    assert name in found
    assert meeting.requester.participant.name not in found
    path = f"/manage/{event.slug}/meetings/{meeting.public_id}/cancel"
    assert client.post(path, data={"reason": "Halle geschlossen", "version": meeting.version}).status_code == 302
    db.session.rollback()
    again = db.session.get_one(Meeting, meeting.id)
    assert (again.request_state, again.answer_text) == ("cancelled", "Halle geschlossen")


def test_the_desk_is_for_organisers(app: Flask, event: Event):
    client = app.test_client()
    person = make_delegate(event).participant.person
    assert person is not None
    sign_in(client, person)
    for path in ("tables", "meetings"):
        assert client.get(f"/manage/{event.slug}/{path}").status_code == 404


def test_a_request_expires_while_the_page_is_open(app: Flask, event: Event, freeze):
    meeting = make_request(event)
    assert meeting.turn is not None
    guest, slot = Guest(app, event, meeting.turn), queries.offered(meeting)[0]
    with transaction():
        services.expire(meeting)
    freeze(clock.now() + timedelta(minutes=1))
    answer = guest.post(f"/meetings/{meeting.public_id}/accept?lang=en", slot=slot.public_id)
    assert answer.status_code == 409
    assert "Expired" in answer.text
