"""Processes that begin with the product already imported, which takes two seconds, and tests start hundreds of them.

A server without threads imports everything once for each worker of the tests, and forks at every start: what runs then
has its own memory, environment and files, as if Python had just come so far by itself. It imports nothing of the tests.
"""

import multiprocessing
import os
import runpy
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]

_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(["tests.support.everything", "tests.support.nursery"])


class Child:
    """A process from the nursery: what tests need of `subprocess.Popen`, by the same names."""

    def __init__(self, process: Any, stdin: IO[str] | None, stdout: IO[str] | None) -> None:
        self._process, self.stdin, self.stdout = process, stdin, stdout
        self.pid: int = process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended, below nought by which signal; None as long as it runs."""
        ended: int | None = self._process.exitcode
        return ended

    def poll(self) -> int | None:
        """The same."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        ended = self.returncode
        if ended is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return ended

    def communicate(self, said: str = "", timeout: float = 60) -> str:
        """What it writes until it ends, once it was told something. Raises `subprocess.TimeoutExpired`."""
        deadline, heard = time.monotonic() + timeout, b""
        assert self.stdin is not None
        assert self.stdout is not None
        with self.stdin, self.stdout:
            self.stdin.write(said)
            self.stdin.close()
            while select.select([self.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                read = os.read(self.stdout.fileno(), 1 << 16)
                if not read:
                    break
                heard += read
        self.wait(max(0, deadline - time.monotonic()))
        return heard.decode()

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        """Send a signal, as long as it runs."""
        if self.returncode is None:
            os.kill(self.pid, number)


class _Files:
    """Open files that travel to a process, to be its standard input, output and errors."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = numbers

    def __reduce__(self) -> tuple[Any, ...]:
        return _Arrived, tuple(DupFd(number) for number in self.numbers)


class _Arrived:
    """The same, there."""

    def __init__(self, *files: Any) -> None:
        self.files = files

    def take(self) -> None:
        for number, file in enumerate(self.files):
            os.dup2(file.detach(), number)
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w", 1)


def start(
    lane: Sequence[str],
    environment: Mapping[str, str] | None = None,
    log: IO[bytes] | None = None,
    *,
    together: bool = False,
) -> Child:
    """A process that does what `python LANE...` does; `lane` begins with "-m" and a module, or "-c" and a program.

    It writes into `log` if there is one, and reads nothing. Otherwise its standard input and output are pipes, and what
    it writes as errors is ours, or comes `together` with the rest.
    """
    if log is not None:
        with open(os.devnull) as nothing:
            return Child(_born(lane, environment, nothing.fileno(), log.fileno(), log.fileno()), None, None)
    (there_reads, we_write), (we_read, there_writes) = os.pipe(), os.pipe()
    try:
        process = _born(lane, environment, there_reads, there_writes, there_writes if together else 2)
    finally:
        os.close(there_reads)
        os.close(there_writes)
    return Child(process, os.fdopen(we_write, "w", 1), os.fdopen(we_read))


def _born(lane: Sequence[str], environment: Mapping[str, str] | None, *files: int) -> Any:
    ours = dict(os.environ if environment is None else environment)
    name = " ".join(lane)[:80]
    process = _nursery.Process(target=_live, args=(list(lane), ours, _Files(*files)), name=name, daemon=True)
    process.start()
    return process


def _live(lane: list[str], environment: dict[str, str], files: _Arrived) -> None:
    """What the process does."""
    files.take()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = [lane[1], *lane[2:]]
    if lane[0] == "-m":
        runpy.run_module(lane[1], run_name="__main__", alter_sys=True)
    else:
        exec(compile(lane[1], "<program>", "exec"), {"__name__": "__main__"})  # noqa: S102 -- the test's own program
