"""Edge case 18: whoever was erased stays in others' history as "former participant", with no name anywhere."""

from email.message import Message

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.consents import services as consents
from partnering.db import db, transaction
from partnering.delegates import blocking, saved
from partnering.delegates.models import BlockedPair, Delegate, DirectoryDocument, SavedPerson
from partnering.events import erasing
from partnering.events.models import Event
from partnering.meetings import on_site, services
from partnering.meetings.models import Meeting, MeetingMessage, MeetingVacancy
from partnering.meetings.queries import shared_slots
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser, make_person
from tests.factories.meetings import after_letters, make_partnering_event
from tests.meetings.deeds import all_is_well
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in

NAMES = ("Zofie", "Trnka", "zofie@lumenfold.example")


def met(event: Event) -> tuple[Delegate, Delegate, Meeting]:
    """Zofie and Paul, who have agreed a meeting and know of it."""
    zofie = make_delegate(
        event,
        company="Lumenfold GmbH",
        given_name="Zofie",
        family_name="Trnka",
        email="zofie@lumenfold.example",
        locale="en",
    )
    paul = make_delegate(event, company="Zellkultur AG", locale="en")
    with transaction():
        slots = shared_slots([zofie, paul])
        meeting = services.request_meeting(zofie, paul, slots[:1], "Guten Tag.")
        services.accept(meeting, slots[0], by=paul)
    return zofie, paul, meeting


def erase(delegate: Delegate) -> None:
    """Erase the person; the page that people and organisers will have for it calls the same."""
    with transaction():
        erasing.erase(delegate.participant)
    db.session.expire_all()


def is_calendar(part: Message) -> bool:
    """Whether it is what calendars read of a letter, and not its attachment."""
    return part.get_content_type() == "text/calendar" and part.get_content_disposition() != "attachment"


def test_the_other_side_reads_former_participant(ctx: Flask, client: FlaskClient):
    event = make_partnering_event()
    zofie, paul, meeting = met(event)
    ref = meeting.public_id
    with clock.frozen(clock.now() + after_letters()):
        deliver_all(ctx)
    erase(zofie)
    person = paul.participant.person
    assert person is not None
    sign_in(client, person)
    base = f"/e/{event.slug}/me"
    history = (f"/meetings/{ref}", "/meetings?tab=closed")
    for path in (*history, "/", "/meetings?tab=confirmed", "/schedule", "/schedule.ics"):
        answer = client.get(f"{base}{path}" + ("&" if "?" in path else "?") + "lang=en")
        assert answer.status_code == 200, path
        assert [name for name in NAMES if name in answer.text] == [], path
        assert path not in history or "Former participant" in answer.text, path


def test_what_they_wrote_and_noted_goes_and_what_others_did_stays(ctx: Flask):
    """Requests end, messages and notes go, colleagues take over; the other side's own note and slot stay."""
    event = make_partnering_event()
    zofie, paul, meeting = met(event)
    lena, olga = make_delegate(event, locale="en"), make_delegate(event, locale="en")
    with transaction():
        asked = services.request_meeting(zofie, lena, shared_slots([zofie, lena])[:1], "Zofies Worte")
        countered = services.request_meeting(olga, zofie, shared_slots([zofie, olga])[:1], "Olgas Worte")
        services.counter(countered, shared_slots([zofie, olga])[2:3], by=zofie, message="Zofies Antwort")
        for who, note in ((zofie, "Zofies Notiz"), (paul, "Pauls Notiz")):
            on_site.keep_note(meeting, who, note=note, rating=None)
        zofie.phone, zofie.seeks, zofie.video_url = "+49 351 1", "Zofies Wunsch", "https://zofie.example"
        saved.keep_person(zofie, paul)
        saved.keep_person(paul, zofie)
        blocking.block(zofie, other=make_delegate(event))
    erase(zofie)
    states = [db.session.get_one(Meeting, one.id).request_state for one in (meeting, asked, countered)]
    assert states == ["cancelled", "withdrawn", "declined"]
    assert (asked.message, countered.message) == ("", "Olgas Worte")
    assert db.session.scalars(sa.select(MeetingMessage.text)).all() == []
    assert {side.lead_id: side.note for side in meeting.sides} == {zofie.id: "", paul.id: "Pauls Notiz"}
    assert meeting.appointment is not None
    assert (zofie.phone, zofie.seeks, zofie.video_url, zofie.languages) == ("", "", "", "")
    for model in (SavedPerson, BlockedPair):
        assert db.session.scalars(sa.select(model)).all() == []
    assert consents.in_force(zofie.participant) == []
    assert zofie.participant.erased_at is not None
    assert all_is_well()
    erased_at = zofie.participant.erased_at
    erase(zofie)
    assert zofie.participant.erased_at == erased_at


def test_a_colleague_takes_over_from_somebody_who_was_erased(ctx: Flask):
    event = make_partnering_event()
    zofie, paul, meeting = met(event)
    ben = make_delegate(event, colleague_of=zofie)
    erase(zofie)
    vacancy = db.session.scalars(sa.select(MeetingVacancy)).one()
    with transaction():
        services.take_over(vacancy, ben)
    db.session.expire_all()
    assert (meeting.request_state, {seat.delegate_id for seat in meeting.delegates}) == ("accepted", {ben.id, paul.id})
    assert all_is_well()


def test_organisers_read_the_same(ctx: Flask, client: FlaskClient):
    event = make_partnering_event()
    zofie, _paul, meeting = met(event)
    erase(zofie)
    organiser = make_person(locale="en")
    make_organiser(event, organiser)
    sign_in(client, organiser)
    for path in ("", f"/{meeting.public_id}"):
        text = client.get(f"/manage/{event.slug}/meetings{path}?lang=en").text
        assert [name for name in NAMES if name in text] == [], path
        assert "Former participant" in text, path


def test_no_letter_and_no_document_names_whom_we_forgot(ctx: Flask):
    event = make_partnering_event()
    zofie, paul, meeting = met(event)
    with clock.frozen(clock.now() + after_letters()):
        deliver_all(ctx)
    erase(zofie)
    assert meeting.request_state == "cancelled"
    with clock.frozen(clock.now() + after_letters()):
        sent = deliver_all(ctx)
    whole = "\n".join(message.as_string() for message in sent)
    assert [name for name in NAMES if name in whole] == []
    stays = paul.participant.person
    assert stays is not None
    assert {message["To"] for message in sent} == {stays.email}
    assert [part.get_param("method") for message in sent for part in message.walk() if is_calendar(part)] == ["CANCEL"]
    kept = db.session.scalars(sa.select(DirectoryDocument).where(DirectoryDocument.delegate_id == zofie.id)).one()
    assert (kept.shown, kept.text, kept.sort_name) == (False, "", "")
