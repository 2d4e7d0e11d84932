"""What organisers send when they read in a schedule. Shape only."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired, Length

from ..i18n import _l

MOST_PACKED = 900_000
"""Characters of a packed file that a form carries from the dry run to the deed."""


class ScheduleForm(FlaskForm):
    """The file."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file"))],
        description=_l("Schedule XML or JSON of frab, pretalx or of this site, at most 5\u00a0MB."),
        render_kw={"accept": ".xml,.json"},
    )


class ApplyForm(FlaskForm):
    """The same file once more, packed, and what the dry run said of it."""

    packed = HiddenField(validators=[InputRequired(), Length(max=MOST_PACKED)])
    seen = HiddenField(validators=[InputRequired(), Length(max=64)])
    at_once = BooleanField(
        _l("Make it public at once"),
        description=_l("Otherwise it waits in the draft, and you see what changes and for whom before you release it."),
    )
    tell = BooleanField(
        _l("Write at once to speakers whose session moves or is called off"),
        description=_l("Only with what becomes public at once. Each gets a letter with the change for their calendar."),
    )
