"""Names are found however they are typed, and what people type is cleaned of what cannot be seen."""

import unicodedata

import pytest

from partnering.text import clean, clean_lines, fold, folds, taken_apart

LOOKALIKES = [
    ("Straße", "STRASSE"),
    ("Łódź", "lodz"),
    ("Müller", "muller"),
    ("Ångström", "angstrom"),
    ("François Çelik", "francois celik"),
    ("Ørsted", "orsted"),
    ("Đorđević", "dordevic"),
    ("Þórður", "thordur"),
    ("Cœur", "coeur"),
    ("Ærø", "aero"),
    ("ﬁrma", "firma"),
    ("ＧｍｂＨ", "gmbh"),
    ("İstanbul", "istanbul"),
    ("  Bio   City\tLeipzig ", "bio city leipzig"),
    ("Zoë\u0308", "zoe"),
    ("ΑΘΗΝΑ", "αθηνα"),
    ("Nguyễn Thị Ánh", "nguyen thi anh"),
    ("Škoda Žižka", "skoda zizka"),
]


@pytest.mark.parametrize(("typed", "searched"), LOOKALIKES)
def test_letters_are_equal_without_case_and_marks(typed, searched):
    assert fold(typed) == fold(searched) == searched.casefold().replace("ß", "ss")


@pytest.mark.parametrize("typed", [pair[0] for pair in LOOKALIKES])
def test_folding_twice_is_folding_once_in_whatever_form_it_was_typed(typed):
    forms = {fold(unicodedata.normalize(form, typed)) for form in ("NFC", "NFD", "NFKC", "NFKD")}

    assert forms == {fold(typed)} == {fold(fold(typed))}


def test_what_differs_stays_different():
    names = ["Meier", "Maier", "Meyer", "Müller", "Muller-Lüdenscheidt", "东京", "東京", ""]

    assert len({fold(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("typed", "index"),
    [("Müller", "muller mueller"), ("Göß", "goss goess"), ("Jäger", "jager jaeger"), ("Meier", "meier"), ("", "")],
)
def test_umlauts_are_found_in_both_spellings(typed, index):
    assert folds(typed) == index


def test_umlauts_are_found_in_both_spellings_however_they_are_composed():
    assert folds(unicodedata.normalize("NFD", "Müller")) == "muller mueller"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jana \t Wittkowski\n", "Jana Wittkowski"),
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("\u202ecod.exe\u202c", "cod.exe"),
        ("a\u2028b\u2029c", "a b c"),
        ("\ufeffBOM", "BOM"),
        ("u\u0308ber", "über"),
        ("one\r\nBcc: two@example.org", "one Bcc: two@example.org"),
        ("a\u0085b", "a b"),
        ("", ""),
        (" \u200e\u200f ", ""),
    ],
)
def test_a_line_is_cleaned(typed, kept):
    assert clean(typed) == kept == clean(kept)


@pytest.mark.parametrize("typed", ["Zoë 👩\u200d🔬", "نام\u200cها", "O’Neill–Özgür", "C₂H₅OH", "&lt;b&gt; <b>"])
def test_what_belongs_to_a_text_stays(typed):
    assert clean(typed) == typed
    assert clean_lines(typed) == typed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("\n\na\n\n\n\n\nb \n\n", "a\n\nb"),
        ("a\x00  b\n\tc", "a b\nc"),
        ("a\n \u202e \n \nb", "a\n\nb"),
        ("", ""),
    ],
)
def test_lines_are_cleaned_and_stay_lines(typed, kept):
    assert clean_lines(typed) == kept == clean_lines(kept)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("Jana Wittkowski", ("", "Jana", "Wittkowski")),
        ("Prof. Dr. Anna Lena Maier", ("Prof. Dr.", "Anna Lena", "Maier")),
        ("Wanda von der Quast", ("", "Wanda", "von der Quast")),
        ("von Quast", ("", "von", "Quast")),
        ("Dr. h. c. J. R. Stein", ("Dr. h. c.", "J. R.", "Stein")),
        ("Cher", ("", "", "Cher")),
        ("Dr.", ("Dr.", "", "")),
        ("", ("", "", "")),
    ],
)
def test_a_name_is_taken_apart(typed, parts):
    assert taken_apart(typed) == parts
