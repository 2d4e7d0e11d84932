"""Which tables are read."""

import re
from collections.abc import Callable
from typing import Any

from .counting import statements

NAMED = re.compile(r'\b(?:FROM|JOIN)\s+"?([a-z_]+)"?', re.IGNORECASE)


def tables_read_by(deed: Callable[[], Any]) -> set[str]:
    """The tables that a deed asks about."""
    with statements() as asked:
        deed()
    return {name for statement in asked for name in NAMED.findall(statement)}
