"""Those who speak: what they see of their sessions, what is missing, what they give, and letters about it."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.consents import services as consents
from partnering.db import db, transaction
from partnering.events import erasing
from partnering.events.models import Event, Participant
from partnering.organisations import images
from partnering.programme import (
    availability,
    file_types,
    files,
    lacking,
    needs,
    photos,
    profiles,
    services,
    speaker_mails,
)
from partnering.programme.models import ProgrammeSession, SpeakerPhoto, SpeakerProfile
from partnering.programme.services import Part
from tests.factories import make_event, make_participant
from tests.factories.events import make_organiser
from tests.factories.images import make_image, make_png
from tests.factories.programme import at, make_room, make_session, make_speaker
from tests.factories.registration import make_registration
from tests.factories.slides import make_pdf
from tests.support.counting import statements_of
from tests.support.letters import deliver_all, text_of
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event(slug="probe")


@pytest.fixture
def henrike(event: Event) -> Participant:
    return make_participant(
        event, given_name="Henrike", family_name="Oelsner", email="henrike@uni.example", locale="de"
    )


@pytest.fixture
def hers(client: FlaskClient, henrike: Participant) -> FlaskClient:
    assert henrike.person is not None
    sign_in(client, henrike.person)
    return client


def codes(event: Event, participant: Participant) -> list[str]:
    return [lack.code for lack in lacking.of(event).get(participant.id, ())]


def give_slides(session: ProgrammeSession, participant: Participant) -> None:
    with transaction():
        files.upload(session, participant, file_types.in_memory(make_pdf(), "Folien.pdf"), kind="slides")


# -- what they see


def test_a_speaker_reads_when_where_and_with_whom_but_nothing_of_a_draft(
    hers: FlaskClient, event: Event, henrike: Participant
):
    chair = make_participant(event, given_name="Wanda", family_name="Leiterin")
    fellow = make_participant(event, given_name="Ole", family_name="Kollege")
    make_session(
        event,
        "Mein Vortrag",
        room=make_room(event, "Saal Elster"),
        people=[Part(henrike, set_up=15), Part(fellow), Part(chair, "chair")],
    )
    draft = make_session(event, "Noch geheim geplant", people=[Part(henrike), Part(fellow)], released=False)
    with transaction():
        planned = db.session.get_one(ProgrammeSession, draft.id)
        planned.starts_at, planned.ends_at = at(event, 17, 5), at(event, 17, 50)
    page = hers.get("/e/probe/me/talks").text

    for said in ("Mein Vortrag", "Saal Elster", "ab 9:45\xa0Uhr", "Wanda Leiterin", "Ole Kollege", "Zeit folgt"):
        assert said in page
    own = hers.get(f"/e/probe/me/talks/{draft.public_id}").text
    assert ("17:05" in page, "17:05" in own, "Ole Kollege" in own) == (False, False, False)


@pytest.mark.parametrize("who", ["nobody", "others"])
def test_a_talk_opens_for_its_own_people_only(client: FlaskClient, event: Event, henrike: Participant, who: str):
    talk = make_session(event, speakers=[henrike])
    if who == "others":
        other = make_participant(event)
        make_session(event, speakers=[other])
        assert other.person is not None
        sign_in(client, other.person)

    assert client.get(f"/e/probe/me/talks/{talk.public_id}").status_code == (302 if who == "nobody" else 404)


def test_everything_that_is_missing_is_told_and_goes_as_it_comes(hers: FlaskClient, event: Event, henrike: Participant):
    talk = make_session(event, "Mein Vortrag", speakers=[henrike], released=False)
    assert codes(event, henrike) == ["biography", "photo", "availability", "slides", "needs", "registration"]
    page = hers.get("/e/probe/me/talks").text
    for line in ("Eine Kurzbiografie für das Programm", "Ein Foto von Ihnen", "Folien für „Mein Vortrag“"):
        assert line in page

    hers.post("/e/probe/me/talks/biography", data={"biography": "Forscht.", "website": "uni.example"})
    hers.post("/e/probe/me/talks/photo", data={"image": (io.BytesIO(make_png()), "ich.png")})
    assert codes(event, henrike)[:2] == ["consent", "availability"]
    hers.post("/e/probe/me/talks/consents", data={"speaker_page": "y"})
    hers.post("/e/probe/me/talks/availability", data={"times": str(int(at(event, 9).timestamp()))})
    hers.post(f"/e/probe/me/talks/{talk.public_id}/needs", data={"version": "0", "items": ["hdmi", "clicker"]})
    give_slides(talk, henrike)
    assert codes(event, henrike) == ["registration"]
    make_registration(event, email="henrike@uni.example")
    assert codes(event, henrike) == []
    assert "Alles ist da. Vielen Dank." in hers.get("/e/probe/me/talks").text
    db.session.expire_all()
    profile = profiles.profile_of(henrike)
    assert profile is not None
    assert (henrike.biography, profile.website) == ("Forscht.", "https://uni.example")


def test_chairs_and_panels_are_asked_for_no_slides_and_nothing_is_asked_afterwards(
    event: Event, henrike: Participant, freeze
):
    make_session(event, people=[Part(henrike, "chair")])
    make_session(event, kind="panel", starts_at=at(event, 14), people=[Part(henrike)])
    cancelled = make_session(event, starts_at=at(event, 16), people=[Part(henrike)])
    with transaction():
        services.cancel(event, db.session.get_one(ProgrammeSession, cancelled.id))
    assert codes(event, henrike) == ["biography", "photo", "registration"]

    freeze(event.closes_at + timedelta(hours=1))
    assert codes(event, henrike) == []


def test_what_is_missing_is_known_in_as_many_questions_for_many_as_for_few(client: FlaskClient, event: Event):
    sign_in(client, make_organiser(event))
    event_id = event.id

    def add(number: int) -> None:
        for _each in range(number):
            here = db.session.get_one(Event, event_id)
            make_session(here, people=[Part(make_participant(here)), Part(make_participant(here), "chair")])

    def asked() -> int:
        db.session.remove()
        read = db.session.get_one(Event, event_id)
        return statements_of(lambda: lacking.of(read)) + statements_of(
            lambda: client.get("/manage/probe/programme/speakers")
        )

    add(1)
    asked()
    few = asked()
    add(5)

    assert asked() == few


# -- what they give


def test_a_photo_is_public_with_its_owners_consent_alone_and_no_longer_than_that(
    hers: FlaskClient, app: Flask, event: Event, henrike: Participant
):
    make_session(event, speakers=[henrike])
    hers.post("/e/probe/me/talks/photo", data={"image": (io.BytesIO(make_image(900, 600, format="JPEG")), "ich.jpg")})
    photo = photos.photo_of(henrike)
    assert photo is not None
    assert (photo.width, photo.height) == (512, 341)
    address, guest = f"/e/probe/speakers/{henrike.public_id}/photo/{photo.public_id}", app.test_client()

    assert (hers.get(address).status_code, guest.get(address).status_code) == (200, 404)
    hers.post("/e/probe/me/talks/consents", data={"speaker_page": "y"})
    shown = guest.get(address)
    assert (shown.status_code, shown.content_type, shown.headers["Cache-Control"]) == (200, "image/jpeg", "no-cache")
    assert guest.get(address, headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304
    assert list(photos.public_photos(event)) == [henrike.id]
    hers.post("/e/probe/me/consents", data={"purpose": "speaker_page", "recipient": ""})
    assert (guest.get(address).status_code, photos.public_photos(event)) == (404, {})
    hers.post("/e/probe/me/talks/photo/remove")
    assert hers.get(address).status_code == 404


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload=alert(1)>", make_pdf()])
def test_what_is_no_photo_is_refused(hers: FlaskClient, event: Event, henrike: Participant, content: bytes):
    make_session(event, speakers=[henrike])
    answer = hers.post("/e/probe/me/talks/photo", data={"image": (io.BytesIO(content), "ich.png")})

    assert (answer.status_code, "PNG" in answer.text, photos.photo_of(henrike)) == (422, True, None)


def test_consents_are_two_things_and_each_keeps_its_text(hers: FlaskClient, event: Event, henrike: Participant):
    make_session(event, speakers=[henrike])
    hers.post("/e/probe/me/talks/consents", data={"recording": "y"})
    [held] = consents.in_force(henrike)
    assert (held.purpose, held.channel, held.text.text) == ("recording", "talks", profiles.RECORDING_CONSENT)

    hers.post("/e/probe/me/talks/consents", data={"speaker_page": "y"})
    assert profiles.agreed_by(henrike) == {"speaker_page"}


def test_needs_of_two_who_speak_together_are_not_lost(hers: FlaskClient, event: Event, henrike: Participant):
    talk = make_session(event, speakers=[henrike])
    address = f"/e/probe/me/talks/{talk.public_id}/needs"
    assert hers.post(address, data={"version": "0", "items": ["hdmi"]}).status_code == 303
    stale = hers.post(address, data={"version": "0", "items": ["flipchart"]})

    assert (stale.status_code, needs.of([talk.id])[talk.id].items) == (409, ["hdmi"])
    assert hers.post(address, data={"version": "1", "items": ["wheelchair"]}).status_code == 422


def test_who_is_forgotten_takes_everything_along(event: Event, henrike: Participant):
    make_session(event, speakers=[henrike])
    with transaction():
        profiles.describe(event, henrike, "Forscht.", "")
        profiles.agree(henrike, {"speaker_page": True})
        availability.say(event, henrike, [(at(event, 9), at(event, 10))])
        photos.keep(henrike, images.read(io.BytesIO(make_png())))
    with transaction():
        erasing.erase(henrike)

    assert (henrike.biography, availability.of(event)) == ("", {})
    for kind in (SpeakerPhoto, SpeakerProfile):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(kind)) == 0


# -- organisers


@pytest.fixture
def desk(client: FlaskClient, event: Event) -> FlaskClient:
    sign_in(client, make_organiser(event))
    return client


def test_organisers_find_who_lacks_what_and_write_to_those_ticked_once_a_week(
    desk: FlaskClient, app: Flask, event: Event, henrike: Participant, freeze
):
    make_session(event, "Mein Vortrag", speakers=[henrike])
    without = make_speaker(event, "Ohne Adresse")
    done = make_session(event, "Zweiter", starts_at=at(event, 12), speakers=[without])
    give_slides(done, without)
    page = desk.get("/manage/probe/programme/speakers?lack=slides").text
    assert ("Henrike Oelsner" in page, "Ohne Adresse" in page) == (True, False)
    assert desk.get("/manage/probe/programme/speakers?q=adresse").text.count('class="pick"') == 2

    sent = {"deed": "lacking", "pick": [henrike.public_id, without.public_id]}
    answer = desk.post("/manage/probe/programme/speakers", data=sent, follow_redirects=True).text
    assert ("Eine E-Mail ist unterwegs." in answer, "bitte anders erreichen: Ohne Adresse" in answer) == (True, True)
    [letter] = deliver_all(app)
    assert (letter["To"], "Was für" in letter["Subject"]) == ("henrike@uni.example", True)
    for line in ("Eine Kurzbiografie für das Programm", "Folien für „Mein Vortrag“", "/me/talks"):
        assert line in text_of(letter)

    freeze(clock.now() + timedelta(days=6))
    with transaction():
        assert speaker_mails.remind(event, [henrike]).too_soon == [henrike]
    assert deliver_all(app) == []


def test_a_letter_says_what_is_missing_when_it_leaves_and_nothing_if_all_came(
    app: Flask, event: Event, henrike: Participant
):
    talk = make_session(event, speakers=[henrike])
    make_registration(event, email="henrike@uni.example")
    deliver_all(app)
    with transaction():
        assert speaker_mails.remind(event, [henrike]).sent == 1
    with transaction():
        profiles.describe(event, henrike, "Forscht.", "")
        needs.say(event, talk, [], "")
        photos.keep(henrike, images.read(io.BytesIO(make_png())))
        profiles.agree(henrike, {"speaker_page": True})
    give_slides(talk, henrike)

    assert deliver_all(app) == []
    with transaction():
        assert speaker_mails.remind(event, [henrike]).needless == [henrike]
        assert (speaker_mails.ask_when(event, [henrike]).sent, speaker_mails.ask_when(event, [henrike]).sent) == (1, 0)
    [letter] = deliver_all(app)
    assert ("Wann können Sie" in letter["Subject"], "/me/talks/availability" in text_of(letter)) == (True, True)


def test_what_is_asked_for_stands_on_the_speakers_page_with_its_last_day(
    desk: FlaskClient, app: Flask, event: Event, henrike: Participant
):
    talk = make_session(event, "Mein Vortrag", speakers=[henrike])
    until = (event.first_day - timedelta(days=3)).isoformat()
    desk.post(
        "/manage/probe/programme/speakers/settings",
        data={"slides_until": until, "contact_de": "Frau Lind, 0341 1", "equipment_de": "Projektor 16:9"},
    )
    settings = profiles.settings_of(event)
    assert settings is not None
    assert settings.slides_until is not None
    assert clock.in_zone(settings.slides_until, event.zone).strftime("%H:%M") == "23:59"
    [lack] = [lack for lack in lacking.of(event)[henrike.id] if lack.code == "slides"]
    assert (lack.until, lack.session_id) == (settings.slides_until, talk.id)
    visitor = app.test_client()
    assert henrike.person is not None
    sign_in(visitor, henrike.person)
    page = visitor.get(f"/e/probe/me/talks/{talk.public_id}").text
    assert ("Projektor 16:9" in page, "Frau Lind, 0341 1" in page) == (True, True)


def test_organisers_send_a_file_for_a_speaker_and_read_all_that_was_given(
    desk: FlaskClient, event: Event, henrike: Participant
):
    talk = make_session(event, "Mein Vortrag", speakers=[henrike])
    with transaction():
        needs.say(event, talk, ["flipchart"], "Ein Glas Wasser.")
    address = f"/manage/probe/programme/{talk.public_id}/files"
    stranger = make_participant(event)
    answers = [
        desk.post(address, data={"whose": who.public_id, "file": (io.BytesIO(make_pdf()), "a.pdf"), "kind": "slides"})
        for who in (stranger, henrike)
    ]
    assert [answer.status_code for answer in answers] == [422, 303]
    [file] = files.files_of([talk.id])
    assert (file.participant_id, file.uploaded_by_id != henrike.person_id) == (henrike.id, True)

    page = desk.get(address).text
    for said in ("a.pdf", "Flipchart", "Ein Glas Wasser.", "von der Organisation gesendet"):
        assert said in page
    assert desk.get(f"{address}/{file.public_id}", buffered=True).data == make_pdf()
    desk.post(f"/manage/probe/programme/speakers/{henrike.public_id}", data={"note": "Kommt spät."})
    assert "Kommt spät." in desk.get(f"/manage/probe/programme/speakers/{henrike.public_id}").text
    desk.post(f"{address}/{file.public_id}/take-back")
    assert list(files.files_of([talk.id])) == []


def test_everybody_finds_slides_and_photos_that_may_be_shown_in_the_programme(
    client: FlaskClient, event: Event, henrike: Participant
):
    shy = make_participant(event, given_name="Ole", family_name="Scheu")
    talk = make_session(event, "Mein Vortrag", speakers=[henrike, shy])
    with transaction():
        for who, agrees in ((henrike, True), (shy, False)):
            photos.keep(who, images.read(io.BytesIO(make_png())))
            profiles.agree(who, {"speaker_page": agrees})
            looked = file_types.in_memory(make_pdf(), f"Folien {who.family_name}.pdf")
            files.upload(talk, who, looked, kind="slides", public=agrees)
    for address in (f"/e/probe/programme/{talk.public_id}", "/e/probe/speakers"):
        page = client.get(address).text
        assert page.count('class="portrait') == 1
        assert f"/speakers/{henrike.public_id}/photo/" in page
    page = client.get(f"/e/probe/programme/{talk.public_id}").text
    assert ("Folien Oelsner.pdf" in page, "Folien Scheu.pdf" in page) == (True, False)
