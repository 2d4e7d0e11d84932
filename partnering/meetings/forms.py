"""What people may send about meetings. Slots are checked against the event by the views, rules by the services."""

from typing import Any

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
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

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

LATER = "later"
"""What is chosen instead of a time where the organisers plan them."""

REF = Regexp(r"^[a-z2-7]{16}$")


MOST_AT_ONCE = 100
"""So many requests are declined at once at most."""


class Deed(FlaskForm):
    """What every deed carries: the key against sending twice, and the version its page showed."""

    once = HiddenField(validators=[Optional(), Length(max=64)])
    version = WholeField(validators=[Optional()])


class RequestForm(Deed):
    """A request: up to three times, who comes along, a message; `draft` keeps it, `whom` is the colleague who asks."""

    slots = SelectMultipleField(_l("Which times would suit you?"), validate_choice=False)
    companions = SelectMultipleField(_l("Who comes along?"), validate_choice=False)
    message = TextAreaField(_l("Message"), [Length(max=600, message=_l("Keep it to 600 characters"))])
    draft = HiddenField(validators=[Optional(), Length(max=3)])
    whom = HiddenField(validators=[Optional(), REF])


class AcceptForm(Deed):
    """An acceptance at one time, at `LATER`, or as a `reserve` without a time."""

    slot = RadioField(_l("When does it suit you?"), [Optional()], validate_choice=False, choices=[])
    companions = SelectMultipleField(_l("Who takes part?"), validate_choice=False)
    reserve = HiddenField(validators=[Optional(), Length(max=3)])

    def validate_slot(self, field: RadioField) -> None:
        """A time is chosen, unless it follows."""
        if not field.data and not self.reserve.data:
            raise ValidationError(_("Choose a time"))


class CounterForm(Deed):
    """Other times, or other people of one's own side: `team` says that the ticks tell who comes."""

    slots = SelectMultipleField(_l("Which times would suit you?"), validate_choice=False)
    companions = SelectMultipleField(_l("Who takes part?"), validate_choice=False)
    team = HiddenField(validators=[Optional(), Length(max=3)])
    message = TextAreaField(_l("Message"), [Length(max=600, message=_l("Keep it to 600 characters"))])


class DeclineForm(Deed):
    """A refusal, with a reason for us and a sentence for the other side if one likes."""

    reason = SelectField(_l("Reason"), [Optional()])
    text = TextAreaField(
        _l("A sentence for the other side"), [Length(max=600, message=_l("Keep it to 600 characters"))]
    )
    later = BooleanField(_l("Please write to me after the event"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [
            SelectChoice("", _("No reason")),
            *(SelectChoice(code, str(REASONS[code])) for code in DECLINE_REASONS),
        ]


class CancelForm(Deed):
    """A cancellation."""

    reason = StringField(_l("Reason"), [Length(max=300)], filters=[lambda text: clean(text or "")])


class ForwardForm(Deed):
    """The colleague who is the right one to ask."""

    to = RadioField(_l("Who is the right contact?"), [InputRequired(_l("Choose somebody"))], validate_choice=False)


class ProposeForm(Deed):
    """Other times for a meeting that is agreed."""

    slots = SelectMultipleField(_l("Which times would suit you?"), validate_choice=False)
    message = TextAreaField(_l("Message"), [Length(max=600, message=_l("Keep it to 600 characters"))])


class ProposalForm(Deed):
    """An answer to the suggestion that its page showed: a time to agree to, or a sentence why none suits."""

    proposal = HiddenField(validators=[InputRequired(), REF])
    slot = RadioField(_l("Which time suits you?"), [Optional()], validate_choice=False, choices=[])
    message = TextAreaField(
        _l("A sentence for the other side"), [Length(max=600, message=_l("Keep it to 600 characters"))]
    )


class SeatForm(Deed):
    """The colleague who comes along, or who goes; oneself where nobody is named."""

    who = RadioField(_l("Who comes?"), [Optional()], validate_choice=False)
    old = RadioField(_l("Who leaves?"), [Optional()], validate_choice=False)


class ReplaceForm(Deed):
    """Who comes, and in whose stead."""

    who = RadioField(_l("Who comes?"), [InputRequired(_l("Choose somebody"))], validate_choice=False)
    old = RadioField(_l("In whose stead?"), [InputRequired(_l("Choose somebody"))], validate_choice=False)


class BulkForm(DeclineForm):
    """Several requests to decline for one reason."""

    meetings = SelectMultipleField(_l("Which requests?"), validate_choice=False)

    def validate_meetings(self, field: SelectMultipleField) -> None:
        """At least one, and as many as a page can show."""
        if not field.data:
            raise ValidationError(_("Tick at least one request"))
        if len(field.data) > MOST_AT_ONCE:
            raise ValidationError(_("Tick at most %(count)s requests at a time", count=MOST_AT_ONCE))


class VacancyForm(Deed):
    """Who takes over which meetings of somebody who has left."""

    successor = RadioField(_l("Who takes over?"), [Optional()], validate_choice=False)
    meetings = SelectMultipleField(_l("Which meetings?"), validate_choice=False)
