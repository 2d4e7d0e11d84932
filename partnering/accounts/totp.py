"""One-time codes of an authenticator app: RFC 6238 with SHA-1, thirty seconds, six digits, as all apps know it."""

import base64
import hmac
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6


def step_at(seconds: float) -> int:
    """The time step that a moment (seconds since the epoch) falls into."""
    return int(seconds) // STEP_SECONDS


def code(key: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a time step (RFC 4226, section 5.3)."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def matching_step(key: bytes, typed: str, step: int) -> int | None:
    """The step whose code was typed: `step`, the one before or the one after (clocks differ); None for a wrong code."""
    typed = "".join(typed.split())
    if not (len(typed) == DIGITS and typed.isascii() and typed.isdigit()):
        return None
    found = None
    for candidate in (step - 1, step, step + 1):
        if hmac.compare_digest(code(key, candidate), typed):
            found = candidate
    return found


def text_of(key: bytes) -> str:
    """The key for people to type into their app, in groups of four."""
    plain = base64.b32encode(key).decode().rstrip("=")
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def address_of(key: bytes, *, issuer: str, account: str) -> str:
    """The `otpauth:` address that apps read from a QR code."""
    secret = base64.b32encode(key).decode().rstrip("=")
    return f"otpauth://totp/{quote(f'{issuer}:{account}')}?{urlencode({'secret': secret, 'issuer': issuer})}"
