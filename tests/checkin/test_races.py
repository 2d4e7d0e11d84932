"""One ticket at many doors at once: one comes in, everybody gets an answer."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.checkin import devices, electing, knowing, redeeming, services, setting_up, uploading
from partnering.checkin.models import Admission, CheckinList, Device, Scan
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.registration.models import Registration
from tests.factories import make_crew, make_event
from tests.factories.checkin import make_attendee, make_device, make_door, ticket_text

DEVICES = 8


@pytest.fixture
def foyer(app):
    """(event id, door id, device ids, ticket, registration id)."""
    return arrange(app)


def arrange(app):
    with app.app_context():
        event = make_event(days=0)
        guest = make_attendee(event)
        devices = [make_device(event, make_crew(event)).id for _ in range(DEVICES)]
        return event.id, make_door(event).id, devices, ticket_text(guest), guest.id


def all_at_once(app, deeds):
    """The results of `deeds`, each in a thread and a session of its own, begun together."""
    start = threading.Barrier(len(deeds))

    def run(deed):
        with app.app_context():
            start.wait(30)
            try:
                return deed()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def redeem(foyer, number, scan_id, **more):
    event_id, door_id, devices, ticket, _ = foyer
    with transaction():
        event, door = db.session.get_one(Event, event_id), db.session.get_one(CheckinList, door_id)
        device = db.session.get_one(Device, devices[number])
        verdict = redeeming.redeem_code(event, door, device, ticket, scan_id=scan_id, **more)
        return number, verdict.answer, verdict.scan


@pytest.mark.parametrize("round_", range(3))
def test_of_many_devices_one_lets_in_and_repeats_get_the_same_answer(app, foyer, round_):
    deeds = [lambda n=number: redeem(foyer, n, f"scan-{n:04}") for number in range(DEVICES) for _twice in (1, 2)]

    answers = all_at_once(app, deeds)

    assert Counter(answer for _, answer, _ in set(answers)) == {"ok": 1, "already_in": DEVICES - 1}
    assert len(set(answers)) == DEVICES  # whoever sent twice got one answer, about one row
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Scan.id))) == DEVICES
        assert db.session.scalar(sa.select(sa.func.count(Admission.id))) == 1


def test_of_many_who_come_back_one_is_the_guest(app, foyer):
    with app.app_context():
        redeem(foyer, 0, "first-in1")
        redeem(foyer, 0, "first-out", type="exit")

    answers = all_at_once(app, [lambda n=number: redeem(foyer, n, f"again-{n:04}") for number in range(DEVICES)])

    assert Counter(answer for _, answer, _ in answers) == {"ok": 1, "already_in": DEVICES - 1}


def test_a_scan_is_undone_once(app, foyer):
    with app.app_context():
        redeem(foyer, 0, "to-undo-1")

    def undo():
        with transaction():
            event = db.session.get_one(Event, foyer[0])
            scan = db.session.scalars(sa.select(Scan)).one()
            try:
                services.undo(event, scan, db.session.get_one(Device, foyer[2][0]))
            except services.TooLateToUndo:
                return "late"
            return "undone"

    assert Counter(all_at_once(app, [undo] * DEVICES)) == {"undone": 1, "late": DEVICES - 1}


def test_scans_and_undoing_meet_without_harm(app, foyer):
    with app.app_context():
        redeem(foyer, 0, "to-undo-2")

    def undo():
        with transaction():
            event = db.session.get_one(Event, foyer[0])
            scan = db.session.scalars(sa.select(Scan).where(Scan.scan_id == "to-undo-2")).one()
            services.undo(event, scan, db.session.get_one(Device, foyer[2][0]))
        return 0, "undone", ""

    deeds = [undo, *(lambda n=number: redeem(foyer, n, f"meet-{n:04}") for number in range(1, DEVICES))]
    answers = Counter(answer for _, answer, _ in all_at_once(app, deeds))

    assert answers["undone"] == 1
    assert answers["ok"] <= 1
    with app.app_context():
        elected = db.session.scalars(sa.select(Admission)).all()
        assert len(elected) == answers["ok"]
        assert [each.scan.state for each in elected] == ["counted"] * len(elected)


def test_the_first_door_and_a_device_are_made_once(app):
    with app.app_context():
        event = make_event()
        event_id, person_id = event.id, make_crew(event).id

    def open_door():
        with transaction():
            event = db.session.get_one(Event, event_id)
            person = db.session.get_one(services.Person, person_id)
            return services.default_list(event).id, services.browser_device(event, person).id

    assert len(set(all_at_once(app, [open_door] * DEVICES))) == 1


@pytest.mark.engine("postgresql")
def test_without_holding_the_place_the_constraint_still_lets_one_in(app, foyer, monkeypatch):
    """The second wall: whoever does not wait for the others is stopped by the index."""
    monkeypatch.setattr(knowing, "_held", lambda question: question)
    monkeypatch.setattr(knowing, "_by_code", knowing._by_code.__wrapped__)
    judged = threading.Barrier(DEVICES)
    save = electing.save

    def once_all_have_judged(*more):
        judged.wait(30)
        return save(*more)

    monkeypatch.setattr(electing, "save", once_all_have_judged)

    answers = all_at_once(app, [lambda n=number: redeem(foyer, n, f"wall-{n:04}") for number in range(DEVICES)])

    assert Counter(answer for _, answer, _ in answers) == {"ok": 1, "already_in": DEVICES - 1}
    with app.app_context():
        stored = db.session.execute(sa.select(Scan.answer, Scan.state).order_by(Scan.answer)).all()
        assert [tuple(row) for row in stored] == [("already_in", "refused")] * (DEVICES - 1) + [("ok", "counted")]


@pytest.mark.engine("postgresql")
def test_without_the_constraint_looking_first_lets_everybody_in(make_app):
    """The referee is the index: the same race, decided by a look, admits more than one."""
    app = make_app()
    foyer = arrange(app)
    with app.app_context(), db.engine.begin() as connection:
        for constraint in sa.inspect(connection).get_unique_constraints("admission"):
            connection.exec_driver_sql(f'ALTER TABLE admission DROP CONSTRAINT "{constraint["name"]}"')
    looked = threading.Barrier(DEVICES)

    def look_then_write(number):
        event_id, door_id, devices, _, guest_id = foyer
        with transaction():
            event, door = db.session.get_one(Event, event_id), db.session.get_one(CheckinList, door_id)
            guest = db.session.get_one(Registration, guest_id)
            looked_for = sa.select(Admission.id).where(
                Admission.list_id == door.id, Admission.place_id == guest.place_id
            )
            free = db.session.scalar(looked_for) is None
            looked.wait(30)
            if not free:
                return "already_in"
            device = db.session.get_one(Device, devices[number])
            scan = Scan(
                event_id=event.id,
                device_id=device.id,
                scan_id=f"naive-{number}",
                list_id=door.id,
                place_id=guest.place_id,
                claimed_at=clock.now(),
                received_at=clock.now(),
                bounded_at=clock.now(),
                answer="ok",
            )
            db.session.add(scan)
            db.session.flush()
            db.session.add(
                Admission(
                    event_id=event.id,
                    list_id=door.id,
                    place_id=guest.place_id,
                    window_key="event",
                    scan_row_id=scan.id,
                    at=clock.now(),
                    device_id=device.id,
                    scan_id=scan.scan_id,
                    entered_at=clock.now(),
                )
            )
            return "ok"

    answers = all_at_once(app, [lambda n=number: look_then_write(n) for number in range(DEVICES)])

    assert answers == ["ok"] * DEVICES


# -- a list is deleted while its first guest comes

STAYS = "Hier wurde jemand gescannt, deshalb bleibt diese Liste erhalten. Schließen Sie sie stattdessen."


class Meeting:
    """Where a scan and the deletion of its list meet: each goes on when the other one is there, or cannot come."""

    def __init__(self):
        self.scans, self.deletes = threading.Event(), threading.Event()


def scanned(foyer, meeting, monkeypatch):
    """Redeem a ticket; just before it is written down the list may go."""
    write = redeeming.insert_scan

    def later(values):
        meeting.scans.set()
        meeting.deletes.wait(1)  # on SQLite nobody else can come in between
        return write(values)

    monkeypatch.setattr(redeeming, "insert_scan", later)
    try:
        return redeem(foyer, 0, "first-one")[1]
    except knowing.DoorGone as error:
        return str(error.message) if isinstance(error.__cause__, sa.exc.IntegrityError) else "they did not meet"


def deleted(foyer, meeting, *, hold=0.3):
    """Delete the list once somebody is about to scan there."""
    event_id, door_id, *_ = foyer
    meeting.scans.wait(5)
    try:
        with transaction():
            event = db.session.get_one(Event, event_id)
            door = db.session.get_one(CheckinList, door_id)
            setting_up.remove_list(event, door)
            meeting.deletes.set()
            threading.Event().wait(hold)  # nobody sets it: the scan comes meanwhile, and waits
    except setting_up.ScannedHere as error:
        return str(error.message)
    return "deleted"


def test_a_list_that_goes_while_its_first_guest_comes_is_said_to_be_gone(app, foyer, monkeypatch):
    meeting = Meeting()

    said = all_at_once(app, [lambda: scanned(foyer, meeting, monkeypatch), lambda: deleted(foyer, meeting)])

    with app.app_context():
        two_writers = db.engine.dialect.name == "postgresql"
    if two_writers:
        assert said == ["Diese Tür gibt es nicht mehr. Bitte wählen Sie eine andere.", "deleted"]
    else:
        assert said == ["ok", STAYS]
    with app.app_context():
        left = db.session.scalar(sa.select(sa.func.count(CheckinList.id)))
        assert left == db.session.scalar(sa.select(sa.func.count(Scan.id)))  # never one without the other


def test_a_list_that_was_just_scanned_at_stays(app, foyer):
    """Whoever deletes waits for a scan that is being written, and then finds it."""
    written = threading.Event()

    def scan():
        with transaction():
            answer = redeem_within(foyer)
            written.set()
            threading.Event().wait(0.3)  # nobody sets it: the deletion comes meanwhile, and waits
        return answer

    def delete():
        written.wait(5)
        meeting = Meeting()
        meeting.scans.set()
        return deleted(foyer, meeting, hold=0)

    said = all_at_once(app, [scan, delete])

    assert said == ["ok", STAYS]


def redeem_within(foyer):
    event_id, door_id, devices_, ticket, _ = foyer
    event, door = db.session.get_one(Event, event_id), db.session.get_one(CheckinList, door_id)
    return redeeming.redeem_code(
        event, door, db.session.get_one(Device, devices_[0]), ticket, scan_id="first-one"
    ).answer


def test_a_batch_holds_its_lists_until_it_is_in(app, foyer):
    """What a phone brings of a list that goes at the same moment is kept, or answered as not kept; nothing fails."""
    event_id, door_id, devices_, ticket, _ = foyer
    taken = threading.Event()

    def bring():
        with transaction():
            event, door = db.session.get_one(Event, event_id), db.session.get_one(CheckinList, door_id)
            device = db.session.get_one(Device, devices_[0])
            contact = devices.stamp(device, clock.now())
            brought = uploading.Brought("first-one", door.public_id, "ok", 0, contact, ticket)
            became = uploading.receive(event, device, [brought])
            taken.set()
            threading.Event().wait(0.3)  # nobody sets it: the deletion comes meanwhile, and waits
            return [each.state for each in became]

    def delete():
        taken.wait(5)
        meeting = Meeting()
        meeting.scans.set()
        return deleted(foyer, meeting, hold=0)

    assert all_at_once(app, [bring, delete]) == [
        ["counted"],
        STAYS,
    ]
