"""The pages of a call: for visitors, authors, the committee and organisers."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml.html import fromstring

from partnering import clock
from partnering.accounts.services import person_at
from partnering.contributions import deciding, queries
from partnering.contributions.models import Call, Submission
from partnering.db import db, transaction
from partnering.events.models import Event
from tests.factories import make_event, make_organiser, make_participant, make_person
from tests.factories.contributions import make_call, make_draft, make_member, make_review, make_submission, make_told
from tests.support.counting import statements_of
from tests.support.letters import letters_to
from tests.support.signing_in import sign_in

EMPTY = {"form": "pitch", "language": "de", "topic": "", "title": "", "text": "", "group": "", "remarks": ""}


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


@pytest.fixture
def call(event: Event) -> Call:
    return make_call(event)


def author_of(client: FlaskClient, submission: Submission) -> str:
    """Sign its author in; the address of its page."""
    person = submission.participant.person
    assert person is not None
    sign_in(client, person)
    return f"/e/probe/me/contributions/{submission.public_id}"


def read_again(submission: Submission) -> Submission:
    db.session.expire_all()
    return submission


def test_the_call_says_its_rules_and_is_in_the_navigation_while_open(client: FlaskClient, event: Event, call: Call):
    closes_at = call.closes_at
    page = client.get("/e/probe/call").text
    assert ("2.100 Zeichen" in page, "Wirkstoffe" in page, "Beitrag beginnen" in page) == (True, True, True)
    assert "Europe/Berlin" in page
    assert "/e/probe/call" in client.get("/e/probe/programme").text

    with clock.frozen(closes_at + timedelta(minutes=1)):
        page = client.get("/e/probe/call").text
        assert ("Der Aufruf ist beendet" in page, "Beitrag beginnen" in page) == (True, False)
        assert "/e/probe/call" not in client.get("/e/probe/venue").text


def test_an_event_without_a_call_says_so(client: FlaskClient, event: Event):
    assert "Zurzeit gibt es keinen Aufruf" in client.get("/e/probe/call").text
    assert client.get("/e/probe/call/start").location == "/e/probe/call"


def test_a_newcomer_gets_a_link_and_the_answer_never_tells_who_is_known(client: FlaskClient, event: Event, call: Call):
    make_person("bekannt@probe.example")
    answers = [
        client.post("/e/probe/call/start", data={"email": address})
        for address in ("bekannt@probe.example", "neu@probe.example")
    ]

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/login/sent")] * 2
    assert [len(letters_to(address)) for address in ("bekannt@probe.example", "neu@probe.example")] == [1, 1]
    assert person_at("neu@probe.example") is not None


def test_nobody_becomes_known_while_the_call_is_closed(client: FlaskClient, event: Event):
    make_call(event, opens_at=clock.now() + timedelta(days=1))

    assert client.post("/e/probe/call/start", data={"email": "neu@probe.example"}).status_code == 404
    assert person_at("neu@probe.example") is None


def test_beginning_twice_leads_to_one_draft(client: FlaskClient, event: Event, call: Call):
    sign_in(client, make_person("neu@probe.example"))
    places = {client.post("/e/probe/call/begin").location for _ in range(2)}

    assert len(places) == 1
    page = client.get(places.pop()).text
    assert "neu@probe.example" in page


def test_an_unfinished_draft_is_kept_and_names_what_is_missing(client: FlaskClient, event: Event, call: Call):
    draft = make_draft(event)
    address = author_of(client, draft)
    answer = client.post(f"{address}/edit", data={**EMPTY, "title": "Nur ein Titel"})

    assert answer.location == address
    assert read_again(draft).title == "Nur ein Titel"
    page = client.get(address).text
    words = ("Es fehlt noch", "Wählen Sie ein Thema", "Geben Sie den Text", "Arbeitsgruppe ein", "genau eine Person")
    assert [word for word in words if word not in page] == []


def test_rows_of_authors_come_and_go_without_script(client: FlaskClient, event: Event, call: Call):
    draft = make_draft(event)
    address = f"{author_of(client, draft)}/edit"
    typed = {"form": "pitch", "language": "de", "title": "T", "authors-0-name": "Rosa", "authors-1-name": "Theo"}

    more = client.post(address, data={**typed, "rows": "authors:add"})
    assert (more.status_code, more.text.count('<fieldset class="author')) == (200, 3)
    less = client.post(address, data={**typed, "rows": "authors:remove:0"})
    assert re.findall(r'name="authors-\d+-name"[^>]*value="([^"]*)"', less.text) == ["Theo"]
    assert read_again(draft).title != "T"


def test_a_page_left_open_keeps_what_was_typed(client: FlaskClient, event: Event, call: Call):
    draft = make_draft(event)
    address = f"{author_of(client, draft)}/edit"
    typed = {"form": "pitch", "language": "de", "text": "Mein langer Text"}
    answer = client.post(address, data={**typed, "version": str(draft.version - 1)})

    assert answer.status_code == 409
    assert "Mein langer Text" in answer.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)
    assert version is not None
    assert client.post(address, data={**typed, "version": version[1]}).status_code == 303


def test_handing_in_needs_the_tick_and_tells_the_group(client: FlaskClient, event: Event, call: Call):
    make_submission(event, group="AG Lind", title="Der erste")
    draft = make_draft(event, group="AG LIND")
    address = author_of(client, draft)

    without = client.post(f"{address}/hand-in")
    assert (without.status_code, "Bestätigen Sie die Zusage" in without.text) == (422, True)
    taken = client.post(f"{address}/hand-in", data={"commits": "y"})
    assert (taken.status_code, "liegt schon ein Beitrag dieser Arbeitsgruppe vor" in taken.text) == (422, True)
    assert "Der erste" not in taken.text


def test_somebody_elses_contribution_does_not_exist(client: FlaskClient, event: Event, call: Call):
    others = make_submission(event)
    author_of(client, make_draft(event))

    for path in ("", "/edit"):
        assert client.get(f"/e/probe/me/contributions/{others.public_id}{path}").status_code == 404
    for deed in ("hand-in", "withdraw", "edit"):
        assert client.post(f"/e/probe/me/contributions/{others.public_id}/{deed}").status_code == 404


def test_a_decision_shows_only_once_it_was_told(client: FlaskClient, event: Event, call: Call):
    submission = make_submission(event)
    with transaction():
        deciding.decide(event, submission, "accept", make_person(), "Ein stiller Grund")
    page = client.get(author_of(client, submission)).text

    assert ("Ein stiller Grund" in page, "angenommen" in page) == (False, False)


def test_points_are_given_on_the_page_and_the_next_one_follows(client: FlaskClient, event: Event, call: Call):
    first, second = make_submission(event, title="Erster"), make_submission(event, title="Zweiter")
    member = make_member(event)
    sign_in(client, member)
    criteria = queries.criteria_of(call)
    data = {f"criteria-{n}-criterion": one.public_id for n, one in enumerate(criteria)}
    address = f"/e/probe/committee/{first.public_id}"

    lacking = client.post(address, data={**data, "criteria-0-points": "3"})
    assert (lacking.status_code, "Geben Sie für jedes Kriterium Punkte" in lacking.text) == (422, True)
    data |= {f"criteria-{n}-points": "3" for n in range(len(criteria))}
    assert client.post(address, data={**data, "comment": "Gut"}).location == f"/e/probe/committee/{second.public_id}"
    assert client.post(f"/e/probe/committee/{second.public_id}/step-back").location == "/e/probe/committee"
    page = client.get("/e/probe/committee").text
    assert ("Begutachtet" in page, "Enthalten" in page) == (True, True)


def test_organisers_decide_several_and_nobody_is_told(client: FlaskClient, event: Event, call: Call):
    sign_in(client, make_organiser(event))
    many, told = [make_submission(event) for _ in range(2)], make_told(event)
    picked = [one.public_id for one in [*many, told]]

    answer = client.post("/manage/probe/contributions/decide", data={"pick": picked, "decision": "reserve"})
    assert answer.location == "/manage/probe/contributions"
    assert [read_again(one).decision for one in [*many, told]] == ["reserve", "reserve", "accept"]
    assert [one.state for one in many] == ["submitted"] * 2
    page = client.get(answer.location).text
    assert "1 Beitrag war schon beantwortet" in page
    assert client.post("/manage/probe/contributions/decide", data={"decision": "accept"}).status_code == 422


def test_what_is_decided_and_untold_is_said_in_one_word(client: FlaskClient, event: Event, call: Call):
    sign_in(client, make_organiser(event))
    submission = make_submission(event)
    with transaction():
        deciding.decide(event, submission, "accept", make_person())

    def tags(address: str) -> list[str]:
        return [
            " ".join(each.text_content().split()) for each in fromstring(client.get(address).text).find_class("tag")
        ]

    assert tags("/manage/probe/contributions") == ["Angenommen, noch nicht mitgeteilt"]
    assert tags(f"/manage/probe/contributions/{submission.public_id}")[0] == "Angenommen, noch nicht mitgeteilt"
    assert tags("/manage/probe/contributions/tell") == ["Angenommen"]
    with transaction():
        deciding.tell_one(event, submission)
    assert tags("/manage/probe/contributions")[:1] == ["Angenommen"]


def test_making_sessions_leads_to_them(client: FlaskClient, event: Event, call: Call):
    sign_in(client, make_organiser(event))
    one = make_told(event)
    make = "/manage/probe/contributions/make"

    answer = client.post(make, data={"pick": one.public_id})
    session = read_again(one).session
    assert session is not None
    assert answer.location == f"/manage/probe/programme/{session.public_id}"
    assert client.post(make, data={"pick": one.public_id}).location == "/manage/probe/contributions"
    for _ in range(2):
        make_told(event)
    assert client.post(make).location == "/manage/probe/programme?state=unplaced"


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 2), ("?q=weber", 1), ("?q=nirgends", 0), ("?form=poster", 1), ("?show=open", 2), ("?show=accepted", 0)],
)
def test_the_list_is_narrowed(client: FlaskClient, event: Event, call: Call, query: str, found: int):
    sign_in(client, make_organiser(event))
    make_submission(event, make_participant(event, email="w@haus.example", given_name="Ida", family_name="Weber"))
    make_submission(event, form="poster")
    make_draft(event)

    page = client.get(f"/manage/probe/contributions{query}").text
    assert page.count('<th scope="row" class="contribution">') == found


def test_drafts_are_their_authors_alone(client: FlaskClient, event: Event, call: Call):
    sign_in(client, make_organiser(event))
    draft = make_draft(event, title="Noch geheim")

    page = client.get("/manage/probe/contributions").text
    assert ("Noch geheim" in page, "einer wird noch geschrieben" in page) == (False, True)
    assert client.get(f"/manage/probe/contributions/{draft.public_id}").status_code == 404


def test_the_file_holds_no_formula(client: FlaskClient, event: Event, call: Call):
    sign_in(client, make_organiser(event))
    make_submission(event, title="=1+1")

    lines = client.get("/manage/probe/contributions/contributions.csv").get_data(as_text=True)
    assert '"\'=1+1"' in lines


def test_the_list_asks_as_much_for_many_as_for_two(client: FlaskClient, event: Event, call: Call):
    sign_in(client, make_organiser(event))
    for _ in range(2):
        make_review(event, make_submission(event))
    client.get("/manage/probe/contributions")
    asked = statements_of(lambda: client.get("/manage/probe/contributions"))
    for _ in range(6):
        make_review(event, make_submission(event))

    assert statements_of(lambda: client.get("/manage/probe/contributions")) == asked


def test_the_first_settings_are_bionections(client: FlaskClient, event: Event):
    sign_in(client, make_organiser(event))
    page = client.get("/manage/probe/contributions/settings").text

    assert re.search(r'name="most_characters"[^>]*value="2100"', page)
    assert re.search(r'name="one_per_group"[^>]*checked|checked[^>]*name="one_per_group"', page)
    assert "Regeln der bionection" in page


def test_a_call_is_set_up_with_its_topics_and_members(client: FlaskClient, event: Event):
    sign_in(client, make_organiser(event))
    day = event.first_day - timedelta(days=20)
    rules = {
        "opens_day": (day - timedelta(days=10)).isoformat(),
        "opens_hour": "00:00",
        "closes_day": day.isoformat(),
        "closes_hour": "23:59",
        "forms": ["poster", "talk"],
        "minutes_talk": "15",
        "minutes_pitch": "",
        "minutes_workshop": "",
        "languages": ["en"],
        "commitment_de": "Ich melde mich an.",
        "most_characters": "1500",
        "most_authors": "4",
        "wanted_reviews": "2",
        "top_points": "4",
    }
    desk = "/manage/probe/contributions"
    assert client.post(f"{desk}/settings", data=rules).location == f"{desk}/topics"
    assert client.post(f"{desk}/topics", data={"name_de": "Diagnostik", "track": ""}).status_code == 303
    assert (
        client.post(f"{desk}/criteria", data={"criterion-name_de": "Neuheit", "criterion-weight": "2"}).status_code
        == 303
    )
    assert client.post(f"{desk}/committee", data={"email": "vera@komitee.example"}).status_code == 303

    call = queries.call_of(event)
    assert call is not None
    assert (call.forms, call.languages, call.minutes, call.one_per_group) == ("talk,poster", "en", {"talk": 15}, False)
    assert clock.in_zone(call.closes_at, event.zone).strftime("%H:%M") == "23:59"
    [topic] = queries.topics_of(call)
    [vera] = queries.committee_of(event)
    ticked = {f"{vera.public_id}-topics": topic.public_id}
    assert client.post(f"{desk}/committee/{vera.public_id}", data=ticked).status_code == 303
    assert queries.topics_by_member(call) == {vera.id: {topic.id}}
    assert len(queries.criteria_of(call)) == 4
    late = {**rules, "closes_day": (day - timedelta(days=11)).isoformat()}
    assert client.post(f"{desk}/settings", data=late).status_code == 422
