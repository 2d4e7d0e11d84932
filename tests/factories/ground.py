"""What all builders share: a running number and a transaction of their own where none is running."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from partnering.db import transaction, writing

_numbers = itertools.count(1)


def number() -> int:
    """A number that no other builder got."""
    return next(_numbers)


@contextmanager
def deed() -> Iterator[None]:
    """The running transaction, or one of its own."""
    if writing():
        yield
        return
    with transaction():
        yield
