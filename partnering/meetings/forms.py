"""What people may send about meetings. Slots are checked against the event by the views, rules by the services."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp

from ..fields import WholeField
from ..i18n import _, _l
from ..text import clean
from .models import DECLINE_REASONS

REASONS = {
    "no_fit": _l("Our topics do not fit"),
    "no_time": _l("I have no time"),
    "wrong_contact": _l("I am not the right contact"),
    "already_in_touch": _l("We are in touch already"),
    "other": _l("Another reason"),
}

REF = Regexp(r"^[a-z2-7]{16}$")


class Deed(FlaskForm):
    """What every deed carries: the key against sending twice, and the version its page showed."""

    once = HiddenField(validators=[Optional(), Length(max=64)])
    version = WholeField(validators=[Optional()])


class RequestForm(Deed):
    """A request: up to three times, who comes along, a message."""

    slots = SelectMultipleField(_l("Which times would suit you?"), validate_choice=False)
    companions = SelectMultipleField(_l("Who comes along?"), validate_choice=False)
    message = TextAreaField(_l("Message"), [Length(max=600, message=_l("Keep it to 600 characters"))])


class AcceptForm(Deed):
    """An acceptance at one time."""

    slot = RadioField(
        _l("When does it suit you?"), [InputRequired(_l("Choose a time"))], validate_choice=False, choices=[]
    )
    companions = SelectMultipleField(_l("Who takes part?"), validate_choice=False)


class CounterForm(Deed):
    """Other times."""

    slots = SelectMultipleField(_l("Which times would suit you?"), validate_choice=False)
    message = TextAreaField(_l("Message"), [Length(max=600, message=_l("Keep it to 600 characters"))])


class DeclineForm(Deed):
    """A refusal, with a reason for us and a sentence for the other side if one likes."""

    reason = SelectField(_l("Reason"), [Optional()])
    text = TextAreaField(_l("A sentence for the other side"), [Length(max=600)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [
            SelectChoice("", _("No reason")),
            *(SelectChoice(code, str(REASONS[code])) for code in DECLINE_REASONS),
        ]


class CancelForm(Deed):
    """A cancellation."""

    reason = StringField(_l("Reason"), [Length(max=300)], filters=[lambda text: clean(text or "")])
