"""A worker with the tests' own letters and tasks that may be told to fail: `python -m tests.support.worker --once`.

The settings come from the environment; `FAULT` is heard, because the application is a testing one.
"""

import os
import sys

from flask.cli import ScriptInfo

from partnering import faults
from partnering.app import create_app
from partnering.config import Settings
from partnering.jobs.cli import run_worker

from . import nursery
from .servers import environment_of


def start(settings: Settings, *options: str, fault: str | None = None) -> nursery.Child:
    """Start a worker process with these settings; `fault` is a place, the number of the time, and the deed."""
    environment = environment_of(settings) | ({faults.VARIABLE: fault} if fault else {})
    return nursery.start(["-m", "tests.support.worker", *options], environment, together=True)


def run_once(settings: Settings, *, fault: str | None = None) -> int:
    """Let a worker do what is due; its exit status, -9 when it was killed."""
    process = start(settings, "--once", fault=fault)
    said = process.communicate(timeout=90)
    if fault is None:
        assert process.returncode == 0, said
    return process.wait()


def main() -> None:
    """Run the worker's command."""
    from . import kinds  # only here, so that starting a worker does not register them twice

    assert kinds is not None
    os.environ.setdefault("FLASK_DEBUG", "0")
    app = create_app({"TESTING": True})
    run_worker.main(args=sys.argv[1:], obj=ScriptInfo(create_app=lambda: app))


if __name__ == "__main__":
    main()
