"""Doors of an event that is made from another one."""

from typing import Any

from ..events.cloning import Copies, taken_along
from .models import CheckinList


@taken_along("doors", floor=8)
def doors(copies: Copies) -> None:
    """Check-in lists with their rules; a rule about tickets that were not taken along falls away."""
    for door in copies.rows(CheckinList):
        copies.copy([door], rules=_rules(copies, door.rules))


def _rules(copies: Copies, rules: dict[str, Any]) -> dict[str, Any]:
    moved = dict(rules)
    if "days" in moved:
        moved["days"] = [copies.day(day) for day in moved["days"]]
    if "products" in moved:
        known = [copies.names[ref] for ref in moved["products"] if ref in copies.names]
        moved["products"] = known
        if not known:
            del moved["products"]
    return moved
