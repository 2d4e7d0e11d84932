"""What is installed is what was locked."""

import re

import pytest

from .files import ROOT, lines_with, texts

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]+\])?==([^\s;]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return {package.lower(): version for package, version in PIN.findall((ROOT / name).read_text())}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_requirement_is_pinned_and_locked_at_that_version(name):
    asked = [
        line for line in (ROOT / f"{name}.txt").read_text().splitlines() if line and not line.startswith(("#", "-r "))
    ]
    pinned = pins(f"{name}.txt")

    assert len(pinned) == len(asked)
    assert pinned.items() <= pins(f"{name}.lock").items()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_hashes(name):
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())

    assert len(entries) == len(pins(name))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_tests_run_on_the_versions_that_the_site_runs_on():
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_locks_name_no_place_to_download_from():
    assert (
        lines_with(
            r"://|--(extra-)?index|--find-links|\"resolved\"", texts("requirements*", "tests/support/node/*.json")
        )
        == []
    )
