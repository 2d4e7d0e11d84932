"""What organisers may send about single meetings and the people in them."""

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from ..agenda.models import Location
from ..i18n import _, _l, bi
from ..text import clean
from .forms import REF, Deed


class TimeForm(Deed):
    """Another time for a meeting, or its first; at one table, or at the best that is free."""

    slot = RadioField(_l("New time"), [InputRequired(_l("Choose a time"))], validate_choice=False, choices=[])
    table = SelectField(_l("Table"), [Optional(), REF], validate_choice=False, choices=[])


class TableForm(Deed):
    """Another table at the same time: a free one, or that of another meeting, which gets this one's."""

    table = SelectField(_l("New table"), [InputRequired(_l("Choose a table")), REF], validate_choice=False, choices=[])


class SeatsForm(Deed):
    """Who comes and who goes on one side."""

    new = SelectField(_l("Who comes"), [Optional(), REF], validate_choice=False, choices=[])
    old = SelectField(_l("Who goes"), [Optional(), REF], validate_choice=False, choices=[])

    def validate(self, extra_validators: Any = None) -> bool:
        """At least one of the two."""
        if not super().validate(extra_validators):
            return False
        if not self.new.data and not self.old.data:
            self.new.errors = [_("Choose who comes, who goes, or both")]
            return False
        return True


class ReasonForm(Deed):
    """A cancellation by the organisers, whose reason both sides read."""

    reason = StringField(_l("Reason, read by both sides"), [Length(max=300)], filters=[lambda text: clean(text or "")])


class BookForm(Deed):
    """A meeting of two who agreed to it at the desk."""

    one = HiddenField(validators=[InputRequired(), REF])
    other = HiddenField(validators=[InputRequired(), REF])
    slot = RadioField(_l("Time"), [InputRequired(_l("Choose a time"))], validate_choice=False, choices=[])
    table = SelectField(_l("Table"), [Optional(), REF], validate_choice=False, choices=[])
    consent = TextAreaField(
        _l("How both agreed"),
        [DataRequired(_l("Write down how both agreed")), Length(max=300, message=_l("Keep it to 300 characters"))],
        filters=[lambda text: clean(text or "")],
    )


class WayForm(Deed):
    """One way out of a conflict: a slot and a table, "-" where there is none, or to ask which time suits."""

    way = RadioField(_l("What should happen?"), [InputRequired(_l("Choose one"))], validate_choice=False, choices=[])


class NudgeForm(Deed):
    """People who get a letter."""

    pick = SelectMultipleField(validate_choice=False)
    group = HiddenField(validators=[Length(max=10)])


class MergeForm(Deed):
    """Two registrations of one person."""

    kept = HiddenField(validators=[InputRequired(), REF])
    gone = HiddenField(validators=[InputRequired(), REF])


def table_choices(tables: Iterable[Location]) -> list[SelectChoice]:
    """The tables to choose from, with the best free place first."""
    return [SelectChoice("", _("The best that is free")), *(SelectChoice(t.public_id, bi(t.name)) for t in tables)]
