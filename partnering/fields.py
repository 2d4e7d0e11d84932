"""Form fields of our own: what they take is what is written here, not what Python would read into it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import FieldList, IntegerField

from .i18n import _

_WHOLE = re.compile(r"-?[0-9]{1,9}")


class WholeField(IntegerField):
    """A whole number in ASCII digits; `int()` alone would also take ١٢, 1_000 and +5."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was sent. Raises `ValueError`, which the form shows beside the field."""
        if valuelist and str(valuelist[0]).strip() and not _WHOLE.fullmatch(str(valuelist[0]).strip(" ")):
            self.data = None
            raise ValueError(_("Enter a whole number"))
        super().process_formdata(valuelist)


_ROW = re.compile(r"[0-9]{1,3}")


class RowsField(FieldList):
    """Rows of a form that people add and take away, with a button each that works without script.

    Rows are numbered in ASCII digits up to 999; whatever else is sent under its name is no row.
    """

    def _extract_indices(self, prefix: str, formdata: Mapping[str, Any]) -> Iterator[int]:
        for name in formdata:
            number = name.removeprefix(f"{prefix}-").partition("-")[0]
            if name.startswith(f"{prefix}-") and _ROW.fullmatch(number):
                yield int(number)

    def press(self, pressed: str | None) -> bool:
        """Add or take away the row that a pressed button names ("prices:add", "prices:remove:2"); whether it did."""
        name, _colon, deed = (pressed or "").partition(":")
        if name != self.name:
            return False
        if deed == "add":
            if self.max_entries is None or len(self.entries) < self.max_entries:
                self.append_entry()
            return True
        number = deed.removeprefix("remove:")
        if deed == number or not _ROW.fullmatch(number) or int(number) >= len(self.entries):
            return False
        self.pop_entry(int(number))
        return True
