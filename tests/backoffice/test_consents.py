"""What people agreed to, as organisers see it: numbers, a filter, files of one purpose, proof, named recipients."""

import csv
import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from partnering.audit import AuditDetail, AuditEntry
from partnering.consents import recipients
from partnering.consents import services as consents
from partnering.consents.models import Consent, ConsentRecipient
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.registration.models import Registration
from tests.factories import make_event, make_registration
from tests.support.there import there

from .desk import counted, open_desk

AIM = BilingualText("Neues über Laborgeräte zu schicken", "to send news on laboratory devices")


@pytest.fixture
def desk(ctx: Flask, client: FlaskClient) -> str:
    """The address of the consents of an event whose organiser is signed in."""
    event = open_desk(client)
    client.get("/?lang=en")
    return f"/manage/{event.slug}/people/consents"


def the_event() -> Event:
    db.session.rollback()
    return db.session.scalars(sa.select(Event)).one()


def sponsor(name: str = "Lumenfold GmbH") -> ConsentRecipient:
    with transaction():
        return recipients.add(the_event(), name, AIM)


def agreeing(name: str, *to: ConsentRecipient, photo: bool = False) -> Registration:
    """Somebody registered who agrees to these recipients, and perhaps to photos."""
    event = the_event()
    registration = make_registration(event, email=f"{name.lower()}@example.org", family_name=name)
    with transaction():
        participant = registration.participant
        recipients.agree(participant, {one.public_id for one in to}, channel="registration", locale="en")
        if photo:
            text = consents.text_for(event, "photo", BilingualText("Fotos", "Photos"))
            consents.give(participant, text, channel="ticket", locale="de")
    return registration


def names(client: FlaskClient, url: str) -> list[str]:
    """The last names in a file of the desk."""
    content = client.get(url).get_data(as_text=True).removeprefix("\ufeff")
    return [row[0] for row in csv.reader(io.StringIO(content), delimiter=";" if ";" in content[:40] else ",")][1:]


def test_organisers_add_a_recipient_once(desk: str, client: FlaskClient):
    data = {"name": "Lumenfold GmbH", "aim_de": AIM.de, "aim_en": AIM.en, "once": "0123456789abcdef"}

    for _click in range(2):
        assert client.post(f"{desk}/new", data=data).location == desk
    again = client.post(f"{desk}/new", data={**data, "once": "", "name": "lumenfold gmbh"})

    [kept] = recipients.recipients_of(the_event())
    assert (kept.name, kept.aim, kept.ended_at) == ("Lumenfold GmbH", AIM, None)
    assert (again.status_code, "This name is on the list already" in again.text) == (422, True)
    assert client.post(f"{desk}/new", data={"name": "Ohne Zweck"}).status_code == 422


def test_the_purpose_changes_and_the_name_stays(desk: str, client: FlaskClient):
    one = sponsor().public_id

    client.post(f"{desk}/{one}", data={"name": "Andere AG", "aim_de": "Angebote zu machen", "aim_en": ""})

    [kept] = recipients.recipients_of(the_event())
    assert (kept.name, kept.aim) == ("Lumenfold GmbH", BilingualText("Angebote zu machen", ""))


def test_asking_stops_and_begins_again_and_what_nobody_agreed_to_goes(desk: str, client: FlaskClient):
    used, unused = sponsor(), sponsor("Zellwerk AG")
    agreeing("Wittkowski", used)
    asked = {one.name: one.public_id for one in recipients.recipients_of(the_event())}

    client.post(f"{desk}/{asked['Lumenfold GmbH']}/stop")
    assert [one.recipient.name for one in recipients.offered(the_event())] == ["Zellwerk AG"]
    client.post(f"{desk}/{asked['Lumenfold GmbH']}/resume")
    for public_id in asked.values():
        assert client.post(f"{desk}/{public_id}/remove").status_code == 303
    assert [one.recipient.name for one in recipients.offered(the_event())] == ["Lumenfold GmbH"]
    assert unused.name == "Zellwerk AG"
    assert client.post(f"{desk}/{asked['Zellwerk AG']}/stop").status_code == 404


def test_a_file_holds_those_who_agree_to_one_recipient_and_nobody_else(desk: str, client: FlaskClient):
    first, second = sponsor(), sponsor("Zellwerk AG")
    agreeing("Adams", first)
    agreeing("Brandt", second, photo=True)
    gone = agreeing("Curie", first, second)
    with transaction():
        consents.take_back(gone.participant, "sponsor", "Lumenfold GmbH")
    agreeing("Dietz")

    assert names(client, f"{desk}/{first.public_id}.csv") == ["Adams"]
    assert names(client, f"{desk}/{second.public_id}.csv") == ["Brandt", "Curie"]
    assert names(client, f"{desk}/photo.csv") == ["Brandt"]
    sheet = load_workbook(io.BytesIO(client.get(f"{desk}/{first.public_id}.xlsx?lang=en").data)).active
    [heads, row] = [[cell.value for cell in line] for line in there(sheet).iter_rows()]
    told = dict(zip(heads, row, strict=True))
    assert (told["Email address"], told["How"]) == ("adams@example.org", "when registering")
    assert told["Holds a ticket"] == "yes"
    assert "on to Lumenfold GmbH. Purpose: to send news on laboratory devices." in told["Text as it was shown"]
    assert client.get(f"{desk}/nothing.csv").status_code == 404


def test_whoever_takes_a_list_along_is_written_down(desk: str, client: FlaskClient):
    one = sponsor()
    client.get(f"{desk}/{one.public_id}.csv")

    db.session.rollback()
    after = db.session.scalars(
        sa.select(AuditDetail.after)
        .join(AuditEntry, AuditEntry.id == AuditDetail.entry_id)
        .where(AuditEntry.action == "consents.exported")
    ).all()
    assert after == [{"format": "csv", "purpose": "sponsor", "recipient": "Lumenfold GmbH"}]


def test_another_events_recipients_are_not_there(desk: str, client: FlaskClient):
    with transaction():
        other = recipients.add(make_event(), "Fremd AG", AIM).public_id

    answers = [client.get(f"{desk}/{other}.csv"), client.get(f"{desk}/{other}"), client.post(f"{desk}/{other}/stop")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_the_list_of_people_shows_those_who_agree_to_a_purpose(desk: str, client: FlaskClient):
    one = sponsor()
    agreeing("Adams", one)
    agreeing("Brandt", photo=True)
    people = desk.removesuffix("/consents")

    to_sponsor = client.get(f"{people}?consent={one.public_id}&lang=en").text
    of_photos, of_nothing = client.get(f"{people}?consent=photo").text, client.get(f"{people}?consent=nothing").text

    assert ("Adams" in to_sponsor, "Brandt" in to_sponsor, "One person" in to_sponsor) == (True, False, True)
    assert ("Adams" in of_photos, "Brandt" in of_photos) == (False, True)
    assert ("Adams" in of_nothing, "Brandt" in of_nothing) == (False, False)
    assert names(client, f"{people}.csv?consent={one.public_id}") == ["Adams"]


def test_a_persons_page_proves_what_they_agreed_to(desk: str, client: FlaskClient):
    one = sponsor()
    held = agreeing("Adams", one, photo=True)
    with transaction():
        consents.withdraw(held.participant, "photo")
    page = client.get(f"{desk.removesuffix('/consents')}/{held.participant.public_id}?lang=en").text

    assert "Purpose: to send news on laboratory devices." in page
    assert "Version 1 of the text, agreed to on" in page
    assert ('<p class="small" lang="de">Fotos</p>' in page, "Withdrawn on" in page) == (True, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 2


def test_the_page_asks_as_often_for_many_as_for_few(desk: str, client: FlaskClient):
    agreeing("Adams", sponsor())
    with counted() as few:
        assert client.get(desk).status_code == 200
    for number in range(4):
        agreeing(f"Name{number}", sponsor(f"Firma {number}"), photo=True)
    with counted() as many:
        assert client.get(desk).status_code == 200

    assert len(few) == len(many)
