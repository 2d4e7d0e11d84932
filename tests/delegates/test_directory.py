"""The directory: who is found by what, in which order, what cards say, and at what price."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.agenda.services import block
from partnering.db import transaction
from partnering.delegates import directory, services
from partnering.delegates.directory import Wish
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from tests.factories.delegates import make_delegate
from tests.factories.events import make_participant
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.support.counting import statements
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def found(me: Delegate, **wish: object) -> list[int]:
    """The ids of who a wish finds, in their order."""
    return [card.delegate.id for card in directory.page(me, Wish(**wish)).cards]  # type: ignore[arg-type]  # by name


def test_hidden_people_those_who_left_and_colleagues_are_not_found(event: Event):
    me = make_delegate(event)
    shown, quiet = make_delegate(event), make_delegate(event, visibility="organisation")
    make_delegate(event, visibility="hidden")
    gone = make_delegate(event)
    make_delegate(event, colleague_of=me)
    make_delegate(make_partnering_event())
    with transaction():
        services.leave(gone)
    assert set(found(me)) == {shown.id, quiet.id}


def test_words_find_organisations_sentences_terms_and_shown_names(event: Event):
    me = make_delegate(event)
    jana = make_delegate(
        event,
        given_name="Žofie",
        company="Größe GmbH",
        sentences=("Bakteriophagen", ""),
        fields=[("therapeutic_area", "oncology")],
    )
    for words in ("zofie", "GROESSE", "große", "phagen", "onkologie", "oncology", "zofie phagen"):
        assert found(me, words=words) == [jana.id], words
    assert found(me, words="zofie peptide") == []


def test_a_hidden_name_is_not_found_by_searching_for_it(event: Event):
    me = make_delegate(event)
    quiet = make_delegate(event, visibility="organisation", given_name="Verborgene", company="Stille GmbH")
    assert found(me, words="verborgene") == []
    assert found(me, words="stille") == [quiet.id]


@pytest.mark.parametrize("words", ["%", "_", "\\", "%%%", "' OR 1=1 --"])
def test_signs_of_the_database_are_letters_like_any(event: Event, words: str):
    me = make_delegate(event)
    make_delegate(event, company="Ganz Gewöhnlich AG")
    assert found(me, words=words) == []


def test_filters_narrow_between_lists_and_widen_within_one(event: Event):
    me = make_delegate(event)
    one = make_delegate(event, offers=["licence"], country="DE", organisation_type="cro", languages=["de"])
    two = make_delegate(event, offers=["supply"], country="DE", fields=[("sector", "bioinformatics")], languages=["en"])
    three = make_delegate(event, seeks=["licence"], country="CZ", fields=[("technology", "bioinformatics")])
    assert set(found(me, offers=("licence", "supply"))) == {one.id, two.id}
    assert found(me, offers=("licence", "supply"), kind=("cro",)) == [one.id]
    assert found(me, seeks=("licence",)) == [three.id]
    assert set(found(me, country=("DE",))) == {one.id, two.id}
    assert found(me, field=("sector.bioinformatics",)) == [two.id]
    assert set(found(me, field=("sector.bioinformatics", "technology.bioinformatics"))) == {two.id, three.id}
    assert set(found(me, language=("en",))) == {two.id, three.id}


def test_a_shared_free_slot_is_asked_of_both_agendas(event: Event):
    me, free = make_delegate(event), make_delegate(event)
    full = make_delegate(event)
    with transaction():
        block(full.participant, event, event.opens_at, event.closes_at)
    assert set(found(me)) == {free.id, full.id}
    assert found(me, free=True) == [free.id]
    standing = {card.delegate.id: card.standing and card.standing.kind for card in directory.page(me, Wish()).cards}
    assert standing == {free.id: "bookable", full.id: "closed"}


def test_the_numbers_beside_filters_are_what_one_would_find(event: Event):
    me = make_delegate(event)
    make_delegate(event, offers=["licence"], country="DE")
    make_delegate(event, offers=["licence", "supply"], country="CZ")
    page = directory.page(me, Wish(country=("DE",)))
    assert dict(page.facets["offers"]) == {"licence": 1}
    assert dict(page.facets["country"]) == {"DE": 1, "CZ": 1}
    for code, number in directory.page(me, Wish()).facets["offers"]:
        assert number == len(found(me, offers=(code,)))


def test_most_reasons_come_first(event: Event):
    me = make_delegate(event, seeks=["licence", "investment"], fields=[("sector", "bioinformatics")])
    none = make_delegate(event, company="A", offers=["supply"])
    two = make_delegate(event, company="C", offers=["licence", "investment"])
    three = make_delegate(event, company="D", offers=["licence", "investment"], fields=[("sector", "bioinformatics")])
    one = make_delegate(event, company="B", fields=[("sector", "bioinformatics")])
    page = directory.page(me, Wish())
    assert [(card.delegate.id, len(card.reasons)) for card in page.cards] == [
        (three.id, 3),
        (two.id, 2),
        (one.id, 1),
        (none.id, 0),
    ]
    assert found(me, sort="newest") == [one.id, three.id, two.id, none.id]


@pytest.mark.parametrize("visibility", ["name", "organisation", "hidden"])
def test_what_one_changes_about_oneself_changes_the_order_at_once(event: Event, visibility: str):
    me = make_delegate(event, seeks=["licence"], visibility=visibility)
    lender = make_delegate(event, company="A", offers=["licence"])
    backer = make_delegate(event, company="B", offers=["investment"])
    assert [found(me) for _turn in range(2)] == [[lender.id, backer.id]] * 2
    with transaction():
        services.edit(me.profile, offers="", seeks="", terms=[("seek", "goal", "investment")])
    assert found(me) == [backer.id, lender.id]


def test_names_sort_as_they_are_shown(event: Event):
    me = make_delegate(event)
    named = make_delegate(event, family_name="Čapek", company="Zzz")
    quiet = make_delegate(event, family_name="Aal", company="Mitte AG", visibility="organisation")
    late = make_delegate(event, family_name="Zuse", company="Aaa")
    assert found(me, sort="name") == [named.id, quiet.id, late.id]


def test_pages_hold_twenty(event: Event):
    me = make_delegate(event)
    for _ in range(directory.PAGE + 3):
        make_delegate(event)
    first, second = directory.page(me, Wish()), directory.page(me, Wish(page=2))
    assert (len(first.cards), first.first, first.last, first.total) == (20, 1, 20, 23)
    assert (len(second.cards), second.first, second.last) == (3, 21, 23)
    assert not {card.delegate.id for card in first.cards} & {card.delegate.id for card in second.cards}


def test_the_filter_to_drop_is_named_with_what_it_would_bring(event: Event):
    me = make_delegate(event)
    make_delegate(event, country="DE", offers=["licence"])
    make_delegate(event, country="DE")
    wish = Wish(country=("DE",), offers=("supply",))
    assert found(me, country=("DE",), offers=("supply",)) == []
    assert directory.nearest(me, wish) == [("offers", "supply", 2)]


def test_a_page_takes_the_same_queries_among_two_people_and_among_forty(app: Flask, client: FlaskClient, event: Event):
    me = make_delegate(event, seeks=["licence"])
    person = me.participant.person
    make_meeting(event, by=me, to=make_delegate(event, offers=["licence"]))
    make_delegate(event)
    path = f"/e/{event.slug}/me/partners"
    assert person is not None
    sign_in(client, person)
    assert client.get(path).status_code == 200
    with statements() as few:
        assert client.get(path).text.count('class="card match"') == 2
    for number in range(38):
        other = make_delegate(event, offers=["licence"], fields=[("sector", "bioinformatics")])
        if number % 3 == 0:
            make_request(event, to=other)
    make_request(event, by=make_delegate(event), to=me)
    assert client.get(path).status_code == 200
    with statements() as many:
        assert client.get(path).text.count('class="card match"') == directory.PAGE
    assert len(many) == len(few)
    assert len(many) < 30


def test_cards_answer_who_offers_seeks_why_and_whether(client: FlaskClient, event: Event):
    me = make_delegate(event, seeks=["contract_manufacturing"], locale="en")
    make_delegate(
        event,
        given_name="Tomáš",
        function="Head of Licensing",
        company="Vltava Biologics",
        offers=["contract_manufacturing"],
        sentences=("GMP peptides", "Phages"),
        country="CZ",
        email="tomas@vltava.example",
    )
    assert me.participant.person is not None
    sign_in(client, me.participant.person)
    page = client.get(f"/e/{event.slug}/me/partners?lang=en").text
    for text in ("Tomáš Muster", "Head of Licensing", "Vltava Biologics", "GMP peptides", "Phages", "Czechia"):
        assert text in page
    assert "1 reason to meet" in page
    assert re.search(r"You seek <b>[^<]+</b>, they offer it\.", page)
    assert "Request a meeting" in page
    assert "tomas@vltava.example" not in page


def test_organisation_only_shows_no_name_anywhere(client: FlaskClient, event: Event):
    me = make_delegate(event)
    quiet = make_delegate(
        event, visibility="organisation", given_name="Verborgene", function="Geheime Rätin", company="Stille GmbH"
    )
    assert me.participant.person is not None
    sign_in(client, me.participant.person)
    for path in (
        "partners",
        f"partners/{quiet.public_id}",
        f"partners/{quiet.public_id}/request",
        "partners?sort=name",
    ):
        page = client.get(f"/e/{event.slug}/me/{path}")
        assert page.status_code == 200
        assert "Stille GmbH" in page.text
        assert "Verborgene" not in page.text
        assert "Geheime" not in page.text


def test_a_hidden_partners_page_does_not_exist(client: FlaskClient, event: Event):
    me, hidden = make_delegate(event), make_delegate(event, visibility="hidden")
    elsewhere = make_delegate(make_partnering_event())
    assert me.participant.person is not None
    sign_in(client, me.participant.person)
    for ref in (hidden.public_id, elsewhere.public_id, "nobody"):
        assert client.get(f"/e/{event.slug}/me/partners/{ref}").status_code == 404


def test_the_directory_is_for_those_who_partner(app: Flask, client: FlaskClient, event: Event):
    path = f"/e/{event.slug}/me/partners"
    assert client.get(path).location == f"/login?next={path}"
    speaker = make_participant(event).person
    assert speaker is not None
    sign_in(client, speaker)
    assert client.get(path).status_code == 403
    outsider = make_delegate(make_partnering_event()).participant.person
    assert outsider is not None
    sign_in(client, outsider)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=99999999999999", "sort=x", "field=a.b", "field=x", "kind=%00", "free=2", "q=%00", "language=%25"],
)
def test_any_address_is_answered(client: FlaskClient, event: Event, query: str):
    me = make_delegate(event)
    make_delegate(event)
    assert me.participant.person is not None
    sign_in(client, me.participant.person)
    assert client.get(f"/e/{event.slug}/me/partners?{query}").status_code == 200


def test_the_script_gets_only_what_changes(client: FlaskClient, event: Event):
    me = make_delegate(event, locale="en")
    make_delegate(event, country="DE")
    assert me.participant.person is not None
    sign_in(client, me.participant.person)
    path = f"/e/{event.slug}/me/partners?country=DE&lang=en"
    whole, part = client.get(path), client.get(path, headers={"X-Part": "results"})
    assert part.text.strip() in whole.text
    assert "<h1" not in part.text
    assert "1 person matches" in part.text
    assert "X-Part" in whole.vary
    assert "X-Part" in part.vary


def test_a_program_that_copies_the_directory_is_slowed_down(client: FlaskClient, event: Event, freeze, monkeypatch):
    freeze(clock.now())
    monkeypatch.setattr("partnering.delegates.views.directory.SEARCHES", 2)
    me = make_delegate(event)
    assert me.participant.person is not None
    sign_in(client, me.participant.person)
    path = f"/e/{event.slug}/me/partners"
    assert [client.get(path).status_code for _turn in range(3)] == [200, 200, 429]


def test_a_card_that_was_drawn_before_shows_what_is_true_now(client: FlaskClient, event: Event):
    me = make_delegate(event, locale="en", seeks=["licence"])
    jana = make_delegate(event, given_name="Jana", family_name="Wittkowski", offers=["licence"], company="Lumenfold")
    assert me.participant.person is not None
    sign_in(client, me.participant.person)
    path = f"/e/{event.slug}/me/partners?lang=en"
    assert client.get(path).text == client.get(path).text
    with transaction():
        jana.participant.family_name = "Newname"
        jana.participant.function = "Head of chemistry"
        jana.profile.offers = "Peptides by the kilogram"
        jana.profile.country = "CZ"
        jana.profile.organisation.name = "Lumenfold AG"
    now = client.get(path).text
    for said in ("Jana Newname", "Head of chemistry", "Peptides by the kilogram", "Czechia", "Lumenfold AG"):
        assert said in now, said
    with transaction():
        services.show(jana, "organisation", channel="profile")
    assert "Newname" not in client.get(path).text
    german = client.get(path.replace("lang=en", "lang=de")).text
    assert "lang=de" in german
    assert "lang=en" not in re.sub(r"<(?:header|footer).*?</(?:header|footer)>", "", german, flags=re.DOTALL)
