"""Badges on paper, judged by poppler, pypdf, zbar and zxing-cpp."""

import os
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from partnering.badges import printing
from partnering.badges.layout import For
from partnering.badges.marks import Stroke
from partnering.badges.papers import A4, OWN, PAPERS
from partnering.badges.printing import cut_marks
from partnering.badges.standard import standard
from partnering.i18n import some_days, speaking
from partnering.pdf import document
from partnering.typeface import Fitted, fit, ruler
from tests.readers import pages
from tests.readers.codes import zbar, zxing

from .some import HEADING, NOW, ROLES, letters, make_badge, sheets

SHEETS = [key for key in PAPERS if key != OWN]
BADGES = int(os.environ.get("BADGES", "60"))
"""How many codes are read one by one at the printer's 300 dpi; all 1,000 in `make soak`."""


def sizes(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page in millimetres."""
    read = pages.reader(pdf)
    return [(round(float(p.mediabox[2]) * 25.4 / 72), round(float(p.mediabox[3]) * 25.4 / 72)) for p in read.pages]


# -- sheets


@pytest.mark.parametrize(
    ("paper", "number", "expected"),
    [
        ("a6x4", 5, [(210, 297)] * 2),
        ("a6", 3, [(105, 148)] * 3),
        ("a7", 2, [(74, 105)] * 2),
        ("label-80x50", 11, [(210, 297)] * 2),
        ("label-99x68", 9, [(210, 297)] * 2),
        ("label-64x72", 13, [(210, 297)] * 2),
    ],
)
def test_each_paper_holds_as_many_badges_as_it_says(ctx: Flask, paper: str, number: int, expected: list[Any]):
    assert sizes(sheets([make_badge(n) for n in range(number)], paper)) == expected


@pytest.mark.parametrize("paper", [paper for paper in PAPERS.values() if not paper.is_single])
def test_badges_stand_on_their_sheet_beside_each_other_with_equal_margins(paper):
    places = list(paper.places())

    assert len(places) == len(set(places)) == paper.number
    assert min(x for x, _y in places) == pytest.approx(A4[0] - max(x for x, _y in places) - paper.width)
    assert min(y for _x, y in places) == pytest.approx(A4[1] - max(y for _x, y in places) - paper.height)
    assert all(x >= 0 and y >= 0 for x, y in places)
    assert (paper.across >= paper.width, paper.down >= paper.height) == (True, True)


def test_cut_marks_stand_where_badges_end():
    crosses = [mark for mark in cut_marks(PAPERS["a6x4"]) if isinstance(mark, Stroke) and mark.dash is None]

    assert {mark.x for mark in crosses if mark.x == mark.to_x} == {0, 105, 210}
    assert {mark.y for mark in crosses if mark.y == mark.to_y} == {0.5, 148.5, 296.5}
    assert all(0 <= x <= 210 and 0 <= y <= 297 for m in crosses for x, y in ((m.x, m.y), (m.to_x, m.to_y)))


def test_badges_in_several_layouts_share_a_sheet_and_those_on_other_paper_do_not(ctx: Flask):
    plain, pink = standard("a6x4"), replace(standard("a6x4"), colours={"attendee": "#ff99cc"})
    placed = [(make_badge(0), plain), (make_badge(1), standard("a7")), (make_badge(2), pink), (make_badge(3), plain)]
    with speaking("de"):
        made = printing.sheets(placed, HEADING, "de", NOW)

    assert sizes(made) == [(210, 297), (74, 105)]
    assert zbar(pages.picture(made, dpi=200)) == sorted(make_badge(n).code for n in (0, 2, 3))


# -- what stands on them


@pytest.mark.parametrize("paper", SHEETS)
@pytest.mark.parametrize("number", range(7))
def test_every_letter_can_be_read_out_of_the_file(ctx: Flask, paper: str, number: int):
    badge = make_badge(number)
    text = letters(pages.text(sheets([badge], paper)))

    for words in (badge.first, badge.last, badge.printed, "Teilnahme", "bionection2027"):
        assert letters(words) in text, words


def test_letters_that_our_typeface_lacks_come_from_another(ctx: Flask):
    text = letters(pages.text(sheets([make_badge(first="Наталія", last="Ковальчук", organisation="ΑΒΓ Α.Ε.")])))

    assert ("Наталія" in text, "Ковальчук" in text, "ΑΒΓΑ.Ε." in text) == (True, True, True)


def read_one_by_one(pdf: bytes, paper: str, number: int, dpi: int) -> list[tuple[list[str], list[str]]]:
    """What zbar and zxing-cpp read on each badge of a file, as it lies in the hand."""
    sheet, dot, found = PAPERS[paper], dpi / 25.4, []
    for page in range(-(-number // sheet.number)):
        picture = pages.picture(pdf, dpi=dpi, page=page + 1)
        for x, y in list(sheet.places())[: number - page * sheet.number]:
            box = (x * dot, y * dot, (x + sheet.width) * dot, (y + sheet.height) * dot)
            badge = picture.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3])))
            found.append((zbar(badge), zxing(badge)))
    return found


@pytest.mark.parametrize("paper", SHEETS)
def test_both_readers_find_the_code_of_every_badge(ctx: Flask, paper: str):
    number = PAPERS[paper].number
    found = [make_badge(n, no_photos=True, days=("2027-10-13",), place="Stand 12") for n in range(number)]

    assert read_one_by_one(sheets(found, paper), paper, number, 200) == [([b.code], [b.code]) for b in found]


def test_every_code_is_read_as_the_printer_draws_it(ctx: Flask):
    found = [make_badge(n * 7919 + 1, role=ROLES[n % 5], no_photos=n % 3 == 0) for n in range(BADGES)]

    assert read_one_by_one(sheets(found), "a6x4", BADGES, 300) == [([b.code], [b.code]) for b in found]


def test_a_code_without_its_white_is_what_readers_miss(ctx: Flask):
    badge = make_badge(3)
    picture = pages.picture(sheets([badge], "a6"), dpi=200)
    code = next(each for each in standard("a6").elements if each.kind == "qr")
    dot = 200 / 25.4
    edge = [round(each * dot) for each in (code.x - 4, code.y - 4, code.x + 29, code.y + 29)]
    inside = [round(each * dot) for each in (code.x, code.y, code.x + 25, code.y + 25)]
    black, kept = picture.copy(), picture.crop((inside[0], inside[1], inside[2], inside[3]))
    black.paste(0, (edge[0], edge[1], edge[2], edge[3]))
    black.paste(kept, (inside[0], inside[1]))

    assert zbar(picture) == [badge.code]
    assert zbar(black) == []


@pytest.mark.parametrize("paper", SHEETS)
@pytest.mark.parametrize(
    "names",
    [
        {
            "first": "Wolfeschlegelsteinhausenbergerdorff",
            "last": "Freifrau von und zu Donaudampfschifffahrtsgesellschaft",
        },
        {"organisation": "Leibniz-Institut für Pflanzenbiochemie, Abteilung Natur- und Wirkstoffchemie " * 4},
        {"first": "", "last": ""},
        {"function": "Geschäftsführende Direktorin des Instituts für Technische Chemie und Biochemie " * 2},
    ],
)
def test_whatever_the_names_are_the_code_stays_readable(ctx: Flask, names: dict[str, Any], paper: str):
    badge = make_badge(**{"no_photos": True, "place": "Tisch C4", "days": ("2027-10-13",), **names})
    content = sheets([badge], paper)
    picture = pages.picture(content, dpi=200)

    assert len(pages.reader(content).pages) == 1
    assert (zbar(picture), zxing(picture)) == ([badge.code], [badge.code])


def test_a_role_is_word_colour_and_dots(ctx: Flask):
    words = {}
    for role in ROLES:
        text = pages.text(sheets([make_badge(role=role)], "a6"))
        words[role] = text.strip().splitlines()[-1].strip()

    assert words == {
        "attendee": "Teilnahme",
        "speaker": "Vortrag",
        "exhibitor": "Ausstellung",
        "crew": "Team",
        "press": "Presse",
    }


def test_table_days_and_the_sign_against_photos_stand_only_where_there_are_any(ctx: Flask):
    day = "2027-10-13"
    full = letters(pages.text(sheets([make_badge(place="Stand 12", days=(day,), no_photos=True)], "a6")))
    plain = letters(pages.text(sheets([make_badge()], "a6")))

    with speaking("de"):
        words = ["Stand12", letters(some_days([day])), "KeineFotos"]
    assert [[each in text for each in words] for text in (full, plain)] == [[True] * 3, [False] * 3]


def test_an_element_is_printed_only_for_those_it_is_meant_for(ctx: Flask):
    plain = standard("a6")
    lunch = replace(
        next(each for each in plain.elements if each.kind == "code"),
        kind="text",
        text="Mittagessen",
        y=90,
        follows=False,
        when=For(products=("vip",), roles=("speaker",)),
    )
    layout = replace(plain, elements=(*plain.elements, lunch))
    given = [("vip", "speaker"), ("vip", "attendee"), ("day", "speaker")]

    found = ["Mittagessen" in pages.text(sheets([make_badge(ticket=t, role=r)], layout=layout)) for t, r in given]

    assert found == [True, False, False]


# -- text that fits


def test_a_ruler_measures_as_a_document_does(ctx: Flask):
    pdf = document("x", "de", NOW)
    for weight in (400, 700, 800):
        pdf.face(12, weight)
        for text in ("Wolfgang-Maximilian", "Łęcki-Żółć", "Наталія", "x\U0001f600y"):
            assert ruler(weight)(text) * 12 == pytest.approx(pdf.get_string_width(text), abs=0.01)


def test_lines_of_a_name_are_about_equally_long():
    text = "Leibniz-Institut für Pflanzenbiochemie und Wirkstoffe Halle"
    plain, even = (fit(text, 89, (13,), 3, balanced=each) for each in (False, True))

    def spread(fitted: Fitted) -> float:
        wide = [ruler(400)(line) for line in fitted.lines]
        return max(wide) - min(wide)

    assert len(plain.lines) == len(even.lines) == 2
    assert spread(even) < spread(plain)


def test_rather_than_very_small_a_long_word_is_broken():
    word = "Donaudampfschifffahrtsgesellschaftskapitän"
    sizes = (40.0, 20.0, 12.0, 8.0)

    assert len(fit(word, 60, sizes, height=40).lines) == 1
    broken = fit(word, 60, sizes, height=40, break_words_at=20)
    assert (broken.size, len(broken.lines) > 1, broken.lines[0][-1]) == (20.0, True, "-")
