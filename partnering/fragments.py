"""Parts of pages that look the same for the same values, drawn once: `{% call drawn_once("card", a) %}…{% endcall %}`.

A part is kept by its name, the language, the event, and all values it is made of, so that none is ever out of date:
whoever names too few of them shows one person what is another's.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import Flask, g, request
from jinja2 import Undefined, UndefinedError

from .i18n import locale

MOST = 3_000
"""So many parts a process keeps, those looked at last: some megabytes."""


class Fragments:
    """What one application keeps."""

    def __init__(self) -> None:
        self.parts: OrderedDict[Hashable, str] = OrderedDict()
        self.lock = Lock()

    def once(self, *values: Hashable, caller: Callable[[], str]) -> str:
        """What `caller` draws, or has drawn for the same values; addresses in it carry the same event and language."""
        if any(isinstance(value, Undefined) for value in values):  # equal to whatever else is undefined
            raise UndefinedError("a part is kept by what it shows, and one of these values is not there")
        event = g.get("event")
        key = (*values, locale(), event.slug if event is not None else None, request.args.get("lang"))
        with self.lock:
            found = self.parts.get(key)
            if found is not None:
                self.parts.move_to_end(key)
                return found
        drawn = caller()
        with self.lock:
            self.parts[key] = drawn
            while len(self.parts) > MOST:
                self.parts.popitem(last=False)
        return drawn


def install(app: Flask) -> None:
    """Let templates draw parts once."""
    app.jinja_env.globals["drawn_once"] = Fragments().once
