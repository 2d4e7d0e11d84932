"""Named places where tests let a process die or fail, to see that nothing is lost.

`FAULT=name:nth:kill` kills this process when it comes to the place for the nth time, `FAULT=name:nth:raise` raises
`InjectedFault` there. Both are deaf in production: they need a testing application or the sample set-up.
"""

import os
import signal
from collections import Counter

from flask import current_app, has_app_context

VARIABLE = "FAULT"

_passed: Counter[str] = Counter()


class InjectedFault(RuntimeError):
    """A fault that a test asked for."""


def point(name: str) -> None:
    """A place where this process may be told to fail."""
    plan = os.environ.get(VARIABLE)
    if plan is None or not has_app_context():
        return
    if not (current_app.testing or current_app.extensions["settings"].sample):
        return
    _passed[name] += 1
    place, nth, deed = plan.split(":")
    if place != name or _passed[name] != int(nth):
        return
    if deed == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise InjectedFault(name)
