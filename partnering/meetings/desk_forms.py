"""What organisers may send about blocks of meetings, tables and rules."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from ..events.forms import DayField, HourField
from ..fields import WholeField
from ..i18n import LazyText, _l
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


def whole(label: LazyText, least: int, most: int) -> WholeField:
    """A number that must be there, within these."""
    words = _l("Between %(least)s and %(most)s", least=least, most=most)
    return WholeField(label, [InputRequired(_l("Enter a number")), NumberRange(least, most, words)])


class RulesForm(FlaskForm):
    """How meetings are asked for and answered."""

    open_request_limit = whole(_l("Open requests of one person"), 1, 200)
    meeting_limit = WholeField(
        _l("Meetings of one person"),
        [Optional(), NumberRange(1, 200, _l("Between %(least)s and %(most)s", least=1, most=200))],
    )
    request_days = whole(_l("Days to answer"), 1, 60)
    late_days = whole(_l("Last days before the event"), 0, 60)
    late_hours = whole(_l("Hours to answer in these last days"), 1, 240)
    live_minutes = whole(_l("Minutes to answer a live request"), 5, 240)
    reserve_minutes = whole(_l("Minutes to take a time that came free"), 5, 1440)
    same_organisation = BooleanField(_l("People of the same organisation may ask each other"))
    unpaid_may_ask = BooleanField(_l("People whose ticket is not paid yet may ask"))


class CapacityForm(FlaskForm):
    """Numbers to try; sent by address, since nothing changes."""

    class Meta:
        csrf = False

    people = whole(_l("People"), 0, 100_000)
    meetings = whole(_l("Meetings"), 0, 1_000_000)
    busiest = whole(_l("Meetings of the busiest person"), 0, 10_000)
    slots = whole(_l("Slots"), 0, 10_000)
    tables = whole(_l("Tables"), 0, 10_000)
    two_sided = BooleanField(_l("Two kinds of guests meet, and nobody meets their own kind"))
