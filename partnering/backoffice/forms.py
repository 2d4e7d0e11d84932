"""What organisers may type about people, and fields that other forms of the desk share. Shape only."""

import secrets
from functools import partial
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional

from ..events.forms import one_line
from ..i18n import _l
from . import typed

AMOUNT = _l("Enter an amount such as 220.00")
WHOLE = _l("Enter a whole number")

AUDIENCES = {
    "standard": _l("Everybody"),
    "start_up": _l("Start-ups"),
    "science": _l("Universities, institutes, clinics"),
    "student": _l("Students"),
    "member": _l("Members"),
    "exhibitor": _l("Exhibitors"),
    "speaker": _l("Speakers"),
    "crew": _l("Crew"),
    "press": _l("Press"),
}

ROLES = {
    "attendee": _l("Guest"),
    "exhibitor": _l("Exhibitor"),
    "speaker": _l("Speaker"),
    "crew": _l("Crew"),
    "press": _l("Press"),
}


def a_number(least: int, most: int) -> Any:
    """A validator: a whole number in this range."""
    return typed.reads(
        partial(typed.whole, least=least, most=most),
        _l("Enter a whole number from %(least)s to %(most)s", least=least, most=most),
    )


class PersonForm(FlaskForm):
    """What is printed of somebody. `version` says which state was shown when the form was opened."""

    version = HiddenField()
    title = StringField(_l("Title"), [Optional(), Length(max=40)], [one_line])
    given_name = StringField(_l("First name"), [InputRequired(_l("Enter the first name")), Length(max=80)], [one_line])
    family_name = StringField(_l("Last name"), [InputRequired(_l("Enter the last name")), Length(max=80)], [one_line])
    function = StringField(_l("Function"), [Optional(), Length(max=120)], [one_line])
    company = StringField(_l("Organisation"), [Optional(), Length(max=200)], [one_line])


class CallOffForm(FlaskForm):
    """That everything which is booked ends, without a fee."""

    understood = BooleanField(
        _l("I know that this cannot be undone."), [InputRequired(_l("Tick the box to end the bookings"))]
    )


class ConfirmForm(FlaskForm):
    """A button that sends nothing but itself."""


def new_key() -> str:
    """What tells a page that is sent twice from one that was opened twice."""
    return secrets.token_urlsafe(12)


class OnceForm(FlaskForm):
    """A form whose deed is done once, however often it is sent: its page's key comes back with it."""

    once = HiddenField(default=new_key)
