"""Threads that work in turn: never two at once, in order, and nobody waits for one who takes long."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from threading import Event, Lock

import pytest

from partnering.turns import InTurn


class Busy:
    """Counts how many are at work at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.done: list[int] = []
        self._lock = Lock()

    def work(self, number: int) -> int:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        Event().wait(0.002)  # lets go of Python's lock, so that others would come in between
        with self._lock:
            self.now -= 1
            self.done.append(number)
        return number


@pytest.fixture
def in_turn() -> Iterator[Callable[[float], InTurn]]:
    made: list[InTurn] = []

    def make(longest: float = 60) -> InTurn:
        made.append(InTurn(4, longest))
        return made[-1]

    yield make
    for each in made:
        each.shutdown()


def _do(executor: Executor, number: int) -> Busy:
    busy = Busy()
    futures = [executor.submit(busy.work, one) for one in range(number)]
    assert [future.result(20) for future in futures] == list(range(number))
    return busy


def test_one_works_at_a_time_in_the_order_of_coming(in_turn: Callable[..., InTurn]):
    busy = _do(in_turn(), 40)

    assert busy.most == 1
    assert busy.done == list(range(40))


def test_threads_as_they_are_work_at_once():
    """The control: the counter would notice."""
    with ThreadPoolExecutor(4) as threads:
        assert _do(threads, 40).most > 1


def test_nobody_waits_for_one_who_takes_long(in_turn: Callable[..., InTurn]):
    executor, finished = in_turn(0.02), Event()
    slow = executor.submit(finished.wait, 20)

    assert executor.submit(lambda: "there").result(10) == "there"
    assert not slow.done()
    finished.set()
    assert slow.result(10) is True


def test_several_who_take_long_leave_the_others_a_thread(in_turn: Callable[..., InTurn]):
    executor, finished = in_turn(0.02), Event()
    slow = [executor.submit(finished.wait, 20) for _one in range(3)]

    assert [executor.submit(int, text).result(10) for text in ("1", "2", "3")] == [1, 2, 3]
    assert not any(each.done() for each in slow)
    finished.set()
    assert [each.result(10) for each in slow] == [True] * 3
    assert _do(executor, 20).most == 1, "who took long has not kept a turn"


def test_what_goes_wrong_is_told_and_keeps_nobody_waiting(in_turn: Callable[..., InTurn]):
    executor = in_turn()
    wrong = executor.submit(int, "x")
    after = executor.submit(int, "4")

    with pytest.raises(ValueError, match="invalid literal"):
        wrong.result(10)
    assert after.result(10) == 4


def test_what_was_called_off_is_not_done(in_turn: Callable[..., InTurn]):
    executor, finished, busy = in_turn(), Event(), Busy()
    executor.submit(finished.wait, 20)
    off = executor.submit(busy.work, 1)
    last = executor.submit(busy.work, 2)

    assert off.cancel()
    finished.set()
    assert last.result(10) == 2
    assert busy.done == [2]
