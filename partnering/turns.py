"""Threads that work one after the other: several pages drawn at the same time take a third longer than in turn.

Threads that compute at once hand Python's lock to each other all the while, and each finds the processor's caches full
of what another needed. More than one is there for those who wait: for a slow browser, a long export, a lock.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

LONGEST = 0.1
"""So many seconds a turn lasts: whoever needs longer goes on beside the next, so that nobody waits for an export."""


class InTurn(Executor):
    """Calls functions one after the other, in the order in which they came, in at most so many threads."""

    def __init__(self, threads: int, longest: float = LONGEST) -> None:
        self._threads = ThreadPoolExecutor(max_workers=threads)
        self._longest = longest
        self._lock = Lock()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._turn: object | None = None
        self._since = 0.0
        self._somebody_waits, self._over = Event(), Event()
        Thread(target=self._watch, daemon=True).start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Call a function when its turn has come."""
        future: Future[Any] = Future()
        with self._lock:
            self._waiting.append((future, lambda: fn(*args, **kwargs)))
            if self._turn is None:
                self._begin()
            else:
                self._somebody_waits.set()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take nothing more; what waits is done in the turn that runs."""
        self._over.set()
        self._somebody_waits.set()
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _begin(self) -> None:
        """Within the lock: let another thread have the turn."""
        self._turn = turn = object()
        self._since = monotonic()
        self._threads.submit(self._work, turn)

    def _work(self, turn: object) -> None:
        """Do what waits until nothing does, or the turn is another's."""
        while True:
            with self._lock:
                if self._turn is not turn:
                    return
                if not self._waiting:
                    self._turn = None
                    return
                future, call = self._waiting.popleft()
                self._since = monotonic()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # told to whoever asks for the result
                    future.set_exception(error)

    def _watch(self) -> None:
        """Give the turn to another thread when whoever has it takes long and somebody waits."""
        while self._somebody_waits.wait() and not self._over.wait(self._longest / 2):
            with self._lock:
                if not self._waiting:
                    self._somebody_waits.clear()
                elif monotonic() - self._since >= self._longest:
                    self._begin()
