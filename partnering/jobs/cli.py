"""The worker as a command."""

import _thread
import logging
import signal
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from . import worker


@click.command("worker")
@with_appcontext
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def run_worker(once: bool) -> None:
    """Send letters, run jobs and periodic tasks, until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("procrastinate", "fontTools"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the documented way
    worker.stopping.clear()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    if once:
        worker.run_once(app)
    else:
        worker.run(app)


def _stop(number: int, frame: FrameType | None) -> None:
    """Finish what is under way; a second signal ends at once.

    The signal may come while this very thread holds the event's lock, so another thread sets it.
    """
    _thread.start_new_thread(worker.stopping.set, ())
    signal.signal(number, signal.SIG_DFL)


commands = (run_worker,)
