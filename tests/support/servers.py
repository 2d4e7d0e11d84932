"""The real thing: gunicorn with several processes and a worker, on a database and a port of their own."""

import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

from flask import Flask

from partnering.app import create_app
from partnering.config import Settings

from . import databases, nursery
from .smtp import SmtpSink, free_port, post_office
from .waiting import until

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Site:
    """A running site.

    `app` is an application on the same database, to arrange and to look things up with (`with site.app.app_context()`).
    """

    engine: str
    url: str
    settings: Settings
    app: Flask
    post: SmtpSink
    folder: Path
    web: nursery.Child | None = None
    workers: list[nursery.Child] = field(default_factory=list)

    def __call__(self, path: str) -> str:
        """The address of a page."""
        return f"{self.url}{path}"

    def start_web(self, processes: int, threads: int, application: str = "wsgi:app") -> None:
        """Start gunicorn and wait until it answers. `application` may be one that a test has broken on purpose."""
        self.web = self._start(
            "web",
            "gunicorn",
            "--config",
            "gunicorn.conf.py",
            "--threads",
            str(threads),
            application,
            processes=processes,
        )
        until(self._answers, 30, "the site to answer")

    def start_worker(self) -> nursery.Child:
        """Start one more worker."""
        worker = self._start("worker", "flask", "--app", "wsgi", "worker")
        self.workers.append(worker)
        return worker

    def log(self) -> str:
        """What the web and worker processes wrote so far."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        """End all processes."""
        running = [process for process in (self.web, *self.workers) if process and process.poll() is None]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, name: str, *command: str, processes: int = 1) -> nursery.Child:
        environment = environment_of(self.settings) | {"WEB_CONCURRENCY": str(processes)}
        with (self.folder / f"{name}.log").open("ab") as log:
            return nursery.start(["-m", *command], environment, log)

    def _answers(self) -> bool:
        if self.web is not None and self.web.poll() is not None:
            raise AssertionError(f"the site did not start:\n{self.log()}")
        try:
            urllib.request.urlopen(self.url, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            return False
        return True


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment that gives a process these settings, and ours for everything else."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PARTNERING_", "FLASK_"))}
    for item in fields(Settings):
        value = getattr(settings, item.name)
        if value != item.default:
            ours[f"PARTNERING_{item.name.upper()}"] = str(value)
    return ours


@contextmanager
def running_site(
    engine: str,
    folder: Path,
    *,
    processes: int = 2,
    threads: int = 4,
    workers: int = 1,
    host: str = "127.0.0.1",
    traces_allowed: bool = False,
    application: str = "wsgi:app",
    **settings: object,
) -> Iterator[Site]:
    """A running `Site` on a new database, with `workers` workers and a post office that takes its letters.

    `host` may be "localhost", which passkeys need. `settings` are fields of `Settings`. At the end the logs must hold
    no trace, unless `traces_allowed`.
    """
    port = free_port()
    url = databases.new_database(engine)
    with post_office() as post:
        values: dict[str, object] = {
            "instance": str(folder / "instance"),
            "base_url": f"http://{host}:{port}",
            "bind": f"127.0.0.1:{port}",
            "mail_server": "127.0.0.1",
            "mail_port": post.port,
        }
        chosen = databases.settings_for(url, **(values | settings))
        site = Site(engine, f"http://{host}:{port}", chosen, create_app({"TESTING": True}, chosen), post, folder)
        try:
            site.start_web(processes, threads, application)
            for _ in range(workers):
                site.start_worker()
            yield site
        finally:
            site.stop()
            with site.app.app_context():
                databases.db.session.remove()
                databases.db.engine.dispose()
            databases.drop_database(url)
        assert traces_allowed or "Traceback" not in site.log(), site.log()
