"""Any sequence of what people, organisers and time can do to meetings agrees with a small model, and breaks no rule."""

import os
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask, current_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnering.db import db

from ..support import databases
from .meetings_walk import HAPPENED, Walk

EXAMPLES = int(os.environ.get("WALKS", "8"))
"""How many sequences are tried on each database; `make soak` asks for more."""

WHICH = st.integers(0, 30)
WHO = st.integers(0, 8)
SLOT = st.integers(0, 4)
TIMES = st.lists(SLOT, min_size=1, max_size=3)
STEPS = st.one_of(
    *[st.tuples(st.just("ask"), WHO, WHO, TIMES, st.lists(WHO, max_size=2))] * 5,
    *[st.tuples(st.just("answer"), st.just("accept"), WHICH, TIMES)] * 5,
    *[st.tuples(st.just("answer"), st.sampled_from(["counter", "decline"]), WHICH, TIMES)] * 2,
    st.tuples(st.just("answer"), st.sampled_from(["withdraw", "expire"]), WHICH, TIMES),
    st.tuples(st.just("forward"), WHICH, WHO),
    st.tuples(st.just("cancel"), WHICH, WHO),
    *[st.tuples(st.just("again"), st.sampled_from(["undo", "revive"]), WHICH)] * 2,
    *[st.tuples(st.just("time"), st.sampled_from(["move", "place", "unplace"]), WHICH, SLOT)] * 2,
    st.tuples(st.just("propose"), WHICH, WHO, TIMES),
    *[st.tuples(st.just("reply"), WHICH, SLOT, st.booleans())] * 2,
    *[st.tuples(st.just("sit"), st.sampled_from(["join", "leave", "replace"]), WHICH, WHO, WHO)] * 3,
    st.tuples(st.just("block"), WHO, SLOT),
    st.tuples(st.just("quit"), WHO),
    st.tuples(st.just("arrive"), WHO),
    *[st.tuples(st.just("substitute"), WHO, WHO, st.sampled_from([True, True, False]))] * 2,
    *[st.tuples(st.just("time_passes"), st.sampled_from([5, 31]))] * 2,
)

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


@pytest.mark.timeout(300 + 60 * EXAMPLES)
def test_meetings_agree_with_a_model_whatever_happens(ctx: Flask):
    HAPPENED.clear()

    walk()

    assert [deed for deed in DEEDS if not HAPPENED[deed]] == []


@given(steps=st.lists(STEPS, min_size=40, max_size=40))
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
def walk(steps: list[tuple[Any, ...]]) -> None:
    """One event, and everything that happens to its meetings, in order."""
    db.session.remove()
    databases.empty(current_app)  # what one example broke must not fail the next
    with ExitStack() as stack:
        meetings = Walk(current_app._get_current_object(), stack)  # type: ignore[attr-defined]  # the application itself
        for deed, *arguments in steps:
            getattr(meetings, deed)(*arguments)
        meetings.finish()
    db.session.remove()
