"""Things that a test knows to be there."""

from typing import TypeVar

T = TypeVar("T")


def there(thing: T | None) -> T:
    """`thing`, which is not None: else the test fails here."""
    assert thing is not None
    return thing
