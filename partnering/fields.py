"""Form fields of our own: what they take is what is written here, not what Python would read into it."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, FieldList, HiddenField, IntegerField

from .i18n import _, day

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


class SeenField(HiddenField):
    """What a page showed of a thing, as a mark for each of its fields; who sends it back changes what they saw.

    `late`: somebody else was quicker, so nothing is saved yet.
    """

    late = False

    def note(self, stored: Mapping[str, Any]) -> None:
        """Remember these values, by the name of their field, as the ones that the page shows."""
        self.data = ".".join(f"{name}-{_mark(value)}" for name, value in stored.items())

    def passes(self, form: FlaskForm, stored: Mapping[str, Any]) -> bool:
        """Whether the form was sent and what it says is valid; one that is only opened notes what it shows."""
        if form.is_submitted():
            return bool(form.validate())
        self.note(stored)
        return False

    def overtaken(self, fields: Mapping[str, Field], stored: Mapping[str, Any]) -> bool:
        """Whether somebody else has changed what is `stored` meanwhile, to something other than what was sent.

        Then each field of the form says so by its name, since a list of several reads alike without: one that was left
        as it was takes the new value, another one keeps what was typed and names the new value. What the page shows
        now counts as seen, so sending it again settles it.
        """
        seen = dict(part.rsplit("-", 1) for part in (self.data or "").split(".") if "-" in part)
        found = False
        for name, field in fields.items():
            now, mark = _mark(stored[name]), seen.get(name)
            if mark in (None, now) or _mark(field.data) == now:
                continue
            found = True
            if _mark(field.data) == mark:
                field.data, field.raw_data = stored[name], None
                field.errors = [
                    _("%(field)s: somebody else has changed this; here is the new value", field=field.label.text)
                ]
            else:
                new = _shown(field, stored[name]) or _("nothing")
                field.errors = [
                    _("%(field)s: somebody else has changed this to “%(value)s”", field=field.label.text, value=new)
                ]
        if found:
            self.note(stored)
        self.late = found
        return found


def _mark(value: Any) -> str:
    """A short word for a value, the same for equal ones only; the order of a list does not count, nor which nothing."""
    if isinstance(value, (list, tuple, set)):
        value = sorted(map(str, value))
    text = "" if value in (None, [], "") else f"{value:%H:%M}" if isinstance(value, time) else str(value).strip()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _shown(field: Field, value: Any) -> str:
    """A value as people read it: the words of a choice, a time without seconds."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return day(value, "weekday")
    words = {str(code): str(label) for code, label, *_rest in getattr(field, "choices", None) or ()}
    each = value if isinstance(value, (list, tuple, set)) else [value]
    return ", ".join(words.get(str(one), str(one)) for one in each if one is not None)
