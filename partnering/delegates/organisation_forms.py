"""What people may send about how their organisation appears, and organisers about the profiles of their event."""

from typing import Any
from urllib.parse import urlsplit

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, ValidationError

from ..i18n import _, _l
from .forms import listed


class LogoForm(FlaskForm):
    """A logo; what it may be, `organisations.images` says."""

    image = FileField(_l("Logo"))


class SwitchForm(FlaskForm):
    """Something switched on or off."""

    on = HiddenField(validators=[AnyOf(("yes", "no"))])


class PublishForm(FlaskForm):
    """The entry in the public directory: what the profile says, and a website."""

    website = StringField(_l("Website"), [Optional(), Length(max=200)])
    agreed = BooleanField(
        _l("I may speak for this organisation, and it wants to stand in the public directory."),
        [InputRequired(_l("Tick the box if you may speak for your organisation"))],
    )

    def validate_website(self, field: StringField) -> None:
        """Only http and https, with a host and no name or password before it."""
        try:
            parts = urlsplit(address_of(field.data or ""))
            host = parts.hostname or ""
        except ValueError:
            host = ""
        right = host and "." in host and parts.scheme in ("http", "https") and "@" not in parts.netloc
        if not right or any(sign.isspace() for sign in (field.data or "").strip()):
            raise ValidationError(_("Enter an address such as https://lumenfold.example"))


def address_of(typed: str) -> str:
    """The address that was typed, with https:// where nothing stands before the host."""
    typed = typed.strip()
    return typed if not typed or "://" in typed else f"https://{typed}"


class WithholdForm(FlaskForm):
    """Why a profile is taken out of the directory; the keeper reads it."""

    reason = TextAreaField(_l("Reason"), [InputRequired(_l("Enter a reason")), Length(max=600)])


class RefuseForm(FlaskForm):
    """Why an entry does not stand in the public directory; who asked reads it."""

    reason = TextAreaField(_l("Reason"), [InputRequired(_l("Enter a reason")), Length(max=600)])


class DomainsForm(FlaskForm):
    """Whose addresses speak for an organisation, one domain a line."""

    domains = TextAreaField(_l("Domains of its addresses"), [Length(max=2000)])


class StandForm(FlaskForm):
    """The organisation's own stand or table."""

    place = SelectField(_l("Own stand or table"), [Optional()])
    walk_in = BooleanField(_l("It is found there without a meeting"))

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place.choices = listed([("", _("No place of its own")), *places])
