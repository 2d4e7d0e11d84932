"""What people may send about their own time at an event."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional

from ..events.forms import HourField, one_line
from ..i18n import _l
from .forms import REF


class SlotForm(FlaskForm):
    """One slot to keep free, or to free again."""

    slot = HiddenField(validators=[InputRequired(), REF])


class RestForm(FlaskForm):
    """From which slot on the rest of its day is kept free."""

    slot = SelectField(_l("From"), validate_choice=False, choices=[], validators=[InputRequired(), REF])


class PresenceForm(FlaskForm):
    """When somebody arrives or leaves; empty for the beginning, and for the end."""

    day = SelectField(_l("Day"), [Optional()], validate_choice=False, choices=[])
    time = HourField(_l("Time"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """A day needs a time."""
        whole = super().validate(extra_validators)
        if whole and self.day.data and self.time.data is None:
            self.time.errors = [str(_l("Enter a time such as 8:30"))]
            return False
        return bool(whole)


class VideoForm(FlaskForm):
    """How somebody meets by video."""

    video_url = StringField(_l("Link to your own video room"), [Optional(), Length(max=500)], [one_line])
    zone = SelectField(_l("Your time zone"), [Optional()], validate_choice=False, choices=[])
