"""Work for later: tasks deferred in the business transaction, run by the worker."""

from . import procrastinate_schema as procrastinate_schema  # importing it makes its tables come with ours
from .registry import Progress, periodic, task
from .services import defer

__all__ = ["Progress", "defer", "periodic", "task"]
