"""Work for later: tasks deferred in the business transaction, run by the worker."""

from .registry import Progress, periodic, task
from .services import defer

__all__ = ["Progress", "defer", "periodic", "task"]
