"""Conditions as lines: what is written is read back, and reads well."""

import pytest
from flask import Flask

from partnering.conditions import check, holds
from partnering.questions import rules
from partnering.questions.rules import Line, LineIncomplete, Subject

KNOWN = {
    "ticket": Subject("ticket", "ticket", "Ticket", {"s": "Standard", "u": "Studierende"}),
    "today": Subject("today", "today", "Heute", {}),
    "places": Subject("places", "places", "Plätze", {}),
    "q:food": Subject("q:food", "multiple_choice", "Essen", {"v": "Vegan", "f": "Fisch"}),
    "q:one": Subject("q:one", "single_choice", "Wahl", {"a": "A", "b": "B"}),
    "q:land": Subject("q:land", "country", "Land", {}),
    "q:sure": Subject("q:sure", "yes_no", "Sicher", {}),
    "q:text": Subject("q:text", "short_text", "Text", {}),
    "q:day": Subject("q:day", "date", "Anreise", {}),
    "q:n": Subject("q:n", "number", "Zahl", {}),
}

LINES = [
    Line("ticket", "one_of", ("s", "u")),
    Line("ticket", "none_of", ("s",)),
    Line("q:food", "one_of", ("v", "f")),
    Line("q:food", "none_of", ("v", "f")),
    Line("q:food", "one_of", ("v",)),
    Line("q:one", "none_of", ("a",)),
    Line("q:land", "one_of", ("CZ", "PL")),
    Line("today", "from", text="2027-10-01"),
    Line("today", "before", text="2027-10-13"),
    Line("q:day", "from", text="2028-01-01"),
    Line("places", "least", text="3"),
    Line("places", "exactly", text="1"),
    Line("q:n", "most", text="-2"),
    Line("q:sure", "yes"),
    Line("q:sure", "no"),
    Line("q:text", "answered"),
    Line("q:text", "unanswered"),
]


@pytest.mark.parametrize(("mode", "lines"), [(mode, lines) for mode in ("all", "any") for lines in ([LINES[0]], LINES)])
def test_lines_are_read_back_as_they_were_written(mode, lines):
    rule = rules.write(mode, lines, KNOWN)

    check(rule, KNOWN)
    assert rules.read(rule) == (mode, lines)


def test_no_lines_are_no_rule():
    assert rules.write("any", [], KNOWN) is None
    assert rules.read(None) == ("all", [])


@pytest.mark.parametrize(
    ("line", "facts", "answer"),
    [
        (Line("q:food", "one_of", ("v", "f")), {"q:food": ["f"]}, True),
        (Line("q:food", "none_of", ("v", "f")), {"q:food": ["f"]}, False),
        (Line("today", "from", text="2027-10-01"), {"today": "2027-10-01"}, True),
        (Line("today", "from", text="2027-10-01"), {"today": "2027-09-30"}, False),
        (Line("today", "before", text="2027-10-01"), {"today": "2027-09-30"}, True),
        (Line("places", "exactly", text="1"), {"places": 1}, True),
        (Line("q:sure", "no"), {"q:sure": False}, True),
        (Line("q:sure", "no"), {}, False),
        (Line("q:text", "unanswered"), {}, True),
    ],
)
def test_lines_mean_what_they_say(line, facts, answer):
    assert holds(rules.write("all", [line], KNOWN), facts) is answer


@pytest.mark.parametrize(
    "line",
    [
        Line("ticket", "one_of"),
        Line("ticket", "least", text="3"),
        Line("places", "least"),
        Line("places", "least", text="٣"),
        Line("today", "before", text="13.10.2027"),
        Line("today", "before", text="1999-12-31"),
        Line("today", "from", text="20271013"),
        Line("q:sure", ""),
    ],
)
def test_a_line_that_says_nothing_is_refused(line):
    with pytest.raises(LineIncomplete):
        rules.write("all", [line], KNOWN)


def test_a_rule_that_no_lines_can_tell_is_left_alone():
    assert rules.read({"all": [{"all": [{"fact": "places", "least": 3}]}]}) is None
    assert rules.read({"not": {"fact": "places", "least": 3}}) is None


def test_a_condition_reads_as_a_sentence(ctx: Flask):
    rule = rules.write("all", [LINES[0], LINES[4], LINES[10]], KNOWN)
    with ctx.test_request_context("/?lang=en"):
        told = rules.sentence(rule, KNOWN)

    assert told == "Ticket is one of Standard, Studierende and “Essen” is Vegan and Plätze is at least 3"
