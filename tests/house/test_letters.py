"""Letters begin as letters do: English with a capital, German goes on after the comma of the greeting."""

import re
from pathlib import Path

import pytest

from partnering.translations import House, forms

from .files import ROOT, tracked

GREETING = re.compile(r'\{\{ _\("Hello(?: %\(name\)s)?,"')
SENTENCE = re.compile(r'\b(?:_|n?gettext)\("((?:[^"\\]|\\.)*)"')
FUNCTION_WORD = re.compile(
    r"(?:A[mn]|Auf|Aus|Bei|Da|Dann|D(?:as|e[mnrs]|ie)|Diese[mnrs]?|Dort|Eine?[mnrs]?|Es|Etwas|Falls|Für|Hier|I[mn]|Jemand|"
    r"Leider|Mit|Nach|Nun|Ob|Seit|So|Um|Unsere?|Vo[mnr]|Weil|Wenn|Wer|Wir|Zu[mr]?|Über)\b"
)
"""What stands with a capital only at the start of a sentence; Sie, Ihr and nouns always do."""

LETTERS = [
    path
    for path in tracked()
    if path.parts[0] == "templates" and path.name == "body.txt" and GREETING.search((ROOT / path).read_text())
]


def first_sentences(path: Path) -> list[str]:
    """What may stand first after the greeting: each sentence of that paragraph that opens one of its branches."""
    after = GREETING.split((ROOT / path).read_text(), maxsplit=1)[1].split("\n\n")[1]
    included = re.match(r'\s*\{% include "([^"]+)" %\}', after)
    if included:
        after = (ROOT / "templates" / included[1]).read_text()
    opening = re.findall(r"(?:^|\{% (?:if|elif|else|for)\b[^%]*%\})\{\{ ([^}]*)", after)
    return [match[1] for part in opening if (match := SENTENCE.match(part))]


def test_there_are_letters_with_a_greeting():
    assert len(LETTERS) > 20
    assert [path.parts[-2] for path in LETTERS if not first_sentences(path)] == ["changed"]  # its news is told apart


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: "-".join(path.parts[1:-1]))
def test_after_the_greeting_english_begins_anew_and_german_goes_on(path):
    german = {entry.key: entry.german for entries in House().read_all().values() for entry in entries.values()}
    faults = []
    for sentence in first_sentences(path):
        if sentence[0].islower():
            faults.append(sentence)
        faults += [text for text in forms(german[sentence]) if FUNCTION_WORD.match(text)]

    assert faults == []
