"""Stores calendar objects on a CalDAV server and fetches them again: JSON on stdin, JSON on stdout.

It runs under the Python of `tests/support/caldav/.venv`, where Radicale (the server) and caldav (the client) live apart
from everything else. In: a list of [name of the resource, text]. Out: a list of what the server gave back right after,
or "" with a second value that says what it refused. The server listens on loopback, keeps its files in a folder that
goes with it, and asks nobody who they are.
"""

import json
import logging
import sys
import tempfile
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import caldav  # type: ignore[import-not-found]  # in a Python of its own
from radicale import config  # type: ignore[import-not-found]  # the same
from radicale.app import Application  # type: ignore[import-not-found]  # the same

OBJECT = {"Content-Type": "text/calendar; charset=utf-8"}


class Quiet(WSGIRequestHandler):
    """Says nothing of what it is asked."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
        return


def main() -> None:
    """Serve, store, fetch, answer."""
    logging.disable(logging.WARNING)
    objects: list[tuple[str, str]] = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="partnering-caldav-") as folder:
        settings = config.load([])
        settings.update({"storage": {"filesystem_folder": folder}, "auth": {"type": "none"}}, "tests", privileged=True)
        with make_server("127.0.0.1", 0, Application(settings), handler_class=Quiet) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                answers = _round_trips(f"http://127.0.0.1:{server.server_port}/", objects)
            finally:
                server.shutdown()
    json.dump(answers, sys.stdout)


def _round_trips(address: str, objects: list[tuple[str, str]]) -> list[tuple[str, str]]:
    with caldav.DAVClient(url=address, username="conformance", password="none") as client:
        kept = client.principal().make_calendar(name="conformance", cal_id="conformance")
        return [_round_trip(client, kept, name, text) for name, text in objects]


def _round_trip(client: caldav.DAVClient, kept: caldav.Calendar, name: str, text: str) -> tuple[str, str]:
    """One object there and back. Not by `save_event`, which would raise SEQUENCE by itself."""
    url = f"{kept.url}{name}.ics"
    answer = client.put(url, text, OBJECT)
    if answer.status not in (201, 204):
        return "", f"{answer.status} {answer.reason}"
    fetched = caldav.Event(client=client, url=url, parent=kept).load()
    return str(fetched.data), ""


main()
