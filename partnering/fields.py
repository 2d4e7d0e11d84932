"""Form fields of our own: what they take is what is written here, not what Python would read into it."""

import re
from typing import Any

from wtforms import IntegerField

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
