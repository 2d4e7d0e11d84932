"""What organisers may type about people's tickets: entering, moving, passing on, giving, exceptions. Shape only."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from ..events.forms import MomentField, email_address, listed, one_line
from ..i18n import _l, bi
from ..registration.forms import BillingForm, GuestForm
from ..tickets.models import Product
from . import typed
from .forms import AMOUNT, WHOLE, OnceForm, a_number


def _names(products: Sequence[Product]) -> list[Any]:
    return listed({product.public_id: bi(product.name) for product in products})


class EnterForm(OnceForm, GuestForm):
    """Somebody entered by hand: ticket, extras, price or code, language, letter."""

    company = StringField(_l("Organisation"), [Optional(), Length(max=200)], [one_line])
    ticket = SelectField(_l("Ticket"), [InputRequired(_l("Choose a ticket"))], choices=[])
    price = StringField(
        _l("Price"), [Optional(), typed.reads(typed.cents, AMOUNT)], [one_line], description=_l("Else that of the day.")
    )
    locale = RadioField(_l("Letters in"), choices=listed({"de": _l("German"), "en": _l("English")}), default="de")
    letter = BooleanField(_l("Send the ticket by letter"), default=True)
    add_ons = SelectMultipleField(_l("Extras"), choices=[])
    code = StringField(_l("Code"), [Optional(), Length(max=40)], [one_line])

    @classmethod
    def over(cls, tickets: Sequence[Product], add_ons: Sequence[Product], **values: Any) -> "EnterForm":
        """The form with these tickets and extras to choose from."""
        form = cls(**values)
        form.ticket.choices, form.add_ons.choices = _names(tickets), _names(add_ons)
        return form

    def validate_code(self, field: Any) -> None:
        if field.data and self.price.data:
            raise ValidationError(str(_l("Enter a price or a code, not both")))


class EnterBillForm(BillingForm):
    """Whom the invoice of somebody entered by hand goes to; left empty, it is asked for later."""


BASES = {
    "then": _l("The price on the day of the booking"),
    "today": _l("The price of today"),
    "same": _l("What was paid until now"),
}
"""What is asked for another ticket."""


class MoveForm(FlaskForm):
    """Another ticket."""

    ticket = SelectField(_l("New ticket"), [InputRequired(_l("Choose a ticket"))], choices=[])
    basis = RadioField(_l("What it costs"), choices=listed(BASES), default="then")
    price = StringField(_l("Or another price"), [Optional(), typed.reads(typed.cents, AMOUNT)], [one_line])
    letter = BooleanField(_l("Tell them by letter"), default=True)

    @classmethod
    def over(cls, tickets: Sequence[Product], **values: Any) -> "MoveForm":
        """The form with these tickets to choose from."""
        form = cls(**values)
        form.ticket.choices = _names(tickets)
        return form


class CancelForm(OnceForm):
    """Ending registrations."""

    waive_fee = BooleanField(_l("Keep nothing of the price, whatever the refund rules say"))


class SeatForm(OnceForm, GuestForm):
    """Who gets a place: the first to hold it, or instead of somebody."""


class ExceptionForm(FlaskForm):
    """Until when somebody may change their ticket."""

    until = MomentField(_l("Changes until"), [Optional()], description=_l("Left empty, the day for everybody holds."))


class GiveForm(OnceForm):
    """Tickets free of charge for somebody, who names the people."""

    ticket = SelectField(_l("Ticket"), [InputRequired(_l("Choose a ticket"))], choices=[])
    count = StringField(_l("How many"), [InputRequired(WHOLE), a_number(1, 100)], [one_line], default="1")
    way = RadioField(
        _l("How they get them"),
        choices=listed(
            {
                "direct": _l("At once: the places are theirs, and a letter leads to where people are named"),
                "voucher": _l("By a code: the places are kept for whoever registers with it"),
            }
        ),
        default="direct",
    )
    name = StringField(_l("Contact person"), [Length(max=160)], [one_line])
    email = StringField(_l("Email address"), [Optional(), Length(max=254), email_address], [one_line])
    company = StringField(_l("Organisation"), [Optional(), Length(max=200)], [one_line])
    locale = RadioField(_l("Letters in"), choices=listed({"de": _l("German"), "en": _l("English")}), default="de")
    letter = BooleanField(_l("Send the letter"), default=True)

    @classmethod
    def over(cls, tickets: Sequence[Product], **values: Any) -> "GiveForm":
        """The form with these tickets to choose from."""
        form = cls(**values)
        form.ticket.choices = _names(tickets)
        return form

    def validate_name(self, field: Any) -> None:
        if self.way.data == "direct" and not field.data:
            raise ValidationError(str(_l("Enter who gets the tickets")))

    def validate_email(self, field: Any) -> None:
        if self.way.data == "direct" and not field.data:
            raise ValidationError(str(_l("Enter a complete email address")))


class SourceForm(OnceForm):
    """Where the data of people whom organisers entered come from."""

    source = StringField(
        _l("Where do the data come from?"),
        [DataRequired(_l("Enter where the data come from")), Length(max=200)],
        [one_line],
    )


class RecipientForm(OnceForm):
    """A sponsor or exhibitor to whom details may go if people agree, and what for."""

    name = StringField(_l("Name"), [DataRequired(_l("Enter a name")), Length(max=120)], [one_line])
    aim_de = StringField(_l("What for, in German"), [DataRequired(_l("Enter what for")), Length(max=200)], [one_line])
    aim_en = StringField(_l("What for, in English"), [Optional(), Length(max=200)], [one_line])


class BulkForm(FlaskForm):
    """What is done with everybody who was ticked."""

    deed = SelectField(choices=listed({"cancel": _l("Cancel"), "move": _l("Move"), "resend": _l("Send again")}))
    ticket = SelectField(_l("New ticket"), [Optional()], choices=[], validate_choice=False)
    basis = RadioField(_l("What it costs"), choices=listed(BASES), default="then")
    waive_fee = BooleanField(_l("Keep nothing of the price, whatever the refund rules say"))
    letter = BooleanField(_l("Tell them by letter"), default=True)

    def validate_ticket(self, field: Any) -> None:
        if self.deed.data == "move" and field.data not in dict(listed_values(field)):
            raise ValidationError(str(_l("Choose a ticket")))


def listed_values(field: Any) -> list[tuple[str, Any]]:
    """The values that a select offers, with their words."""
    return [(choice[0], choice[1]) for choice in field.iter_choices()]
