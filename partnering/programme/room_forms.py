"""What organisers may type about rooms and tracks. Shape only."""

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from ..events.forms import one_line
from ..fields import WholeField
from ..i18n import _l


class RoomForm(FlaskForm):
    """A room."""

    name_de = StringField(
        _l("Name in German"), [DataRequired(_l("Enter the name in German")), Length(max=120)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=120)], [one_line])
    capacity = WholeField(_l("Seats"), [Optional(), NumberRange(1, 100000, _l("Enter a number from 1"))])
    changeover = WholeField(
        _l("Minutes between two sessions"), [Optional(), NumberRange(0, 240, _l("Enter a number up to 240"))], default=5
    )
    zone = SelectField(_l("Zone"), choices=[])


class TrackForm(FlaskForm):
    """A track and its tint."""

    name_de = StringField(
        _l("Name in German"), [DataRequired(_l("Enter the name in German")), Length(max=120)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=120)], [one_line])
    tint = SelectField(
        _l("Tint"),
        choices=[SelectChoice(n, _l("Tint %(number)s", number=n)) for n in range(1, 6)],
        coerce=int,
        default=1,
    )
