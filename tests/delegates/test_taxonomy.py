"""The words of partnering profiles: complete, stable, in both languages."""

import re

import pytest

from partnering.db import BilingualText
from partnering.delegates import taxonomy

EEN_TYPES = {"business_offer", "business_request", "technology_offer", "technology_request", "rd_request"}


def test_there_are_seven_facets_with_all_their_terms():
    counted = {facet.code: len(facet.terms) for facet in taxonomy.FACETS}

    assert counted == {
        "organisation_type": 21,
        "sector": 11,
        "technology": 7,
        "therapeutic_area": 18,
        "modality": 24,
        "stage": 25,
        "goal": 17,
    }


def test_at_most_five_terms_are_chosen_per_facet():
    assert taxonomy.MAX_PER_FACET == 5


@pytest.mark.parametrize("facet", taxonomy.FACETS, ids=lambda facet: facet.code)
def test_codes_are_plain_and_unique(facet):
    codes = [term.code for term in facet.terms]

    assert [code for code in codes if not re.fullmatch(r"[a-z][a-z0-9_]*", code)] == []
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("facet", taxonomy.FACETS, ids=lambda facet: facet.code)
def test_labels_are_there_in_both_languages_and_tell_terms_apart(facet):
    german = [term.label.de.strip() for term in facet.terms]
    english = [term.label.en.strip() for term in facet.terms]

    assert "" not in german + english + [facet.label.de, facet.label.en]
    assert len(set(german)) == len(set(english)) == len(facet.terms)


def test_a_term_is_found_by_its_code():
    found = taxonomy.term("organisation_type", "transfer_office")

    assert found.label == BilingualText(de="Technologietransferstelle", en="Technology transfer office")
    assert taxonomy.facet("goal").label == BilingualText(de="Partnering-Ziel", en="Partnering goal")


def test_an_unknown_word_is_refused():
    with pytest.raises(taxonomy.UnknownWord):
        taxonomy.facet("colour")
    with pytest.raises(taxonomy.UnknownWord):
        taxonomy.term("goal", "world_peace")
    with pytest.raises(taxonomy.UnknownWord):
        taxonomy.term("colour", "red")


def test_a_licence_reads_differently_on_each_side():
    licence = taxonomy.term("goal", "licence")

    assert licence.label_for("offer") == BilingualText(de="Lizenz (Vergabe)", en="Licence (out)")
    assert licence.label_for("seek") == BilingualText(de="Lizenz (Nahme)", en="Licence (in)")
    assert licence.label_for(None) == licence.label
    assert dict(taxonomy.choices("goal", "en", side="seek"))["licence"] == "Licence (in)"


def test_other_goals_read_the_same_on_both_sides():
    supply = taxonomy.term("goal", "supply")

    assert supply.label_for("offer") == supply.label_for("seek") == BilingualText(de="Zulieferung", en="Supply")


def test_umlauts_sort_as_their_base_letters():
    labels = [label for _code, label in taxonomy.choices("sector", "de")]

    assert labels == [
        "Agro- bzw. grüne Biotechnologie",
        "Bioinformatik",
        "Bioökonomie, Ernährung",
        "Digitale Gesundheit und KI",
        "In-vitro-Diagnostik",
        "Industrielle (weiße) Biotechnologie",
        "Medizinische (rote) Biotechnologie",
        "Medizintechnik",
        "Nicht-spezifische Dienstleistungen",
        "Tiergesundheit",
        "Umweltbiotechnologie",
    ]


def test_capitals_do_not_decide_the_order():
    labels = [label for _code, label in taxonomy.choices("modality", "en")]

    assert labels.index("mRNA") == labels.index("Monoclonal, bispecific antibody") + 1


def test_choices_understand_a_locale_with_a_territory():
    assert taxonomy.choices("technology", "de_DE") == taxonomy.choices("technology", "de")
    assert taxonomy.choices("technology", "en-GB") == taxonomy.choices("technology", "en")


def test_the_development_stage_keeps_its_order():
    codes = [code for code, _label in taxonomy.choices("stage", "de")]

    assert codes[:4] == ["discovery", "lead_optimisation", "preclinical", "phase_1"]


def test_phases_equal_readiness_levels():
    levels = {code: taxonomy.term("stage", code).trl for code in ("phase_1", "phase_2", "phase_3", "marketed")}

    assert levels == {"phase_1": 6, "phase_2": 7, "phase_3": 8, "marketed": 9}


def test_weights_of_therapeutic_areas_add_up_to_the_projects_counted():
    weights = [term.weight for term in taxonomy.facet("therapeutic_area").terms if term.weight is not None]

    assert taxonomy.term("therapeutic_area", "oncology").weight == 206
    assert taxonomy.term("therapeutic_area", "rare_disease").weight is None
    assert sum(weights) == pytest.approx(434)


def test_every_goal_has_an_export_type_on_each_side():
    wrong = [
        goal.code
        for goal in taxonomy.facet("goal").terms
        if goal.een is None or set(goal.een) != {"offer", "seek"} or not set(goal.een.values()) <= EEN_TYPES
    ]

    assert wrong == []
    assert {kind for goal in taxonomy.facet("goal").terms for kind in (goal.een or {}).values()} == EEN_TYPES
