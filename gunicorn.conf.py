"""How gunicorn serves the site. Processes: WEB_CONCURRENCY, else two beside PostgreSQL and one beside SQLite."""

import gc
import os
import sys
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from partnering.app import create_app
from partnering.config import UnsafeSettings, from_environment
from partnering.turns import InTurn
from partnering.verify import SchemaMismatch, refuse_mismatch

KEPT_ALIVE = 4
"""So many connections that say nothing a busy process keeps open. Those beyond are closed after their answer and come
again to whichever process is free first: otherwise eight visitors may all wait for one while the other rests."""

SWITCH_SECONDS = 0.01
"""So long a thread may go on while others wait: a page is drawn in one go, and they are not all half done at once."""

_settings = from_environment()

bind = _settings.bind


class Worker(ThreadWorker):
    """Threads that draw one page after the other, and several at once only where one takes long."""

    def get_thread_pool(self) -> InTurn:
        return InTurn(self.cfg.threads)


worker_class = Worker
workers = int(os.environ.get("WEB_CONCURRENCY", "2" if _settings.uri.startswith("postgresql") else "1"))
threads = 8
timeout = 30
graceful_timeout = 20
keepalive = 5
# addresses may hold secret links: the application logs what is needed, without them
accesslog = None
# several sites of one machine would share its default path
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Say in one sentence, rather than in each process's trace, why the site cannot start."""
    try:
        refuse_mismatch(create_app())
    except (UnsafeSettings, SchemaMismatch) as reason:
        sys.exit(f"The site does not start: {reason}")


def post_worker_init(worker: Any) -> None:
    """Let the process work off one page after the other, beside processes that do the same.

    What is there for as long as it lives is taken out of the rounds of the garbage collector.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pre_request(worker: Any, request: Any) -> None:
    """Keep the connection of this request afterwards, or few in all while several requests are at work at once."""
    at_once = worker.nr_conns - len(worker.keepalived_conns) - len(worker.pending_conns)
    worker.max_keepalived = KEPT_ALIVE if at_once > 1 else worker.worker_connections - threads
