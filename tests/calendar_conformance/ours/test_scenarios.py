"""What the product's letters leave in calendars is what was written down, in every scenario and for every reader.

On SQLite alone: calendars do not depend on the database.
"""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from tests.calendar_conformance import checking, expectation, peers, rules
from tests.support import databases

from .stage import Stage
from .worlds import WORLDS, begins

SCENARIOS = Path(__file__).parents[1] / "scenarios"

pytestmark = pytest.mark.engine("sqlite")
Play = Callable[[str], list[Path]]


@cache
def _played() -> set[str]:
    """The worlds that this process has played."""
    return set()


@pytest.fixture
def play(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Play:
    """A function that plays a world, once, and answers the folders of its recipients with their expectations."""
    root = tmp_path_factory.getbasetemp() / "conformance"

    def folders(world: str) -> list[Path]:
        if world not in _played():
            databases.empty(app)
            stage = Stage(app, root, world, begins())
            WORLDS[world](stage)
            stage.finish()
            for folder in SCENARIOS.glob(f"{world}-*"):
                shutil.copytree(folder, root / folder.name, dirs_exist_ok=True)
            _played().add(world)
        return sorted(root.glob(f"{world}-*"))

    return folders


@pytest.mark.parametrize("world", list(WORLDS))
def test_letters_leave_the_calendar_that_was_written_down(play: Play, world: str):
    folders = play(world)

    assert [folder.name for folder in folders] == sorted(folder.name for folder in SCENARIOS.glob(f"{world}-*"))
    assert [str(fault) for folder in folders for fault in checking.faults(folder)] == []


def test_every_expectation_belongs_to_a_world():
    assert {folder.name.partition("-")[0] for folder in SCENARIOS.iterdir()} == set(WORLDS)


def test_no_two_recipients_and_no_two_worlds_share_a_uid(play: Play):
    folders = [folder for world in WORLDS for folder in play(world)]
    letters = {folder.name: expectation.scenario(folder).letters for folder in folders}

    assert sum(map(len, letters.values())) > 90
    assert [str(fault) for fault in rules.shared_uids(letters)] == []


def test_other_programs_read_and_keep_the_same(play: Play):
    root = {folder.parent for world in WORLDS for folder in play(world)}.pop()

    assert [str(fault) for fault in peers.faults(root)] == []
