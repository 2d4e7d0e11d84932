"""Several processes that begin at the same moment."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from . import nursery
from .there import there

ROUNDS = int(os.environ.get("RACES", "10"))
"""How often a race is run that has many rounds; `make soak` asks for 200."""

TRIES = max(ROUNDS, 20)
"""How many rounds those may take who race without a guard, until one of them fails as it must."""

Crowd = Sequence[nursery.Child]


@contextmanager
def crowd(lanes: Sequence[Sequence[str]], environment: Mapping[str, str] | None = None) -> Iterator[Crowd]:
    """Several Python processes; `lanes` are their arguments ("-m", module, ...). None outlives the block."""
    started = [nursery.start(lane, environment) for lane in lanes]
    try:
        yield started
    finally:
        for each in started:
            each.kill()
            each.wait()
            there(each.stdin).close()
            there(each.stdout).close()


def race(
    lanes: Sequence[Sequence[str]],
    *,
    lines: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    timeout: float = 240,
) -> list[str]:
    """What each of several Python processes writes, in order; `lanes` are their arguments ("-m", module, ...).

    Each reads its line of `lines` if there are any, writes "ready", and waits for another line, which all get at the
    same moment. A process that fails makes this fail; none outlives it.
    """
    with crowd(lanes, environment) as started:
        _start(started, lines)
        answers = [each.communicate(timeout=timeout) for each in started]
        assert [each.returncode for each in started] == [0] * len(started)
        return answers


def play(started: Crowd, lines: Sequence[str]) -> list[str]:
    """One of many rounds of a crowd: each reads its line, is ready, and answers with a line once all may go."""
    _start(started, lines)
    return [there(each.stdout).readline() for each in started]


def _start(started: Crowd, lines: Sequence[str]) -> None:
    if lines:
        for each, line in zip(started, lines, strict=True):
            _say(each, line)
    assert [there(each.stdout).readline() for each in started] == ["ready\n"] * len(started)
    for each in started:
        _say(each, "go")


def _say(process: nursery.Child, line: str) -> None:
    there(process.stdin).write(f"{line}\n")
    there(process.stdin).flush()
