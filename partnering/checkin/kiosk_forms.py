"""What guests type at a kiosk, and what organisers say about one. Shape only."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional, Regexp

from ..db import BilingualText
from ..events.forms import listed
from ..i18n import _l
from ..registration.forms import line
from .forms import CODE_LENGTH, one_line

PIN = r"[0-9]{4,10}\Z"
PIN_SHAPE = _l("Enter four to ten digits")
PICKUP_LENGTH = 200


class KioskCodeForm(FlaskForm):
    """A code, typed by a guest or `read` by the camera."""

    code = StringField(
        _l("Code below the QR code of your ticket"), [InputRequired(_l("Enter the code")), Length(max=CODE_LENGTH)]
    )
    read = HiddenField(default="", validators=[AnyOf(("", "1"))])


class KioskNameForm(FlaskForm):
    """How a guest spells their name."""

    given_name = line(_l("First name"), 80, _l("Enter the first name"))
    family_name = line(_l("Last name"), 80, _l("Enter the last name"))


class KioskPinForm(FlaskForm):
    """What opens a kiosk."""

    pin = PasswordField(_l("PIN"), [InputRequired(_l("Enter the PIN")), Regexp(PIN, message=PIN_SHAPE)])


class KioskForm(FlaskForm):
    """A tablet at which guests check themselves in."""

    name = StringField(_l("Name of the kiosk"), [DataRequired(_l("Enter a name")), Length(max=60)], [one_line])
    door = RadioField(_l("Which door"), [InputRequired(_l("Choose a door"))], choices=[])
    pickup_de = StringField(_l("Where guests get their badge, in German"), [Length(max=PICKUP_LENGTH)], [one_line])
    pickup_en = StringField(_l("Where guests get their badge, in English"), [Length(max=PICKUP_LENGTH)], [one_line])
    prints = RadioField(
        _l("Printing badges"),
        [InputRequired()],
        choices=listed(
            {
                "no": _l("No printer here"),
                "tap": _l("When the guest taps “Print badge”"),
                "once": _l("By itself, as soon as the guest is checked in"),
            }
        ),
        default="no",
    )
    pin = PasswordField(_l("PIN"), [InputRequired(PIN_SHAPE), Regexp(PIN, message=PIN_SHAPE)])

    @property
    def pickup(self) -> BilingualText:
        """Where guests get their badge."""
        return BilingualText(self.pickup_de.data or "", self.pickup_en.data or "")


class KioskEditForm(KioskForm):
    """The same once it is there: left empty, the PIN stays."""

    pin = PasswordField(_l("New PIN"), [Optional(), Regexp(PIN, message=PIN_SHAPE)])
