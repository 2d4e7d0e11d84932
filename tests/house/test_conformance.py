"""The conformance suite for calendars can be taken out of this project: its core stands on Python alone."""

import ast
import sys
from pathlib import Path

import pytest

from .files import ROOT

SUITE = ROOT / "tests/calendar_conformance"
CORE = ("__init__", "__main__", "applier", "checking", "expectation", "letters", "lines", "rules")


def imported(path: Path) -> set[str]:
    """The packages that a file imports when it is loaded, "." for its own."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." if node.level == 1 else ".." if node.level else (node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("name", CORE)
def test_the_core_imports_itself_and_the_standard_library_alone(name: str):
    assert imported(SUITE / f"{name}.py") <= {".", *sys.stdlib_module_names}


def test_only_its_own_part_and_the_peers_know_this_project():
    outside = {path.stem for path in SUITE.glob("*.py") if not imported(path) <= {".", *sys.stdlib_module_names}}

    assert {name for name in outside if not name.startswith("test_")} == {"peers"}
    assert not any("partnering" in imported(path) for path in SUITE.glob("*.py"))
