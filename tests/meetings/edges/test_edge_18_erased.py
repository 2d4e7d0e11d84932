"""Edge case 18: whoever was erased stays in others' history as "former participant", with no name anywhere."""

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates import services as partnering
from partnering.delegates.models import Delegate, DirectoryDocument
from partnering.events.models import Event
from partnering.meetings import services
from partnering.meetings.models import Meeting
from partnering.meetings.queries import shared_slots
from tests.factories.delegates import make_delegate
from tests.factories.events import make_organiser, make_person
from tests.factories.meetings import after_letters, make_partnering_event
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
    """What erasing a person leaves of the participant."""
    with transaction():
        participant = delegate.participant
        partnering.show(delegate, "hidden", channel="system")
        participant.title = participant.given_name = participant.family_name = ""
        participant.sort_name = participant.search_name = participant.function = participant.company = ""
        participant.person_id, participant.erased_at = None, clock.now()
    db.session.expire_all()


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
    for path in ("/", f"/meetings/{ref}", "/meetings?tab=confirmed", "/schedule", "/schedule.ics"):
        answer = client.get(f"{base}{path}" + ("&" if "?" in path else "?") + "lang=en")
        assert answer.status_code == 200, path
        assert [name for name in NAMES if name in answer.text] == [], path
        assert "Former participant" in answer.text, path


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
    erase(zofie)
    with transaction():
        services.cancel(db.session.get_one(Meeting, meeting.id), by=paul, reason="Geht nicht.")
    with clock.frozen(clock.now() + after_letters()):
        sent = deliver_all(ctx)
    whole = "\n".join(message.as_string() for message in sent)
    assert [name for name in NAMES if name in whole] == []
    stays = paul.participant.person
    assert stays is not None
    assert {message["To"] for message in sent} <= {stays.email}
    kept = db.session.scalars(sa.select(DirectoryDocument).where(DirectoryDocument.delegate_id == zofie.id)).one()
    assert (kept.shown, kept.text, kept.sort_name) == (False, "", "")
