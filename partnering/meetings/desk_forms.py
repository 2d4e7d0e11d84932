"""What organisers may send about blocks of meetings and tables."""

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from ..events.forms import DayField, HourField
from ..fields import WholeField
from ..i18n import _l
from .forms import REF


class BlockForm(FlaskForm):
    """A new block of meetings, in the event's wall-clock time."""

    name_de = StringField(_l("Name in German"), [InputRequired(_l("Enter a name")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [Length(max=80)])
    day = DayField(_l("Day"), [InputRequired(_l("Enter a day"))])
    starts = HourField(_l("Begins"), [InputRequired(_l("Enter when it begins"))])
    ends = HourField(_l("Ends"), [InputRequired(_l("Enter when it ends"))])
    slot_minutes = SelectField(
        _l("Slot length in minutes"),
        coerce=int,
        choices=[SelectChoice(n, str(n)) for n in (10, 15, 20, 25, 30, 45, 60)],
        default=20,
    )
    break_minutes = SelectField(
        _l("Break in minutes"), coerce=int, choices=[SelectChoice(n, str(n)) for n in (0, 5, 10, 15)], default=5
    )


class TablesForm(FlaskForm):
    """Tables like the wells of a plate."""

    rows = WholeField(
        _l("Rows"), [InputRequired(_l("Enter a number")), NumberRange(1, 26, _l("Between 1 and 26"))], default=8
    )
    columns = WholeField(
        _l("Tables in a row"),
        [InputRequired(_l("Enter a number")), NumberRange(1, 24, _l("Between 1 and 24"))],
        default=12,
    )
    zone_de = StringField(_l("Hall in German"), [Length(max=80)])
    zone_en = StringField(_l("Hall in English"), [Length(max=80)])


class TableForm(FlaskForm):
    """Close a table, or open it again."""

    table = HiddenField(validators=[InputRequired(), REF])
    open = HiddenField()
