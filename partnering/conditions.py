"""Conditions as data: one small language, read in one place. Plain values in, yes or no out.

A rule is None (always), or one of

    {"all": [rule, …]}   {"any": [rule, …]}   {"not": rule}
    {"fact": name, "is": value}            equal, and of the same type
    {"fact": name, "in": [value, …]}       equal to one of them
    {"fact": name, "has": value}           a list that holds the value
    {"fact": name, "least" | "most": 3}    a whole number, at least or at most
    {"fact": name, "before" | "after": "2027-10-13"}   an ISO day, strictly
    {"fact": name, "answered": true | false}

What is not known, or empty, satisfies nothing but `"answered": false`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from .errors import DomainError
from .i18n import _l

Rule = Mapping[str, Any] | None

DEEPEST = 5
MOST_LINES = 50
LONGEST = 200


class RuleError(DomainError):
    """A rule that cannot be read. `fact` names what it looks at without knowing it, if that is why."""

    message = _l("This condition cannot be read. Please enter it again.")
    status = 422
    fact = ""


class RuleLooksAhead(RuleError):
    """A rule looks at something that is not known where it is asked."""

    message = _l("This condition looks at something that is not known yet. Only earlier questions can be chosen.")


def holds(rule: Rule, facts: Mapping[str, Any]) -> bool:
    """Whether a rule that `check` has passed holds for these facts."""
    if rule is None:
        return True
    if "all" in rule:
        return all(holds(part, facts) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, facts) for part in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], facts)
    value = facts.get(rule["fact"])
    known = value is not None and value != "" and value != []
    word = next(word for word in WORDS if word in rule)
    if word == "answered":
        return known is rule[word]
    return known and WORDS[word](value, rule[word])


def in_order(rules: Iterable[tuple[str, Rule]], facts: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    """The names of those whose rule holds, in order; only the answers of these are facts for the ones that follow."""
    known, found = dict(facts), []
    for name, rule in rules:
        if holds(rule, known):
            found.append(name)
            known[name] = answers.get(name)
        else:
            known.pop(name, None)
    return found


def facts_in(rule: Rule) -> set[str]:
    """The names of all facts that a rule looks at."""
    return {line["fact"] for line in lines(rule)}


def lines(rule: Rule) -> Iterator[Mapping[str, Any]]:
    """The single lines of a rule, in order."""
    if rule is None:
        return
    if "fact" in rule:
        yield rule
        return
    parts = rule.get("all") or rule.get("any") or ([rule["not"]] if "not" in rule else [])
    for part in parts:
        yield from lines(part)


def renamed(rule: Rule, names: Mapping[str, str]) -> dict[str, Any] | None:
    """The same rule about facts of other names; names that are not in the mapping stay."""
    if rule is None:
        return None
    if "fact" in rule:
        return {**rule, "fact": names.get(rule["fact"], rule["fact"])}
    if "not" in rule:
        return {"not": renamed(rule["not"], names)}
    word = "all" if "all" in rule else "any"
    return {word: [renamed(part, names) for part in rule[word]]}


def check(rule: Any, known: Iterable[str]) -> None:
    """See that a rule is well formed and looks only at `known` facts.

    Raises `RuleError`, or `RuleLooksAhead` with the name of the `fact`.
    """
    if rule is None:
        return
    _check(rule, DEEPEST)
    if sum(1 for _line in lines(rule)) > MOST_LINES:
        raise RuleError
    strange = facts_in(rule) - set(known)
    if strange:
        raise RuleLooksAhead(fact=min(strange))


def _check(rule: Any, depth: int) -> None:
    if not isinstance(rule, Mapping) or depth == 0:
        raise RuleError
    for word in ("all", "any"):
        if word in rule:
            if len(rule) != 1 or not isinstance(rule[word], list) or not rule[word]:
                raise RuleError
            for part in rule[word]:
                _check(part, depth - 1)
            return
    if "not" in rule:
        if len(rule) != 1:
            raise RuleError
        _check(rule["not"], depth - 1)
        return
    words = [word for word in rule if word != "fact"]
    if len(words) != 1 or words[0] not in WORDS or not isinstance(rule.get("fact"), str):
        raise RuleError
    if not SHAPES[words[0]](rule[words[0]]):
        raise RuleError


def _is(value: Any, wanted: Any) -> bool:
    return type(value) is type(wanted) and value == wanted


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _plain(value: Any) -> bool:
    return isinstance(value, bool) or _whole(value) or (isinstance(value, str) and 0 < len(value) <= LONGEST)


def _day(value: Any) -> bool:
    """Whether this is an ISO day as we write it; other spellings that Python reads do not sort as text."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


WORDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": _is,
    "in": lambda value, wanted: any(_is(value, one) for one in wanted),
    "has": lambda value, wanted: isinstance(value, list) and any(_is(one, wanted) for one in value),
    "least": lambda value, wanted: _whole(value) and value >= wanted,
    "most": lambda value, wanted: _whole(value) and value <= wanted,
    "before": lambda value, wanted: _day(value) and value < wanted,
    "after": lambda value, wanted: _day(value) and value > wanted,
    "answered": lambda value, wanted: True,  # `holds` has answered before
}
"""What a line may say, and how it is asked."""

SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "is": _plain,
    "in": lambda value: isinstance(value, list) and 0 < len(value) <= MOST_LINES and all(map(_plain, value)),
    "has": _plain,
    "least": _whole,
    "most": _whole,
    "before": _day,
    "after": _day,
    "answered": lambda value: isinstance(value, bool),
}
"""What may stand behind each word."""
