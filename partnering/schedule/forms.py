"""What people send about their schedule: which slot, which time of their own."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Length


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
