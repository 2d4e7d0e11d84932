"""What people may send when badges are read."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp

from ..fields import SeenField
from ..i18n import _l
from ..text import clean_lines

RATINGS = [
    SelectChoice("0", _l("Not rated")),
    SelectChoice("1", _l("Later")),
    SelectChoice("2", _l("Interesting")),
    SelectChoice("3", _l("Important")),
]
"""How much a lead matters to an exhibitor."""


class BadgeForm(FlaskForm):
    """The code on somebody's badge, read by the camera or typed."""

    code = StringField(_l("Code on the badge"), [InputRequired(_l("Enter or scan a code")), Length(max=64)])


class ConsentForm(BadgeForm):
    """The same once more, as the visitor agrees; `scan` is how this scan is called, so that it counts once."""

    scan = HiddenField(validators=[InputRequired(), Regexp("[0-9a-f]{32}$")])


class LeadForm(FlaskForm):
    """What an exhibitor wants to remember of a visitor; `seen` is what the page showed."""

    seen = SeenField()
    rating = RadioField(_l("How important is it?"), [Optional()], choices=RATINGS, default="0")
    note = TextAreaField(
        _l("Note"),
        [Length(max=2000, message=_l("Keep it to 2,000 characters"))],
        [lambda text: clean_lines(text or "")],
    )


class ButtonForm(FlaskForm):
    """Nothing but a button."""
