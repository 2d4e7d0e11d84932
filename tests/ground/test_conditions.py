"""The language of conditions: what each word means, what is refused, and that it obeys the laws of logic."""

import itertools
import random

import pytest

from partnering.conditions import RuleError, RuleLooksAhead, check, facts_in, holds, in_order, renamed

FACTS = {"ticket": "abc", "places": 3, "today": "2027-10-13", "food": ["veg", "nuts"], "sure": True, "empty": ""}


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        (None, True),
        ({"fact": "ticket", "is": "abc"}, True),
        ({"fact": "ticket", "is": "abd"}, False),
        ({"fact": "places", "is": 3}, True),
        ({"fact": "places", "is": "3"}, False),
        ({"fact": "sure", "is": True}, True),
        ({"fact": "sure", "is": 1}, False),
        ({"fact": "places", "is": True}, False),
        ({"fact": "ticket", "in": ["x", "abc"]}, True),
        ({"fact": "ticket", "in": ["x"]}, False),
        ({"fact": "food", "has": "nuts"}, True),
        ({"fact": "food", "has": "fish"}, False),
        ({"fact": "ticket", "has": "abc"}, False),
        ({"fact": "places", "least": 3}, True),
        ({"fact": "places", "least": 4}, False),
        ({"fact": "places", "most": 3}, True),
        ({"fact": "places", "most": 2}, False),
        ({"fact": "sure", "least": 0}, False),
        ({"fact": "ticket", "least": 0}, False),
        ({"fact": "today", "before": "2027-10-14"}, True),
        ({"fact": "today", "before": "2027-10-13"}, False),
        ({"fact": "today", "after": "2027-10-12"}, True),
        ({"fact": "today", "after": "2027-10-13"}, False),
        ({"fact": "ticket", "before": "2027-10-13"}, False),
        ({"fact": "ticket", "answered": True}, True),
        ({"fact": "ticket", "answered": False}, False),
        ({"fact": "empty", "answered": False}, True),
        ({"fact": "nowhere", "answered": True}, False),
        ({"fact": "nowhere", "answered": False}, True),
        ({"fact": "nowhere", "is": "abc"}, False),
        ({"fact": "nowhere", "most": 5}, False),
        ({"not": {"fact": "nowhere", "is": "abc"}}, True),
        ({"all": [{"fact": "ticket", "is": "abc"}, {"fact": "places", "is": 4}]}, False),
        ({"any": [{"fact": "ticket", "is": "abc"}, {"fact": "places", "is": 4}]}, True),
        ({"not": {"any": [{"fact": "ticket", "is": "x"}, {"fact": "places", "is": 4}]}}, True),
    ],
)
def test_each_word_means_what_it_says(rule, answer):
    check(rule, FACTS.keys() | {"nowhere"})

    assert holds(rule, FACTS) is answer


@pytest.mark.parametrize(
    "rule",
    [
        [],
        "always",
        {},
        {"all": []},
        {"any": "x"},
        {"all": [None]},
        {"all": [{"fact": "places", "is": 1}], "any": []},
        {"not": {"fact": "places", "is": 1}, "fact": "places"},
        {"fact": "places"},
        {"fact": "places", "is": 1, "most": 2},
        {"fact": 3, "is": 1},
        {"fact": "places", "equals": 1},
        {"fact": "places", "is": None},
        {"fact": "places", "is": 1.5},
        {"fact": "ticket", "is": ""},
        {"fact": "ticket", "is": "x" * 201},
        {"fact": "ticket", "in": []},
        {"fact": "ticket", "in": "abc"},
        {"fact": "ticket", "in": [[1]]},
        {"fact": "places", "least": "3"},
        {"fact": "places", "most": True},
        {"fact": "today", "before": "13.10.2027"},
        {"fact": "today", "after": "20271013"},
        {"fact": "today", "after": "2027-W41-3"},
        {"fact": "ticket", "answered": "yes"},
        {"not": {"not": {"not": {"not": {"not": {"fact": "places", "is": 1}}}}}},
        {"all": [{"fact": "places", "is": 1}] * 51},
    ],
)
def test_what_is_not_a_rule_is_refused(rule):
    with pytest.raises(RuleError):
        check(rule, FACTS)


def test_a_rule_looks_at_known_facts_only():
    with pytest.raises(RuleLooksAhead) as refused:
        check({"all": [{"fact": "ticket", "is": "abc"}, {"not": {"fact": "later", "is": 1}}]}, FACTS)

    assert refused.value.fact == "later"


def test_an_answer_counts_only_while_its_own_question_is_asked():
    rules = [
        ("a", None),
        ("b", {"fact": "a", "is": "yes"}),
        ("c", {"fact": "b", "is": "yes"}),
        ("d", {"fact": "c", "answered": False}),
    ]
    answers = {"a": "no", "b": "yes", "c": "yes"}

    assert in_order(rules, {}, answers) == ["a", "d"]
    assert in_order(rules, {}, answers | {"a": "yes"}) == ["a", "b", "c"]


def test_a_hidden_question_hides_even_a_fact_of_the_same_name():
    assert in_order([("a", {"fact": "t", "is": 1}), ("b", {"fact": "a", "is": 1})], {"a": 1, "t": 2}, {"a": 1}) == []


def test_renaming_changes_names_and_nothing_else():
    rule = {"any": [{"fact": "a", "is": 1}, {"not": {"all": [{"fact": "b", "in": ["a", "b"]}]}}]}

    assert renamed(rule, {"a": "x"}) == {
        "any": [{"fact": "x", "is": 1}, {"not": {"all": [{"fact": "b", "in": ["a", "b"]}]}}]
    }
    assert facts_in(rule) == {"a", "b"}
    assert renamed(None, {"a": "x"}) is None


def _leaf(dice: random.Random) -> dict:
    return dice.choice(
        [
            {"fact": "p", "is": dice.randrange(3)},
            {"fact": "q", "in": [dice.randrange(3), dice.randrange(3)]},
            {"fact": "p", "least": dice.randrange(3)},
            {"fact": "q", "answered": dice.choice([True, False])},
        ]
    )


def _rule(dice: random.Random, depth: int = 3) -> dict:
    kind = dice.choice(["leaf", "all", "any", "not"]) if depth else "leaf"
    if kind == "leaf":
        return _leaf(dice)
    if kind == "not":
        return {"not": _rule(dice, depth - 1)}
    return {kind: [_rule(dice, depth - 1) for _n in range(dice.randrange(1, 4))]}


def test_rules_obey_the_laws_of_logic():
    dice = random.Random(20271013)
    worlds = [{"p": p, "q": q} for p, q in itertools.product((None, 0, 1, 2), repeat=2)]
    seen = set()
    for _n in range(500):
        one, other = _rule(dice), _rule(dice)
        for facts in worlds:
            a, b = holds(one, facts), holds(other, facts)
            assert holds({"not": one}, facts) is (not a)
            assert holds({"all": [one, other]}, facts) is (a and b)
            assert holds({"not": {"all": [{"not": one}, {"not": other}]}}, facts) is (a or b)
            assert holds({"any": [other, one]}, facts) is (a or b)
            seen.add((a, b))
    assert seen == set(itertools.product((True, False), repeat=2))
