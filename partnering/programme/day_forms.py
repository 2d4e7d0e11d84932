"""What organisers may type about the days of the programme. Shape only."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, StringField
from wtforms.validators import Length, Optional

from ..events.forms import DayField, HourField, one_line
from ..i18n import _l


class DayForm(Form):
    """A day with its hours; without a date it is no day."""

    day = DayField(_l("Day"), [Optional()])
    opens = HourField(_l("Begins"), [Optional()])
    closes = HourField(_l("Ends"), [Optional()])
    name_de = StringField(_l("Name in German"), [Optional(), Length(max=80)], [one_line])
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=80)], [one_line])

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field, and both hours for a day."""
        good: bool = super().validate(extra_validators)
        if good and self.day.data and (self.opens.data is None or self.closes.data is None):
            self.opens.errors = [str(_l("Enter when the day begins and ends"))]
            return False
        return good


class DaysForm(FlaskForm):
    """All days of the programme."""

    days = FieldList(FormField(DayForm), _l("Day"), max_entries=31)
