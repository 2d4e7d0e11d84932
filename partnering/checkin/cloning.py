"""Doors of an event that is made from another one."""

from typing import Any

from ..db import db
from ..events.cloning import Copies, taken_along
from .models import CheckinList, CheckinQuestion

NAMED = ("products", "addons", "after", "extras")
"""The rules that name things by their public ids."""


@taken_along("doors", floor=9)
def doors(copies: Copies) -> None:
    """Check-in lists with rules and questions; a rule about tickets that were not taken along falls away."""
    made = [
        copied
        for door in copies.rows(CheckinList, CheckinList.closed_at.is_(None))
        for copied in copies.copy([door], rules={}, closed_at=None)
    ]
    originals = {copied.id: door for door in copies.rows(CheckinList) if (copied := copies.of(door)) is not None}
    for copied in made:  # once all are there, since a list may ask for another one before it
        copied.rules = _rules(copies, originals[copied.id].rules)
    copies.copy(copies.rows(CheckinQuestion, CheckinQuestion.retired_at.is_(None)))
    db.session.flush()


def _rules(copies: Copies, rules: dict[str, Any]) -> dict[str, Any]:
    moved = dict(rules)
    if "days" in moved:
        moved["days"] = [copies.day(day) for day in moved["days"]]
    for rule in NAMED:
        if rule in moved:
            moved[rule] = [
                copies.names.get(name, name) for name in moved[rule] if name in copies.names or name == "photo"
            ]
            if not moved[rule]:
                del moved[rule]
    return moved
