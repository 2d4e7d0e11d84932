"""What organisers may type about a call. Shape only; the rules are in `setting_up` and `deciding`."""

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from ..events.forms import DayField, HourField, email_address, lines, listed, one_line
from ..fields import WholeField
from ..i18n import _l
from . import words
from .forms import TOO_LONG

HOUR = _l("Enter a time such as 8:30")


class CallForm(FlaskForm):
    """A call: when, what is asked for, and how it is read. Times are the event's."""

    version = HiddenField()
    opens_day = DayField(_l("First day"), [InputRequired(_l("Enter the first day"))])
    opens_hour = HourField(_l("from"), [InputRequired(HOUR)])
    closes_day = DayField(_l("Last day"), [InputRequired(_l("Enter the last day"))])
    closes_hour = HourField(_l("until"), [InputRequired(HOUR)])
    decides_day = DayField(_l("Decisions by"), [Optional()])
    introduction_de = TextAreaField(
        _l("Introduction in German"), [Optional(), Length(max=10000, message=TOO_LONG)], [lines]
    )
    introduction_en = TextAreaField(
        _l("Introduction in English"), [Optional(), Length(max=10000, message=TOO_LONG)], [lines]
    )
    commitment_de = TextAreaField(
        _l("Commitment in German"),
        [DataRequired(_l("Enter what the main author agrees to")), Length(max=1000, message=TOO_LONG)],
        [lines],
    )
    commitment_en = TextAreaField(
        _l("Commitment in English"), [Optional(), Length(max=1000, message=TOO_LONG)], [lines]
    )
    forms = SelectMultipleField(
        _l("Formats"), [InputRequired(_l("Tick at least one format"))], choices=listed(dict(words.FORMS))
    )
    minutes_talk = WholeField(_l("Minutes of a talk"), [Optional(), NumberRange(1, 480, _l("Enter 1 to 480 minutes"))])
    minutes_pitch = WholeField(
        _l("Minutes of a pitch"), [Optional(), NumberRange(1, 480, _l("Enter 1 to 480 minutes"))]
    )
    minutes_workshop = WholeField(
        _l("Minutes of a workshop"), [Optional(), NumberRange(1, 480, _l("Enter 1 to 480 minutes"))]
    )
    languages = SelectMultipleField(
        _l("Languages"), [InputRequired(_l("Tick at least one language"))], choices=listed(dict(words.LANGUAGES))
    )
    most_characters = WholeField(
        _l("Characters at most, with spaces"),
        [
            InputRequired(_l("Enter a number from 200 to 20000")),
            NumberRange(200, 20000, _l("Enter a number from 200 to 20000")),
        ],
    )
    most_authors = WholeField(
        _l("Authors at most"),
        [InputRequired(_l("Enter a number from 1 to 50")), NumberRange(1, 50, _l("Enter a number from 1 to 50"))],
    )
    one_per_group = BooleanField(_l("One contribution for each topic and research group"))
    anonymous = BooleanField(_l("The committee reads without names"))
    wanted_reviews = WholeField(
        _l("Members who read each contribution"),
        [InputRequired(_l("Enter a number from 1 to 20")), NumberRange(1, 20, _l("Enter a number from 1 to 20"))],
    )
    top_points = WholeField(
        _l("Points at most"),
        [InputRequired(_l("Enter a number from 2 to 10")), NumberRange(2, 10, _l("Enter a number from 2 to 10"))],
    )


class NameForm(FlaskForm):
    """The name of a topic or criterion."""

    name_de = StringField(
        _l("Name in German"), [DataRequired(_l("Enter the name in German")), Length(max=160)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=160)], [one_line])


class TopicForm(NameForm):
    """A topic, and the track that its sessions go into."""

    track = SelectField(_l("Track"))


class CriterionForm(NameForm):
    """What points are given for, and how much it weighs."""

    weight = WholeField(
        _l("Weight"),
        [InputRequired(_l("Enter a number from 1 to 10")), NumberRange(1, 10, _l("Enter a number from 1 to 10"))],
        default=1,
    )


class MemberForm(FlaskForm):
    """Somebody new in the committee."""

    email = StringField(
        _l("Email address"),
        [InputRequired(_l("Enter a complete email address")), Length(max=254), email_address],
        [one_line],
    )
    given_name = StringField(_l("First name"), [Optional(), Length(max=80)], [one_line])
    family_name = StringField(_l("Last name"), [Optional(), Length(max=80)], [one_line])


class MemberTopicsForm(FlaskForm):
    """Which topics a member reads; none ticked means all."""

    topics = SelectMultipleField(_l("Reads"), choices=[])


class SeveralForm(FlaskForm):
    """What to do with the contributions that were ticked."""

    pick = SelectMultipleField(_l("Contributions"), choices=[], validate_choice=False)
    decision = SelectField(
        choices=[
            SelectChoice("accept", _l("Accept")),
            SelectChoice("reserve", _l("Reserve list")),
            SelectChoice("reject", _l("Reject")),
            SelectChoice("none", _l("Undo")),
        ],
        validate_choice=True,
    )
    reason = TextAreaField(_l("Reason, for the letter"), [Optional(), Length(max=1000, message=TOO_LONG)], [lines])
    back = HiddenField()


class PickForm(FlaskForm):
    """Contributions that were ticked."""

    pick = SelectMultipleField(_l("Contributions"), choices=[], validate_choice=False)
    back = HiddenField()


class BlindForm(FlaskForm):
    """What the committee reads instead of the text."""

    text = TextAreaField(_l("Text without names"), [Optional(), Length(max=40000, message=TOO_LONG)], [lines])


class DecideForm(FlaskForm):
    """The answer to one contribution."""

    decision = RadioField(
        _l("Decision"),
        choices=[
            SelectChoice("none", _l("Not decided")),
            SelectChoice("accept", _l("Accept")),
            SelectChoice("reserve", _l("Reserve list")),
            SelectChoice("reject", _l("Reject")),
        ],
        default="none",
    )
    reason = TextAreaField(_l("Reason, for the letter"), [Optional(), Length(max=1000, message=TOO_LONG)], [lines])
