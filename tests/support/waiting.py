"""Waiting for something to become true, instead of for a while."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_never = threading.Event()


def until(condition: Callable[[], T], seconds: float = 10, what: str = "") -> T:
    """The first true answer of `condition`, asked twenty times a second.

    Raises `AssertionError`, naming `what` was awaited, when there is none within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain{f' for {what}' if what else ''}; last answer: {answer!r}")
        _never.wait(0.05)
