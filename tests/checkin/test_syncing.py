"""What devices are told: everything once, then what has changed, and nothing that they need not know."""

import json
from dataclasses import asdict
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.checkin import devices, services, syncing
from partnering.checkin.models import Device, DoorNote, DoorRow
from partnering.consents import services as consents
from partnering.consents.models import Consent
from partnering.db import BilingualText, db, transaction
from partnering.registration import codes
from partnering.registration.models import Registration
from partnering.registration.seats import Guest
from partnering.registration.services import cancel_registration, name_person
from partnering.registration.workshops import book
from tests.checkin.phones import Snapshot
from tests.factories import make_event, make_product
from tests.factories.checkin import make_attendee, make_device, make_door, row_of, scan, ticket_text
from tests.support.counting import statements


@pytest.fixture
def event(ctx):
    return make_event(days=0)


@pytest.fixture
def phone(event):
    with transaction():
        made = devices.make(event, "Telefon", by=None)
        devices.heard_of(made, clock.now())
        return made


def told(event, phone, cursor=""):
    return syncing.told(event, db.session.get_one(Device, phone.id), cursor)


def read(event, phone, cursor=""):
    return Snapshot(json.loads(json.dumps(asdict(told(event, phone, cursor)))))


# -- what is noted


def reprint(guest):
    codes.revoke(guest)
    codes.issue(guest)


def substitute(guest):
    name_person(guest.place, Guest("sub@example.org", "", "Tom", "Ersatz", ""), by="holder", confirmed=True)


def note(guest):
    db.session.add(
        DoorNote(event_id=guest.event_id, registration_id=guest.id, text="Bitte an den Schalter", attention=True)
    )


def photo(guest):
    text = consents.text_for(guest.participant.event, "photo", BilingualText("Fotos?", "Photos?"))
    consents.give(guest.participant, text, channel="form", locale="de")


def let_in(guest):
    event = guest.participant.event
    scan(event, services.default_list(event), make_device(event), ticket_text(guest))


def let_in_and_undone(guest):
    event = guest.participant.event
    verdict = scan(event, services.default_list(event), make_device(event), ticket_text(guest))
    services.annul(event, row_of(verdict), "")


def other_ticket(guest):
    guest.place.product_id = make_product(guest.participant.event).id


DEEDS = {
    "cancelled": cancel_registration,
    "passed on": substitute,
    "printed anew": reprint,
    "a note": note,
    "approval asked": lambda guest: setattr(guest.place.party, "approval", "waiting"),
    "paid": lambda guest: setattr(guest.place.party, "settled_at", clock.now()),
    "another name": lambda guest: setattr(guest.participant, "family_name", "Neu"),
    "another name on the badge": lambda guest: setattr(guest, "badge_name", "Jana N."),
    "another ticket": other_ticket,
    "an add-on": lambda guest: book(
        guest, make_product(guest.participant.event, kind="add_on", gross=0, pools=[], partnering=False)
    ),
    "a choice about photos": photo,
    "let in": let_in,
    "let in and undone": let_in_and_undone,
}


def changed_at(guest_id):
    db.session.rollback()
    return db.session.scalars(sa.select(DoorRow.changed_at).where(DoorRow.registration_id == guest_id)).one()


@pytest.mark.parametrize("deed", DEEDS)
def test_whatever_changes_a_verdict_is_noted(event, deed):
    guest, other = make_attendee(event), make_attendee(event)
    before, untouched = changed_at(guest.id), changed_at(other.id)

    with transaction():
        DEEDS[deed](db.session.get_one(Registration, guest.id))

    assert changed_at(guest.id) > before
    assert changed_at(other.id) == untouched


def test_without_its_trigger_a_payment_would_be_missed(make_app):
    """The negative control."""
    app = make_app()
    with app.app_context():
        guest = make_attendee(make_event(days=0))
        with db.engine.begin() as connection:
            of_table = " ON party" if db.engine.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER door_row_of_party_update{of_table}")
        before = changed_at(guest.id)
        with transaction():
            db.session.get_one(Registration, guest.id).place.party.settled_at = clock.now()

        assert changed_at(guest.id) == before


def test_withdrawing_the_choice_about_photos_is_noted(event):
    guest = make_attendee(event)
    with transaction():
        photo(guest)
    before = changed_at(guest.id)
    with transaction():
        consents.withdraw(guest.participant, "photo")

    assert db.session.scalars(sa.select(Consent.withdrawn_at)).one() is not None
    assert changed_at(guest.id) > before


# -- what is told


def test_a_device_is_told_everything_once_and_then_what_has_changed(event, phone):
    guests = [make_attendee(event) for _ in range(4)]
    make_door(event)
    first = told(event, phone)
    with transaction():  # as if all of it were older than what is read again
        db.session.execute(sa.update(DoorRow).values(changed_at=clock.now() - timedelta(minutes=5)))
    second = told(event, phone, first.cursor)
    with transaction():
        note(db.session.get_one(Registration, guests[2].id))
    third = told(event, phone, second.cursor)

    assert (first.whole, len(first.rows)) == (True, 4)
    assert (second.whole, second.rows) == (False, [])
    assert (third.whole, [row[1] for row in third.rows]) == (False, [guests[2].public_id])
    assert third.rows[0][5] == syncing.BITS["attention"]


def test_a_change_that_was_committed_late_is_told_all_the_same(event, phone):
    make_attendee(event)
    first = told(event, phone)

    assert len(told(event, phone, first.cursor).rows) == 1  # the last minute is read again


@pytest.mark.parametrize("cursor", ["", "x", "2027-10-13", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"])
def test_whoever_shows_no_cursor_of_ours_is_told_everything(event, phone, cursor):
    make_attendee(event)

    answer = told(event, phone, cursor)

    assert (answer.whole, len(answer.rows)) == (True, 1)


def test_revoked_codes_are_told(event, phone):
    guest = make_attendee(event)
    old = ticket_text(guest)
    with transaction():
        reprint(guest)

    snapshot = read(event, phone)

    old_row, new_row = snapshot.row(old), snapshot.row(ticket_text(guest))
    assert old_row is not None
    assert new_row is not None
    assert (old_row[5], new_row[5]) == (syncing.BITS["revoked"], 0)


def test_a_device_knows_its_event_and_its_lists_alone(event, phone):
    main, dinner = make_door(event, "Haupteingang"), make_door(event, "Abend")
    other = make_event(days=0)
    make_door(other)
    make_attendee(other)
    with transaction():
        dinner.rules = {"after": [main.public_id]}
        mine = devices.make(event, "Abend", by=None, lists=[dinner])
        devices.heard_of(mine, clock.now())

    assert read(event, phone).told["rows"] == []
    assert [each["id"] for each in read(event, phone).told["lists"]] == [main.public_id, dinner.public_id]
    assert read(event, mine).told["lists"][1:] == [{"id": main.public_id, "name": "Haupteingang"}]


def test_each_device_hashes_in_its_own_way_and_anew_once_it_is_rolled(event, phone):
    make_attendee(event)
    with transaction():
        other = devices.make(event, "Telefon 2", by=None)
        devices.heard_of(other, clock.now())
    before = told(event, phone).rows[0][0]
    with transaction():
        devices.roll(event, db.session.get_one(Device, phone.id))

    assert len({before, told(event, phone).rows[0][0], told(event, other).rows[0][0]}) == 3


def test_nothing_of_anybody_is_told_but_name_organisation_and_ticket(event, phone):
    guest = make_attendee(event, email="jana@example.org", gross=22_000)
    make_door(event)
    with transaction():
        note(guest)
        guest.participant.biography = "Biografie"
        guest.place.party.billing = {"city": "Dresden"}

    said = json.dumps(asdict(told(event, phone)), ensure_ascii=False)

    assert "Jana Wittkowski" in said
    secret = [
        "jana@example.org",
        "Bitte an den Schalter",
        "Biografie",
        "Dresden",
        ticket_text(guest),
        guest.place.party.reference,
    ]
    assert [word for word in secret if word in said] == []
    assert set(syncing.Told.__dataclass_fields__) == set(json.loads(said))
    row = read(event, phone).told["rows"][0]
    assert [type(part) for part in row] == [str, str, str, str, int, int, list, list]


def test_many_tickets_are_asked_for_as_few_are(event, phone):
    door, device = make_door(event, rules={"extras": ["photo"]}), make_device(event)

    def count():
        with statements(db.engine) as asked:
            told(event, phone)
        db.session.rollback()
        return len(asked)

    product = make_product(event)
    scan(event, door, device, ticket_text(make_attendee(event, product)))
    few = count()
    for _ in range(8):
        scan(event, door, device, ticket_text(make_attendee(event, product)))

    assert count() == few
