"""Parts of pages that look the same for the same values, drawn once: `{% call drawn_once("card", a) %}…{% endcall %}`.

A part is kept by its name, the language, the event, and all values it is made of, so that none is ever out of date:
whoever names too few of them shows one person what is another's.

What differs in words alone is drawn once for all: `{% call(f) filled("face", of=face) %}{{ f.title }}{% endcall %}`.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from flask import Flask, g, request
from jinja2 import Undefined, UndefinedError
from markupsafe import Markup, escape

from .i18n import locale

MOST = 3_000
"""So many parts a process keeps, those looked at last: some megabytes."""

SHAPES = 2_000
"""So many patterns that words are put into."""

MARK = re.compile("qzx([0-9]+)xzq")
"""What stands in a pattern where the word of this number belongs: letters, which every filter leaves as they are."""


class Fragments:
    """What one application keeps."""

    def __init__(self) -> None:
        self.parts: OrderedDict[Hashable, str] = OrderedDict()
        self.patterns: dict[Hashable, tuple[str, list[int]]] = {}
        self.lock = Lock()

    def once(self, *values: Hashable, caller: Callable[[], str]) -> str:
        """What `caller` draws, or has drawn for the same values; addresses in it carry the same event and language."""
        _require(*values)
        key = (*values, *_here())
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

    def filled(self, *values: Hashable, of: tuple[str, ...], caller: Callable[[tuple[str, ...]], str]) -> Markup:
        """What `caller` draws of these words, which it puts in as they are; whether each is there is all it asks.

        What else it depends on are the `values`, which are few: everything that it draws of them is kept.
        """
        _require(*values, of)
        key = (*values, type(of), tuple(map(bool, of)), *_here())
        known = self.patterns.get(key)
        if known is None:
            marks = [f"qzx{number}xzq" if word else "" for number, word in enumerate(of)]
            make: Callable[[Any], tuple[str, ...]] = getattr(type(of), "_make", tuple)
            pieces = MARK.split(str(caller(make(marks))).replace("%", "%%"))
            known = "%s".join(pieces[::2]), [int(number) for number in pieces[1::2]]
            if len(self.patterns) >= SHAPES:
                self.patterns.clear()
            self.patterns[key] = known
        pattern, places = known
        words = str(escape("\0".join(of))).split("\0")  # all at once: each by itself takes as long as all
        if len(words) != len(of):
            words = [str(escape(word)) for word in of]
        return Markup(pattern % tuple([words[place] for place in places]))


def _require(*values: Hashable) -> None:
    if any(isinstance(value, Undefined) for value in values):  # equal to whatever else is undefined
        raise UndefinedError("a part is kept by what it shows, and one of these values is not there")


def _here() -> tuple[Hashable, ...]:
    """What everything depends on that stands on a page: the language, the event, and what its addresses carry on."""
    event = g.get("event")
    return locale(), event.slug if event is not None else None, request.args.get("lang")


def install(app: Flask) -> None:
    """Let templates draw parts once."""
    fragments = Fragments()
    app.jinja_env.globals.update(drawn_once=fragments.once, filled=fragments.filled)
