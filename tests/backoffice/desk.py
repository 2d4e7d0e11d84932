"""What the tests of the desk share: an event with an organiser who is signed in, and counting of questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient

from partnering.accounts.models import Person
from partnering.db import db
from partnering.events.models import Event
from tests.factories import make_event, make_organiser
from tests.support.counting import statements
from tests.support.signing_in import sign_in


def open_desk(client: FlaskClient, event: Event | None = None, **values: object) -> Event:
    """An event whose organiser is signed in at `client`."""
    event = event or make_event(**values)  # type: ignore[arg-type]  # columns of Event
    sign_in(client, make_organiser(event))
    return db.session.get_one(Event, event.id)


def organiser_of(event: Event) -> Person:
    """Who organises it."""
    return make_organiser(event)


class _Form(HTMLParser):
    """What the form of a page would send if nothing were changed."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._action, self._inside, self._area, self._select = action, False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "form":
            self._inside = (
                found.get("method") == "post" and (found.get("action") or "").partition("?")[0] == self._action
            )
        elif not self._inside:
            return
        elif tag == "input" and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self.sent.setdefault(name, []).append(value)
        elif tag == "textarea":
            self._area = name
            self.sent[name] = [""]
        elif tag == "select":
            self._select = name
            self.sent.setdefault(name, [])
        elif tag == "option" and ("selected" in found or not self.sent[self._select]):
            self.sent[self._select] = [value]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] = [self.sent[self._area][0] + data]

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._inside = self._inside and tag != "form"


def form_of(client: FlaskClient, path: str, action: str | None = None) -> dict[str, Any]:
    """What the form at `path`, sent to `action` or to the page itself, would send if nothing were changed."""
    form = _Form(action or path)
    form.feed(client.get(path).text)
    return {name: [value.lstrip("\r\n") for value in values] for name, values in form.sent.items() if name}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the database gets meanwhile, when nothing is loaded yet."""
    db.session.remove()
    with statements() as asked:
        yield asked
