"""Everything that is checked about a folder of scenarios."""

from collections.abc import Collection, Iterator
from pathlib import Path

from . import expectation, rules
from .expectation import Scenario
from .lines import Unreadable
from .rules import Fault


def folders(root: Path) -> list[Path]:
    """The folders in it that hold an expectation, by name; the folder itself if it does."""
    if (root / "expected.json").is_file():
        return [root]
    return sorted(path.parent for path in root.glob("*/expected.json"))


def faults(root: Path, without: Collection[str] = ()) -> Iterator[Fault]:
    """What is wrong in a folder of scenarios, rules that are `without` left out. Raises `Malformed`."""
    scenarios = [expectation.scenario(folder) for folder in folders(root)]
    if not scenarios:
        yield Fault("E1", str(root), "no folder with an expected.json")
    for scenario in scenarios:
        yield from (fault for fault in of_one(scenario) if fault.rule not in without)
    if "R14" not in without:
        yield from rules.shared_uids({each.name: each.letters for each in scenarios})


def of_one(scenario: Scenario) -> Iterator[Fault]:
    """What is wrong in one scenario."""
    for fault in rules.faults(scenario.letters, scenario.secrets):
        yield Fault(fault.rule, f"{scenario.name}/{fault.where}", fault.what)
    for shown in scenario.subscriptions:
        yield from rules.of_subscription(shown.content, f"{scenario.name}/{shown.name}", scenario.secrets)
    try:
        yield from expectation.faults(scenario)
        yield from expectation.upheavals(scenario)
    except Unreadable as error:
        yield Fault("R1", scenario.name, str(error))
