"""What people may send once something is bought. Shapes only; the rules of the event are asked by the services."""

import secrets
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField
from wtforms.validators import InputRequired, Length

from ..i18n import _l
from .forms import Address, BillingForm, GuestForm, line, tidy
from .seats import Guest


class OnceForm(FlaskForm):
    """A form that a page shows once: `key` comes back with it, so that what is sent twice happens once."""

    key = HiddenField(validators=[Length(max=40)], filters=[tidy])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.key.data:
            self.key.data = secrets.token_hex(16)


class NameForm(OnceForm, GuestForm):
    """One person to name for a place."""


class BillForm(OnceForm, BillingForm):
    """Whom the invoice goes to, asked or corrected once something is booked."""


class CorrectForm(OnceForm):
    """The name of somebody who was asked and has not answered."""

    title = line(_l("Title"), 40)
    given_name = line(_l("First name"), 80, _l("Enter the first name"))
    family_name = line(_l("Last name"), 80, _l("Enter the last name"))
    function = line(_l("Function"), 120)

    @property
    def guest(self) -> Guest:
        """The name, once the form is valid; the address stays what it was."""
        names = {name: str(self[name].data or "") for name in ("title", "given_name", "family_name", "function")}
        return Guest(**names)


class ConsentForm(FlaskForm):
    """What the holder of a ticket agrees to."""

    photo = BooleanField(_l("Photos"))
    newsletter = BooleanField(_l("News"))


class TakeBackForm(FlaskForm):
    """Which consent somebody takes back."""

    purpose = HiddenField(validators=[InputRequired(), Length(max=20)])
    recipient = HiddenField(validators=[Length(max=255)])


class WithdrawalForm(FlaskForm):
    """Which contract somebody wants to withdraw from, who has not got its link at hand."""

    reference = line(_l("Reference"), 20, _l("Enter the reference"))
    email = EmailField(
        _l("Email address"), [InputRequired(_l("Enter the email address")), Length(max=254), Address()], filters=[tidy]
    )
