"""Long-lived secret links that letters and badges must be able to show again.

A token is the thing's public id, its generation and the key's number, followed by a MAC over them and the purpose.
A stolen database opens nothing; raising the generation revokes; a new key number signs while older ones still read.
"""

import base64
import hmac
import re

from flask import Flask, current_app

_SHAPE = re.compile(r"([a-z2-7]{16})([1-9][0-9]{0,4})-([1-9][0-9]{0,2})-([a-z2-7]{26})")


def install(app: Flask, keys: dict[int, bytes]) -> None:
    """Remember the numbered keys."""
    app.extensions["link_keys"] = keys


def keys() -> dict[int, bytes]:
    """The numbered keys; the highest number signs."""
    known: dict[int, bytes] = current_app.extensions["link_keys"]
    return known


def token(purpose: str, public_id: str, generation: int = 1) -> str:
    """The secret path segment for a thing: public id, generation, key number, 128-bit MAC."""
    number = max(keys())
    return f"{public_id}{generation}-{number}-{_mac(number, purpose, public_id, generation)}"


def read(purpose: str, text: str) -> tuple[str, int] | None:
    """(public id, generation) of a token of this purpose, or None. The caller compares the generation."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    public_id, generation, number = match[1], int(match[2]), int(match[3])
    if number not in keys():
        return None
    expected = _mac(number, purpose, public_id, generation)
    return (public_id, generation) if hmac.compare_digest(expected, match[4]) else None


def without_secrets(text: str) -> str:
    """The text with three dots for every token in it: for whoever may read a letter and not follow its links."""
    return re.sub(_SHAPE.pattern, "…", text)


def _mac(number: int, purpose: str, public_id: str, generation: int) -> str:
    message = f"{purpose}\n{public_id}\n{generation}".encode()
    digest = hmac.digest(keys()[number], message, "sha256")[:16]
    return base64.b32encode(digest).decode().rstrip("=").lower()
