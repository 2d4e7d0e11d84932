"""What organisers may type about codes and member lists. Shape only; numbers are read by `typed`."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from ..events.forms import MomentField, listed, one_line
from ..i18n import LazyText, _l, bi
from ..tickets.models import MemberList, Product
from . import typed
from .forms import AMOUNT, a_number
from .selling_forms import EVERYBODY_AND_OTHERS, PERCENTAGE, Deed

KINDS: dict[str, tuple[LazyText, LazyText]] = {
    "discount": (_l("Discount"), _l("Makes tickets cheaper, by a percentage, by an amount, or to a new price.")),
    "access": (_l("Access"), _l("Opens hidden tickets for who has the code.")),
    "member": (_l("Members"), _l("Lets members buy at their price; a list of addresses or domains says who they are.")),
    "voucher": (_l("Voucher"), _l("Keeps places for who has the code, even when everything else is sold out.")),
}
DISCOUNTS = {
    "none": _l("The price stays"),
    "percent": _l("Percent off"),
    "amount": _l("Euros off each ticket"),
    "price": _l("A new price"),
}
MOST_CODES = 500
MOST_LETTERS = 900_000


class CodeForm(Deed):
    """A code of one kind. `number` more than 1 makes so many, each with random letters after `prefix`."""

    kind = ""
    text = StringField(
        _l("Code"), [Optional(), Length(min=3, max=40, message=_l("A code has 3 to 40 letters"))], [one_line]
    )
    number = StringField(_l("How many codes"), [Optional(), a_number(1, MOST_CODES)], [one_line])
    prefix = StringField(_l("They begin with"), [Optional(), Length(max=20)], [one_line])
    note = StringField(_l("Note for yourself"), [Optional(), Length(max=200)], [one_line])
    discount = SelectField(_l("What it takes off"), choices=listed(DISCOUNTS), default="none")
    value = StringField(_l("How much"), [Length(max=20)], [one_line])
    audience = SelectField(_l("Opens the prices for"), choices=[])
    member_list = SelectField(_l("Who may use it"), choices=[], default="")
    opens_hidden = BooleanField(_l("Opens hidden tickets too"))
    blocked = StringField(_l("Places it keeps"), [Optional(), a_number(0, 10_000)], [one_line])
    uses_max = StringField(_l("How many tickets in all"), [Optional(), a_number(1, 100_000)], [one_line])
    valid_from = MomentField(_l("Valid from"), [Optional()])
    valid_until = MomentField(_l("Valid until"), [Optional()])
    products = SelectMultipleField(_l("Works for"), choices=[])

    def offer(self, products: Sequence[Product], lists: Sequence[MemberList]) -> None:
        """Let the form choose among these products and member lists."""
        self.products.choices = listed({product.public_id: bi(product.name) for product in products})
        self.member_list.choices = listed(
            {"": _l("Everybody who has the code"), **{each.public_id: each.name for each in lists}}
        )
        self.audience.choices = listed({**EVERYBODY_AND_OTHERS, "": _l("Nobody in particular")})

    @property
    def amount(self) -> int:
        """What it takes off: basis points, or cents."""
        if self.discount.data == "none":
            return 0
        read = typed.basis_points if self.discount.data == "percent" else typed.cents
        return read(self.value.data) or 0

    def validate_discount(self, field: Any) -> None:
        if self.kind == "discount" and field.data == "none":
            raise ValidationError(str(_l("Say what it takes off")))

    def validate_value(self, field: Any) -> None:
        read, message = (typed.basis_points, PERCENTAGE) if self.discount.data == "percent" else (typed.cents, AMOUNT)
        if self.discount.data not in (None, "none") and read(field.data) is None:
            raise ValidationError(str(message))

    def validate_products(self, field: Any) -> None:
        if self.kind == "access" and not field.data:
            raise ValidationError(str(_l("Tick the tickets that it opens")))
        if self.kind == "voucher" and not field.data:
            raise ValidationError(str(_l("Tick the ticket of which it keeps places")))

    def validate_valid_until(self, field: Any) -> None:
        if self.valid_from.data and field.data and field.data <= self.valid_from.data:
            raise ValidationError(str(_l("The end is before the beginning")))


class SwitchForm(Deed):
    """Switch a code on ("yes") or off ("no")."""

    active = StringField(validators=[Optional(), Length(max=3)], filters=[one_line])


class MemberListForm(Deed):
    """A list of members: its name, and addresses and domains, typed or from a file."""

    name = StringField(_l("Name of the list"), [InputRequired(_l("Enter a name")), Length(max=120)], [one_line])
    entries = TextAreaField(_l("Addresses and domains"), [Optional(), Length(max=MOST_LETTERS)])
    file = FileField(_l("Or a file with them"))
