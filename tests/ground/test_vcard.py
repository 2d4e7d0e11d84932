"""Cards are read by another program as they were written, whatever people are called."""

import pytest

from partnering.vcard import Card, as_vcard
from tests.readers.calendars import cards_read

JANA = Card(
    uid="urn:x:jana",
    given_name="Jana",
    family_name="Wittkowski",
    title="Dr.",
    function="Leiterin; Forschung, Entwicklung",
    organisation="Lumenfold, Licht; Luft & Söhne GmbH",
    email="jana@lumen.example",
    phone="+49 (0)341 / 12-34",
    note="Getroffen am Stand.\nRuft an: Montag; \\o/",
)


def test_a_card_is_read_back_as_it_was_written():
    assert cards_read(as_vcard(JANA)) == [
        {
            "version": "4.0",
            "uid": "urn:x:jana",
            "fn": "Dr. Jana Wittkowski",
            "n": ["Wittkowski", "Jana", "", "Dr.", ""],
            "org": "Lumenfold, Licht; Luft & Söhne GmbH",
            "title": "Leiterin; Forschung, Entwicklung",
            "email": "jana@lumen.example",
            "tel": "tel:+493411234",
            "note": "Getroffen am Stand.\nRuft an: Montag; \\o/",
        }
    ]


def test_what_nobody_knows_is_left_out_and_a_card_always_has_a_name():
    nameless = Card(uid="urn:x:2", given_name="", family_name="", organisation="Cytomera a.s.")

    [read] = cards_read(as_vcard(nameless))

    assert read == {
        "version": "4.0",
        "uid": "urn:x:2",
        "fn": "Cytomera a.s.",
        "n": ["", "", "", "", ""],
        "org": "Cytomera a.s.",
    }


def test_several_cards_are_one_file():
    others = [Card(uid=f"urn:x:{n}", given_name="Gast", family_name=str(n)) for n in range(3)]

    assert [read["fn"] for read in cards_read(as_vcard(*others))] == ["Gast 0", "Gast 1", "Gast 2"]
    assert as_vcard() == ""


@pytest.mark.parametrize("letter", ["a", "ä", "Ł", "漢", "👩‍🔬"])
def test_no_line_is_longer_than_75_octets_and_no_letter_is_cut(letter: str):
    name = letter * 120
    text = as_vcard(Card(uid="urn:x:1", given_name=name, family_name="X", note=name))

    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert cards_read(text)[0]["note"] == name


def test_nobody_writes_lines_of_their_own_into_a_card():
    hostile = Card(uid="urn:x:1", given_name="Eva\r\nEMAIL:eva@evil.example", family_name="X\nTEL:1")

    [read] = cards_read(as_vcard(hostile))

    assert set(read) == {"version", "uid", "fn", "n"}
