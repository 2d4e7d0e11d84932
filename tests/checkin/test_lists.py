"""The organisers' pages of check-in lists."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from partnering import audit, clock
from partnering.checkin import asking, devices, presets, queries, sentences, syncing
from partnering.checkin.models import CheckinList, CheckinQuestion
from partnering.checkin.views.lists import names_of
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.i18n import speaking
from partnering.programme.models import ProgrammeSession
from partnering.registration.workshops import book
from partnering.tickets.models import Product
from tests.factories import make_event, make_product
from tests.factories.checkin import make_attendee, make_device, make_door, scan, ticket_text
from tests.factories.ground import deed
from tests.factories.programme import at, make_session


def event_of(foyer):
    return db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()


def lists():
    db.session.expire_all()
    return db.session.scalars(sa.select(CheckinList).order_by(CheckinList.id)).all()


def door_of(foyer):
    db.session.expire_all()
    return db.session.scalars(sa.select(CheckinList).where(CheckinList.public_id == foyer.door)).one()


def desk(foyer, path=""):
    return f"/manage/{foyer.slug}/door/lists{path}"


def filled(page):
    """What the first form of a page would send as it stands."""
    form = re.findall(r'<form class="stack stack--6".*?</form>', page, re.S)[0]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if found.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if "name" in found:
            sent.setdefault(found["name"], []).append(found.get("value", ""))
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        sent[name] = [chosen[1] if chosen else ""]
    return sent


def change(client, foyer, **values):
    """Open the form of the door, change some of it, send it."""
    sent = filled(client.get(desk(foyer, f"/{foyer.door}")).text)
    return client.post(desk(foyer, f"/{foyer.door}"), data={**sent, **values})


def attempt(foyer, text=""):
    """What the door says to a ticket, the foyer's own if none is given."""
    event = event_of(foyer)
    device = make_device(event)
    return scan(event, door_of(foyer), device, text or foyer.ticket).answer


def errors(response):
    return re.findall(r'<p class="error"[^>]*><span><span class="vh">[^<]*</span>([^<]*)</span>', response.text)


# -- making


def test_a_list_begins_with_what_it_is_for(app, organiser, foyer):
    with app.app_context():
        event = event_of(foyer)
        session = make_session(event, "Peptide im Gespräch", starts_at=at(event, 14), minutes=90)
        dinner = make_product(event, kind="add_on", name=BilingualText("Gesellschaftsabend", "Dinner")).public_id
        stand = make_product(event, role="exhibitor").public_id
        closes, ref = session.ends_at, session.public_id
    for kind, source in (("door", ""), ("workshop", ref), ("dinner", dinner), ("setup", "")):
        address = desk(foyer, f"/new?kind={kind}&for={source}")
        page = organiser.get(address)
        assert page.status_code == 200
        assert organiser.post(address, data=filled(page.text)).status_code == 302
    with app.app_context():
        entrance, workshop, evening, set_up = lists()[1:]
        assert (entrance.name.de, entrance.kind, entrance.rules) == ("Einlass", "door", {})
        assert (workshop.name.de, workshop.kind, workshop.certificate) == ("Peptide im Gespräch", "workshop", True)
        assert (workshop.session.public_id, workshop.closes_at) == (ref, closes)
        assert workshop.opens_at == at(event_of(foyer), 13, 30)
        assert (evening.name.en, evening.rules, evening.entries) == ("Dinner", {"addons": [dinner]}, "single")
        assert (set_up.kind, set_up.rules, set_up.entries) == ("setup", {"products": [stand]}, "multiple")


@pytest.mark.parametrize("whose", ["its own", "at its time"])
def test_a_workshop_lets_in_by_itself_only_who_has_booked_it(app, organiser, foyer, whose):
    with app.app_context():
        event = event_of(foyer)
        begins = clock.from_atom(clock.to_atom(clock.now()))
        session = make_session(event, "Peptide im Gespräch", starts_at=begins, minutes=60)
        product = make_product(event, kind="add_on", gross=0, partnering=False)
        with transaction():
            if whose == "its own":
                db.session.get_one(ProgrammeSession, session.id).product_id = product.id
            else:
                db.session.get_one(Product, product.id).appointment_id = session.appointment_id
        guest, booked = make_attendee(event), make_attendee(event)
        with deed():
            book(booked, db.session.get_one(Product, product.id))
        session_ref, addon = session.public_id, product.public_id
        texts = [ticket_text(guest), ticket_text(booked)]

    address = desk(foyer, f"/new?kind=workshop&for={session_ref}")
    sent = filled(organiser.get(address).text)
    assert sent["whom"] == ["booked"]
    assert organiser.post(address, data=sent).status_code == 302

    with app.app_context():
        event, made = event_of(foyer), lists()[-1]
        assert made.rules == {"addons": [addon]}
        assert [scan(event, made, make_device(event), text).answer for text in texts] == ["wrong_ticket_type", "ok"]
        assert queries.counts(event, [made])[made.id] == (1, 1)
        with transaction():
            known = syncing.told(event, devices.make(event, "Telefon 1", by=None))
        assert [each["addons"] for each in known.lists if each["id"] == made.public_id] == [[addon]]
        assert sorted(len(row[6]) for row in known.rows) == [0, 0, 1]  # as the phone's judge takes it
        assert filled(organiser.get(desk(foyer, f"/{made.public_id}")).text)["whom"] == ["booked"]


def test_who_has_booked_is_asked_for_only_where_places_are_booked(app, organiser, foyer):
    with app.app_context():
        event = event_of(foyer)
        talk, workshop = make_session(event, "Vortrag"), make_session(event, "Werkstatt", starts_at=at(event, 15))
        assert 'value="booked"' not in organiser.get(desk(foyer, f"/{foyer.door}")).text
        make_product(event, kind="add_on", partnering=False, appointment_id=workshop.appointment_id)
        talk_ref, workshop_ref = talk.public_id, workshop.public_id
    refused = change(organiser, foyer, whom="booked", session=talk_ref)
    assert (refused.status_code, errors(refused)) == (
        422,
        ["Wählen Sie oben einen Programmpunkt, dessen Plätze buchbar sind, oder lassen Sie andere ein"],
    )
    assert change(organiser, foyer, whom="all", session=workshop_ref).status_code == 302
    hint = "Plätze in ihrem Programmpunkt werden gebucht"
    assert hint in organiser.get(desk(foyer)).text
    assert change(organiser, foyer, whom="booked", session=workshop_ref).status_code == 302
    assert hint not in organiser.get(desk(foyer)).text


def test_a_door_for_each_day_is_one_click_and_no_second_one(app, organiser, foyer):
    with app.app_context(), transaction():
        event_of(foyer).last_day += timedelta(days=1)
    for _time in range(2):
        assert organiser.post(desk(foyer, "/days")).status_code == 302
    with app.app_context():
        event = event_of(foyer)
        number = (event.last_day - event.first_day).days + 1
        days = [(event.first_day + timedelta(days=n)).isoformat() for n in range(number)]
        assert [each.rules for each in lists()[1:]] == [{"days": [day]} for day in days]
        assert lists()[1].name == BilingualText("Einlass, Tag 1", "Entrance, day 1")


def test_everything_about_a_list_can_be_set(app, organiser, foyer):
    with app.app_context():
        event = event_of(foyer)
        ticket = make_product(event).public_id
        extra = make_product(event, kind="add_on").public_id
        other = make_door(event, "Tür Süd").public_id
    response = change(
        organiser,
        foyer,
        whom="some",
        products=[ticket],
        addons=[extra],
        after=[other],
        extras=[extra, "photo"],
        daily_from="18:00",
        daily_until="02:00",
        most_entries="3",
        least_minutes="10",
        exit_all_at="04:00",
        entries="reentry",
        window_kind="day",
        unpaid="refuse",
        certificate="y",
    )
    assert response.status_code == 302
    with app.app_context():
        door = door_of(foyer)
        assert (door.daily_from, door.daily_until, door.exit_all_at) == ("18:00", "02:00", "04:00")
        assert (door.most_entries, door.least_minutes, door.unpaid, door.certificate) == (3, 10, "refuse", True)
        assert door.rules == {
            "products": [ticket],
            "addons": [extra],
            "after": [other],
            "extras": sorted([extra, "photo"]),
        }
    page = organiser.get(desk(foyer)).text
    assert "der nächsten" not in page  # the sentence speaks of a morning
    for words in ("Täglich von 18:00\xa0Uhr bis 2:00\xa0Uhr am nächsten Morgen", "Höchstens 3 Einlässe", "Tür Süd"):
        assert words in page


def test_what_was_not_changed_leaves_no_trace(app, organiser, foyer):
    with app.app_context():
        before = db.session.scalar(sa.select(sa.func.count()).select_from(audit.AuditEntry))
    assert change(organiser, foyer).status_code == 302
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(audit.AuditEntry)) == before


def test_the_log_says_before_and_after_in_words(app, organiser, foyer):
    change(organiser, foyer, name_de="Haupteingang", unpaid="refuse", extras=["photo"])
    page = organiser.get(f"/manage/{foyer.slug}/log").text
    assert "hat die Einlassliste „Haupteingang“ geändert" in page
    for words in ("Tür Nord", "Nicht einlassen", "Möchte nicht fotografiert werden"):
        assert words in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"whom": "some"}, "Kreuzen Sie mindestens ein Ticket oder gebuchtes Extra an"),
        ({"days": []}, "Wählen Sie mindestens einen Tag"),
        ({"daily_from": "18:00", "daily_until": "18:00"}, "Geben Sie eine andere Zeit als den Beginn ein, oder"),
        ({"entries": "single", "most_entries": "2"}, "Lassen Sie das leer: Ein Ticket öffnet diese Tür nur einmal"),
        ({"most_entries": "0"}, "Geben Sie eine Zahl von 1 bis 99 ein"),
        ({"least_minutes": "١٢"}, "Geben Sie eine ganze Zahl ein"),
        ({"least_minutes": "1441"}, "Geben Sie eine Zahl von 1 bis 1440 ein"),
        ({"name_de": ""}, "Geben Sie den Namen auf Deutsch ein"),
        ({"opens_at": "2027-10-13T10:00", "closes_at": "2027-10-13T09:00"}, "Geben Sie eine Zeit nach der Öffnung ein"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(app, organiser, foyer, values, sentence):
    with app.app_context():
        before = audit.plain({c.key: getattr(door_of(foyer), c.key) for c in sa.inspect(CheckinList).column_attrs})

    response = change(organiser, foyer, **values)

    assert response.status_code == 422
    assert [error for error in errors(response) if error.startswith(sentence)], errors(response)
    with app.app_context():
        after = audit.plain({c.key: getattr(door_of(foyer), c.key) for c in sa.inspect(CheckinList).column_attrs})
        assert after == before


def test_lists_do_not_wait_for_each_other_in_a_circle(app, organiser, foyer):
    with app.app_context():
        event = event_of(foyer)
        second = make_door(event, "Saal", rules={"after": [foyer.door]}).public_id
        third = make_door(event, "Empore", rules={"after": [second]}).public_id

    response = change(organiser, foyer, after=[third])

    assert (response.status_code, errors(response)) == (
        422,
        ["„Saal“ verlangt selbst zuerst diese Liste: Niemand käme je herein."],
    )
    with app.app_context():
        assert door_of(foyer).rules == {}


def test_two_organisers_lose_nothing_of_each_other(app, organiser, foyer):
    mine = filled(organiser.get(desk(foyer, f"/{foyer.door}")).text)
    change(organiser, foyer, name_de="Haupteingang", most_entries="2")

    late = organiser.post(desk(foyer, f"/{foyer.door}"), data={**mine, "name_de": "Nordtür", "unpaid": "refuse"})

    assert late.status_code == 409
    said = errors(late)
    assert [line for line in said if "Haupteingang" in line]
    assert 'value="Nordtür"' in late.text
    with app.app_context():
        assert door_of(foyer).name.de == "Haupteingang"
    again = organiser.post(desk(foyer, f"/{foyer.door}"), data=filled(late.text))
    assert again.status_code == 302
    with app.app_context():
        door = door_of(foyer)
        assert (door.name.de, door.unpaid, door.most_entries) == ("Nordtür", "refuse", 2)


# -- one button each


def test_a_copy_has_the_questions_and_nobody_in(app, organiser, foyer):
    with app.app_context(), transaction():
        event = event_of(foyer)
        door = door_of(foyer)
        asking.add(event, door, asking.Words(BilingualText("Tasche?", "Bag?"), required=True))
        asking.retire(event, asking.add(event, door, asking.Words(BilingualText("Alt?", "Old?"))))
        door.closed_at = clock.now()
    organiser.post(desk(foyer, f"/{foyer.door}/copy"))
    with app.app_context():
        copied = lists()[-1]
        assert (copied.name, copied.closed_at) == (BilingualText("Tür Nord (Kopie)", "North door (copy)"), None)
        assert [(each.label.de, each.required) for each in copied.questions] == [("Tasche?", True)]


def test_a_closed_list_lets_nobody_in_until_it_is_open_again(app, organiser, foyer):
    with app.app_context():
        assert attempt(foyer) == "ok"
    organiser.post(desk(foyer, f"/{foyer.door}/close"))
    with app.app_context():
        assert attempt(foyer) == "no_longer_valid"
    assert "Geschlossen" in organiser.get(desk(foyer)).text
    organiser.post(desk(foyer, f"/{foyer.door}/reopen"))
    with app.app_context():
        assert attempt(foyer) == "already_in"


def test_a_list_goes_while_nobody_was_scanned_there(app, organiser, foyer):
    with app.app_context():
        event = event_of(foyer)
        other = make_door(event, "Saal")
        with transaction():
            asking.add(event, other, asking.Words(BilingualText("Tasche?", "")))
        ref = other.public_id
        device = make_device(event)
        scan(event, door_of(foyer), device, "kein Ticket")
    organiser.post(desk(foyer, f"/{ref}/remove"))
    organiser.post(desk(foyer, f"/{foyer.door}/remove"))
    with app.app_context():
        assert [each.public_id for each in lists()] == [foyer.door]
        assert db.session.scalars(sa.select(CheckinQuestion)).all() == []
    page = organiser.get(desk(foyer)).text
    assert "Hier wurde jemand gescannt, deshalb bleibt diese Liste erhalten" in page
    assert f"{foyer.door}/remove" not in page
    assert "hat die Einlassliste „Saal“ gelöscht" in organiser.get(f"/manage/{foyer.slug}/log").text


def test_a_list_that_another_one_or_a_phone_needs_stays(app, organiser, foyer):
    with app.app_context():
        event = event_of(foyer)
        needed = make_door(event, "Saal")
        bound = make_door(event, "Empore")
        make_door(event, "Bühne", rules={"after": [needed.public_id]})
        with transaction():
            devices.make(event, "Telefon 1", by=None, lists=[bound])
        refs = [needed.public_id, bound.public_id]
    said = []
    for ref in refs:
        organiser.post(desk(foyer, f"/{ref}/remove"))
        said.append(organiser.get(desk(foyer)).text)
    assert "„Bühne“ lässt nur ein, wer vorher hier war" in said[0]
    assert "Das Telefon „Telefon 1“ darf nur hier scannen" in said[1]
    with app.app_context():
        assert len(lists()) == 4


def test_foreign_lists_do_not_exist(app, organiser, foyer):
    with app.app_context():
        foreign = make_door(make_event()).public_id
    for path in ("copy", "close", "reopen", "remove"):
        assert organiser.post(desk(foyer, f"/{foreign}/{path}")).status_code == 404
    for path in ("", "/questions", "/questions/new", "/attendance", "/attendance.csv"):
        assert organiser.get(desk(foyer, f"/{foreign}{path}")).status_code == 404


# -- numbers


def test_expected_are_those_whom_the_list_lets_in(app, foyer):

    with app.app_context():
        event = event_of(foyer)
        vip = make_product(event)
        extra = make_product(event, kind="add_on", gross=0, pools=[], partnering=False)
        make_attendee(event, vip)
        both = make_attendee(event, vip)
        with deed():
            book(both, extra)
        evening = make_door(event, "Abend", rules={"addons": [extra.public_id]})
        mixed = make_door(event, "Saal", rules={"addons": [extra.public_id], "products": [vip.public_id]})
        everybody = door_of(foyer)
        counts = queries.counts(event, [evening, mixed, everybody])
        assert [counts[each.id][1] for each in (evening, mixed, everybody)] == [1, 2, 3]


def test_many_lists_ask_as_often_as_one(app, organiser, foyer, queries_of):
    few = queries_of(lambda: organiser.get(desk(foyer)))
    with app.app_context():
        event = event_of(foyer)
        for number in range(8):
            door = make_door(event, f"Tür {number}")
            with transaction():
                asking.add(event, door, asking.Words(BilingualText("Tasche?", "")))
    assert queries_of(lambda: organiser.get(desk(foyer))) == few


def test_sentences_say_what_a_list_does(app, foyer):
    with app.app_context():
        event = event_of(foyer)
        extra = make_product(event, kind="add_on", name=BilingualText("Abend", "Dinner"))
        door = make_door(
            event,
            "Saal",
            entries="single",
            unpaid="admit",
            opens_at=datetime(2027, 10, 13, 16, 30, tzinfo=UTC),
            rules={"addons": [extra.public_id], "after": [foyer.door], "extras": ["photo"]},
        )
        names = names_of(event, presets.offers_of(event))
        with speaking("en"):
            assert sentences.told(event, door, names, 1) == (
                "Lets in only who has booked one of these: Dinner. From 13 October 2027, 18:30 on. "
                "A ticket opens it once. Only after being let in here: North door. The door is shown: photo refusal. "
                "1 question is asked."
            )


def test_a_ticket_does_in_the_list_what_the_form_said(app, organiser, foyer):
    with app.app_context():
        event = event_of(foyer)
        vip = make_product(event)
        guest = ticket_text(make_attendee(event, vip))
        ref = vip.public_id
    change(organiser, foyer, whom="some", products=[ref], entries="single")
    with app.app_context():
        answers = [attempt(foyer, text) for text in (foyer.ticket, guest, guest)]
        assert answers == ["wrong_ticket_type", "ok", "already_in"]
