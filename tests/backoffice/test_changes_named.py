"""Every deed that the log keeps has a sentence, or is left out on purpose."""

import re
from pathlib import Path

from partnering.backoffice.changes import HIDDEN, SENTENCES
from partnering.backoffice.log import KINDS
from partnering.backoffice.log_words import SAID, WORDS
from partnering.delegates.models import VISIBILITIES

PEOPLE_AND_HOSTS = ("person.", "host.", "role.")
"""What concerns no event."""


def test_every_recorded_deed_has_a_sentence(root: Path):
    recorded = set()
    for path in (root / "partnering").rglob("*.py"):
        recorded |= set(re.findall(r'audit\.record\(\s*"([a-z_.]+)"', path.read_text()))
    assert len(recorded) > 30
    unnamed = {deed for deed in recorded - set(SENTENCES) - set(HIDDEN) if not deed.startswith(PEOPLE_AND_HOSTS)}
    assert unnamed == set()


def test_every_deed_that_is_shown_is_of_one_kind():
    kinds = {deed: [key for key, (_name, begins) in KINDS.items() if deed.startswith(begins)] for deed in SENTENCES}
    assert {deed: found for deed, found in kinds.items() if deed not in HIDDEN and len(found) != 1} == {}


def test_words_of_the_program_are_read_in_words_of_people():
    assert {value for key, value in SAID if key == "visibility"} == set(VISIBILITIES)
    assert {key for key, _value in SAID} <= set(WORDS) | {"area"}
