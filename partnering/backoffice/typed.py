"""What organisers type, read strictly: ASCII digits only, nothing guessed. Each answers None for anything else."""

import re
from collections.abc import Callable
from typing import Any

from wtforms.validators import ValidationError

from ..i18n import LazyText, locale

_WHOLE = re.compile(r"[0-9]{1,9}")
_AMOUNT = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{2}))?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3},[0-9]{2}|,[0-9]{3}\.[0-9]{2})")
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?")


def whole(text: str | None, least: int = 0, most: int = 999_999_999) -> int | None:
    """A whole number from `least` to `most`."""
    if text is None or not _WHOLE.fullmatch(text):
        return None
    return int(text) if least <= int(text) <= most else None


def cents(text: str | None) -> int | None:
    """An amount such as "220", "220,00" or "220.00", in cents; less than a million.

    "1.234,56" and "1,234.56" can mean but one thing; "1.234" could mean two, and is not read.
    """
    text = text or ""
    if _GROUPED.fullmatch(text):
        text = text.replace(min(".,", key=text.index), "")
    match = _AMOUNT.fullmatch(text)
    return int(match[1]) * 100 + int(match[2] or 0) if match else None


def basis_points(text: str | None) -> int | None:
    """A percentage from 0 to 100 such as "19" or "7,5", in hundredths of a percent."""
    match = _PERCENT.fullmatch(text or "")
    if match is None:
        return None
    value = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    return value if value <= 10_000 else None


def shown_amount(value: int | None) -> str:
    """Cents as they are typed: "220,00" / "220.00"."""
    return "" if value is None else f"{value // 100}{_point()}{value % 100:02d}"


def shown_percent(value: int) -> str:
    """Hundredths of a percent as they are typed: "19", "7,5" / "7.5"."""
    return f"{value // 100}.{value % 100:02d}".rstrip("0").rstrip(".").replace(".", _point())


def _point() -> str:
    return "," if locale() == "de" else "."


def reads(read: Callable[[str | None], Any], message: LazyText) -> Callable[[Any, Any], None]:
    """A validator: what was typed can be read by `read`; an empty answer is left to the other validators."""

    def check(form: Any, field: Any) -> None:
        if field.data and read(field.data) is None:
            raise ValidationError(str(message))

    return check
