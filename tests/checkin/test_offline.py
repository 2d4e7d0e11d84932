"""Doors without network: whoever uploads when, the same scans count, and nothing is lost, doubled or hidden."""

import os
import random
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.checkin import devices, electing, services, uploading, zones
from partnering.checkin.invariants import admissions_elected
from partnering.checkin.knowing import door_of
from partnering.checkin.models import Admission, Device, DoorNote, Scan
from partnering.checkin.rules import Door, Ticket
from partnering.checkin.story import Passage, Story, tell, told
from partnering.checkin.uploading import Brought
from partnering.db import db, transaction
from partnering.registration import codes
from partnering.registration.services import cancel_registration
from tests.checkin.handing_in import START, make_phones, outcome
from tests.checkin.judging import ZONE
from tests.checkin.phones import half_an_hour, later, phones
from tests.factories import make_event, make_product
from tests.factories.checkin import make_attendee, make_door, scan, ticket_text

ORDERS = int(os.environ.get("ORDERS", "4"))
"""In so many random orders ten phones upload to the database; 1,000 in `make soak`, and of the story alone always."""


# -- the story alone


def uploads(order, pure):
    """What counts after phones have uploaded in this order, each of them twice, the story told after each batch."""
    known: dict[str, dict[tuple[int, str], Passage]] = {}
    marks: dict[str, dict] = {}
    for phone in (*order, *order):
        for name, passages in pure[phone].items():
            known.setdefault(name, {}).update(((each.device, each.id), each) for each in passages)
            marks[name] = told(DOOR, known[name].values()).marks
    windows = {name: told(DOOR, each.values()).windows for name, each in known.items()}
    return marks, windows


DOOR = Door("here", ZONE)


def played(number, lot):
    """Phones after half an hour, their scans on the server's time line, and how many tickets there were to let in."""
    doors = phones(lot, number)
    tickets: dict[str, Ticket | None] = {f"ticket {n:03}": Ticket("standard") for n in range(40)}
    half_an_hour(lot, DOOR, doors, tickets | {"scribble": None}, START, 30)
    start = zones.to_ms(START)
    return doors, {
        phone.number: {
            name: [replace(each, at=start + each.at - phone.clock(start)) for each in passages]
            for name, passages in phone.passed.items()
            if passages
        }
        for phone in doors
    }


def test_three_phones_upload_in_every_order():
    for seed in range(5):
        doors, pure = played(3, random.Random(seed))
        outcomes = [uploads(order, pure) for order in permutations(phone.number for phone in doors)]
        assert len(outcomes) == 6
        assert all(each == outcomes[0] for each in outcomes)


def test_ten_phones_upload_in_a_thousand_orders():
    lot = random.Random(1000)
    doors, pure = played(10, lot)
    order = [phone.number for phone in doors]
    expected = uploads(order, pure)
    marks, windows = expected
    for _ in range(1_000):
        lot.shuffle(order)
        assert uploads(order, pure) == expected

    let_in = {
        name for each in pure.values() for name, passages in each.items() if any(p.type == "entry" for p in passages)
    }
    assert {name for name, each in windows.items() if each} == let_in
    assert any(state == "duplicate" for each in marks.values() for state, _ in each.values())


# -- the database


@pytest.fixture
def event(ctx, freeze):
    freeze(START)
    return make_event(days=0)


def forget():
    with transaction():
        db.session.execute(sa.delete(Admission))
        db.session.execute(sa.delete(Scan))


@pytest.mark.timeout(180 + 3 * ORDERS)
@pytest.mark.parametrize(("number", "orders", "guests"), [(3, 6, 12), (10, ORDERS, 30)])
def test_phones_upload_in_any_order_twice(event, freeze, number, orders, guests):
    lot = random.Random(number)
    door, product = make_door(event), make_product(event)
    people = [make_attendee(event, product) for _ in range(guests)]
    texts = {f"ticket {n:03}": ticket_text(each) for n, each in enumerate(people)} | {"scribble": "scribble"}
    tickets: dict[str, Ticket | None] = {name: Ticket(product.public_id) for name in texts} | {"scribble": None}
    doors, made = phones(lot, number), make_phones(event, number)
    judge = door_of(event, door)
    half_an_hour(lot, judge, doors, tickets, START, 12)
    contacts = [devices.stamp(device, START) for device in made]
    batches = [
        phone.batch(contact, zones.to_ms(START), texts, door.public_id)
        for phone, contact in zip(doors, contacts, strict=True)
    ]
    ways = (
        list(permutations(range(number))) if number == 3 else [lot.sample(range(number), number) for _ in range(orders)]
    )
    found = []
    for way in ways[:orders]:
        for minute, index in enumerate((*way, *way)):
            freeze(later(START) + timedelta(minutes=minute))
            with transaction():
                uploading.receive(event, db.session.get_one(Device, made[index].id), batches[index])
        found.append(outcome())
        assert list(admissions_elected()) == []
        forget()

    assert all(each == found[0] for each in found)
    scans, admissions = found[0]
    assert len(scans) == sum(len(batch) for batch in batches)
    let_in = {
        brought.code for batch in batches for brought in batch if brought.said == "ok" and brought.type == "entry"
    }
    assert len(admissions) == len(let_in)
    in_twice = [row for row in scans if row[1] == "duplicate"]
    counted = [row for row in scans if row[1] == "counted"]
    assert len(in_twice) + len(counted) == sum(brought.said == "ok" for batch in batches for brought in batch)
    assert in_twice


def test_told_in_the_order_of_uploads_another_one_would_win(event, freeze, monkeypatch):
    """The negative control: without the order of the story it matters who uploads first, and the database objects."""
    door = make_door(event)
    text = ticket_text(make_attendee(event))
    early, late = (device.id for device in make_phones(event, 2))
    since = {early: 60_000, late: 120_000}
    freeze(later(START))

    def elected(order):
        for number in order:
            device = db.session.get_one(Device, number)
            contact = devices.stamp(device, START)
            with transaction():
                brought = Brought(f"scan-{number:06}", door.public_id, "ok", since[number], contact, text)
                uploading.receive(event, db.session.get_one(Device, number), [brought])
        winner = db.session.scalars(sa.select(Admission.device_id)).one()
        forget()
        return winner

    def as_they_came(door, passages):
        story = Story()
        for passage in passages:
            tell(door, story, passage)
        return story

    orders = [(early, late), (late, early)]
    right = {elected(order) for order in orders}
    monkeypatch.setattr(electing, "told", as_they_came)

    assert right == {early}
    assert elected(orders[0]) == early
    with pytest.raises(sa.exc.IntegrityError, match="entered_after_first"):  # the later one would be the first
        elected(orders[1])


# -- one by one


@pytest.fixture
def phone(event):
    return make_phones(event, 1)[0]


@pytest.fixture
def door(event):
    return make_door(event)


def bring(
    event, device, door, text="", *, said="ok", after=60, contact=None, scan_id="scan-000001", doubted=False, **more
):
    """Upload one scan, made `after` seconds after the contact at the start; what became of it."""
    brought = Brought(
        scan_id, door.public_id, said, after * 1_000, contact or devices.stamp(device, START), text, **more
    )
    with transaction():
        return uploading.receive(event, db.session.get_one(Device, device.id), [brought], doubted=doubted)[0]


def test_what_is_uploaded_twice_is_there_once(event, phone, door, freeze):
    text = ticket_text(make_attendee(event))
    freeze(later(START))

    first, again = (bring(event, phone, door, text) for _ in range(2))

    assert (first, again) == (uploading.Received("scan-000001", "counted"),) * 2
    assert db.session.scalar(sa.select(sa.func.count(Scan.id))) == 1


@pytest.mark.parametrize(("after", "minutes"), [(-3_600, 0), (0, 0), (60, 1), (45 * 60, 45), (99_999, 45)])
def test_a_scan_is_dated_between_the_contact_before_it_and_its_arrival(event, phone, door, freeze, after, minutes):
    text = ticket_text(make_attendee(event))
    freeze(later(START))

    bring(event, phone, door, text, after=after)

    assert db.session.scalars(sa.select(Scan.bounded_at)).one() == START + timedelta(minutes=minutes)


def test_a_scan_of_a_longer_night_than_the_lease_is_reviewed(event, phone, door, freeze):
    text = ticket_text(make_attendee(event))
    freeze(START + timedelta(hours=14))

    assert bring(event, phone, door, text, after=13 * 3_600).reason == "lease_over"
    assert bring(event, phone, door, text, after=11 * 3_600, scan_id="scan-000002").state == "counted"


@pytest.mark.parametrize("forged", ["", "x", "1-1-x", "99999999999999-1-aaaa", "another phone's"])
def test_a_contact_that_never_was_is_reviewed(event, phone, door, freeze, forged):
    other = make_phones(event, 1)[0]
    text = ticket_text(make_attendee(event))
    contact = devices.stamp(other, START) if forged == "another phone's" else forged or "-"
    freeze(later(START))

    received = bring(event, phone, door, text, contact=contact)

    assert (received.state, received.reason) == ("review", "no_contact")
    assert db.session.scalar(sa.select(sa.func.count(Admission.id))) == 0


def reprint(guest):
    codes.revoke(guest)
    codes.issue(guest)


def block(guest):
    db.session.add(
        DoorNote(event_id=guest.event_id, registration_id=guest.id, blocked_at=clock.now(), blocked_reason="Hausverbot")
    )


DEEDS = {
    "cancelled": (cancel_registration, "cancelled"),
    "printed anew": (reprint, "revoked"),
    "blocked": (block, "blocked"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_changed_after_a_scan_does_not_reach_back(event, phone, door, freeze, deed):
    change, reason = DEEDS[deed]
    guest, other = make_attendee(event), make_attendee(event)
    texts = ticket_text(guest), ticket_text(other)
    freeze(START + timedelta(minutes=10))
    with transaction():
        for each in (guest, other):
            change(each)
    freeze(later(START))

    before = bring(event, phone, door, texts[0], after=9 * 60)
    after = bring(event, phone, door, texts[1], after=11 * 60, scan_id="scan-000002")

    assert (before.state, before.reason) == ("counted", "")
    assert (after.state, after.reason) == ("review", reason)


def test_a_refused_scan_is_kept_and_never_counts(event, phone, door, freeze):
    text = ticket_text(make_attendee(event))
    freeze(later(START))

    assert bring(event, phone, door, text, said="already_in").state == "refused"
    assert bring(event, phone, door, "scribble", said="unknown", scan_id="scan-000002").state == "refused"
    assert db.session.execute(sa.select(Scan.answer, Scan.said, Scan.code_text).order_by(Scan.id)).all() == [
        ("already_in", "already_in", ""),
        ("unknown", "unknown", "scribble"),
    ]


def test_a_guest_who_was_searched_for_comes_in_too(event, phone, door, freeze):
    guest = make_attendee(event)
    freeze(later(START))

    assert bring(event, phone, door, guest=guest.public_id, via="search").state == "counted"


def test_somebody_of_another_event_is_reviewed_and_not_named(event, phone, door, freeze):
    stranger = make_attendee(make_event(days=0))
    freeze(later(START))

    assert bring(event, phone, door, ticket_text(stranger)).reason == "wrong_event"
    assert bring(event, phone, door, guest=stranger.public_id, scan_id="scan-000002").reason == "unknown"
    assert db.session.execute(sa.select(Scan.registration_id, Scan.place_id)).all() == [(None, None)] * 2


def test_a_list_of_another_event_takes_nothing(event, phone, freeze):
    other = make_event(days=0)
    stranger, door = make_attendee(other), make_door(other)
    freeze(later(START))

    assert bring(event, phone, door, ticket_text(stranger)) == uploading.Received("scan-000001", "")
    assert db.session.scalar(sa.select(sa.func.count(Scan.id))) == 0


def test_a_list_that_the_phone_may_not_scan_at_is_reviewed(event, door, freeze):
    dinner = make_door(event, "Abend")
    with transaction():
        phone = devices.make(event, "Telefon", by=None, lists=[dinner])
        devices.heard_of(phone, clock.now())
    text = ticket_text(make_attendee(event))
    freeze(later(START))

    assert bring(event, phone, door, text).state == "review"
    assert bring(event, phone, dinner, text, scan_id="scan-000002").state == "counted"


def test_force_counts_where_the_phone_may(event, door, freeze):
    with transaction():
        strict = devices.make(event, "Telefon", by=None)
    phone = make_phones(event, 1)[0]
    texts = [ticket_text(make_attendee(event, gross=22_000)) for _ in range(2)]
    paid = make_door(event, "Bezahlt", unpaid="refuse")
    freeze(later(START))

    assert bring(event, phone, paid, texts[0], forced=True).state == "counted"
    assert bring(event, strict, paid, texts[1], forced=True, scan_id="scan-000002").reason == "unpaid"


def test_undone_before_or_after_the_upload_is_the_same(event, phone, door, freeze):
    text = ticket_text(make_attendee(event))
    freeze(later(START))

    bring(event, phone, door, text)
    after = bring(event, phone, door, text, undone=120_000)
    before = bring(event, phone, door, text, undone=120_000, scan_id="scan-000002")
    late = bring(event, phone, door, text, undone=60_000 + 16 * 60_000, scan_id="scan-000003")

    assert [each.state for each in (after, before, late)] == ["annulled", "annulled", "counted"]
    assert db.session.scalars(sa.select(Admission.scan_id)).all() == ["scan-000003"]


def test_an_online_door_and_one_without_network_tell_one_story(event, phone, door, freeze):
    """Who was in offline at 8:01 came first, though the server let the ticket in at 8:05 before it heard of it."""
    text = ticket_text(make_attendee(event))
    other = make_phones(event, 1)[0]
    freeze(START + timedelta(minutes=5))
    online = scan(event, door, other, text)
    freeze(later(START))

    received = bring(event, phone, door, text)

    assert (online.answer, received.state) == ("ok", "counted")
    assert db.session.scalars(sa.select(Admission.scan_id)).one() == "scan-000001"
    assert sorted(db.session.scalars(sa.select(Scan.state))) == ["counted", "duplicate"]


def test_a_guest_whom_the_server_refused_too_late_is_shown_to_organisers(event, phone, door, freeze):
    """The server says that the ticket is in already; the phone heard of it after it had let the guest in by itself."""
    text = ticket_text(make_attendee(event))
    other = make_phones(event, 1)[0]
    freeze(START + timedelta(minutes=1))
    scan(event, door, other, text)
    refused = scan(event, door, phone, text, scan_id="scan-000001")
    freeze(later(START))

    twice = [bring(event, phone, door, text, after=120) for _ in range(2)]

    assert refused.answer == "already_in"
    assert [each.state for each in twice] == ["duplicate", "duplicate"]
    assert db.session.scalars(sa.select(Admission.device_id)).all() == [other.id]


def test_a_guest_whom_the_server_refused_too_late_is_reviewed(event, phone, door, freeze):
    guest = make_attendee(event)
    text = ticket_text(guest)
    freeze(START + timedelta(minutes=1))
    with transaction():
        cancel_registration(guest)
    refused = scan(event, door, phone, text, scan_id="scan-000001")
    freeze(later(START))

    received = bring(event, phone, door, text, after=120)
    other = bring(event, phone, door, text, said="cancelled", after=120, scan_id="scan-000002")

    assert refused.answer == "cancelled"
    assert (received.state, received.reason) == ("review", "cancelled")
    assert other.state == "refused"
    assert db.session.scalars(sa.select(Admission.id)).all() == []


# -- a lost phone


def test_a_revoked_phone_hands_in_for_review_only(event, phone, door, freeze):
    texts = [ticket_text(make_attendee(event)) for _ in range(2)]
    freeze(START + timedelta(minutes=10))
    bring(event, phone, door, texts[0])
    with transaction():
        devices.revoke(event, db.session.get_one(Device, phone.id))
    freeze(later(START))

    received = bring(event, phone, door, texts[1], scan_id="scan-000002", doubted=True)

    assert (received.state, received.reason) == ("review", "device_revoked")
    assert db.session.scalars(sa.select(Admission.scan_id)).all() == ["scan-000001"]


def test_a_phone_lost_for_an_hour_has_its_scans_reviewed(event, phone, door, freeze):
    texts = [ticket_text(make_attendee(event)) for _ in range(2)]
    freeze(later(START))
    bring(event, phone, door, texts[0], after=60)
    bring(event, phone, door, texts[1], after=20 * 60, scan_id="scan-000002")

    with transaction():
        devices.revoke(event, db.session.get_one(Device, phone.id), since=START + timedelta(minutes=10))

    assert db.session.execute(sa.select(Scan.scan_id, Scan.state, Scan.reason).order_by(Scan.id)).all() == [
        ("scan-000001", "counted", ""),
        ("scan-000002", "review", "device_revoked"),
    ]
    assert db.session.scalars(sa.select(Admission.scan_id)).all() == ["scan-000001"]


def test_undoing_a_counted_one_elects_the_duplicate(event, phone, door, freeze):
    text = ticket_text(make_attendee(event))
    other = make_phones(event, 1)[0]
    freeze(later(START))
    bring(event, phone, door, text)
    bring(event, other, door, text, after=90, scan_id="scan-000002")

    with transaction():
        first = db.session.scalars(sa.select(Scan).where(Scan.scan_id == "scan-000001")).one()
        services.annul(event, first, "wrong person")

    assert db.session.execute(sa.select(Scan.scan_id, Scan.state).order_by(Scan.id)).all() == [
        ("scan-000001", "annulled"),
        ("scan-000002", "counted"),
    ]
