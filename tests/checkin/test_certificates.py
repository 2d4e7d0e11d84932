"""Certificates of attendance: who gets one, what stands on it, for organisers and for guests."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock, links
from partnering.checkin import services
from partnering.checkin.models import CheckinList, Scan
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.jobs import worker
from partnering.registration.models import Registration
from tests.factories import make_event
from tests.factories.checkin import make_attendee, make_device, make_door, scan, ticket_text
from tests.factories.programme import at, make_room, make_session
from tests.readers import pages
from tests.support.signing_in import sign_in


def event_of(foyer):
    return db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()


def guest_of(foyer):
    return db.session.scalars(sa.select(Registration).where(Registration.public_id == foyer.guest)).one()


def text_of(content):
    """What stands on each page, words apart by one space."""
    return [" ".join(page.extract_text().split()) for page in pages.reader(content).pages]


@pytest.fixture
def course(app, foyer):
    """The public id of a list that notes who attends a session of ninety minutes, which the guest did."""
    with app.app_context():
        event = event_of(foyer)
        session = make_session(
            event,
            full_title=BilingualText("Peptide: Čeština & Łódź", "Peptides in practice"),
            starts_at=at(event, 14),
            minutes=90,
            room=make_room(event, "Saal Elbe"),
        )
        course = make_door(event, "Workshop", kind="workshop", certificate=True, session_id=session.id)
        scan(event, course, make_device(event), foyer.ticket)
        return course.public_id


def later(app, foyer):
    """After the session."""
    with app.app_context():
        return clock.frozen(at(event_of(foyer), 16))


def ticket_link(app, foyer, path=""):
    with app.app_context():
        held = guest_of(foyer)
        return f"/t/{links.token('ticket', held.public_id, held.generation)}{path}"


def test_organisers_get_one_file_from_the_worker(app, organiser, foyer, course):
    with app.app_context():
        event = event_of(foyer)
        door = db.session.scalars(sa.select(CheckinList).where(CheckinList.public_id == course)).one()
        english = make_attendee(event, given_name="Zoë", family_name="Žižková-Łukasiewicz", company="ÚOCHB")
        with transaction():
            english.participant.locale = "en"
        scan(event, door, make_device(event), ticket_text(english))
        make_attendee(event, given_name="Wer", family_name="Fehlte")
    base = f"/manage/{foyer.slug}/door"
    assert "2 Gäste wurden eingelassen" in organiser.get(f"{base}/lists/{course}/certificates").text

    made = organiser.post(f"{base}/lists/{course}/certificates")
    assert "0 von" in organiser.get(made.location).text or "Wartet" in organiser.get(made.location).text
    worker.run_once(app)
    assert "PDF herunterladen" in organiser.get(made.location).text

    first, second = text_of(organiser.get(f"{made.location}/certificates.pdf").data)
    for words in (
        "Teilnahmebescheinigung",
        "Jana Wittkowski",
        "Lumenfold GmbH",
        "„Peptide: Čeština & Łódź“",
        "14:00–15:30 Uhr",
        "Saal Elbe",
        "1,5 Stunden",
        "Ausgestellt am",
    ):
        assert words in first
    for words in ("Certificate of attendance", "Zoë Žižková-Łukasiewicz", "“Peptides in practice”", "1.5 hours"):
        assert words in second


def test_a_guest_finds_it_with_the_ticket_once_it_is_over(app, client, foyer, course):
    with app.app_context():
        person = guest_of(foyer).participant.person
    mine = f"/e/{foyer.slug}/me/certificates/{course}.pdf"
    with app.app_context():
        before = clock.frozen(at(event_of(foyer), 15))
    with before:
        sign_in(client, person)  # at night, a session of now would be over by then
        assert "Teilnahmebescheinigungen" not in client.get(f"/e/{foyer.slug}/me/ticket").text
        assert client.get(mine).status_code == 404
    with later(app, foyer):
        assert mine in client.get(f"/e/{foyer.slug}/me/ticket").text
        page = client.get(ticket_link(app, foyer)).text
        by_link = re.findall(r'href="(/t/[^"]*/certificates/[^"]*)"', page)
        assert by_link == [ticket_link(app, foyer, f"/certificates/{course}.pdf")]
        for address in (mine, *by_link):
            response = client.get(address)
            assert (response.status_code, response.mimetype) == (200, "application/pdf")
            assert "Jana Wittkowski" in text_of(response.data)[0]


def test_nobody_else_gets_it(app, client, foyer, course):
    with app.app_context():
        event = event_of(foyer)
        absent = make_attendee(event)
        plain = make_door(event, "Saal")
        scan(event, plain, make_device(event), foyer.ticket)
        plain_id, absent_id = plain.public_id, absent.public_id
        foreign = make_door(make_event(), certificate=True).public_id
        person = absent.participant.person
        assert person is not None
    with later(app, foyer):
        sign_in(client, person)
        for door in (course, plain_id, foreign, "aaaaaaaaaaaaaaaa"):
            assert client.get(f"/e/{foyer.slug}/me/certificates/{door}.pdf").status_code == 404
        for door in (plain_id, foreign):
            assert client.get(ticket_link(app, foyer, f"/certificates/{door}.pdf")).status_code == 404
    organiser = app.test_client()
    sign_in(organiser, foyer.organiser)
    base = f"/manage/{foyer.slug}/door/lists/{course}/certificates"
    assert organiser.get(f"{base}/{foyer.guest}.pdf").status_code == 200
    assert organiser.get(f"{base}/{absent_id}.pdf").status_code == 404
    assert organiser.get(f"/manage/{foyer.slug}/door/lists/{plain_id}/certificates").status_code == 404
    assert organiser.post(f"/manage/{foyer.slug}/door/lists/{plain_id}/certificates").status_code == 404


def test_a_door_of_several_days_says_on_which(app, organiser, foyer):
    with app.app_context():
        event = event_of(foyer)
        with transaction():
            event.last_day = event.first_day + timedelta(days=1)
        door = make_door(event, "Einlass", certificate=True, window_kind="day")
        device = make_device(event)
        for day in (0, 1):
            with clock.frozen(at(event, 9) + timedelta(days=day)):
                assert scan(event, door, device, foyer.ticket).answer == "ok"
        ref, first = door.public_id, event.first_day
    [page] = text_of(organiser.get(f"/manage/{foyer.slug}/door/lists/{ref}/certificates/{foyer.guest}.pdf").data)
    assert "hat an dieser Veranstaltung teilgenommen" in page
    assert f"Anwesend am {first.day}.–{first.day + 1}." in page


def test_an_undone_scan_certifies_nothing(app, organiser, foyer, course):
    with app.app_context():
        event = event_of(foyer)
        with transaction():
            services.annul(event, db.session.scalars(sa.select(Scan)).one(), "Irrtum")
    base = f"/manage/{foyer.slug}/door/lists/{course}/certificates"
    assert organiser.get(f"{base}/{foyer.guest}.pdf").status_code == 404
    assert "Hier wurde noch niemand eingelassen" in organiser.get(base).text
