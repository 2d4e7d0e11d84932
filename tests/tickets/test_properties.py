"""Any sequence of what buyers, organisers and time can do to places agrees with a small model, and breaks no rule."""

import os
from contextlib import ExitStack
from typing import Any

import pytest
from flask import current_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnering.db import db

from ..support import databases
from .places_walk import HAPPENED, Places

EXAMPLES = int(os.environ.get("WALKS", "10"))
"""How many sequences are tried on each database; `make soak` asks for more."""

WHICH = st.integers(0, 50)
TICKET = st.integers(0, 3)
UNITS = st.sampled_from([1, 1, 1, 2, 3])
WORKSHOP = st.sampled_from([5, 5, 5, 6])
STEPS = st.one_of(
    st.tuples(st.just("choose"), TICKET, UNITS, st.sampled_from([None, None, 0, 1])),
    *[st.tuples(st.just("pay"), WHICH)] * 4,
    *[st.tuples(st.just("cancel"), WHICH)] * 2,
    st.tuples(st.just("substitute"), WHICH),
    st.tuples(st.just("move"), WHICH, TICKET),
    st.tuples(st.just("send_in"), UNITS, st.sampled_from([-1, -1, 0, 1])),
    *[st.tuples(st.just("decide"), WHICH, st.sampled_from(["approve", "approve", "reject", "withdraw"]))] * 2,
    st.tuples(st.just("book"), WHICH, WORKSHOP),
    st.tuples(st.just("give_up"), WHICH),
    st.tuples(st.just("wait_for_workshop"), WHICH, WORKSHOP),
    *[st.tuples(st.just("accept_workshop"), WHICH, st.booleans())] * 2,
    st.tuples(st.just("decline_workshop"), WHICH),
    st.tuples(st.just("wait"), TICKET, UNITS, st.booleans(), TICKET, st.booleans()),
    *[st.tuples(st.just("decline"), WHICH)] * 2,
    st.tuples(st.just("leave"), WHICH),
    *[st.tuples(st.just("change_capacity"), st.integers(0, 4), st.integers(2, 9))] * 3,
    *[st.tuples(st.just("time_passes"), st.integers(1, 45), st.sampled_from([False, False, True]))] * 2,
    st.tuples(st.just("the_worker_comes_round")),
)


DEEDS = (
    "choose",
    "pay",
    "pay late",
    "cancel",
    "substitute",
    "move",
    "send in",
    "approve",
    "reject",
    "withdraw",
    "book",
    "give up",
    "wait for a workshop",
    "accept a workshop",
    "accept a workshop that is over-full",
    "decline a workshop",
    "wait",
    "decline",
    "leave",
    "capacity",
)
"""What must have happened at least once in all walks together, not only been tried."""


@pytest.mark.usefixtures("ctx")
@pytest.mark.timeout(300 + 60 * EXAMPLES)
def test_places_agree_with_a_model_whatever_happens():
    HAPPENED.clear()

    walk()

    assert [deed for deed in DEEDS if not HAPPENED[deed]] == []


@given(capacities=st.tuples(*[st.integers(3, 6)] * 3), steps=st.lists(STEPS, min_size=40, max_size=40))
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
def walk(capacities: tuple[int, ...], steps: list[tuple[Any, ...]]) -> None:
    """One event, and everything that happens to its places, in order."""
    db.session.remove()
    databases.empty(current_app)  # what one example broke must not fail the next
    with ExitStack() as stack:
        places = Places(stack, capacities)
        for deed, *arguments in steps:
            getattr(places, deed)(*arguments)
    db.session.remove()
