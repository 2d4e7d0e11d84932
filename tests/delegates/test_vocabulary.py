"""The taxonomy's terms in what people write: both languages, compounds, what is denied, and how long it takes."""

import json
import time
from pathlib import Path

import pytest

from partnering.delegates import taxonomy, vocabulary
from partnering.delegates.vocabulary import terms_in


@pytest.mark.parametrize(
    ("german", "english", "term"),
    [
        ("GMP-Peptidsynthese bis fünf Kilogramm", "peptide synthesis up to five kilograms", ("modality", "peptide")),
        ("präklinische Phagenprojekte", "preclinical phage projects", ("stage", "preclinical")),
        ("präklinische Phagenprojekte", "preclinical phage projects", ("modality", "bacteriophage")),
        ("Krebsmedikamente", "cancer drugs", ("therapeutic_area", "oncology")),
        ("Wir suchen Wagniskapital", "we look for venture capital", ("goal", "investment")),
        ("Lohnherstellung", "contract manufacturing", ("goal", "contract_manufacturing")),
        ("seltene Erkrankungen", "rare diseases", ("therapeutic_area", "rare_disease")),
        ("künstliche Intelligenz", "artificial intelligence", ("sector", "digital_health")),
        ("Zellkulturen", "cell cultures", ("technology", "cell_tissue")),
        ("Phase IIa läuft", "phase 2a is running", ("stage", "phase_2")),
    ],
)
def test_a_german_and_an_english_text_name_the_same_term(german: str, english: str, term: vocabulary.Found):
    assert term in terms_in(german)
    assert term in terms_in(english)


@pytest.mark.parametrize("text", ["Präklinik", "Praeklinik", "PRÄKLINIK", "praklinik"])
def test_umlauts_are_found_however_they_are_typed(text: str):
    assert terms_in(text) == {("stage", "preclinical")}


@pytest.mark.parametrize("facet", taxonomy.FACETS, ids=lambda facet: facet.code)
def test_every_label_of_the_vocabulary_names_its_term(facet: taxonomy.Facet):
    raw = json.loads(Path(vocabulary.__file__).with_name("vocabulary.json").read_text(encoding="utf-8"))
    for term in facet.terms:
        if term.code in raw.get(facet.code, {}):
            assert (facet.code, term.code) in terms_in(term.label.de), term.label.de
            assert (facet.code, term.code) in terms_in(term.label.en), term.label.en


def test_every_goal_field_and_modality_has_words_of_its_own():
    raw = json.loads(Path(vocabulary.__file__).with_name("vocabulary.json").read_text(encoding="utf-8"))
    for facet in ("goal", "modality", "therapeutic_area", "technology"):
        assert set(raw[facet]) == {term.code for term in taxonomy.facet(facet).terms}


@pytest.mark.parametrize(
    "text",
    [
        "kein Vertrieb",
        "ohne Lizenz",
        "keine Lizenz",
        "not for licensing",
        "without a licence",
        "no peptides",
        "nie Peptide",
    ],
)
def test_what_is_denied_just_before_does_not_count(text: str):
    assert terms_in(text) == set()


def test_a_denial_reaches_no_further_than_the_next_words():
    assert terms_in("Keine Lizenz, sondern Vertrieb") == {("goal", "distribution")}


def test_of_words_that_overlap_the_longest_counts():
    assert terms_in("antibody drug conjugates") == {("modality", "adc")}
    assert terms_in("Phase III") == {("stage", "phase_3")}


@pytest.mark.parametrize("text", ["", "Sie sucht den Augenblick, herzlich aus Darmstadt", "%s (.*)+ \x00", "🧬"])
def test_everyday_words_and_signs_name_nothing(text: str):
    assert terms_in(text) == set()


def test_a_long_text_takes_no_longer_than_its_length_says():
    for text in ("a" * 100_000, "phase " * 20_000, "peptidsynthese " * 10_000):
        begun = time.perf_counter()
        terms_in(text)
        assert time.perf_counter() - begun < 0.5
