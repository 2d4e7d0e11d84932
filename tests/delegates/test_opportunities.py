"""Assets, technologies and projects: written, moved, found, counted among the reasons to meet."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import db, transaction
from partnering.delegates import blocking, directory, opportunities, queries, visibility
from partnering.delegates.directory import Wish
from partnering.delegates.errors import NotOfProfile, TooManyOpportunities, TooManyTerms, UnknownTerm
from partnering.delegates.models import Delegate, Opportunity
from partnering.events.models import Event
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in

ANSWERS = {
    "kind": "asset",
    "side": "offer",
    "title": "LF-101 gegen Keime",
    "summary": "Ein Peptid.\nIn der Präklinik.",
    "stage": "preclinical",
    "ip": "ip_filed",
    "modalities": ["peptide"],
    "goals": ["licence"],
    "shown": "y",
}


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def add(delegate: Delegate, title: str = "LF-101", **said) -> Opportunity:
    """An opportunity of somebody's organisation."""
    with transaction():
        return opportunities.add(
            delegate.profile, language="en", **{"kind": "asset", "side": "offer", "title": title, **said}
        )


def titles(delegate: Delegate) -> list[str]:
    """The opportunities of somebody's organisation, in their order."""
    db.session.rollback()
    profile = db.session.get_one(Delegate, delegate.id).profile
    return [one.title for one in queries.opportunities_of(profile)]


def guest(client: FlaskClient, delegate: Delegate) -> str:
    """Sign a delegate in; the address of the opportunities."""
    person = delegate.participant.person
    assert person is not None
    sign_in(client, person)
    return f"/e/{delegate.participant.event.slug}/me/opportunities"


# -- services


def test_new_ones_stand_last_and_change_places_with_their_neighbours(event: Event):
    jana = make_delegate(event)
    _first, second, third = add(jana, "eins"), add(jana, "zwei"), add(jana, "drei")
    with transaction():
        opportunities.move(third, "up")
        opportunities.move(second, "down")  # is the last by now
    assert titles(jana) == ["eins", "drei", "zwei"]
    with transaction():
        opportunities.remove(third)
    assert titles(jana) == ["eins", "zwei"]
    add(jana, "vier")
    assert titles(jana) == ["eins", "zwei", "vier"]


def test_twenty_are_the_most(event: Event):
    jana = make_delegate(event)
    for number in range(opportunities.MOST):
        add(jana, f"Nummer {number}")
    with pytest.raises(TooManyOpportunities):
        add(jana, "eine zu viel")
    assert len(titles(jana)) == 20


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (
            {"terms": [("modality", code) for code in ("peptide", "vaccine", "mrna", "biosimilar", "x", "y")]},
            UnknownTerm,
        ),
        ({"terms": [("language", "de")]}, UnknownTerm),
        ({"terms": [("organisation_type", "hospital")]}, UnknownTerm),
        ({"kind": "miracle"}, UnknownTerm),
        ({"side": "is"}, UnknownTerm),
        ({"stage": "ip_filed"}, UnknownTerm),
        ({"ip": "preclinical"}, UnknownTerm),
    ],
)
def test_only_what_the_taxonomy_has_is_taken(event: Event, said: dict, error: type[Exception]):
    jana = make_delegate(event)
    with pytest.raises(error):
        add(jana, **said)


def test_five_terms_of_a_facet_are_taken_and_six_are_not(event: Event):
    jana = make_delegate(event)
    goals = ["licence", "co_development", "research_collaboration", "investment", "distribution", "supply"]
    assert len(add(jana, terms=[("goal", code) for code in goals[:5]]).terms) == 5
    with pytest.raises(TooManyTerms):
        add(jana, terms=[("goal", code) for code in goals])


def test_what_is_offered_is_a_reason_for_whoever_seeks_it(event: Event):
    jana, paul = make_delegate(event), make_delegate(event, seeks=["licence"])
    assert directory.card(paul, jana).reasons == []
    made = add(jana, "LF-101", terms=[("goal", "licence")])
    [reason] = directory.card(paul, jana).reasons
    assert (reason.side, reason.facet, reason.code, reason.title) == ("offer", "goal", "licence", "LF-101")
    with transaction():
        opportunities.remove(made)
    assert directory.card(paul, jana).reasons == []


def test_people_are_found_by_what_their_organisation_shows(event: Event):
    jana, paul = make_delegate(event), make_delegate(event)
    made = add(jana, "Phagenbank", stage="phase_1", terms=[("modality", "bacteriophage")])
    for wish in (
        Wish(words="phagenbank"),
        Wish(opportunity=("asset",)),
        Wish(modality=("bacteriophage",)),
        Wish(stage=("phase_1",)),
    ):
        assert [card.delegate.id for card in directory.page(paul, wish).cards] == [jana.id], wish
    with transaction():
        opportunities.edit(made, kind="asset", side="offer", title="Phagenbank", shown=False)
    assert directory.page(paul, Wish(words="phagenbank")).total == 0
    assert directory.page(paul, Wish(opportunity=("asset",))).total == 0


# -- pages


def test_one_is_written_changed_moved_and_deleted(client: FlaskClient, event: Event):
    jana = make_delegate(event, locale="en")
    path = guest(client, jana)
    assert "Nothing here yet" in client.get(f"{path}?lang=en").text
    assert client.post(f"{path}/new", data=ANSWERS).location == path
    db.session.rollback()
    [made] = queries.opportunities_of(db.session.get_one(Delegate, jana.id).profile)
    assert (made.kind, made.side, made.title, made.stage, made.ip, made.shown, made.language) == (
        "asset",
        "offer",
        "LF-101 gegen Keime",
        "preclinical",
        "ip_filed",
        True,
        "en",
    )
    assert {(term.facet, term.term) for term in made.terms} == {("modality", "peptide"), ("goal", "licence")}
    one = f"{path}/{made.public_id}"
    page = client.get(one).text
    assert 'value="peptide" id="modalities' in page
    assert page.count(" checked") == 5  # kind, side, two terms, shown
    changed = {**ANSWERS, "title": "LF-102", "goals": ["investment"], "version": made.version}
    assert client.post(one, data=changed).status_code == 303
    assert titles(jana) == ["LF-102"]
    assert client.post(one, data={**changed, "title": "Alt"}).status_code == 409
    add(jana, "Zweites")
    assert client.post(f"{one}/down").status_code == 303
    assert titles(jana) == ["Zweites", "LF-102"]
    assert client.post(f"{one}/delete").status_code == 303
    assert titles(jana) == ["Zweites"]
    assert client.get(one).status_code == 404


def test_what_is_missing_is_said_beside_the_field(client: FlaskClient, event: Event):
    jana = make_delegate(event, locale="en")
    path = guest(client, jana)
    answer = client.post(f"{path}/new?lang=en", data={**ANSWERS, "title": "", "kind": ""})
    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert answer.text.count("Enter a name") == 2
    assert titles(jana) == []


def test_the_twenty_first_leads_back_with_the_reason(client: FlaskClient, event: Event):
    jana = make_delegate(event, locale="en")
    path = guest(client, jana)
    for number in range(opportunities.MOST):
        add(jana, f"Nummer {number}")
    assert f"{path}/new" not in client.get(path).text
    answer = client.post(f"{path}/new?lang=en", data=ANSWERS, follow_redirects=True)
    assert answer.text.count("Twenty is the most.") == 2  # the banner, and below the list


def test_others_read_on_the_partners_page_what_is_shown(client: FlaskClient, event: Event):
    jana, paul = make_delegate(event), make_delegate(event, locale="en")
    add(jana, "LF-101", summary="Eins\nZwei", stage="preclinical")
    add(jana, "Geheimes", shown=False)
    guest(client, paul)
    page = client.get(f"/e/{event.slug}/me/partners/{jana.public_id}?lang=en").text
    assert "LF-101" in page
    assert "Eins<br>Zwei" in page
    assert "Preclinical" in page
    assert "Geheimes" not in page


def test_nobody_changes_what_belongs_to_others(client: FlaskClient, event: Event):
    jana = make_delegate(event, company="Lumenfold GmbH")
    stranger = make_delegate(event, company="Lumenfold GmbH")
    paul = make_delegate(event)
    made = add(jana)
    for other in (stranger, paul):
        path = guest(client, other)
        one = f"{path}/{made.public_id}"
        assert client.get(path).status_code == 200
        answers = [
            client.get(one),
            client.post(one, data=ANSWERS),
            client.post(f"{one}/delete"),
            client.post(f"{one}/up"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
    assert client.post(f"/e/{event.slug}/me/opportunities/new", data=ANSWERS).status_code == 303  # Paul's own
    guest(client, stranger)
    assert client.get(f"/e/{event.slug}/me/opportunities/new").status_code == 404
    assert titles(jana) == ["LF-101"]


def test_a_list_takes_the_same_number_of_queries_however_long(client: FlaskClient, event: Event):
    jana = make_delegate(event)
    path = guest(client, jana)
    for number in range(2):
        add(jana, f"Nummer {number}", terms=[("goal", "licence")])
    client.get(path)
    few = statements_of(lambda: client.get(path))
    for number in range(15):
        add(jana, f"Weitere {number}", terms=[("goal", "licence")])
    assert statements_of(lambda: client.get(path)) == few


def test_whom_to_ask_is_named_as_far_as_they_show_themselves(client: FlaskClient, event: Event):
    jana = make_delegate(event, company="Lumenfold GmbH")
    ben = make_delegate(event, colleague_of=jana, given_name="Ben", family_name="Adeyemi", function="Lizenzen")
    paul = make_delegate(event)
    person, reader = jana.participant.person, paul.participant.person
    assert person is not None
    assert reader is not None
    sign_in(client, person)
    path = f"/e/{event.slug}/me/opportunities"
    said = {"kind": "asset", "side": "offer", "title": "LF-101", "shown": "y"}
    assert client.post(f"{path}/new", data=said | {"contact": paul.public_id}).status_code == 422
    assert client.post(f"{path}/new", data=said | {"contact": ben.public_id}).status_code == 303
    assert "Ansprechperson: Ben Adeyemi, Lizenzen" in client.get(path).text
    [deal] = queries.opportunities_of(jana.profile)
    assert f'<option selected value="{ben.public_id}">' in client.get(f"{path}/{deal.public_id}").text
    with pytest.raises(NotOfProfile), transaction():
        opportunities.edit(deal, kind="asset", side="offer", title="LF-101", contact=paul)

    def read() -> str:
        db.session.expire_all()
        sign_in(client, reader)
        return client.get(f"/e/{event.slug}/me/partners/{jana.public_id}").text

    assert "Ansprechperson: Ben Adeyemi, Lizenzen" in read()
    with transaction():
        visibility.show(ben, "name", function=False)
    text = read()
    assert "Ansprechperson: Ben Adeyemi" in text
    assert "Lizenzen" not in text
    with transaction():
        visibility.show(ben, "organisation")
    assert "Adeyemi" not in read()
    with transaction():
        visibility.show(ben, "name")
        blocking.block(ben, other=paul)
    assert "Adeyemi" not in read()
