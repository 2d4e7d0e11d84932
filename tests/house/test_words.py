"""Settings and commands are described where people look for them."""

import re
from dataclasses import fields

import pytest

from partnering.config import Settings

from .files import ROOT

README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def row_of(name: str, default: object, sentence: str) -> str:
    shown = {True: "yes", False: "no"}[default] if isinstance(default, bool) else str(default)
    return f"| `PARTNERING_{name.upper()}` | {f'`{shown}`' if shown else '–'} | {sentence} |"


def test_the_readme_lists_every_setting_with_its_sentence():
    expected = [row_of(item.name, item.default, item.metadata["sentence"]) for item in fields(Settings)]

    assert [line for line in README.splitlines() if line.startswith("| `PARTNERING_")] == expected


def test_every_make_target_has_a_word_of_help():
    targets = set(re.findall(r"^\.PHONY: (\w+)$", MAKEFILE, re.MULTILINE))

    assert targets == set(re.findall(r"^([a-z]+):.*## \S", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z]+)\b", README))))
def test_the_readme_names_targets_that_exist(target):
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)
