"""The tasks that rooms offer: by name, so that a deferred job finds its function again in any process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

Result = dict[str, Any] | None


class Progress(Protocol):
    """What a running job can say of itself."""

    public_id: str
    event_ref: str | None
    owner_ref: str | None

    def progress(self, done: int, total: int) -> None:
        """Say how far the job is, which also keeps it. Raises `JobLost` when another worker has taken it over."""

    def file(self, name: str, media_type: str, content: bytes) -> None:
        """Keep a file for download, in place of an earlier one."""


TaskFunction = Callable[..., Result]
TaskT = TypeVar("TaskT", bound=TaskFunction)


@dataclass(frozen=True)
class Task:
    """A task: called as `run(job, **arguments)`; a failed one is tried `attempts` times in all."""

    name: str
    run: TaskFunction
    attempts: int


@dataclass(frozen=True)
class Periodic:
    """A function without arguments, due once every `every` in the whole installation.

    `each_worker` lets every worker run it for itself: for what is safe side by side and must not wait for others.
    It answers whether there is more to do at once.
    """

    name: str
    run: Callable[[], bool | None]
    every: timedelta
    each_worker: bool


tasks: dict[str, Task] = {}
periodic_tasks: dict[str, Periodic] = {}


class UnknownTask(LookupError):
    """No room offers a task of this name."""


def task(name: str, *, attempts: int = 5) -> Callable[[TaskT], TaskT]:
    """Register a task: `def make(job: Progress, **arguments) -> dict | None`.

    It runs in an application context, outside any transaction, at least once: begin its effects in `transaction()`,
    and make them such that a second run changes nothing.
    """

    def register(run: TaskT) -> TaskT:
        tasks[name] = Task(name, run, attempts)
        return run

    return register


PeriodicFunction = Callable[[], bool | None]
PeriodicT = TypeVar("PeriodicT", bound=PeriodicFunction)


def periodic(name: str, *, every: timedelta, each_worker: bool = False) -> Callable[[PeriodicT], PeriodicT]:
    """Register a periodic task; see `Periodic`."""

    def register(run: PeriodicT) -> PeriodicT:
        periodic_tasks[name] = Periodic(name, run, every, each_worker)
        return run

    return register


def find(name: str) -> Task:
    """The task of this name. Raises `UnknownTask`."""
    known = tasks.get(name)
    if known is None:
        raise UnknownTask(name)
    return known
