"""What organisers may send about blocks of meetings, tables, halls, stands, video rooms and lunch."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from ..agenda.models import Zone
from ..events.forms import DayField, HourField
from ..fields import RowsField, SeenField, WholeField
from ..i18n import _, _l, bi
from .desk_forms import whole
from .forms import REF

MODES = {
    "instant": (_l("Direct"), _l("Guests choose a time themselves, and it is held at once.")),
    "batch": (_l("Planned"), _l("Guests agree to meet; the times follow with a plan.")),
    "live": (_l("On site"), _l("Guests ask each other on the day, for the next free time.")),
}
"""How people book in a block, each with what that means."""

PHASES = {
    "open": (_l("Open"), _l("Guests ask and answer.")),
    "frozen": (_l("Frozen"), _l("No times are booked while you plan.")),
    "review": (_l("In review"), _l("The plan is there for you alone.")),
    "published": (_l("Published"), _l("Guests know their times and book what is left.")),
    "running": (_l("Running"), _l("The meetings take place.")),
    "closed": (_l("Ended"), _l("All is over; whoever found no place is told so.")),
}
"""The phases of a block in their order, each with what that means."""


class BlockForm(FlaskForm):
    """A block of meetings, in the event's wall-clock time."""

    name_de = StringField(_l("Name in German"), [DataRequired(_l("Enter a name")), Length(max=80)])
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
    mode = RadioField(
        _l("How guests book"),
        choices=[SelectChoice(code, words[0], {"hint": words[1]}) for code, words in MODES.items()],
        default="instant",
    )
    zones = SelectMultipleField(
        _l("Only at tables of these halls"), description=_l("Without a tick all tables are used.")
    )

    def offer(self, zones: Sequence[Zone]) -> None:
        """Let these halls be chosen."""
        self.zones.choices = [SelectChoice(zone.public_id, bi(zone.name)) for zone in zones]


class ChangeBlockForm(BlockForm):
    """A block that is there; `meetings` is how many the page said would lose their time."""

    meetings = HiddenField()
    seen = SeenField()


class PhaseForm(FlaskForm):
    """The phase that a block shall be in."""

    seen_phase = SeenField()
    phase = RadioField(
        _l("Phase"), choices=[SelectChoice(code, words[0], {"hint": words[1]}) for code, words in PHASES.items()]
    )


class RemovalForm(FlaskForm):
    """Times to take away; `meetings` is how many the page said are held then."""

    slot = SelectMultipleField(validators=[InputRequired()], validate_choice=False)
    meetings = HiddenField()


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
    """Close a table, or open it again; `since` is the slot with whose start it closes, else now."""

    table = HiddenField(validators=[InputRequired(), REF])
    open = HiddenField()
    since = HiddenField(validators=[Optional(), REF])
    slot = HiddenField(validators=[Optional(), REF])


class SwapForm(FlaskForm):
    """Two tables that change their meetings in a slot; without `other` the meeting gets the best free one."""

    table = HiddenField(validators=[InputRequired(), REF])
    other = HiddenField(validators=[Optional(), REF])
    slot = HiddenField(validators=[InputRequired(), REF])


class ZoneForm(FlaskForm):
    """A hall or floor, and how long it takes to walk there."""

    name_de = StringField(_l("Name in German"), [DataRequired(_l("Enter a name")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [Length(max=80)])
    walk_minutes = whole(_l("Minutes to walk there from other halls"), 0, 60)
    seen = SeenField()


class RoomForm(FlaskForm):
    """A room for video calls with its own link."""

    name_de = StringField(_l("Name in German"), [DataRequired(_l("Enter a name")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [Length(max=80)])
    url = StringField(_l("Link"), [InputRequired(_l("Enter a link")), Length(max=500)])
    seen = SeenField()


class StandForm(FlaskForm):
    """A stand at which its organisation receives others."""

    name_de = StringField(_l("Name in German"), [DataRequired(_l("Enter a name")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [Length(max=80)])
    zone = SelectField(_l("Hall"), validate_choice=True)

    def offer(self, zones: Sequence[Zone]) -> None:
        """Let these halls be chosen, or none."""
        self.zone.choices = [SelectChoice("", _("None")), *(SelectChoice(z.public_id, bi(z.name)) for z in zones)]


class HolderForm(FlaskForm):
    """Give a stand to an organisation."""

    place = SelectField(_l("Stand"))
    organisation = SelectField(_l("Organisation"))


class HeldForm(FlaskForm):
    """Take a place back: the place and the organisation that has it, as "place:organisation"."""

    held = SelectField(_l("Place and organisation"), choices=[])


class PlacesForm(FlaskForm):
    """Tables, stands and rooms that are ticked, to put them into a hall, into none, or to delete them."""

    pick = SelectMultipleField(validators=[InputRequired()], validate_choice=False)
    zone = SelectField(_l("Hall"), validate_choice=False, choices=[])

    def offer(self, zones: Sequence[Zone]) -> None:
        """Let these halls be chosen, or none."""
        self.zone.choices = [*(SelectChoice(z.public_id, bi(z.name)) for z in zones), SelectChoice("", _("No hall"))]


class LunchDay(Form):
    """Lunch on one day; empty times protect none."""

    day = HiddenField()
    starts = HourField(_l("From"), [Optional()])
    ends = HourField(_l("Until"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Both times or neither, in their order."""
        fine = super().validate(extra_validators)
        starts, ends = self.starts.data, self.ends.data
        if not fine:
            return False
        if (starts is None) != (ends is None):
            self.ends.errors = [_("Enter both times, or neither")]
        elif starts is not None and ends <= starts:
            self.ends.errors = [_("Lunch must end after it begins")]
        return not self.ends.errors


class LunchForm(FlaskForm):
    """When lunch is protected, and how much of it stays free for everybody."""

    lunch_minutes = whole(_l("Minutes in a row that stay free"), 0, 120)
    seen = SeenField()
    days = RowsField(FormField(LunchDay), max_entries=60)
