"""Words find people whatever their spelling; numbers beside filters are what one would count by hand."""

import random
from typing import Any

import pytest
from flask import Flask

from partnering.agenda.services import block
from partnering.db import transaction
from partnering.delegates import directory, taxonomy
from partnering.delegates.directory import Wish
from partnering.delegates.models import BlockedPair, Delegate
from partnering.events.models import Event
from partnering.text import fold, word_forms, words
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def found(me: Delegate, **wish: Any) -> set[int]:
    """The ids of who a wish finds."""
    return {card.delegate.id for card in directory.page(me, Wish(**wish)).cards}


def test_words_are_cut_and_folded_once_each():
    assert words("Müller-Straße, müller_2 C++ ½") == "muller strasse 2 c 1 mueller"
    assert word_forms('Müller "Straße" *') == [["muller", "mueller"], ["strasse"]]
    assert word_forms("%% -- \U0001f9ec") == []


@pytest.mark.parametrize("stored", ["Müller Straße", "Mueller Strasse", "Muller STRASSE", "Mu\u0308ller Straße"])
def test_umlauts_are_found_however_somebody_spells_them(event: Event, stored: str):
    me, other = make_delegate(event), make_delegate(event, company=stored)
    make_delegate(event, company="Molkerei Sand")
    for typed in ("Müller", "mu\u0308ller", "MÜLLER STRASSE", "straße", "strasse", "stra"):
        assert found(me, words=typed) == {other.id}, typed
    if "Mueller" not in stored:
        assert found(me, words="muller") == {other.id}
    if "Muller" not in stored:
        assert found(me, words="mueller") == {other.id}


def test_every_word_must_begin_one(event: Event):
    me = make_delegate(event)
    one = make_delegate(event, company="Alpha Beta")
    make_delegate(event, company="Alpha Gamma")
    assert found(me, words="alp bet") == {one.id}
    assert found(me, words="bet delta") == set()


def test_a_word_that_begins_none_is_looked_for_within_words(event: Event):
    me = make_delegate(event)
    one = make_delegate(event, sentences=("Peptidsynthese", ""))
    assert found(me, words="synthese") == {one.id}
    two = make_delegate(event, sentences=("Synthese", ""))
    assert found(me, words="synthese") == {two.id}


@pytest.mark.parametrize(
    "typed",
    ['"', "alpha OR beta", "NEAR(alpha)", "alpha* AND", "text:alpha", "alpha & !beta", "'alpha", "(", "alpha:*"],
)
def test_operators_of_the_databases_are_words_like_any(event: Event, typed: str):
    me = make_delegate(event)
    make_delegate(event, company="Beta")
    one = make_delegate(event, company="Alpha Text and or near")
    assert found(me, words=typed) <= {one.id}


def test_other_events_and_other_hosts_are_not_searched(event: Event):
    me = make_delegate(event)
    make_delegate(make_partnering_event(), company="Anderswo GmbH")
    assert found(me, words="anderswo") == set()


def test_whoever_blocks_or_is_blocked_is_neither_found_nor_counted(event: Event):
    me = make_delegate(event)
    one, two, three = (make_delegate(event, country="DE") for _ in range(3))
    four = make_delegate(event, country="DE")
    pairs = ({"delegate_id": me.id, "other_id": one.id}, {"delegate_id": two.id, "other_id": me.id})
    firms = (
        {"delegate_id": me.id, "other_profile_id": three.profile_id},
        {"delegate_id": make_delegate(event, visibility="hidden").id, "other_profile_id": four.profile_id},
    )
    with transaction() as session:
        session.add_all(BlockedPair(event_id=event.id, created_at=event.opens_at, **pair) for pair in (*pairs, *firms))
    page = directory.page(me, Wish())
    assert [card.delegate.id for card in page.cards] == [four.id]
    assert (page.total, page.free, dict(page.facets["country"])) == (1, 1, {"DE": 1})
    assert [directory.may_be_seen(me, other) for other in (one, two, three, four)] == [False, False, False, True]


# -- counting by hand


FIELDS = [(facet, term.code) for facet in ("sector", "technology") for term in taxonomy.facet(facet).terms[:3]]
GOALS = [term.code for term in taxonomy.facet("goal").terms[:4]]
KINDS = ["cro", "investor", ""]
COUNTRIES = ["DE", "CZ", "PL", ""]
LANGUAGES = ["de", "en", "cs"]
LISTS = ("words", "free", *directory.LISTS)
FIRMS = ["Müller", "Lumenfold", "Großmann", "Vltava"]


def holds(other: Delegate, name: str, said: dict[int, dict[str, list[str]]], busy: set[int], wish: Wish) -> bool:
    """Whether somebody passes one list of a wish, by what was written down when they were made."""
    if name == "words":
        return all(fold(other.profile.organisation.name).startswith(word) for word in fold(wish.words).split())
    if name == "free":
        return not wish.free or other.id not in busy
    chosen = getattr(wish, name)
    return not chosen or not set(chosen).isdisjoint(said[other.id].get(name, []))


def test_two_hundred_random_wishes_are_counted_as_by_hand(event: Event):
    dice = random.Random(4)
    me = make_delegate(event)
    others, said, busy = [], {}, set()
    for number in range(40):
        fields, offers = dice.sample(FIELDS, dice.randrange(3)), dice.sample(GOALS, dice.randrange(3))
        seeks, spoken = dice.sample(GOALS, dice.randrange(2)), dice.sample(LANGUAGES, dice.randrange(1, 3))
        kind, country = dice.choice(KINDS), dice.choice(COUNTRIES)
        other = make_delegate(
            event,
            company=f"{dice.choice(FIRMS)}{number}",
            offers=offers,
            seeks=seeks,
            fields=fields,
            languages=spoken,
            organisation_type=kind,
            country=country,
            visibility=dice.choice(["name", "organisation", "hidden"]),
        )
        said[other.id] = {
            "field": [".".join(pair) for pair in fields],
            "offers": offers,
            "seeks": seeks,
            "kind": [kind] if kind else [],
            "country": [country] if country else [],
            "language": spoken if other.visibility == "name" else [],
        }
        if dice.random() < 0.3:
            with transaction():
                block(other.participant, event, event.opens_at, event.closes_at)
            busy.add(other.id)
        if other.visibility != "hidden":
            others.append(other)
    choices = {name: sorted({code for one in said.values() for code in one[name]}) for name in said[others[0].id]}
    for _turn in range(200):
        lists: dict[str, Any] = {
            name: tuple(dice.sample(codes, dice.choice([0, 0, 1, 2]) if len(codes) > 1 else 0))
            for name, codes in choices.items()
        }
        wish = Wish(words=dice.choice(["", "", "müll", "gross", "lumenfold"]), free=dice.random() < 0.3, **lists)
        page = directory.page(me, wish)

        def left(besides: str, wish: Wish = wish) -> list[Delegate]:
            return [
                other
                for other in others
                if all(holds(other, name, said, busy, wish) for name in LISTS if name != besides)
            ]

        fits = left("")
        assert page.total == len(fits)
        assert {card.delegate.id for card in page.cards} <= {other.id for other in fits}
        assert len(page.cards) == min(len(fits), directory.PAGE)
        assert page.free == len([other for other in left("free") if other.id not in busy])
        for name in choices:
            counted = {code: sum(code in said[other.id][name] for other in left(name)) for code in choices[name]}
            assert dict(page.facets[name]) == {code: number for code, number in counted.items() if number}, (wish, name)
