"""Questions at a list, notes and blocking: from the organisers' page to what the door says; answers as files."""

import io
import re

import openpyxl
import pytest
import sqlalchemy as sa

from partnering.checkin import asking, attendance
from partnering.checkin.models import CheckinList, DoorNote, Scan
from partnering.db import BilingualText, db, transaction
from partnering.events import erasing
from partnering.events.models import Event
from partnering.registration.models import Registration
from tests.factories import make_event
from tests.factories.checkin import make_attendee, make_device, make_door, scan, ticket_text


def event_of(foyer):
    return db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()


def door_of(foyer):
    db.session.expire_all()
    return db.session.scalars(sa.select(CheckinList).where(CheckinList.public_id == foyer.door)).one()


def questions_of(foyer, *, retired=False):
    return asking.questions_of(door_of(foyer), retired=retired)


def desk(foyer, path=""):
    return f"/manage/{foyer.slug}/door/lists/{foyer.door}/questions{path}"


def choice(**values):
    return {
        "label_de": "Hauptgericht?",
        "label_en": "Main course?",
        "kind": "choice",
        "options-0-label_de": "Fisch",
        "options-0-label_en": "Fish",
        "options-1-label_de": "Gemüse",
        "options-2-label_de": "",
        **values,
    }


def seen(page):
    return {name: re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page)[0] for name in ("seen", "version")}


def errors(response):
    return re.findall(r'<p class="error"[^>]*><span><span class="vh">[^<]*</span>([^<]*)</span>', response.text)


@pytest.fixture
def attempt(foyer):
    """A function that holds a ticket under the camera of the crew."""

    def tried(text="", **sent):
        event = event_of(foyer)
        device = make_device(event)
        return scan(event, door_of(foyer), device, text or foyer.ticket, **sent)

    return tried


# -- questions


@pytest.mark.parametrize("way", ["typed", "searched"])
def test_a_page_without_script_asks_too(app, organiser, crew, foyer, way):
    """The verdict asks what is open, says what is missing, keeps what was said, and lets in with the answers."""
    assert organiser.post(desk(foyer, "/new"), data=choice(required="y")).status_code == 302
    words = {"label_de": "Garderobe?", "label_en": "Cloakroom?", "kind": "yes_no", "required": "y"}
    assert organiser.post(desk(foyer, "/new"), data=words).status_code == 302
    address = foyer.at("scan" if way == "typed" else f"person/{foyer.guest}")
    sent = {"type": "entry", **({"code": foyer.ticket} if way == "typed" else {})}

    first = crew.post(address, data={**sent, "scan_id": "form-000001"})
    refs = re.findall(r'<fieldset class="asking__field"><legend>(\w+)\?.*?name="ask-(\w+)"', first.text)
    assert [label for label, _ref in refs] in (["Hauptgericht", "Garderobe"], ["Main course", "Cloakroom"])
    dish, coat = (ref for _label, ref in refs)
    keys = re.findall(rf'name="ask-{dish}" value="(\w+)"', first.text)
    assert "asking__error" not in first.text
    half = {**sent, "asking": "1", f"ask-{coat}": "no"}
    second = crew.post(address, data={**half, "scan_id": "form-000002"})
    assert re.findall(r'asking__error" id="ask-(\w+)-error"', second.text) == [dish]
    assert re.search(rf'name="ask-{coat}" value="no" checked', second.text)
    third = crew.post(address, data={**half, f"ask-{dish}": keys[1], "scan_id": "form-000003"})

    assert 'data-answer="ok"' in third.text
    with app.app_context():
        stored = db.session.execute(sa.select(Scan.answer, Scan.answers).order_by(Scan.id)).all()
    assert [answer for answer, _given in stored] == ["incomplete", "incomplete", "ok"]
    assert stored[-1].answers == {dish: keys[1], coat: False}


def test_a_question_goes_from_the_page_to_the_door_and_back(app, organiser, foyer, attempt):
    assert organiser.post(desk(foyer, "/new"), data=choice(required="y")).status_code == 302
    with app.app_context():
        [question] = questions_of(foyer)
        keys = {each["de"]: each["key"] for each in question.options}
        assert [(each["de"], each["en"]) for each in question.options] == [("Fisch", "Fish"), ("Gemüse", "")]
        ref = question.public_id
        first = attempt()
        assert (first.answer, [each.public_id for each in first.questions]) == ("incomplete", [ref])
        assert attempt(answers={ref: "no such"}).answer == "incomplete"
        assert attempt(answers={ref: keys["Gemüse"]}).answer == "ok"

    page = organiser.get(f"/manage/{foyer.slug}/door/lists/{foyer.door}/attendance").text
    assert '<td data-label="Hauptgericht?">Gemüse</td>' in page
    person = db_participant(app, foyer)
    assert "Gemüse" in organiser.get(f"/manage/{foyer.slug}/people/{person}").text


def db_participant(app, foyer):
    with app.app_context():
        held = db.session.scalars(sa.select(Registration).where(Registration.public_id == foyer.guest)).one()
        return held.participant.public_id


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"label_de": ""}, "Geben Sie die Frage auf Deutsch ein"),
        ({"options-1-label_de": ""}, "Geben Sie mindestens zwei Antworten ein"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(app, organiser, foyer, values, sentence):
    response = organiser.post(desk(foyer, "/new"), data=choice(**values))
    assert (response.status_code, errors(response)) == (422, [sentence])
    assert 'value="Fisch"' in response.text
    with app.app_context():
        assert questions_of(foyer) == []


def test_rows_come_and_go_without_script(organiser, foyer):
    more = organiser.post(desk(foyer, "/new"), data=choice(rows="options:add"))
    assert (more.status_code, len(re.findall(r'name="options-\d+-label_de"', more.text))) == (200, 4)
    fewer = organiser.post(desk(foyer, "/new"), data=choice(rows="options:remove:0"))
    assert 'value="Fisch"' not in fewer.text
    assert 'value="Gemüse"' in fewer.text


def test_answers_that_somebody_chose_stay(app, organiser, foyer, attempt):
    organiser.post(desk(foyer, "/new"), data=choice())
    with app.app_context():
        [question] = questions_of(foyer)
        ref, fish = question.public_id, question.options[0]["key"]
        attempt(answers={ref: fish})
    marks = seen(organiser.get(desk(foyer, f"/{ref}")).text)
    other = {"options-0-key": "", "options-0-label_de": "Wild"}

    gone = organiser.post(desk(foyer, f"/{ref}"), data=choice(**marks, **other))
    kind = organiser.post(desk(foyer, f"/{ref}"), data=choice(**{**marks, "kind": "text", "options-0-key": fish}))
    renamed = organiser.post(
        desk(foyer, f"/{ref}"), data=choice(**marks, **{"options-0-key": fish, "options-0-label_de": "Zander"})
    )

    assert (gone.status_code, errors(gone)) == (
        409,
        ["„Fisch“ wurde schon gewählt und bleibt deshalb. Den Wortlaut können Sie ändern."],
    )
    assert (kind.status_code, len(errors(kind))) == (409, 1)
    assert renamed.status_code == 302
    with app.app_context():
        [question] = questions_of(foyer)
        assert question.options[0] == {"key": fish, "de": "Zander", "en": "Fish"}


def test_two_organisers_lose_no_answers_of_each_other(app, organiser, foyer):
    organiser.post(desk(foyer, "/new"), data=choice())
    with app.app_context():
        [question] = questions_of(foyer)
        ref = question.public_id
        keys = {f"options-{n}-key": each["key"] for n, each in enumerate(question.options)}
    early = seen(organiser.get(desk(foyer, f"/{ref}")).text)
    organiser.post(desk(foyer, f"/{ref}"), data=choice(**early, **keys, **{"options-2-label_de": "Wild"}))

    mine = choice(**early, **keys, **{"options-2-label_de": "Ente"})
    late = organiser.post(desk(foyer, f"/{ref}"), data=mine)

    assert late.status_code == 409
    assert "Jemand anderes hat die Antworten zur Auswahl geändert. Jetzt sind es: Fisch, Gemüse, Wild" in errors(late)
    assert 'value="Ente"' in late.text
    again = organiser.post(desk(foyer, f"/{ref}"), data={**mine, **seen(late.text)})
    assert again.status_code == 302
    with app.app_context():
        assert [each["de"] for each in questions_of(foyer)[0].options] == ["Fisch", "Gemüse", "Ente"]


def test_questions_are_ordered_and_retired(app, organiser, foyer):
    for name in ("Eins?", "Zwei?", "Drei?"):
        organiser.post(desk(foyer, "/new"), data={"label_de": name, "kind": "yes_no"})
    with app.app_context():
        first, _second, third = [each.public_id for each in questions_of(foyer)]
    organiser.post(desk(foyer, f"/{third}/up"))
    organiser.post(desk(foyer, f"/{first}/up"))  # it is first already
    organiser.post(desk(foyer, f"/{first}/retire"))
    with app.app_context():
        assert [each.label.de for each in questions_of(foyer)] == ["Drei?", "Zwei?"]
    organiser.post(desk(foyer, f"/{first}/ask-again"))
    with app.app_context():
        assert [each.label.de for each in questions_of(foyer)] == ["Eins?", "Drei?", "Zwei?"]


def test_nobody_asks_without_end(app, organiser, foyer):
    with app.app_context(), transaction():
        for number in range(asking.MOST_QUESTIONS):
            asking.add(event_of(foyer), door_of(foyer), asking.Words(BilingualText(f"{number}?", "")))
    response = organiser.post(desk(foyer, "/new"), data={"label_de": "Noch?", "kind": "yes_no"})
    assert (response.status_code, "Bei dieser Liste stehen schon acht Fragen" in response.text) == (409, True)


def test_a_question_of_another_list_does_not_exist_here(app, organiser, foyer):
    with app.app_context():
        event = event_of(foyer)
        other = make_door(event, "Saal")
        with transaction():
            ref = asking.add(event, other, asking.Words(BilingualText("Tasche?", ""))).public_id
    assert organiser.get(desk(foyer, f"/{ref}")).status_code == 404
    assert organiser.post(desk(foyer, f"/{ref}/retire")).status_code == 404


# -- files


def test_attendance_leaves_as_a_file_with_answers(app, organiser, foyer, attempt):
    with app.app_context():
        event, door = event_of(foyer), door_of(foyer)
        with transaction():
            asked = asking.add(event, door, asking.Words(BilingualText("Tasche?", "Bag?"))).public_id
            said = asking.add(event, door, asking.Words(BilingualText("Wunsch?", ""), "text")).public_id
        other = make_attendee(event, given_name="Paul", family_name="Adler")
        attempt(answers={asked: True, said: "=1+1"})
        attempt(ticket_text(other))
        attempt("kein Ticket")
    base = f"/manage/{foyer.slug}/door/lists/{foyer.door}/attendance"

    lines = organiser.get(f"{base}.csv").text.splitlines()
    book = openpyxl.load_workbook(io.BytesIO(organiser.get(f"{base}.xlsx").data))

    assert lines[0].lstrip("\ufeff").endswith('"Tasche?";"Wunsch?"')
    assert [line.split(";")[0] for line in lines[1:]] == ['"Paul Adler"', '"Jana Wittkowski"']
    assert lines[2].endswith('"Ja";"\'=1+1"')
    rows = list(book.active.values)
    assert [row[0] for row in rows] == ["Name", "Paul Adler", "Jana Wittkowski"]
    assert rows[2][-2:] == ("Ja", "=1+1")
    assert "heruntergeladen, wer bei „Tür Nord“ war" in organiser.get(f"/manage/{foyer.slug}/log").text


def test_attendance_asks_as_often_for_many(app, organiser, foyer, attempt, queries_of):
    page = f"/manage/{foyer.slug}/door/lists/{foyer.door}/attendance"
    with app.app_context():
        event, door = event_of(foyer), door_of(foyer)
        with transaction():
            asked = asking.add(event, door, asking.Words(BilingualText("Tasche?", "Bag?"))).public_id
        attempt(answers={asked: True})
    few = queries_of(lambda: organiser.get(page))
    with app.app_context():
        event, door = event_of(foyer), door_of(foyer)
        for _guest in range(6):
            attempt(ticket_text(make_attendee(event)), answers={asked: False})
    assert queries_of(lambda: organiser.get(page)) == few


# -- notes and blocking


def note(foyer, person):
    return f"/manage/{foyer.slug}/door/people/{person}"


def test_a_note_goes_from_the_page_to_the_door(app, organiser, foyer, crew, attempt):
    person = db_participant(app, foyer)
    response = organiser.post(note(foyer, person), data={"text": "Bitte zu Frau Vogel", "attention": "y"})
    assert response.status_code == 302
    with app.app_context():
        verdict = attempt()
        assert (verdict.answer, verdict.guest.note, verdict.guest.attention) == ("ok", "Bitte zu Frau Vogel", True)
    sent = {"code": foyer.ticket, "scan_id": "form-note-0001", "type": "entry", "force": ""}
    assert "Bitte zu Frau Vogel" in crew.post(foyer.at("scan"), data=sent).text
    assert "Bitte zu Frau Vogel" in organiser.get(f"/manage/{foyer.slug}/people/{person}").text


def test_a_blocked_guest_stays_out_and_nobody_reads_why(app, organiser, foyer, crew, attempt):
    person = db_participant(app, foyer)
    organiser.post(note(foyer, person), data={"blocked": "y", "reason": "Hausverbot"})
    with app.app_context():
        assert attempt(force=True).answer == "blocked"
    sent = {"code": foyer.ticket, "scan_id": "form-note-0002", "type": "entry", "force": "1"}
    page = crew.post(foyer.at("scan"), data=sent).text
    assert ("Ticket gesperrt" in page, "Hausverbot" in page) == (True, False)
    log = organiser.get(f"/manage/{foyer.slug}/log").text
    assert ("Jana Wittkowski an den Türen gesperrt" in log, "Hausverbot" in log) == (True, True)

    organiser.post(note(foyer, person), data={"text": ""})

    with app.app_context():
        assert attempt().answer == "ok"
        assert db.session.scalars(sa.select(DoorNote)).all() == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"blocked": "y"}, "Geben Sie den Grund ein"),
        ({"attention": "y"}, "Schreiben Sie den Hinweis, den der Einlass bestätigen soll"),
    ],
)
def test_a_note_says_what_is_missing(app, organiser, foyer, values, sentence):
    response = organiser.post(note(foyer, db_participant(app, foyer)), data=values)
    assert (response.status_code, errors(response)) == (422, [sentence])


def test_two_organisers_who_note_at_once_hear_of_each_other(app, organiser, foyer):
    person = db_participant(app, foyer)
    mark = re.findall(r'name="seen"[^>]*value="([^"]*)"', organiser.get(note(foyer, person)).text)[0]
    organiser.post(note(foyer, person), data={"text": "Erster", "seen": mark})
    late = organiser.post(note(foyer, person), data={"text": "Zweiter", "seen": mark})
    assert (late.status_code, "Zweiter" in late.text) == (409, True)
    assert [line for line in errors(late) if "Erster" in line]


def test_strangers_to_the_event_have_no_note(app, organiser, foyer):
    with app.app_context():
        foreign = make_attendee(make_event()).participant.public_id
    assert organiser.get(note(foyer, foreign)).status_code == 404
    assert organiser.post(note(foyer, foreign), data={"text": "x"}).status_code == 404


def test_whoever_is_erased_leaves_neither_note_nor_answers(app, organiser, foyer, attempt):
    person = db_participant(app, foyer)
    organiser.post(note(foyer, person), data={"text": "Rollstuhl am Eingang"})
    with app.app_context():
        event, door = event_of(foyer), door_of(foyer)
        with transaction():
            asked = asking.add(event, door, asking.Words(BilingualText("Wunsch?", ""), "text")).public_id
        attempt(answers={asked: "nichts mit Nüssen"})
        with transaction():
            held = db.session.scalars(sa.select(Registration).where(Registration.public_id == foyer.guest)).one()
            erasing.erase(held.participant)
        assert db.session.scalars(sa.select(DoorNote)).all() == []
        assert db.session.scalars(sa.select(Scan.answers)).all() == [{}]
        assert attendance.answers_of(event, [held.id]) == []
