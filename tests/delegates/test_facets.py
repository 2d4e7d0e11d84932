"""The numbers beside the filters are those that reading every row gives, whatever was chosen."""

import random

import pytest
from flask import Flask

from partnering.agenda.services import block
from partnering.db import transaction
from partnering.delegates import blocking, directory, documents, taxonomy, visibility
from partnering.delegates.directory import LISTS, Wish
from partnering.delegates.models import Delegate
from partnering.events.models import Event
from tests.delegates import brute
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event

FILTERS = 200


@pytest.fixture
def crowded(ctx: Flask) -> tuple[Event, Delegate]:
    """Forty people of all kinds, some hidden, blocked, taken, or of my own organisation; and me."""
    dice = random.Random(11)
    event = make_partnering_event(slots=4)
    goals = [term.code for term in taxonomy.facet("goal").terms[:6]]
    me = make_delegate(event, seeks=goals[:2])
    made: list[Delegate] = []
    for number in range(40):
        made.append(
            make_delegate(
                event,
                offers=dice.sample(goals, dice.randint(0, 3)),
                seeks=dice.sample(goals, dice.randint(0, 3)),
                fields=[("sector", dice.choice(["bioinformatics", "medical_technology"]))],
                visibility=dice.choice(["name", "name", "organisation", "hidden"]),
                country=dice.choice(["DE", "CZ", ""]),
                organisation_type=dice.choice(["cro", "university", ""]),
                languages=dice.sample(["de", "en", "cs"], 2),
                colleague_of=dice.choice(made) if number % 7 == 6 else None,
            )
        )
    with transaction():
        for number, one in enumerate(made):
            one.profile.region = dice.choice(["DE-SN", "DE-BE", ""]) if one.profile.country == "DE" else ""
            if number % 5 == 0:
                block(one.participant, event, event.opens_at, event.closes_at)
            if number % 9 == 0 and one.visibility == "name":
                visibility.show(one, "name", languages=False)
        blocking.block(me, other=made[1])
        blocking.block(made[2], profile=me.profile)
        make_delegate(event, colleague_of=me)
        documents.write_all(event)
    return event, me


def test_facets_equal_brute_force_over_random_filters(crowded: tuple[Event, Delegate]):
    _event, me = crowded
    people = brute.everybody(me)
    look = directory.Look(me)
    assert len(people) > 20
    assert any(one.free for one in people)
    assert not all(one.free for one in people)
    for wish in brute.wishes(people, FILTERS, random.Random(3)):
        assert look.found(wish).bit_count() == len(brute.found(people, wish)), wish
        counted = {name: dict(numbers) for name, numbers in look.facets(wish).items()}
        assert counted == {name: dict(numbers) for name, numbers in brute.facets(people, wish).items()}, wish


def test_pages_show_whom_brute_force_finds(crowded: tuple[Event, Delegate]):
    _event, me = crowded
    people = brute.everybody(me)
    for wish in [Wish(), *brute.wishes(people, 20, random.Random(5))]:
        shown: list[int] = []
        for number in range(1, 4):
            page = directory.page(me, wish.but(page=number))
            shown += [card.delegate.id for card in page.cards]
        assert sorted(shown) == sorted(one.id for one in brute.found(people, wish)), wish
        assert page.free == len(brute.found(people, wish.but(free=True))), wish


def test_every_list_has_its_numbers(crowded: tuple[Event, Delegate]):
    _event, me = crowded
    counted = directory.page(me, Wish()).facets
    assert tuple(counted) == LISTS
    assert {"country", "region", "kind", "language", "offers", "seeks", "field"} <= {
        name for name in counted if counted[name]
    }
