"""What people may send about the waiting list. Shapes only; the rules of the event are asked by the services."""

import re
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from ..events.forms import listed
from ..i18n import _l, bi
from ..tickets.models import Product
from .forms import Address, line, tidy

MOST = 100
"""More places than anybody can wait for, whatever the limits of a ticket."""

WHOLE = re.compile(r"[1-9][0-9]{0,2}\Z")


class MultiCheckboxField(SelectMultipleField):
    """Several of a few things, ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def quantity_field() -> StringField:
    """How many places, in plain digits."""
    return StringField(
        _l("How many places?"),
        [InputRequired(_l("Enter a whole number")), Regexp(WHOLE, message=_l("Enter a whole number"))],
        filters=[tidy],
        default="1",
    )


class LostLinkForm(FlaskForm):
    """The address of somebody who waits and has not got the link to their entry at hand."""

    email = EmailField(
        _l("Email address"), [InputRequired(_l("Enter the email address")), Length(max=254), Address()], filters=[tidy]
    )


class JoinForm(FlaskForm):
    """Who waits for what."""

    ticket = SelectField(_l("Ticket"), [InputRequired(_l("Choose a ticket"))], choices=[])
    quantity = quantity_field()
    fewer = BooleanField(_l("I take fewer places too"))
    others = MultiCheckboxField(_l("I would also take"), choices=[])
    name = line(_l("Your name"), 120, _l("Enter your name"))
    email = EmailField(
        _l("Email address"), [InputRequired(_l("Enter the email address")), Length(max=254), Address()], filters=[tidy]
    )

    @classmethod
    def offering(cls, products: Sequence[Product], **values: Any) -> "JoinForm":
        """The form with these tickets to wait for."""
        form = cls(**values)
        names = {product.public_id: bi(product.name) for product in products}
        form.ticket.choices = listed(names)
        form.others.choices = list(names.items())
        return form

    @property
    def units(self) -> int:
        """How many places, once the form is valid."""
        return int(self.quantity.data or "1")


class ChangeForm(FlaskForm):
    """Another number of places."""

    quantity = quantity_field()
    fewer = BooleanField(_l("I take fewer places too"))

    @property
    def units(self) -> int:
        """How many places, once the form is valid."""
        return int(self.quantity.data or "1")
