"""Every deed that the log keeps has a sentence, or is left out on purpose."""

import re
from pathlib import Path

import pytest

from partnering import audit
from partnering.backoffice.changes import HIDDEN, SENTENCES
from partnering.backoffice.log import KINDS, Asked, deeds
from partnering.backoffice.log_words import SAID, WORDS
from partnering.delegates.models import VISIBILITIES
from partnering.events.services import LEGAL_KINDS
from partnering.questions.building import WORDS_OF_KIND
from tests.factories import make_event, make_product
from tests.factories.ground import deed

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
    assert {("kind", kind) for kind in (*LEGAL_KINDS, *WORDS_OF_KIND)} <= set(SAID)
    assert {("withdrawal", word) for word in ("none", "button")} <= set(SAID)
    assert {key for key, _value in SAID} <= set(WORDS) | {"area"}


@pytest.mark.usefixtures("ctx")
def test_what_details_name_by_public_id_is_read_by_its_name():
    event = make_event()
    product = make_product(event)
    with deed():
        audit.record(
            "product.changed", product, event=event, after={"from": product.public_id, "reason": "abcdefghijklmnop"}
        )

    told = deeds(event, Asked())[0][0]

    assert [difference.after for difference in told.differences] in (
        [product.name.de, "abcdefghijklmnop"],
        [product.name.en, "abcdefghijklmnop"],
    )
