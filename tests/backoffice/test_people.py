"""The people of an event: found, listed, corrected, cancelled, added, taken along as a file."""

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.audit import AuditEntry
from partnering.backoffice import guests, services
from partnering.backoffice.guests import Wanted
from partnering.checkin.models import Admission, CheckinList, Device, Scan
from partnering.db import BilingualText, db, transaction
from partnering.errors import Stale
from partnering.events.models import Event, Participant
from partnering.mail.models import OutboxLetter
from partnering.registration import services as registrations
from partnering.registration.models import Registration, TicketCode
from partnering.registration.services import cancel_registration
from partnering.tickets.models import Product
from tests.factories import make_event, make_participant, make_party, make_pool, make_product, make_registration

from .desk import counted, open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


def let_in(event: Event, registration: Registration) -> None:
    now = clock.now()
    with transaction():
        door = CheckinList(event_id=event.id, name=BilingualText("Tor", "Gate"))
        device = Device(event_id=event.id, kind="browser", created_at=now)
        db.session.add_all([door, device])
        db.session.flush()
        place = db.session.get_one(Registration, registration.id).place_id
        scan = Scan(
            event_id=event.id,
            device_id=device.id,
            scan_id="1",
            list_id=door.id,
            place_id=place,
            claimed_at=now,
            received_at=now,
            bounded_at=now,
            answer="ok",
        )
        db.session.add(scan)
        db.session.flush()
        db.session.add(
            Admission(
                event_id=event.id,
                list_id=door.id,
                place_id=place,
                window_key="event",
                scan_row_id=scan.id,
                at=now,
                entered_at=now,
                device_id=device.id,
                scan_id="1",
            )
        )


def names(event: Event, **wanted: object) -> list[str]:
    return [row.given_name for row in guests.guests(event, Wanted(**wanted))]  # type: ignore[arg-type]  # fields of Wanted


def address(event: Event, registration: Registration, more: str = "") -> str:
    one = db.session.get_one(Registration, registration.id).participant
    return f"/manage/{event.slug}/people/{one.public_id}{more}"


# -- the list


def test_people_are_found_by_folded_name_company_address_and_reference(event: Event):
    held = make_registration(event, given_name="Łukasz", family_name="Żółć", email="lz@vltava.example")
    make_registration(event, given_name="Jörg", family_name="Straße", company="Pleiße Institute")
    reference = db.session.get_one(Registration, held.id).place.party.reference

    assert names(event, words="zolc") == ["Łukasz"]
    assert names(event, words="STRASSE pleisse") == ["Jörg"]
    assert names(event, words="lz@vltava") == ["Łukasz"]
    assert names(event, words=reference.lower()) == ["Łukasz"]
    assert names(event, words="100%") == []


def test_people_are_listed_by_state(event: Event):
    make_registration(event, given_name="Expected")
    inside = make_registration(event, given_name="Inside")
    gone = make_registration(event, given_name="Gone")
    make_participant(event, given_name="Speaker")
    let_in(event, inside)
    with transaction():
        cancel_registration(db.session.get_one(Registration, gone.id))

    assert {state: names(event, state=state) for state in guests.STATES} == {
        "expected": ["Expected"],
        "in": ["Inside"],
        "ended": ["Gone"],
        "none": ["Speaker"],
    }


def test_people_are_listed_by_ticket_and_in_any_order(event: Event):
    early, late = make_product(event, position=1), make_product(event, position=2)
    make_registration(event, product=late, given_name="Anna", family_name="A", company="Zeta")
    make_registration(event, product=early, given_name="Berta", family_name="B", company="alpha")
    make_participant(event, given_name="Cem", family_name="C")

    assert names(event, ticket=late.public_id) == ["Anna"]
    assert names(event, sort="company") == ["Berta", "Anna", "Cem"]
    assert names(event, sort="ticket") == ["Berta", "Anna", "Cem"]
    assert names(event, sort="ticket", descending=True) == ["Anna", "Berta", "Cem"]
    assert names(event, sort="name", descending=True) == ["Cem", "Berta", "Anna"]


def test_somebody_registered_anew_stands_there_once(event: Event):
    gone = make_registration(event, email="jana@example.org")
    with transaction():
        cancel_registration(db.session.get_one(Registration, gone.id))
    make_registration(event, email="jana@example.org")

    assert [guest.state for guest in guests.guests(event, Wanted())] == ["expected"]


def test_other_events_and_erased_people_are_not_listed(event: Event):
    make_registration(make_event())
    erased = make_participant(event)
    with transaction():
        db.session.get_one(Participant, erased.id).erased_at = clock.now()

    assert names(event) == []


def test_pages_hold_fifty_people_and_lead_on(event: Event, client: FlaskClient):
    with transaction():
        for number in range(51):
            make_participant(event, family_name=f"N{number:02}")

    first = client.get(f"/manage/{event.slug}/people?lang=en")
    after = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert after is not None
    second = client.get(after[1].replace("&amp;", "&"))

    assert ("51 people" in first.text, first.text.count('<th scope="row">')) == (True, 50)
    assert ('rel="next"' in second.text, 'rel="prev"' in second.text) == (False, True)
    assert second.text.count('<th scope="row">') == 1
    assert client.get(f"/manage/{event.slug}/people?after=٣").status_code == 200
    assert client.get(f"/manage/{event.slug}/people?before=x&sort=nonsense&state=x&order=y&paid=z").status_code == 200


@pytest.mark.parametrize("sort", guests.SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_lead_through_everybody_once_and_back(event: Event, monkeypatch, sort: str, descending: bool):
    monkeypatch.setattr(guests, "PAGE", 3)
    early, late = make_product(event, position=1), make_product(event, position=2)
    for number in range(4):
        make_registration(event, product=early if number % 2 else late, family_name=f"N{number}", company="X" * number)
        make_participant(event, family_name=f"P{number % 2}")
    wanted = Wanted(sort=sort, descending=descending)

    forth = [guests.page(event, wanted)]
    while forth[-1].later:
        forth.append(guests.page(event, wanted, after=forth[-1].rows[-1].public_id))
    back = [forth[-1]]
    while back[-1].earlier:
        back.append(guests.page(event, wanted, before=back[-1].rows[0].public_id))

    seen = [row.id for one in forth for row in one.rows]
    assert (len(seen), len(set(seen)), [len(one.rows) for one in forth]) == (8, 8, [3, 3, 2])
    assert [row.id for one in reversed(back) for row in one.rows] == seen


def test_the_list_takes_the_same_questions_for_one_and_for_many(event: Event, client: FlaskClient):
    product = make_product(event)
    event_id, product_id = event.id, product.id
    make_registration(event, product=product)
    path = f"/manage/{event.slug}/people"
    client.get(path)
    with counted() as few:
        client.get(path)
    with transaction():
        again, ticket = db.session.get_one(Event, event_id), db.session.get_one(Product, product_id)
        for _number in range(12):
            make_registration(again, product=ticket)
    with counted() as many:
        client.get(path)

    assert len(many) == len(few) < 25


# -- the file


def test_the_file_holds_what_the_list_shows_and_no_formula(event: Event, client: FlaskClient):
    make_registration(event, given_name="=1+1", family_name="@evil", company="+cmd", email="a@example.org", locale="en")
    make_registration(event, given_name="Jana", family_name="Zett", email="b@example.org")

    answer = client.get(f"/manage/{event.slug}/people.csv?lang=en")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline=""), delimiter=";", strict=True))

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={event.slug}-people.csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert rows[0][:6] == ["Last name", "First name", "Title", "Function", "Organisation", "Email address"]
    assert sorted([row[0], row[1], row[4], row[5], row[7]] for row in rows[1:]) == [
        ["'@evil", "'=1+1", "'+cmd", "a@example.org", "Expected"],
        ["Zett", "Jana", "", "b@example.org", "Expected"],
    ]
    assert client.get(f"/manage/{event.slug}/people.csv?q=zett").text.count("\r\n") == 2


# -- photos


def test_the_photographers_list_names_who_did_not_agree(event: Event, client: FlaskClient):
    agrees, silent = (
        make_registration(event, given_name="Ada", family_name="Ja", company="=cmd"),
        make_registration(event, given_name="Ben", family_name="Nein", company="=cmd"),
    )
    with transaction():
        registrations.agree(agrees, {"photo": True}, {"photo": BilingualText("Fotos", "Photos")})

    page = client.get(f"/manage/{event.slug}/people/photos?lang=en").text
    file = client.get(f"/manage/{event.slug}/people/photos.csv?lang=en")
    listed = client.get(f"/manage/{event.slug}/people.csv?lang=en").get_data().decode("utf-8-sig")

    assert (silent.participant.name in page, agrees.participant.name in page) == (True, False)
    assert file.get_data().decode("utf-8-sig").splitlines()[1:] == [
        f'"Nein";"Ben";"\'=cmd";"{silent.place.product.name.en}"'
    ]
    assert file.headers["Content-Disposition"] == f"attachment; filename={event.slug}-no-photos.csv"
    rows = list(csv.DictReader(io.StringIO(listed, newline=""), delimiter=";"))
    assert {row["First name"]: row["Photos"] for row in rows} == {"Ada": "yes", "Ben": "no"}


# -- one person


def test_the_page_shows_ticket_code_party_letters_and_colleagues(event: Event, client: FlaskClient):
    people = [
        {"email": "a@example.org", "given_name": "Anna", "family_name": "Berg"},
        {"email": "b@example.org", "given_name": "Ben", "family_name": "Cho"},
        {},
    ]
    party = make_party(event, people=people)
    anna = db.session.scalars(sa.select(Participant).where(Participant.given_name == "Anna")).one()

    page = client.get(f"/manage/{event.slug}/people/{anna.public_id}?lang=en").text

    assert re.search(r">[A-Z0-9]{4}(-[A-Z0-9]{4}){3}<", page)
    assert party.reference in page
    assert ("Ben Cho" in page, "nobody named yet" in page) == (True, True)
    assert page.count("/letters/") == 2


def test_details_are_corrected_and_the_badge_with_them(event: Event, client: FlaskClient):
    held = make_registration(event, given_name="Jnaa", company="Lumenfold")
    form = {"version": services.state_of(db.session.get_one(Registration, held.id).participant)}

    answer = client.post(
        address(event, held, "/edit"), data={**form, "given_name": "Jana", "family_name": "Berg", "company": "Elster"}
    )

    db.session.expire_all()
    now = db.session.get_one(Registration, held.id)
    assert answer.location == address(event, held)
    assert (now.participant.name, now.participant.company, now.badge_name) == ("Jana Berg", "Elster", "Jana Berg")
    assert names(event, words="elster") == ["Jana"]
    assert "participant.corrected" in db.session.scalars(sa.select(AuditEntry.action)).all()


def test_an_edit_of_what_changed_meanwhile_is_refused_and_kept(event: Event, client: FlaskClient):
    held = make_registration(event)
    data = {"version": "0123456789abcdef", "given_name": "Neu", "family_name": "Name"}

    answer = client.post(address(event, held, "/edit?lang=en"), data=data)

    assert answer.status_code == 409
    assert 'value="Neu"' in answer.text
    assert "Somebody else has changed this" in answer.text
    db.session.expire_all()
    assert db.session.get_one(Registration, held.id).participant.given_name == "Jana"


def test_two_edits_of_one_state_leave_one(event: Event):
    one = make_registration(event).participant
    version = services.state_of(one)
    values = {"title": "", "given_name": "Neu", "family_name": "Name", "function": "", "company": ""}
    with transaction():
        services.correct(event, db.session.get_one(Participant, one.id), values, version)

    with pytest.raises(Stale), transaction():
        services.correct(event, db.session.get_one(Participant, one.id), values, version)


def test_a_name_is_needed_and_what_was_typed_stays(event: Event, client: FlaskClient):
    held = make_registration(event)

    answer = client.post(address(event, held, "/edit?lang=en"), data={"family_name": "Nur"})

    assert (answer.status_code, "<title>Error:" in answer.text, 'value="Nur"' in answer.text) == (422, True, True)


def test_cancelling_frees_the_place_and_tells_by_letter(event: Event, client: FlaskClient):
    pool = make_pool(event, 1)
    held = make_registration(event, product=make_product(event, pools=[pool]))

    answer = client.post(address(event, held, "/cancel"))

    db.session.expire_all()
    assert answer.status_code == 302
    assert db.session.get_one(Registration, held.id).state == "cancelled"
    assert db.session.get_one(type(pool), pool.id).used == 0
    assert "registration.ended" in db.session.scalars(sa.select(OutboxLetter.kind)).all()
    again = client.post(address(event, held, "/cancel"), follow_redirects=True)
    assert 'data-tone="bad" role="alert"' in again.text


def test_a_new_code_ends_the_old_one_and_goes_out(event: Event, client: FlaskClient):
    held = make_registration(event, letters=False)

    client.post(address(event, held, "/new-code"))

    codes = db.session.scalars(sa.select(TicketCode).order_by(TicketCode.id)).all()
    assert [code.revoked_at is None for code in codes] == [False, True]
    assert db.session.scalars(sa.select(Registration.generation)).one() == 2
    assert db.session.scalars(sa.select(OutboxLetter.kind)).all() == ["registration.confirmed"]


def test_the_ticket_is_sent_again_but_not_twice_a_minute(event: Event, client: FlaskClient, freeze):
    held = make_registration(event, letters=False)
    start = clock.now().replace(second=10)
    freeze(start)
    client.post(address(event, held, "/resend"))
    client.post(address(event, held, "/resend"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxLetter)) == 1

    freeze(start + timedelta(minutes=2))
    client.post(address(event, held, "/resend"))

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxLetter)) == 2


# -- adding


def by_hand(product: object, **more: str) -> dict[str, str]:
    return {
        "email": "neu@example.org",
        "given_name": "Neu",
        "family_name": "Gast",
        "ticket": str(product),
        "locale": "en",
        **more,
    }


def test_somebody_is_added_by_hand_at_another_price(event: Event, client: FlaskClient):
    product = make_product(event, gross=22_000)

    answer = client.post(
        f"/manage/{event.slug}/people/add", data=by_hand(product.public_id, price="99,50", company="Elster")
    )

    added = db.session.scalars(sa.select(Registration)).one()
    assert answer.location == address(event, added)
    assert [item.gross for item in added.place.party.items] == [9_950]
    assert (added.participant.locale, added.participant.company) == ("en", "Elster")
    assert db.session.scalars(sa.select(OutboxLetter)).all() == []


def test_somebody_registered_already_is_not_added_twice(event: Event, client: FlaskClient):
    product = make_product(event)
    make_registration(event, product=product, email="neu@example.org")

    answer = client.post(f"/manage/{event.slug}/people/add?lang=en", data=by_hand(product.public_id))

    assert (answer.status_code, "already registered for this event" in answer.text) == (422, True)


def test_nobody_is_added_beyond_the_last_place(event: Event, client: FlaskClient):
    product = make_product(event, capacity=0)

    answer = client.post(f"/manage/{event.slug}/people/add", data=by_hand(product.public_id))

    assert (answer.status_code, 'value="neu@example.org"' in answer.text) == (409, True)


@pytest.mark.parametrize(
    "wrong",
    [{"email": "no address"}, {"price": "1e3"}, {"price": "٢٢٠"}, {"ticket": "other"}, {"family_name": ""}],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(event: Event, client: FlaskClient, wrong: dict[str, str]):
    product = make_product(event)

    answer = client.post(f"/manage/{event.slug}/people/add", data=by_hand(product.public_id, **wrong))

    assert (answer.status_code, 'value="Neu"' in answer.text) == (422, True)


def test_people_of_another_event_do_not_exist_here(event: Event, client: FlaskClient):
    foreign = make_registration(make_event())

    for method, more in (("get", ""), ("get", "/edit"), ("post", "/edit"), ("post", "/cancel"), ("post", "/resend")):
        assert getattr(client, method)(address(event, foreign, more)).status_code == 404
