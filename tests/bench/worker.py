"""A worker of its own, as a program that imports nothing but the product: what due jobs take, and how much memory."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from flask import Flask

from partnering.app import create_app
from partnering.jobs import worker


class Took(NamedTuple):
    """Seconds from the first job that was due to the end of the last, and the worker's memory at most."""

    seconds: float
    megabytes: float


def run(app: Flask) -> Took:
    """Let a worker of its own do what is due on this site."""
    from ..support.servers import ROOT, environment_of  # the program itself does without

    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.worker"],
        cwd=ROOT,
        env=environment_of(app.extensions["settings"]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Took(**json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    """Run what is due, and say what it took as JSON."""
    app = create_app()
    begun = time.perf_counter()
    with app.app_context():
        while worker.run_jobs():
            pass
    took = {"seconds": time.perf_counter() - begun, "megabytes": _most_memory()}
    sys.stdout.write(json.dumps(took) + "\n")
    return 0


def _most_memory() -> float:
    """The memory of this program at most, in megabytes; its resource usage would count that of whoever started it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    sys.exit(main())
