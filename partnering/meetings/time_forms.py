"""What people may send about their own time at an event."""

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    SelectField,
)
from wtforms.validators import InputRequired, Optional

from ..events.forms import HourField
from ..i18n import _l
from .forms import REF


class SlotForm(FlaskForm):
    """One slot to keep free, or to free again."""

    slot = HiddenField(validators=[InputRequired(), REF])


class DepartureForm(FlaskForm):
    """When somebody leaves; empty for never."""

    day = SelectField(_l("Day"), [Optional()], validate_choice=False, choices=[])
    time = HourField(_l("Time"), [Optional()])
