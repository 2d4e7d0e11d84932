"""Conditions as organisers build them: lines such as "ticket is one of …", all or any of which must hold."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..conditions import Rule, RuleError
from ..i18n import LazyText, _, _l, bi, day
from .forms import country_name
from .queries import QuestionShown

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

ONE_OF, NONE_OF = "one_of", "none_of"
GIVEN = ("answered", "unanswered")

WORDS: Mapping[str, tuple[str, ...]] = {
    "ticket": (ONE_OF, NONE_OF),
    "audience": (ONE_OF, NONE_OF),
    "today": ("from", "before"),
    "places": ("least", "most", "exactly"),
    "single_choice": (ONE_OF, NONE_OF, *GIVEN),
    "multiple_choice": (ONE_OF, NONE_OF, *GIVEN),
    "country": (ONE_OF, NONE_OF, *GIVEN),
    "number": ("least", "most", "exactly", *GIVEN),
    "date": ("from", "before", *GIVEN),
    "yes_no": ("yes", "no", *GIVEN),
    "short_text": GIVEN,
    "long_text": GIVEN,
    "phone": GIVEN,
    "file": GIVEN,
    "organisation": GIVEN,
}
"""What a line may say about a fact, by the kind of question or the fact's own name."""

SPOKEN: Mapping[str, LazyText] = {
    ONE_OF: _l("is one of"),
    NONE_OF: _l("is none of"),
    "from": _l("is on or after"),
    "before": _l("is before"),
    "least": _l("is at least"),
    "most": _l("is at most"),
    "exactly": _l("is exactly"),
    "yes": _l("is yes"),
    "no": _l("is no"),
    "answered": _l("is answered"),
    "unanswered": _l("is not answered"),
}

FACTS: Mapping[str, LazyText] = {
    "ticket": _l("Ticket"),
    "audience": _l("Who the ticket is for"),
    "today": _l("The day of answering"),
    "places": _l("Number of places"),
}


class LineIncomplete(RuleError):
    """A line of a condition lacks what it compares with."""

    message = _l("Say in each line of the condition what it compares with, or remove the line.")


@dataclass(frozen=True)
class Line:
    """One line: a fact, a word of `WORDS`, and what it is compared with: chosen values, or a number or day as text."""

    fact: str
    word: str
    values: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Subject:
    """What a line can look at: its kind, its name, and what can be chosen for it, by the value that is compared."""

    fact: str
    kind: str
    name: str
    values: Mapping[str, str]

    @property
    def spoken(self) -> str:
        """Its name in a sentence, in quotes where it is a question."""
        return self.name if self.fact in FACTS else _("“%(question)s”", question=self.name)

    @classmethod
    def of(cls, question: QuestionShown) -> "Subject":
        """An earlier question."""
        values = {choice.key: bi(choice.label) for choice in question.choices}
        return cls(question.fact, question.kind, bi(question.label), values)


def subjects(
    tickets: Mapping[str, str], audiences: Mapping[str, str], questions: Iterable[QuestionShown]
) -> dict[str, Subject]:
    """Everything that conditions may look at, by fact; tickets by public id."""
    values = {"ticket": tickets, "audience": audiences}
    known = {fact: Subject(fact, fact, str(name), values.get(fact, {})) for fact, name in FACTS.items()}
    return known | {question.fact: Subject.of(question) for question in questions}


def write(mode: str, lines: Sequence[Line], known: Mapping[str, Subject]) -> dict[str, Any] | None:
    """The rule of these lines; none: always. `mode` is "all" or "any". Raises `LineIncomplete`."""
    if not lines:
        return None
    return {mode: [_write(line, known[line.fact].kind) for line in lines]}


def _write(line: Line, kind: str) -> dict[str, Any]:
    fact, word = line.fact, line.word
    if word not in WORDS[kind]:
        raise LineIncomplete
    if word in (ONE_OF, NONE_OF):
        if not line.values:
            raise LineIncomplete
        found: dict[str, Any] = {"fact": fact, "in": list(line.values)}
        if kind == "multiple_choice":
            found = {"any": [{"fact": fact, "has": value} for value in line.values]}
        return found if word == ONE_OF else {"not": found}
    if word in ("yes", "no"):
        return {"fact": fact, "is": word == "yes"}
    if word in GIVEN:
        return {"fact": fact, "answered": word == "answered"}
    if word in ("from", "before"):
        return _day(fact, word, line.text)
    if not _WHOLE.fullmatch(line.text):
        raise LineIncomplete
    return {"fact": fact, "is" if word == "exactly" else word: int(line.text)}


def _day(fact: str, word: str, text: str) -> dict[str, Any]:
    try:
        value = date.fromisoformat(text) if _DAY.fullmatch(text) else date.min
    except ValueError:
        raise LineIncomplete from None
    if not 2000 <= value.year <= 2100:
        raise LineIncomplete
    if word == "before":
        return {"fact": fact, "before": value.isoformat()}
    return {"fact": fact, "after": (value - timedelta(days=1)).isoformat()}


def read(rule: Rule) -> tuple[str, list[Line]] | None:
    """ "all" or "any", and the lines of a rule; None for a rule that no lines can tell."""
    if rule is None:
        return "all", []
    mode = next((word for word in ("all", "any") if word in rule), "")
    found = [_read(part) for part in (rule[mode] if mode else [rule])]
    lines = [line for line in found if line is not None]
    return (mode or "all", lines) if len(lines) == len(found) else None


def _read(part: Mapping[str, Any]) -> Line | None:
    turned = "not" in part
    inner = part["not"] if turned else part
    chosen = _chosen(inner)
    if chosen is not None:
        return Line(chosen[0], NONE_OF if turned else ONE_OF, chosen[1])
    if turned or "fact" not in inner:
        return None
    fact, word = inner["fact"], next(word for word in inner if word != "fact")
    value = inner[word]
    if word == "answered":
        return Line(fact, "answered" if value else "unanswered")
    if word == "is" and isinstance(value, bool):
        return Line(fact, "yes" if value else "no")
    if word == "after":
        return Line(fact, "from", text=(date.fromisoformat(value) + timedelta(days=1)).isoformat())
    return Line(fact, "exactly" if word == "is" else word, text=str(value))


def _chosen(part: Mapping[str, Any]) -> tuple[str, tuple[str, ...]] | None:
    """(fact, values) of a part that compares with things to choose from."""
    if "in" in part:
        return part["fact"], tuple(part["in"])
    if "has" in part:
        return part["fact"], (part["has"],)
    if isinstance(part.get("is"), str):
        return part["fact"], (part["is"],)
    inner = part.get("any", [])
    if inner and all("has" in one for one in inner) and len({one["fact"] for one in inner}) == 1:
        return inner[0]["fact"], tuple(one["has"] for one in inner)
    return None


def sentence(rule: Rule, known: Mapping[str, Subject]) -> str:
    """The condition in words; empty for what is always asked."""
    told = read(rule)
    if told is None:
        return _("by a condition of its own")
    mode, lines = told
    spoken = [_spoken(line, known) for line in lines]
    return (_(" and ") if mode == "all" else _(" or ")).join(spoken)


def _spoken(line: Line, known: Mapping[str, Subject]) -> str:
    subject = known.get(line.fact, Subject(line.fact, "short_text", _("a question that is gone"), {}))
    words = f"{subject.spoken} {SPOKEN[line.word]}"
    if line.values:
        names = [
            country_name(value) if subject.kind == "country" else subject.values.get(value, value)
            for value in line.values
        ]
        if len(names) == 1:
            verb = _("is") if line.word == ONE_OF else _("is not")
            words = f"{subject.spoken} {verb}"
        return f"{words} {', '.join(names)}"
    if line.word in ("from", "before"):
        return f"{words} {day(date.fromisoformat(line.text))}"
    return f"{words} {line.text}".rstrip()
