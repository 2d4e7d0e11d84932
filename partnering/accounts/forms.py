"""What people may send about themselves and to sign in."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length

from ..i18n import LANGUAGES, _l
from ..text import clean


def _trimmed(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


def _one_line(text: Any) -> Any:
    return clean(text) if isinstance(text, str) else text


class AddressForm(FlaskForm):
    """An e-mail address."""

    email = EmailField(
        _l("Email address"),
        [
            InputRequired(_l("Enter your email address")),
            Length(max=254, message=_l("Enter a complete email address")),
            Email(_l("Enter a complete email address")),
        ],
        filters=[_trimmed],
    )


class LoginForm(AddressForm):
    """Who wants to sign in, and where to."""

    next = HiddenField()


class CodeForm(FlaskForm):
    """A code from an app or from paper."""

    code = StringField(
        _l("Code"),
        [InputRequired(_l("Enter the code")), Length(max=40, message=_l("This code is too long"))],
        filters=[_trimmed],
    )
    next = HiddenField()


class ButtonForm(FlaskForm):
    """Nothing but a button, and where to go afterwards."""

    next = HiddenField()


class ProfileForm(FlaskForm):
    """How somebody is called, and how pages look to them."""

    given_name = StringField(
        _l("First name"),
        [Length(max=100, message=_l("Use at most 100 characters"))],
        filters=[_one_line],
    )
    family_name = StringField(
        _l("Last name"),
        [Length(max=100, message=_l("Use at most 100 characters"))],
        filters=[_one_line],
    )
    locale = RadioField(_l("Language"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()])
    theme = RadioField(
        _l("Colours"),
        choices=[
            SelectChoice("auto", _l("As on my device")),
            SelectChoice("light", _l("Light")),
            SelectChoice("dark", _l("Dark")),
        ],
    )
