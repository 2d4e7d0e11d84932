"""What crew may type at a door beyond codes: who comes without a ticket, and who of a group is here. Shape only."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp

from ..i18n import LazyText, _, _l, bi, money
from ..registration.forms import Address, BillingForm, line, tidy
from ..registration.placing import CONSENTS
from ..registration.seats import Guest
from ..tickets import prices
from ..tickets.models import Product


class WalkInForm(FlaskForm):
    """Somebody who comes without a ticket. `key` makes sending twice one registration and one scan."""

    key = HiddenField(validators=[InputRequired(), Regexp(r"[a-z0-9]{8,32}\Z")])
    ticket = RadioField(_l("Ticket"), [InputRequired(_l("Choose a ticket"))], choices=[])
    given_name = line(_l("First name"), 80, _l("Enter the first name"))
    family_name = line(_l("Last name"), 80, _l("Enter the last name"))
    email = EmailField(
        _l("Email address"), [InputRequired(_l("Enter the email address")), Length(max=254), Address()], filters=[tidy]
    )
    company = line(_l("Organisation"), 200)
    locale = RadioField(
        _l("Letters in"),
        choices=[SelectChoice("de", _l("German")), SelectChoice("en", _l("English"))],
        default="de",
    )
    told = BooleanField(
        _l("The guest knows the terms and the privacy notice, and wants to register."),
        [InputRequired(_l("Please show the guest the terms and the privacy notice first"))],
    )
    photo = BooleanField(_l("The guest agrees to photos."))

    @classmethod
    def over(cls, tickets: Sequence[Product], **values: Any) -> "WalkInForm":
        """The form with these tickets to choose from, each with its price."""
        form = cls(**values)
        form.ticket.choices = [
            SelectChoice(each.public_id, bi(each.name), render_kw={"end": _price(each)}) for each in tickets
        ]
        return form

    @property
    def guest(self) -> Guest:
        """The person, once the form is valid."""
        return Guest(str(self.email.data), "", str(self.given_name.data), str(self.family_name.data))

    @property
    def agreed(self) -> dict[str, LazyText]:
        """The consents given, with the sentences that the page showed."""
        return {"photo": CONSENTS["photo"]} if self.photo.data else {}


def _price(product: Product) -> str:
    gross = prices.priced(product).gross
    return money(gross, product.currency) if gross else _("free")


class WalkInBillForm(BillingForm):
    """Whom the invoice of somebody registered at the door goes to; left empty, a letter asks for it."""


class GroupForm(FlaskForm):
    """Who of a group is let in: public ids of registrations."""

    scan_id = HiddenField(validators=[InputRequired(), Regexp(r"[a-z0-9]{8,16}\Z")])
    pick = SelectMultipleField(_l("Who is here"), validators=[InputRequired(_l("Tick who is here"))])


class UndoGroupForm(FlaskForm):
    """Which scans of a group are taken back: public ids."""

    scan = SelectMultipleField(validators=[InputRequired()], validate_choice=False)
