"""Scans that organisers look at: what stands on their page, what they decide, and what counts then."""

import random
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.audit import AuditDetail, AuditEntry
from partnering.checkin import conflicts, devices, uploading
from partnering.checkin.invariants import admissions_elected
from partnering.checkin.models import Admission, CheckinList, Device, Scan
from partnering.checkin.uploading import Brought
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.registration.services import cancel_registration
from tests.checkin.handing_in import START, hand_in, hand_in_doubtful, make_phones, outcome, ref
from tests.factories import make_event, make_organiser
from tests.factories.checkin import make_attendee, make_door, ticket_text


@pytest.fixture
def event(ctx, freeze):
    freeze(START)
    return make_event(days=0)


@pytest.fixture
def door(event):
    return make_door(event)


@pytest.fixture
def katja(event):
    return make_organiser(event)


def states():
    db.session.rollback()
    rows = db.session.execute(sa.select(Scan.scan_id, Scan.state, Scan.settlement).order_by(Scan.scan_id))
    return {name: (state, settlement) for name, state, settlement in rows}


def counted():
    db.session.rollback()
    return db.session.scalars(sa.select(Admission.scan_id).order_by(Admission.scan_id)).all()


def settle(event, person, *names, count, reason="Gesehen"):
    with transaction():
        return conflicts.settle(event, [ref(name) for name in names], count=count, reason=reason, by=person)


@pytest.fixture
def twice(event, door, freeze):
    """A ticket that three phones have let in, handed in later."""
    text = ticket_text(make_attendee(event))
    phones = make_phones(event, 3)
    freeze(START + timedelta(minutes=45))
    for number, (phone, minutes) in enumerate(zip(phones, (7, 5, 9), strict=True)):
        hand_in(event, phone, door, (f"twice-{number:03}", text, minutes))
    return text


@pytest.fixture
def doubtful(event, door, freeze):
    """A guest whom a phone let in that was let go."""
    return hand_in_doubtful(event, door, freeze)


# -- what stands there


def test_duplicates_stand_together_beside_the_admission_that_counts(event, twice):
    found = conflicts.open_ones(event)

    assert [(each.kind, [scan.scan_id for scan in each.open]) for each in found] == [
        ("duplicate", ["twice-000", "twice-002"])
    ]
    assert [(scan.scan_id, scan.state) for scan in found[0].story] == [
        ("twice-001", "counted"),
        ("twice-000", "duplicate"),
        ("twice-002", "duplicate"),
    ]
    assert conflicts.number_open(event) == 2


def test_a_scan_in_review_stands_there_by_itself(event, doubtful):
    found = conflicts.open_ones(event)

    assert [(each.kind, each.may_count, each.first.reason) for each in found] == [("review", True, "device_revoked")]


def test_nothing_of_another_event_stands_there(event, twice):
    assert conflicts.open_ones(make_event(days=0)) == []


def test_pages_hold_what_fits(event, twice, doubtful, monkeypatch):
    monkeypatch.setattr(conflicts, "PAGE", 2)

    assert [each.kind for each in conflicts.open_ones(event)] == ["duplicate"]
    assert [each.kind for each in conflicts.open_ones(event, 2)] == ["review"]


# -- decided


def test_a_duplicate_that_was_seen_is_left_as_it_is(event, katja, twice):
    assert settle(event, katja, "twice-000", count=False, reason="") == conflicts.Outcome(1, 0, 0)

    assert states()["twice-000"] == ("duplicate", "dismissed")
    assert [scan.scan_id for scan in conflicts.open_ones(event)[0].open] == ["twice-002"]
    assert counted() == ["twice-001"]


def test_a_scan_that_an_organiser_counts_is_the_admission(event, katja, doubtful):
    settle(event, katja, "doubt-001", count=True)

    assert (states()["doubt-001"], counted()) == (("counted", "counted"), ["doubt-001"])
    assert list(admissions_elected()) == []


def test_exactly_one_admission_counts_when_a_later_scan_was_counted_before(event, door, katja, doubtful):
    other = make_phones(event, 1)[0]
    hand_in(event, other, door, ("later-001", doubtful, 20))
    assert counted() == ["later-001"]

    settle(event, katja, "doubt-001", count=True)

    assert counted() == ["doubt-001"]
    assert states() == {"doubt-001": ("counted", "counted"), "later-001": ("duplicate", "")}
    assert conflicts.number_open(event) == 1


def test_what_is_dismissed_never_counts_and_is_never_lost(event, katja, doubtful):
    settle(event, katja, "doubt-001", count=False)

    assert (states()["doubt-001"], counted()) == (("review", "dismissed"), [])
    assert [scan.scan_id for scan in conflicts.settled_ones(event)] == ["doubt-001"]


def test_dismissing_needs_a_reason(event, katja, doubtful):
    with pytest.raises(conflicts.ReasonNeeded):
        settle(event, katja, "doubt-001", count=False, reason="")
    assert states()["doubt-001"] == ("review", "")


def test_a_duplicate_and_an_unknown_code_cannot_count(event, door, katja, twice):
    hand_in(event, make_phones(event, 1)[0], door, ("unknown-1", "scribble", 3))

    assert settle(event, katja, "twice-000", "unknown-1", count=True) == conflicts.Outcome(0, 0, 2)
    assert counted() == ["twice-001"]
    assert settle(event, katja, "unknown-1", count=False) == conflicts.Outcome(1, 0, 0)


def test_many_are_settled_at_once_and_each_is_logged(event, katja, twice, doubtful):
    settle(event, katja, "twice-000", "twice-002", "doubt-001", count=False, reason="Tür Süd hatte kein Netz")

    db.session.rollback()
    rows = db.session.execute(
        sa.select(AuditEntry.object_ref, AuditDetail.after)
        .join(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.action == "scan.settled")
    ).all()
    assert {ref for ref, _after in rows} == {ref(name) for name in ("twice-000", "twice-002", "doubt-001")}
    assert {after["reason"] for _ref, after in rows} == {"Tür Süd hatte kein Netz"}
    assert conflicts.number_open(event) == 0
    assert set(conflicts.reasons_of(conflicts.settled_ones(event)).values()) == {"Tür Süd hatte kein Netz"}


def test_what_was_settled_stays_as_the_first_one_said(event, katja, doubtful):
    settle(event, katja, "doubt-001", count=True)

    assert settle(event, make_organiser(event), "doubt-001", count=False) == conflicts.Outcome(0, 1, 0)
    assert states()["doubt-001"] == ("counted", "counted")


def test_scans_of_another_event_are_not_there(event, katja, doubtful):
    other = make_event(days=0)

    assert settle(other, make_organiser(other), "doubt-001", count=True) == conflicts.Outcome(0, 1, 0)
    assert states()["doubt-001"] == ("review", "")


def test_what_an_organiser_counted_stays_when_its_phone_is_revoked_later(event, door, katja, doubtful, freeze):
    phone = make_phones(event, 1)[0]
    hand_in(event, phone, door, ("mine-0001", doubtful, 30))
    settle(event, katja, "doubt-001", count=True)
    settle(event, katja, "mine-0001", count=False)
    first = db.session.scalars(sa.select(Scan).where(Scan.scan_id == "doubt-001")).one().device_id
    for number in (first, phone.id):
        with transaction():
            devices.revoke(event, db.session.get_one(Device, number), START)

    assert states() == {"doubt-001": ("counted", "counted"), "mine-0001": ("review", "")}
    assert conflicts.number_open(event) == 1


# -- in any order


def test_what_counts_does_not_depend_on_when_organisers_decide(event, door, katja, freeze):
    """Uploads in every order, decisions between them at any time: the same scans count."""
    lot = random.Random(6)
    texts = [ticket_text(make_attendee(event)) for _ in range(4)]
    phones = make_phones(event, 4)
    batches = [
        [
            (
                f"{number:02}-{n:05}",
                lot.choice(texts),
                lot.randrange(1, 40),
                {"type": lot.choice(["entry"] * 4 + ["exit"])},
            )
            for n in range(5)
        ]
        for number in range(len(phones))
    ]
    doubted = {0, 2}
    decided = {name: lot.random() < 0.6 for number in doubted for name, *_more in batches[number]}
    found = []
    for _ in range(4):
        freeze(START + timedelta(minutes=45))
        order = lot.sample(range(len(phones)), len(phones))
        for step, number in enumerate(order):
            freeze(START + timedelta(minutes=45 + step))
            hand_in(event, phones[number], door, *batches[number], doubted=number in doubted)
            for name, count in decided.items():
                if lot.random() < 0.5 and name in states():
                    settle(event, katja, name, count=count)
        for name, count in decided.items():
            settle(event, katja, name, count=count)
        assert list(admissions_elected()) == []
        found.append(outcome())
        with transaction():
            db.session.execute(sa.delete(Admission))
            db.session.execute(sa.delete(Scan))

    assert all(each == found[0] for each in found)
    assert {row[1] for row in found[0][0]} == {"counted", "duplicate", "review"}


# -- the page


PAGE = "/manage/{}/door/conflicts"


@pytest.fixture
def muddle(app, foyer):
    """The foyer with a ticket let in twice and a scan in review."""
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        door = db.session.scalars(sa.select(CheckinList)).one()
        start = clock.now() - timedelta(minutes=30)
        phones = make_phones(event, 2)
        for number, phone in enumerate(phones):
            with transaction():
                brought = Brought(
                    f"twice-{number:03}",
                    door.public_id,
                    "ok",
                    60_000 * number,
                    devices.stamp(phone, start),
                    foyer.ticket,
                )
                uploading.receive(event, db.session.get_one(Device, phone.id), [brought])
        gone = make_attendee(event, family_name="Abendroth")
        text = ticket_text(gone)
        with transaction():
            cancel_registration(gone)
        with transaction():
            brought = Brought("doubt-001", door.public_id, "ok", 60_000, devices.stamp(phones[0], clock.now()), text)
            uploading.receive(event, db.session.get_one(Device, phones[0].id), [brought])
        return {name: ref(name) for name in ("twice-001", "doubt-001")}


def test_the_page_shows_both_places_and_times(organiser, foyer, muddle):
    page = organiser.get(PAGE.format(foyer.slug)).text

    assert re.findall(r"Telefon \d", page).count("Telefon 0") == 2
    assert "Telefon 1" in page
    assert "Doppelt eingelassen" in page
    assert "Das Ticket war vorher storniert worden." in page


def test_an_organiser_settles_by_a_button_or_by_ticks(app, organiser, foyer, muddle):
    one = organiser.post(PAGE.format(foyer.slug), data={"one": f"dismiss:{muddle['twice-001']}"})
    several = organiser.post(
        PAGE.format(foyer.slug), data={"pick": [muddle["doubt-001"]], "deed": "dismiss", "reason": "Kam nie"}
    )

    assert (one.status_code, several.status_code) == (303, 303)
    with app.app_context():
        assert states()["twice-001"] == ("duplicate", "dismissed")
        assert states()["doubt-001"] == ("review", "dismissed")
    assert "Kam nie" in organiser.get(PAGE.format(foyer.slug) + "?state=settled").text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"deed": "count"}, "Kreuzen Sie mindestens einen Scan an"),
        ({"pick": ["{doubt}"], "deed": "dismiss"}, "Geben Sie den Grund an: Er steht im Protokoll."),
        ({"pick": ["{doubt}"]}, "Wählen Sie, was damit geschehen soll"),
        ({"pick": ["{doubt}"], "deed": "dismiss", "reason": "x" * 201}, "Bitte höchstens 200 Zeichen"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(app, organiser, foyer, muddle, data, sentence):
    sent = data | {"pick": [each.format(doubt=muddle["doubt-001"]) for each in data.get("pick", [])]}

    answer = organiser.post(PAGE.format(foyer.slug), data=sent)

    assert answer.status_code == 422
    assert sentence in answer.text
    if sent["pick"]:
        assert re.search(rf'value="{muddle["doubt-001"]}"[^>]* checked', answer.text)
    with app.app_context():
        assert states()["doubt-001"] == ("review", "")


def test_who_settles_what_is_gone_is_told_so(app, organiser, foyer, muddle):
    data = {"pick": [muddle["doubt-001"]], "deed": "dismiss", "reason": "Kam nie"}
    organiser.post(PAGE.format(foyer.slug), data=data)

    again = organiser.post(PAGE.format(foyer.slug), data=data, follow_redirects=True)

    assert "inzwischen von jemand anderem" in again.text


def test_the_page_asks_as_much_for_many_as_for_one(app, organiser, foyer, muddle, queries_of):
    one = queries_of(lambda: organiser.get(PAGE.format(foyer.slug)))
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        door = db.session.scalars(sa.select(CheckinList)).one()
        phones = make_phones(event, 2)
        texts = [ticket_text(make_attendee(event)) for _ in range(8)]
        for phone in phones:
            with transaction():
                contact = devices.stamp(phone, clock.now())
                uploading.receive(
                    event,
                    db.session.get_one(Device, phone.id),
                    [
                        Brought(f"many-{phone.id}-{n}", door.public_id, "ok", n, contact, text)
                        for n, text in enumerate(texts)
                    ],
                )

    assert queries_of(lambda: organiser.get(PAGE.format(foyer.slug))) == one
