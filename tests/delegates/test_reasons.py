"""Reasons to meet: two-sided, weighed, in sentences, and the same one by one as for everybody at once."""

import random
from dataclasses import fields

import pytest
from flask import Flask

from partnering.db import db
from partnering.delegates import directory, documents, reasons, taxonomy
from partnering.delegates.models import Delegate, DelegateTerm, Opportunity, OpportunityTerm
from partnering.delegates.reasons import Known, Reason, between, scores, weight_of
from partnering.events.models import Event
from partnering.i18n import speaking
from tests.factories.delegates import make_delegate
from tests.factories.ground import deed
from tests.factories.meetings import make_partnering_event
from tests.support.counting import statements


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def known(*codes: str, **facts: object) -> Known:
    """Somebody of whom these codes are known."""
    return Known(frozenset(codes), facts)


def weights(mine: Known, theirs: Known) -> dict[str, int]:
    """What each reason counts."""
    return {reason.key: reason.weight for reason in between(mine, theirs)}


def test_offers_and_seeks_count_both_ways():
    mine = known("seek.goal.licence", "offer.goal.supply")
    theirs = known("offer.goal.licence", "seek.goal.supply")
    assert weights(mine, theirs) == {"offer.goal.licence": 6, "seek.goal.supply": 6}
    assert weights(theirs, mine) == {"seek.goal.licence": 6, "offer.goal.supply": 6}


def test_what_only_a_text_says_counts_half():
    assert weights(known("seek.goal.licence"), known("offer.~goal.licence")) == {"offer.goal.licence": 3}
    assert weights(known("seek.~goal.licence"), known("offer.goal.licence")) == {"offer.goal.licence": 3}
    assert weights(known("is.sector.bioinformatics"), known("is.~sector.bioinformatics")) == {}


def test_fields_in_common_count_by_facet_and_partners_in_a_field_more():
    mine = known("is.therapeutic_area.oncology", "is.technology.proteins", "is.sector.bioinformatics")
    found = between(mine, mine)
    assert [(one.key, one.weight) for one in found] == [
        ("is.therapeutic_area.oncology", 3),
        ("is.technology.proteins", 2),
        ("is.sector.bioinformatics", 1),
    ]
    assert weight_of(found) == 6
    both = known("offer.goal.licence", "is.sector.bioinformatics")
    assert weight_of(between(known("seek.goal.licence", "is.sector.bioinformatics"), both)) == 6 + 1 + 2


def test_what_a_person_seeks_themselves_counts_five_and_stands_once():
    mine = known("person.therapeutic_area.oncology", "is.therapeutic_area.oncology")
    assert weights(mine, known("is.therapeutic_area.oncology")) == {"offer.therapeutic_area.oncology": 5}
    assert weights(known("person.goal.licence"), known("offer.goal.licence")) == {"offer.goal.licence": 5}


@pytest.mark.usefixtures("ctx")
def test_an_opportunity_is_quoted_by_its_title_once():
    deal = {"side": "offer", "kind": "project", "title": "X", "terms": ["modality.mrna", "stage.preclinical"]}
    theirs = known("deal.offer.modality.mrna", "deal.offer.stage.preclinical", opportunities=[deal])
    mine = known("deal.seek.modality.mrna", "deal.seek.stage.preclinical")
    found = between(mine, theirs)
    assert weight_of(found) == 6
    with speaking("en"):
        assert {one.text for one in found} == {
            "Their project “X” fits what you seek: mRNA.",
            "You seek preclinical, they offer it.",  # quoted once is enough
        }
    with speaking("de"):
        assert found[0].text == "Das Vorhaben „X“ passt zu dem, was Sie suchen: mRNA."


@pytest.mark.usefixtures("ctx")
def test_a_title_is_quoted_as_it_is():
    deal = {"side": "offer", "kind": "asset", "title": "100 %(word)s <b>", "terms": ["goal.licence"]}
    theirs = known("deal.offer.goal.licence", opportunities=[deal])
    (reason,) = between(known("seek.goal.licence"), theirs)
    with speaking("en"):
        assert reason.text == "Their product “100 %(word)s <b>” fits what you seek: licence (in)."


@pytest.mark.usefixtures("ctx")
def test_region_and_language_are_no_reasons_alone_and_german_and_english_never():
    near = ("region.DE-SN", "language.cs", "language.de", "language.en")
    assert between(known(*near), known(*near)) == []
    found = between(known("seek.goal.supply", *near), known("offer.goal.supply", *near))
    assert [one.key for one in found] == ["offer.goal.supply", "region.region.DE-SN", "language.language.cs"]
    with speaking("de"):
        assert {one.text for one in found[1:]} == {
            "Sie sind beide in Sachsen zu Hause.",
            "Sie sprechen beide Tschechisch.",
        }


def test_what_fewest_have_stands_first_among_equals():
    mine = known("seek.goal.licence", "seek.goal.supply")
    theirs = known("offer.goal.licence", "offer.goal.supply")
    assert between(mine, theirs, numbers={"offer.goal.licence": 9, "offer.goal.supply": 1})[0].code == "supply"
    assert between(mine, theirs, numbers={"offer.goal.licence": 1, "offer.goal.supply": 9})[0].code == "licence"


def test_dismissed_reasons_are_left_out():
    mine, theirs = known("seek.goal.licence", "seek.goal.supply"), known("offer.goal.licence", "offer.goal.supply")
    assert [one.code for one in between(mine, theirs, dismissed={"offer.goal.licence"})] == ["supply"]
    assert between(mine, theirs, dismissed={""}) == []


@pytest.mark.usefixtures("ctx")
def test_every_sentence_is_whole_in_both_languages():
    every = [
        Reason(side, "goal", "licence", said=said, title=title, kind=kind)
        for side in ("offer", "seek", "is")
        for said in ("", "m", "t", "mt")
        for title, kind in (("", ""), ("X", "asset"), ("X", "technology"), ("X", "project"))
    ]
    seen = {}
    for language in ("de", "en"):
        with speaking(language):
            texts = [one.text for one in every]
        seen[language] = texts
        assert all(text.endswith(".") and "%(" not in text for text in texts)
    assert all(one != other for one, other in zip(seen["de"], seen["en"], strict=True))


def random_person(chance: random.Random) -> Known:
    """Somebody with a few codes of every kind."""
    found = set()
    for _number in range(chance.randint(0, 8)):
        facet = chance.choice(["goal", "modality", "stage", "therapeutic_area", "technology", "sector"])
        code = chance.choice(taxonomy.facet(facet).terms[:3]).code
        head = chance.choice(["offer", "seek", "is", "deal.offer", "deal.seek", "person"])
        text = "~" if head in ("offer", "seek", "is") and chance.random() < 0.4 else ""
        found.add(f"{head}.{text}{facet}.{code}")
    found |= set(chance.sample(["region.DE-SN", "region.DE-BE", "language.cs", "language.pl", "language.de"], 2))
    return known(*found)


def test_scores_of_everybody_are_those_of_each():
    chance = random.Random(20230328)
    people = [random_person(chance) for _number in range(300)]
    codes: dict[str, int] = {}
    for place, one in enumerate(people):
        for code in one.codes:
            codes[code] = codes.get(code, 0) | 1 << place
    some = 0
    for mine in people[:60]:
        planes = scores(codes, mine)
        for place, theirs in enumerate(people):
            score = sum((plane >> place & 1) << digit for digit, plane in enumerate(planes))
            assert score == weight_of(between(mine, theirs)), (mine, theirs)
            some += score > 0
        order = [score for score, _level in reasons.descending(planes, (1 << len(people)) - 1)]
        assert order == sorted(set(order), reverse=True)
    assert some > 1000


def test_nothing_of_tickets_or_money_is_known():
    words = {field.name for field in fields(Known)} | {field.name for field in fields(Reason)}
    assert words == {"codes", "facts", "side", "facet", "code", "weight", "said", "title", "kind"}


def test_a_german_text_meets_an_english_one(event: Event):
    jana = make_delegate(event, sentences=("", "Partner für Peptidsynthese"))
    tomas = make_delegate(event, sentences=("GMP peptide synthesis", ""))
    (reason,) = directory.reasons_for(jana, [tomas])[tomas.id]
    assert (reason.key, reason.said) == ("offer.modality.peptide", "mt")
    with speaking("en"):
        assert reason.text == "Your text asks for peptide, theirs speaks of it."


def opportunity(of: Delegate, **values: object) -> Opportunity:
    """An opportunity of somebody's organisation."""
    now = of.created_at
    with deed():
        given = {"kind": "asset", "side": "offer", "title": "LF-12", "created_at": now, "updated_at": now, **values}
        new = Opportunity(event_id=of.event_id, profile_id=of.profile_id, **given)
        db.session.add(new)
        db.session.flush()
    return new


def test_opportunities_and_own_seeks_come_from_the_rows(event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    offer = opportunity(tomas, stage="preclinical")
    with deed():
        db.session.add(
            OpportunityTerm(event_id=event.id, opportunity_id=offer.id, facet="modality", term="bacteriophage")
        )
        db.session.add(DelegateTerm(event_id=event.id, delegate_id=jana.id, facet="modality", term="bacteriophage"))
        documents.write_for_profile(tomas.profile)
    (reason,) = directory.reasons_for(jana, [tomas])[tomas.id]
    assert (reason.key, reason.title, reason.weight) == ("offer.modality.bacteriophage", "LF-12", 5)
    (back,) = directory.reasons_for(tomas, [jana])[jana.id]
    assert (back.side, back.code) == ("seek", "bacteriophage")


def test_what_somebody_keeps_back_is_no_reason_for_others_but_for_themselves(event: Event):
    jana, tomas = make_delegate(event, visibility="organisation"), make_delegate(event, offers=["licence"])
    with deed():
        db.session.add(DelegateTerm(event_id=event.id, delegate_id=jana.id, facet="goal", term="licence"))
    assert directory.reasons_for(tomas, [jana])[jana.id] == []
    assert [one.code for one in directory.reasons_for(jana, [tomas])[tomas.id]] == ["licence"]


def test_reasons_take_the_same_questions_however_many_people(event: Event):
    me = make_delegate(event, seeks=["licence"])
    others = [make_delegate(event, offers=["licence"]) for _number in range(8)]
    directory.reasons_for(me, others)
    with statements() as few:
        directory.reasons_for(me, others[:2])
    with statements() as many:
        directory.reasons_for(me, others)
    assert len(few) == len(many) <= 7
