"""The pages at the door and what scanners send."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.audit import AuditEntry
from partnering.checkin import queries
from partnering.checkin.models import Admission, CheckinList, Scan
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.questions.models import SensitiveAnswer
from partnering.registration import codes
from partnering.registration.models import Registration
from tests.factories import make_crew, make_event, make_guest, make_party, make_person, make_product
from tests.factories.checkin import code_of, make_attendee, make_door, ticket_text
from tests.factories.questions import make_question, make_sheet
from tests.support.signing_in import sign_in

NUMBER = iter(range(1, 10**6))


def body(code, **more):
    """What a scanner sends."""
    return {"code": code, "scan_id": f"scan-{next(NUMBER):06}", "type": "entry", "force": False, **more}


def send(client, foyer, code, **more):
    """The answer of the door to a scanner."""
    return client.post(foyer.at("redeem"), json=body(code, **more))


def form(code="", **more):
    """What the page's forms send."""
    return {"code": code, "scan_id": f"form-{next(NUMBER):06}", "type": "entry", "force": "", **more}


def attempts(app):
    with app.app_context():
        rows = db.session.execute(sa.select(Scan.answer, Scan.state).order_by(Scan.id)).all()
        return [tuple(row) for row in rows]


def scan_of(app, number=0):
    with app.app_context():
        return db.session.scalars(sa.select(Scan.public_id).order_by(Scan.id)).all()[number]


def held(party):
    """The public ids of who holds a party's places."""
    return [place.registration.public_id for place in party.places if place.registration is not None]


def newest_list():
    return db.session.scalars(sa.select(CheckinList).order_by(CheckinList.id.desc()).limit(1)).one()


def event_of(foyer):
    return db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()


def headline(response):
    found = re.search(r'verdict__head">([^<]*)<', response.text)
    return found[1] if found else None


# -- who may come here


CREW_PAGES = ["", "{door}/scan", "{door}/search?q=ja", "{door}/person/{guest}", "{door}/log"]


def pages(foyer):
    return [f"/e/{foyer.slug}/door/" + path.format(door=foyer.door, guest=foyer.guest) for path in CREW_PAGES]


def desk_pages(foyer):
    return [
        f"/manage/{foyer.slug}/door/{path}"
        for path in ("", "now", "log", "conflicts", "lists/new", f"lists/{foyer.door}")
    ]


def test_visitors_are_asked_to_sign_in(client, foyer):
    for path in pages(foyer) + desk_pages(foyer):
        response = client.get(path)
        assert (response.status_code, response.location.split("?")[0]) == (302, "/login")


def test_the_door_is_for_crew_of_this_event(app, client, foyer):
    with app.app_context():
        stranger, elsewhere = make_person(), make_crew(make_event())
    for person in (stranger, elsewhere):
        sign_in(client, person)
        assert {client.get(path).status_code for path in pages(foyer) + desk_pages(foyer)} == {404}
        assert send(client, foyer, foyer.ticket).status_code == 404


def test_crew_see_the_door_and_not_the_desk(crew, foyer):
    assert [crew.get(path).status_code for path in pages(foyer)] == [200] * 5
    assert {crew.get(path).status_code for path in desk_pages(foyer)} == {404}


def test_organisers_see_both(organiser, foyer):
    assert {organiser.get(path).status_code for path in pages(foyer) + desk_pages(foyer)} == {200}


def test_a_door_of_another_event_does_not_exist_here(app, crew, foyer):
    with app.app_context():
        foreign = make_door(make_event()).public_id
    for path in ("scan", "search?q=ja", f"person/{foyer.guest}", "log"):
        assert crew.get(f"/e/{foyer.slug}/door/{foreign}/{path}").status_code == 404
    assert crew.post(f"/e/{foyer.slug}/door/{foreign}/redeem", json=body(foyer.ticket)).status_code == 404
    assert attempts(app) == []


def test_a_guest_of_another_event_does_not_exist_here(app, crew, foyer):
    with app.app_context():
        foreign = make_attendee(make_event()).public_id
    assert crew.get(foyer.at(f"person/{foreign}")).status_code == 404
    assert crew.post(foyer.at(f"person/{foreign}"), data=form()).status_code == 404
    assert crew.post(foyer.at(f"group/{foreign}"), data={"scan_id": "a" * 16, "pick": foreign}).status_code == 404


# -- what a scanner sends


def test_the_answer_to_a_scanner_has_these_names(crew, foyer):
    answer = send(crew, foyer, foyer.ticket).json

    told = {name: answer[name] for name in ("answer", "headline", "name", "organisation", "ticket", "tone", "shape")}
    assert told == {
        "answer": "ok",
        "headline": "Willkommen",
        "name": "Jana Wittkowski",
        "organisation": "Lumenfold GmbH",
        "ticket": "Standard",
        "tone": "ok",
        "shape": "tick",
    }
    assert (answer["count"], answer["expected"], answer["first_at"], answer["first_door"]) == (1, 1, None, "")
    assert set(answer) == {
        "answer", "headline", "instruction", "tone", "shape", "sound", "name", "organisation", "ticket", "first_at",
        "first_door", "scan", "at", "type", "person", "undo", "force", "count", "expected",
        "note", "attention", "extras", "questions",
    }  # fmt: skip


def test_a_second_scan_tells_when_and_where_the_first_was(crew, foyer):
    send(crew, foyer, foyer.ticket)

    answer = send(crew, foyer, foyer.ticket).json

    assert (answer["answer"], answer["tone"], answer["first_door"]) == ("already_in", "warn", "Tür Nord")
    assert re.fullmatch(r"Um \d\d?:\d\d\sUhr, Tür Nord, von Jonas Helm\. .*", answer["instruction"])
    assert answer["first_at"] is not None


def test_nothing_of_a_guest_of_another_event_is_told(app, crew, foyer):
    with app.app_context():
        other = make_event()
        foreign = ticket_text(make_attendee(other, given_name="Geheimer", company="Stille AG"))
    as_json = send(crew, foyer, foreign)
    as_page = crew.post(foyer.at("scan"), data=form(foreign))
    forced = send(crew, foyer, foreign, force=True)

    assert (as_json.json["answer"], forced.json["answer"], headline(as_page)) == (
        "wrong_event",
        "wrong_event",
        "Ticket einer anderen Veranstaltung",
    )
    for response in (as_json, as_page, forced, crew.get(foyer.at("log"))):
        assert "Geheimer" not in response.text
        assert "Stille" not in response.text
        assert foreign not in response.text.replace("&#43;", "+") or response is as_page


BAD_BODIES = {
    "a key nobody knows": (b'{"code":"x","scan_id":"12345678","type":"entry","force":false,"list":"1"}', 422),
    "an id": (b'{"code":"x","scan_id":"12345678","type":"entry","force":false,"place_id":1}', 422),
    "the same key twice": (b'{"code":"x","code":"y","scan_id":"12345678","type":"entry","force":false}', 400),
    "a missing key": (b'{"code":"x","scan_id":"12345678","type":"entry"}', 422),
    "a number as code": (b'{"code":1,"scan_id":"12345678","type":"entry","force":false}', 422),
    "a list as code": (b'{"code":["x"],"scan_id":"12345678","type":"entry","force":false}', 422),
    "no code": (b'{"code":null,"scan_id":"12345678","type":"entry","force":false}', 422),
    "an endless code": (b'{"code":"' + b"x" * 301 + b'","scan_id":"12345678","type":"entry","force":false}', 422),
    "a word as force": (b'{"code":"x","scan_id":"12345678","type":"entry","force":"yes"}', 422),
    "a number as force": (b'{"code":"x","scan_id":"12345678","type":"entry","force":1}', 422),
    "a short scan id": (b'{"code":"x","scan_id":"1","type":"entry","force":false}', 422),
    "a scan id with spaces": (b'{"code":"x","scan_id":"1234 5678","type":"entry","force":false}', 422),
    "a number as scan id": (b'{"code":"x","scan_id":12345678,"type":"entry","force":false}', 422),
    "another type": (b'{"code":"x","scan_id":"12345678","type":"both","force":false}', 422),
    "a time without zone": (
        b'{"code":"x","scan_id":"12345678","type":"entry","force":false,"scanned_at":"2027-10-13T08:00:00"}',
        422,
    ),
    "a number as time": (b'{"code":"x","scan_id":"12345678","type":"entry","force":false,"scanned_at":1}', 422),
    "a time out of this world": (
        b'{"code":"x","scan_id":"12345678","type":"entry","force":false,"scanned_at":"9999-12-31T23:59:59+00:00"}',
        422,
    ),
    "no object": (b'["x"]', 400),
    "nothing": (b"", 400),
    "no JSON": (b"code=x", 400),
    "no UTF-8": (b'{"code":"\xff"}', 400),
    "a deep hole": (b"[" * 3000, 400),
    "too much": (b'{"code":"' + b"x" * 5000 + b'"}', 413),
}


@pytest.mark.parametrize("what", BAD_BODIES)
def test_what_is_not_a_scan_is_refused_and_leaves_nothing(app, crew, foyer, what):
    sent, status = BAD_BODIES[what]

    response = crew.post(foyer.at("redeem"), data=sent, content_type="application/json")

    assert (response.status_code, response.is_json, attempts(app)) == (status, True, [])


def test_a_form_is_not_json(crew, foyer):
    assert crew.post(foyer.at("redeem"), data=body(foyer.ticket)).status_code == 415


@pytest.mark.parametrize("code", ["1", "42", "jana@example.org", "", "\x00", "\ud800", "{guest}", "{door}"])
def test_scribble_is_unknown(app, crew, foyer, code):
    answer = send(crew, foyer, code.format(guest=foyer.guest, door=foyer.door))

    assert (answer.status_code, answer.json["answer"], answer.json["name"]) == (200, "unknown", "")
    assert attempts(app) == [("unknown", "refused")]


def test_the_short_code_is_for_people_who_type(app, crew, foyer):
    with app.app_context():
        guest = db.session.scalars(sa.select(Registration)).one()
        printed = codes.printed(code_of(guest))

    assert send(crew, foyer, printed).json["answer"] == "unknown"
    assert headline(crew.post(foyer.at("scan"), data=form(printed))) == "Willkommen"


def test_a_scanner_needs_the_key_of_its_page(app, crew, foyer, csrf):
    without = send(crew, foyer, foyer.ticket)
    key = re.findall(r'data-csrf="([^"]+)"', crew.get(foyer.at("scan")).text)[0]
    with_it = crew.post(foyer.at("redeem"), json=body(foyer.ticket), headers={"X-CSRFToken": key})

    assert (without.status_code, with_it.status_code, attempts(app)) == (400, 200, [("ok", "counted")])


def test_webassembly_runs_on_the_scanner_only(crew, foyer):
    policies = {path: crew.get(path).headers["Content-Security-Policy"] for path in pages(foyer)}

    assert [path for path, policy in policies.items() if "wasm" in policy] == [foyer.at("scan")]


# -- forms


def test_a_typed_code_gets_a_page(app, crew, foyer):
    response = crew.post(foyer.at("scan"), data=form(foyer.ticket))

    assert (response.status_code, headline(response)) == (200, "Willkommen")
    assert 'role="status"' in response.text
    assert attempts(app) == [("ok", "counted")]


def test_a_form_sent_twice_is_one_attempt(app, crew, foyer):
    sent = form(foyer.ticket)

    answers = [headline(crew.post(foyer.at("scan"), data=sent)) for _ in range(2)]

    assert (answers, attempts(app)) == (["Willkommen"] * 2, [("ok", "counted")])


def test_a_refusal_is_an_alert_and_offers_to_let_in_anyway(app, crew, foyer):
    crew.post(foyer.at("scan"), data=form(foyer.ticket))
    refused = crew.post(foyer.at("scan"), data=form(foyer.ticket))
    assert (headline(refused), 'role="alert"' in refused.text) == ("Schon eingecheckt", True)

    forced = crew.post(foyer.at("scan"), data=form(foyer.ticket, force="1"))

    assert headline(forced) == "Trotzdem einlassen"
    assert attempts(app) == [("ok", "counted"), ("already_in", "refused"), ("ok", "counted")]


def test_an_empty_code_is_asked_for_again(app, crew, foyer):
    response = crew.post(foyer.at("scan"), data=form(""))

    assert (response.status_code, attempts(app)) == (422, [])
    assert "Geben Sie einen Code ein oder scannen Sie ihn" in response.text


# -- by name


def test_guests_are_found_by_name(crew, foyer):
    page = crew.get(foyer.at("search?q=wittk")).text

    assert f"person/{foyer.guest}" in page
    assert "1 Gast gefunden" in page


def test_one_letter_finds_nobody(crew, foyer):
    assert "mindestens zwei Buchstaben" in crew.get(foyer.at("search?q=w")).text


def test_searching_has_a_limit(crew, foyer, freeze):
    freeze(clock.now())

    answers = [crew.get(foyer.at("search?q=wi")).status_code for _ in range(125)]

    assert answers == [200] * 120 + [429] * 5


def test_somebody_found_by_name_is_let_in(app, crew, foyer):
    response = crew.post(foyer.at(f"person/{foyer.guest}"), data=form())

    assert (headline(response), attempts(app)) == ("Willkommen", [("ok", "counted")])
    assert "Da</span>" in crew.get(foyer.at(f"person/{foyer.guest}")).text


# -- undo and log


def test_undo_by_form_and_by_script(app, crew, foyer):
    send(crew, foyer, foyer.ticket)
    by_script = crew.post(f"/e/{foyer.slug}/door/scan/{scan_of(app)}/undo", json={})
    send(crew, foyer, foyer.ticket)
    by_form = crew.post(f"/e/{foyer.slug}/door/scan/{scan_of(app, 1)}/undo")

    assert by_script.json == {"undone": scan_of(app), "count": 0, "expected": 1}
    assert (by_form.status_code, by_form.location) == (302, foyer.at("scan"))
    assert attempts(app) == [("ok", "annulled"), ("ok", "annulled")]


def test_what_somebody_else_scanned_is_not_undone(app, crew, organiser, foyer):
    send(crew, foyer, foyer.ticket)

    response = organiser.post(f"/e/{foyer.slug}/door/scan/{scan_of(app)}/undo", json={})

    assert (response.status_code, response.json["error"], attempts(app)) == (
        409,
        "too_late_to_undo",
        [("ok", "counted")],
    )


def test_the_log_keeps_refused_attempts(crew, foyer):
    send(crew, foyer, "https://example.org/x")
    send(crew, foyer, foyer.ticket)

    page = crew.get(foyer.at("log")).text

    assert [word in page for word in ("https://example.org/x", "Unbekannter Code", "Eingelassen")] == [True] * 3


def test_organisers_annul_with_a_reason(app, crew, organiser, foyer):
    send(crew, foyer, foyer.ticket)
    address = foyer.at(f"log/{scan_of(app)}")

    not_crew = crew.post(address, data={"reason": "falsche Person"})
    no_reason = organiser.post(address, data={"reason": " "})
    done = organiser.post(address, data={"reason": "falsche Person"})

    assert (not_crew.status_code, no_reason.status_code, done.status_code) == (404, 422, 302)
    assert attempts(app) == [("ok", "annulled")]
    assert "falsche Person" in organiser.get(foyer.at("log")).text


# -- doors and the desk


def test_the_first_door_is_opened_at_the_door(app, client):
    with app.app_context():
        event = make_event()
        slug = event.slug
        sign_in(client, make_crew(event))
    client.post(f"/e/{slug}/door/")
    client.post(f"/e/{slug}/door/")

    with app.app_context():
        assert [str(each.name) for each in db.session.scalars(sa.select(CheckinList))] == ["Einlass"]
    assert "Einlass" in client.get(f"/e/{slug}/door/").text


def answers_of_a_list(foyer, **more):
    return {
        "name_de": "Abend",
        "name_en": "Dinner",
        "kind": "dinner",
        "whom": "some",
        "window_kind": "day",
        "opens_at": "2027-10-13T18:30",
        "closes_at": "2027-10-13T23:00",
        "unpaid": "warn",
        "entries": "single",
        **more,
    }


def test_organisers_make_and_change_a_list(app, organiser, foyer):
    with app.app_context():
        event = event_of(foyer)
        days = [event.first_day.isoformat(), event.last_day.isoformat()]
        products = [place.product.public_id for place in [db.session.scalars(sa.select(Registration)).one().place]]
        more = make_product(event).public_id
    base = f"/manage/{foyer.slug}/door"
    made = organiser.post(f"{base}/lists/new", data=answers_of_a_list(foyer, days=days, products=products))
    assert (made.status_code, made.location) == (302, f"{base}/lists")
    with app.app_context():
        dinner = newest_list()
        assert (dinner.name.en, dinner.window_kind, dinner.entries) == ("Dinner", "day", "single")
        assert dinner.opens_at == datetime(2027, 10, 13, 16, 30, tzinfo=UTC)
        assert dinner.rules == {"products": products}
        dinner_id = dinner.public_id

    page = organiser.get(f"{base}/lists/{dinner_id}").text
    seen = re.findall(r'name="seen"[^>]*value="([^"]*)"', page)[0]
    changed = answers_of_a_list(foyer, days=days[:1], products=[more], name_de="Gesellschaftsabend", whom="all")
    organiser.post(f"{base}/lists/{dinner_id}", data={**changed, "seen": seen})

    with app.app_context():
        dinner = newest_list()
        assert (dinner.name.de, dinner.rules) == ("Gesellschaftsabend", {"days": days[:1]})
    assert 'value="2027-10-13T18:30"' in organiser.get(f"{base}/lists/{dinner_id}").text


def test_a_list_that_closes_before_it_opens_is_asked_about(app, organiser, foyer):
    sent = answers_of_a_list(foyer, closes_at="2027-10-13T18:00")

    response = organiser.post(f"/manage/{foyer.slug}/door/lists/new", data=sent)

    assert response.status_code == 422
    assert "Geben Sie eine Zeit nach der Öffnung ein" in response.text
    assert "Wählen Sie mindestens einen Tag" in response.text


def tile(response):
    return re.search(r"<dt>Tür Nord</dt><dd>(\d+) <small>von (\d+)</small></dd><dd>Jetzt drinnen: (\d+)", response.text)


def test_the_desk_sees_the_count_move(crew, organiser, foyer):
    now = f"/manage/{foyer.slug}/door/now"
    before = organiser.get(now)
    send(crew, foyer, foyer.ticket)
    after = organiser.get(now)

    assert tile(before).groups() == ("0", "1", "0")
    assert tile(after).groups() == ("1", "1", "1")
    assert "Zuletzt Jana Wittkowski, " in after.text


def test_what_is_the_same_is_not_sent_again(organiser, foyer):
    now = f"/manage/{foyer.slug}/door/now"
    name = organiser.get(now).headers["ETag"]

    assert organiser.get(now, headers={"If-None-Match": name}).status_code == 304


def test_the_big_screen_names_nobody_and_is_for_crew(crew, foyer):
    send(crew, foyer, foyer.ticket)
    screen = f"/e/{foyer.slug}/door/screen"

    page = crew.get(screen)

    assert re.search(r'board__count num">1<', page.text)
    assert "Wittkowski" not in page.text
    assert "Lumenfold" not in page.text


def test_an_organiser_reverts_a_scan_after_a_quarter_of_an_hour_with_a_reason(app, crew, organiser, foyer, freeze):
    send(crew, foyer, foyer.ticket)
    freeze(clock.now() + timedelta(minutes=20))
    log = f"/manage/{foyer.slug}/door/log"
    scan_id = scan_of(app)

    silent = organiser.post(f"{log}/{scan_id}", data={"reason": ""})
    done = organiser.post(f"{log}/{scan_id}?q=wittk", data={"reason": "Falsche Person"})

    assert (silent.status_code, done.status_code) == (422, 303)
    assert "Geben Sie den Grund ein" in silent.text
    assert "Falsche Person" in organiser.get(f"{log}?q=wittk").text
    assert attempts(app) == [("ok", "annulled")]
    with app.app_context():
        assert db.session.scalar(sa.select(Admission.id)) is None
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "scan.annulled")).one()
        assert (entry.object_ref, entry.actor_kind) == (scan_id, "person")


def test_the_log_is_searched_and_turned_page_by_page(crew, organiser, foyer, monkeypatch):
    for _ in range(3):
        send(crew, foyer, foyer.ticket)
    monkeypatch.setattr(queries, "LOG", 2)
    log = f"/manage/{foyer.slug}/door/log"

    first = organiser.get(log)
    further = re.search(r'href="([^"]*before=[^"]*)"', first.text)
    assert further is not None

    assert first.text.count('data-label="Antwort"') == 2
    assert organiser.get(further[1].replace("&amp;", "&")).text.count('data-label="Antwort"') == 1
    assert "Kein Scan gefunden" in organiser.get(f"{log}?q=zzzz").text


# -- constant work


def test_pages_ask_as_often_for_many_guests_as_for_few(app, crew, organiser, foyer, queries_of):
    with app.app_context():
        event = event_of(foyer)
        product = make_product(event, seats=4)
        people = [make_guest(given_name=name, family_name="Wittkowski") for name in ("Ada", "Bo")]
        party = make_party(event, product=product, people=[*people, {}, {}])
        guest = held(party)[0]
        tickets = [ticket_text(make_attendee(event, product)) for _ in range(2)]
    for ticket in tickets:
        send(crew, foyer, ticket)
    paths = [*pages(foyer), foyer.at(f"person/{guest}")]

    def count():
        few = [queries_of(lambda path=path: crew.get(path)) for path in paths]
        scan = queries_of(lambda: send(crew, foyer, foyer.ticket))
        return [*few, scan, *(queries_of(lambda path=path: organiser.get(path)) for path in desk_pages(foyer))]

    few = count()
    with app.app_context():
        event = event_of(foyer)
        for name in ("B", "C", "D"):
            make_door(event, name)
        tickets = [ticket_text(make_attendee(event, make_product(event))) for _ in range(12)]
    for ticket in tickets:
        send(crew, foyer, ticket)

    assert count() == few


def test_a_scan_is_elected_into_one_admission(app, crew, foyer):
    for _ in range(3):
        send(crew, foyer, foyer.ticket)

    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Admission.id))) == 1


def test_no_scanner_learns_what_is_sensitive(app, crew, foyer):
    """L06: the answer to a scan, the page of a guest and the search know nothing of diet or health."""
    with app.app_context():
        event = event_of(foyer)
        question = make_question(event, label="Ernährung", data_class="sensitive", retention_days=30)
        guest = make_attendee(event, given_name="Zora", family_name="Zander")
        with transaction():
            guest.sheet_id = make_sheet(event, {question: "Zöliakie"}).id
        code, public_id = ticket_text(guest), guest.public_id
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SensitiveAnswer)) == 1

    said = [
        json.dumps(send(crew, foyer, code).json, ensure_ascii=False),
        crew.get(foyer.at(f"person/{public_id}")).text,
        crew.get(foyer.at("search?q=Zander")).text,
        crew.get(foyer.at("scan")).text,
    ]

    assert all("Zander" in one for one in said)
    assert [word for word in ("Zöliakie", "Z\\u00f6liakie", "Ernährung") for one in said if word in one] == []


def test_a_ticket_for_another_day_is_told_which(app, crew, foyer):
    with app.app_context():
        event = event_of(foyer)
        product = make_product(event, days=["2027-10-14", "2027-10-15", "2027-10-17"])
        guest = make_attendee(event, product)
        code, public_id = ticket_text(guest), guest.public_id

    answer = send(crew, foyer, code).json

    assert answer["answer"] == "wrong_day"
    assert "14.–15. Oktober 2027, 17. Oktober 2027" in answer["instruction"]
    assert "14.–15. Oktober 2027" in crew.get(foyer.at(f"person/{public_id}")).text
