"""What organisers may type about the programme. Shape only; the rules are in `services`."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from ..events.forms import DayField, HourField, email_address, lines, one_line
from ..fields import SeenField, WholeField
from ..i18n import LazyText, _l
from . import words


def listed(named: Mapping[str, LazyText | str]) -> list[SelectChoice]:
    """Values to choose from, with their words."""
    return [SelectChoice(value, word) for value, word in named.items()]


class PersonForm(Form):
    """One person of a session; an empty name takes them out."""

    ref = HiddenField()
    name = StringField(_l("Name"), [Optional(), Length(max=120)], [one_line])
    email = StringField(_l("Email address"), [Optional(), Length(max=254), email_address], [one_line])
    role = SelectField(_l("Part"), choices=[SelectChoice(*pair) for pair in words.ROLES.items()])
    set_up = WholeField(
        _l("Minutes before, for setting up"), [Optional(), NumberRange(0, 240, _l("Enter a number up to 240"))]
    )


class SessionForm(FlaskForm):
    """A session: texts in both languages, time in the event's zone, room, track, people."""

    title_de = StringField(_l("Title in German"), [Optional(), Length(max=300)], [one_line])
    title_en = StringField(_l("Title in English"), [Optional(), Length(max=300)], [one_line])
    subtitle_de = StringField(_l("Subtitle in German"), [Optional(), Length(max=300)], [one_line])
    subtitle_en = StringField(_l("Subtitle in English"), [Optional(), Length(max=300)], [one_line])
    abstract_de = TextAreaField(_l("Abstract in German"), [Optional(), Length(max=20000)], [lines])
    abstract_en = TextAreaField(_l("Abstract in English"), [Optional(), Length(max=20000)], [lines])
    kind = SelectField(_l("Kind"), choices=[SelectChoice(*pair) for pair in words.KINDS.items()], default="talk")
    language = SelectField(
        _l("Language of the session"),
        choices=[SelectChoice("", _l("not said")), SelectChoice("de", _l("German")), SelectChoice("en", _l("English"))],
    )
    track = SelectField(_l("Track"))
    capacity = WholeField(_l("Seats"), [Optional(), NumberRange(1, 100000, _l("Enter a number from 1"))])
    day = DayField(_l("Day"), [Optional()])
    starts = HourField(_l("Begins"), [Optional()])
    ends = HourField(_l("Ends"), [Optional()])
    room = SelectField(_l("Room"))
    people = FieldList(FormField(PersonForm), _l("Person"), max_entries=30)
    note = TextAreaField(_l("Note for organisers"), [Optional(), Length(max=4000)], [lines])
    seen = SeenField()
    at_once = BooleanField(_l("Release at once and write to everybody concerned"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field, then what only several fields together can say."""
        good: bool = super().validate(extra_validators)
        if not self.title_de.data and not self.title_en.data:
            self.title_de.errors = [str(_l("Enter a title"))]
            return False
        if not good:
            return False
        given = [self.starts.data is not None, self.ends.data is not None]
        if any(given) and not (all(given) and self.day.data):
            self.starts.errors = [str(_l("Enter day, beginning and end, or none of them"))]
            return False
        return True


class CancelForm(FlaskForm):
    """Call a session off, or bring it back."""

    at_once = BooleanField(_l("Release at once and write to everybody concerned"))


class PlacesForm(FlaskForm):
    """How many places of a session can be booked."""

    seats = WholeField(
        _l("Places to book"),
        [InputRequired(_l("Enter how many places can be booked")), NumberRange(1, 100000, _l("Enter a number from 1"))],
    )
