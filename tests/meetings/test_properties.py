"""Any sequence of what people, organisers and time can do to meetings agrees with a small model, and breaks no rule."""

import os
from contextlib import ExitStack
from random import Random

import pytest
from flask import Flask

from partnering.db import db

from ..support import databases
from .meetings_model import SLOTS
from .meetings_walk import HAPPENED, Walk

EXAMPLES = int(os.environ.get("WALKS", "12"))
"""How many walks are tried on each database; `make soak` asks for more."""

FIRST = int(os.environ.get("FIRST_WALK", "1"))
"""The number of the first one: each number is always the same walk."""

ENOUGH = 60
"""So many walks do everything at least once; fewer do what is common."""

LENGTH = 50
FIRST_ASK = 8
FITTING = {
    "accept": ("pending", "countered"),
    "counter": ("pending", "countered"),
    "decline": ("pending", "countered"),
    "withdraw": ("pending", "countered"),
    "expire": ("pending", "countered"),
    "forward": ("pending",),
    "cancel": ("accepted",),
    "undo": ("accepted", "declined"),
    "revive": ("cancelled",),
    "move": ("accepted",),
    "place": ("accepted",),
    "unplace": ("accepted",),
    "propose": ("accepted",),
    "reply": ("accepted",),
    "join": ("pending", "accepted"),
    "leave": ("pending", "accepted"),
    "replace": ("pending", "accepted"),
}
"""States in which a deed is mostly tried; now and then it is tried in any."""

WEIGHTS = {
    "ask": 14,
    "accept": 9,
    "counter": 4,
    "decline": 3,
    "withdraw": 1,
    "expire": 1,
    "forward": 2,
    "cancel": 3,
    "undo": 4,
    "revive": 3,
    "move": 3,
    "place": 4,
    "unplace": 2,
    "propose": 4,
    "reply": 8,
    "join": 4,
    "leave": 4,
    "replace": 3,
    "block": 5,
    "quit": 1,
    "arrive": 1,
    "substitute": 6,
    "time_passes": 9,
}


def step(walk: Walk, dice: Random, deed: str | None = None) -> None:
    """One deed, chosen at random among what fits where the walk has come to."""
    deed = deed or dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    meetings = walk.model.meetings
    states = FITTING.get(deed, ())
    fitting = [number for number, met in enumerate(meetings) if met.state in states]
    if deed == "reply":
        fitting = [number for number in fitting if meetings[number].proposal is not None]
    which = dice.choice(fitting) if fitting and dice.random() < 0.85 else dice.randrange(30)
    one, other, slot = dice.randrange(9), dice.randrange(9), dice.randrange(len(SLOTS))
    times = [dice.randrange(len(SLOTS)) for _ in range(dice.randint(1, 3))]
    yes = dice.random() < 0.6
    if deed == "ask":
        walk.ask(one, other, times, [dice.randrange(9) for _ in range(dice.randint(0, 2))])
    elif deed in ("accept", "counter", "decline", "withdraw", "expire"):
        walk.answer(deed, which, times)
    elif deed == "forward":
        walk.forward(which, one)
    elif deed == "cancel":
        walk.cancel(which, one)
    elif deed in ("undo", "revive"):
        walk.again(deed, which)
    elif deed in ("move", "place", "unplace"):
        walk.time(deed, which, slot)
    elif deed == "propose":
        walk.propose(which, one, times)
    elif deed == "reply":
        walk.reply(which, slot, yes)
    elif deed in ("join", "leave", "replace"):
        walk.sit(deed, which, one, other)
    elif deed == "block":
        taken = sorted(walk.model.blocks)
        walk.block(*(dice.choice(taken) if taken and not yes else (one, slot)))
    elif deed == "substitute":
        walk.substitute(one, other, yes)
    elif deed == "time_passes":
        walk.time_passes(dice.choice([5, 31]))
    else:
        getattr(walk, deed)(one)


DEEDS = (
    "ask",
    "accept",
    "counter",
    "decline",
    "withdraw",
    "expire",
    "forward",
    "cancel",
    "undo",
    "revive",
    "move",
    "place",
    "unplace",
    "propose",
    "agree",
    "refuse",
    "join",
    "leave",
    "replace",
    "block",
    "unblock",
    "quit",
    "take over",
    "lapse",
)
"""What must have happened at least once in all walks together, not only been tried."""

COMMON = ("ask", "accept", "counter", "decline", "cancel", "undo", "move", "propose", "join", "quit")


@pytest.mark.timeout(300 + 60 * EXAMPLES)
def test_meetings_agree_with_a_model_whatever_happens(ctx: Flask):
    HAPPENED.clear()
    for number in range(FIRST, FIRST + EXAMPLES):
        db.session.remove()
        databases.empty(ctx)  # what one walk broke must not fail the next
        dice = Random(number)
        with ExitStack() as stack:
            walk = Walk(ctx, stack)
            try:
                for count in range(LENGTH):
                    step(walk, dice, "ask" if count < FIRST_ASK else None)
                walk.finish()
            except AssertionError as wrong:
                raise AssertionError(f"walk {number}, after {walk.done}: {wrong}") from wrong
    db.session.remove()
    expected = DEEDS if EXAMPLES >= ENOUGH else COMMON
    assert [deed for deed in expected if not HAPPENED[deed]] == []
