"""Layouts as plain values: what is refused, whose badge is in which, and what is stored."""

from dataclasses import replace
from typing import Any

import pytest
from defusedxml import ElementTree
from flask import Flask

from partnering.badges.drawing import picture
from partnering.badges.layout import (
    KINDS,
    Element,
    For,
    Layout,
    colours_stored,
    element_stored,
    problems,
    read_colours,
    read_element,
)
from partnering.badges.marks import Symbol, Words
from partnering.badges.papers import OWN, PAPERS
from partnering.badges.placing import place
from partnering.badges.queries import Layouts
from partnering.badges.roles import LOOKS, READABLE, colours_of, contrast
from partnering.badges.standard import new_element, standard
from partnering.i18n import speaking

from .some import HEADING, make_badge


def changed(kind: str, **values: Any) -> Layout:
    """The house's A6 with one element changed."""
    plain = standard("a6")
    return replace(plain, elements=tuple(replace(e, **values) if e.kind == kind else e for e in plain.elements))


def with_one_more(element: Element) -> Layout:
    """The house's A6 with an element more."""
    plain = standard("a6")
    return replace(plain, elements=(*plain.elements, element))


def said(layout: Layout) -> list[tuple[str, str]]:
    """What is wrong: kind of element and field."""
    with speaking("en"):
        return [("" if p.at is None else layout.elements[p.at].kind, p.field) for p in problems(layout)]


@pytest.mark.parametrize("paper", [*PAPERS, "own-small", "own-tall"])
def test_the_houses_own_layouts_have_nothing_wrong(ctx: Flask, paper: str):
    layout = {"own-small": standard(OWN, 62, 90), "own-tall": standard(OWN, 86, 54)}.get(paper) or standard(paper)

    assert said(layout) == []


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (changed("qr", w=24.9), [("qr", "w")]),
        (changed("qr", w=25.0), []),
        (changed("qr", x=77.0), [("qr", "x")]),
        (changed("qr", x=76.0), []),
        (changed("qr", when=For(roles=("crew",))), [("qr", "roles")]),
        (changed("code", w=90.0), [("code", "x")]),
        (changed("band", y=130.0, h=18.0), [("band", "x")]),
        (changed("first", x=-1.0), [("first", "x")]),
        (changed("first", w=98.0), [("first", "x")]),
        (changed("days", y=145.0), [("days", "y")]),
        (replace(standard("a6"), elements=()), [("", "elements")]),
        (replace(standard("a6"), elements=standard("a6").elements * 3), None),
        (replace(standard(OWN), width=49.0), None),
        (
            replace(standard("a6"), elements=(*standard("a6").elements, Element("text", 8, 26, 20, 5))),
            [("text", "text")],
        ),
    ],
)
def test_what_cannot_be_printed_is_said_beside_its_field(ctx: Flask, layout: Layout, expected: list[Any] | None):
    found = said(layout)

    assert found == expected if expected is not None else found != []


def test_two_codes_are_one_too_many(ctx: Flask):
    assert ("qr", "kind") in said(with_one_more(Element("qr", 8, 40, 25, 25)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_added_stored_and_read(ctx: Flask, kind: str):
    element = replace(new_element(kind, standard("a6")), when=For(("abc",), ("crew",)))

    assert read_element(element_stored(element)) == element


def test_a_badge_takes_the_first_layout_that_is_meant_for_it():
    crew, vip, rest = (
        replace(standard("a6"), id=n, when=when)
        for n, when in enumerate(
            (For(roles=("crew",)), For(products=("vip",)), For(products=("vip", "day"), roles=("press",)))
        )
    )
    layouts = Layouts([crew, vip, rest], standard("a7"))
    given = [("crew", "vip"), ("press", "vip"), ("press", "day"), ("attendee", "day")]

    assert [layouts.of(make_badge(role=role, ticket=ticket)).id for role, ticket in given] == [0, 1, 2, None]


@pytest.mark.parametrize(
    "band", ["#000000", "#ffffff", "#777777", "#767676", "#ff0000", "#00ff00", "#f6b73c", "#8a2be2"]
)
def test_what_stands_on_a_band_can_be_read_whatever_its_colour(band: str):
    assert contrast(band, colours_of("attendee", band).on) >= READABLE


def test_colours_are_those_of_the_tokens_until_another_is_chosen():
    assert all(contrast(look.band, look.on_band) >= READABLE for look in LOOKS.values())
    assert colours_of("speaker").on == LOOKS["speaker"].on_band
    assert read_colours(colours_stored({"crew": "#112233", "press": "#445566"})) == {
        "crew": "#112233",
        "press": "#445566",
    }


# -- where things come to stand


def marks_of(layout: Layout, **values: Any) -> list[Any]:
    with speaking("de"):
        return place(layout, make_badge(**values), HEADING)


def words(marks: list[Any]) -> dict[str, Words]:
    return {mark.text: mark for mark in marks if isinstance(mark, Words)}


def test_first_names_are_large_and_smaller_from_nine_letters(ctx: Flask):
    sizes = {name: words(marks_of(standard("a6"), first=name))[name].size for name in ("Jana", "Johannes", "Maximilia")}

    assert (sizes["Jana"], sizes["Maximilia"]) == (54, 36)
    assert 36 < sizes["Johannes"] <= 54


def test_what_follows_moves_up_and_the_column_stays_in_its_middle(ctx: Flask):
    short = words(marks_of(standard("a6"), first="Jo", last="Li", organisation="X"))
    long = words(marks_of(standard("a6"), first="Jo", last="Li", organisation="X", function="Leiterin der Forschung"))

    assert long["Jo"].baseline < short["Jo"].baseline
    assert long["X"].baseline - long["Li"].baseline == pytest.approx(short["X"].baseline - short["Li"].baseline)


@pytest.mark.parametrize("paper", list(PAPERS))
@pytest.mark.parametrize("first", ["Jo", "Wolfgang-Maximilian", "Ö" * 60])
def test_nothing_leaves_the_badge_and_nothing_enters_the_white_round_the_code(ctx: Flask, paper: str, first: str):
    layout = standard(paper)
    long = "Donaudampfschifffahrtsgesellschaft für Wirkstoffe " * 4
    marks = marks_of(layout, first=first, last=long, organisation=long, function=long, place=long, no_photos=True)
    [code] = [mark for mark in marks if isinstance(mark, Symbol)]

    for mark in (mark for mark in marks if isinstance(mark, Words)):
        top, right = mark.baseline - 0.72 * mark.size * 25.4 / 72, mark.x + mark.width
        assert (mark.x >= 0, right <= layout.width + 0.01, top >= 0, mark.baseline <= layout.height) == (True,) * 4
        beside = (
            right <= code.x - 4 + 0.06
            or mark.x >= code.x + 29
            or mark.baseline <= code.y - 3.9
            or top >= code.y + 29 - 0.06
        )
        assert beside, mark


def test_a_picture_escapes_what_people_call_themselves(ctx: Flask):
    name = '<script>"Jana" & Co'
    drawn = picture(marks_of(standard("a6"), first=name), 105, 148, name)

    assert "<script>" not in drawn
    texts = [text.text for text in ElementTree.fromstring(str(drawn)).iter("{http://www.w3.org/2000/svg}text")]
    assert "".join(text or "" for text in texts).startswith("bionection 2027")
    assert name.replace(" ", "") in "".join((text or "").replace(" ", "") for text in texts)
