"""What people send about their schedule: which slot, which time of their own; and organisers about papers."""

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length

from ..i18n import _l


class SlotForm(FlaskForm):
    """A slot by its public id."""

    slot = StringField(validators=[InputRequired(), Length(max=16)])


class OwnTimeForm(FlaskForm):
    """A time that was kept free, by the public id of its entry."""

    entry = StringField(validators=[InputRequired(), Length(max=16)])


class ShareForm(FlaskForm):
    """Whether colleagues see my agenda."""

    shares = StringField(validators=[InputRequired(), AnyOf(("yes", "no"))])


class DeedForm(FlaskForm):
    """Nothing but the wish."""


class PapersForm(FlaskForm):
    """Which papers are printed."""

    parts = SelectMultipleField(
        _l("Which papers"),
        [InputRequired(_l("Choose at least one"))],
        choices=[
            SelectChoice("schedules", _l("Schedules"), {"hint": _l("A page for each person, A to Z.")}),
            SelectChoice("signs", _l("Table signs"), {"hint": _l("With the times, the organisations, and a code.")}),
            SelectChoice("lists", _l("Attendance lists"), {"hint": _l("Who comes to each table, with boxes to tick.")}),
        ],
        default=["schedules", "signs", "lists"],
    )
