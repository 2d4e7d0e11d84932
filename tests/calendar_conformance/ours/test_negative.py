"""The suite notices what it is there for: with SEQUENCE held back on purpose it fails, and says where."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from partnering.agenda import calendars, services
from tests.calendar_conformance import checking

from .stage import Stage
from .test_histories import STEPS, Walk
from .test_scenarios import SCENARIOS
from .worlds import WORLDS, begins

pytestmark = pytest.mark.engine("sqlite")
KINDS = ("attendance", "workshop", "talk", "meeting")


def played(app: Flask, world: str, root: Path) -> dict[str, set[str]]:
    """Which rules are broken in which scenario of a world, where no expectation names a SEQUENCE."""
    stage = Stage(app, root, world, begins())
    WORLDS[world](stage)
    found: dict[str, set[str]] = {}
    for folder in SCENARIOS.glob(f"{world}-*"):
        expected = json.loads((folder / "expected.json").read_text())
        for step in expected["steps"]:
            if step.get("letter"):
                step["letter"].pop("sequence")
        kept = root / folder.name
        kept.mkdir(exist_ok=True)
        (kept / "expected.json").write_text(json.dumps(expected))
        found[folder.name] = {fault.rule for fault in checking.faults(kept)}
    return found


def test_a_stored_sequence_that_never_rises_is_noticed(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "_raise_sequence", lambda entry: None)

    found = played(app, "talk", tmp_path)

    assert all(found[name] for name in ("talk-tom", "talk-vera", "talk-nina"))


@pytest.mark.parametrize("world", KINDS)
def test_letters_that_all_say_sequence_nought_are_noticed(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: str
):
    """The product knows the number and does not send it: strict readers are left behind."""
    shown = calendars.shown

    def held_back(*about: Any) -> Any:
        return dataclasses.replace(shown(*about), sequence=0)

    monkeypatch.setattr(calendars, "shown", held_back)

    found = played(app, world, tmp_path)

    longest = max(found, key=lambda name: len(json.loads((tmp_path / name / "expected.json").read_text())["steps"]))
    assert {"R8", "E3"} <= found[longest]


def test_what_is_only_copied_from_the_product_would_be_noticed(app: Flask, tmp_path: Path):
    """An expectation that is wrong in one place fails there and nowhere else."""
    WORLDS["night_people"](Stage(app, tmp_path, "night_people", begins()))
    folder = tmp_path / "night_people-jana"
    shutil.copy(SCENARIOS / folder.name / "expected.json", folder)
    assert list(checking.faults(folder)) == []

    said = (folder / "expected.json").read_text()
    (folder / "expected.json").write_text(said.replace("03:15:00+02:00", "02:15:00+02:00"))

    assert {(fault.rule, fault.where.split(" ")[0]) for fault in checking.faults(folder)} == {
        ("E3", f"{folder.name}/002.eml")
    }


def test_a_random_history_in_which_sequence_is_held_back_is_noticed(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shown = calendars.shown
    monkeypatch.setattr(calendars, "shown", lambda *about: dataclasses.replace(shown(*about), sequence=0))
    walk = Walk(app, tmp_path, 0)
    for _step in range(STEPS):
        walk.step()
    walk.settle()

    with pytest.raises(AssertionError, match="strict"):
        walk.check()
