"""What organisers may type about people, pools and tickets. Shape only; numbers are read by `typed`."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from ..events.forms import DayField, email_address, lines, listed, one_line
from ..i18n import _l, bi
from ..tickets.models import Pool, Product
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


class MomentField(DateTimeLocalField):
    """A day and time of the wall clock; digits are ASCII and years between 2000 and 2100."""

    data: Any

    def __init__(self, label: Any, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        text = " ".join(valuelist)
        if text and (not text.isascii() or self.data is None or not 2000 <= self.data.year <= 2100):
            self.data = None
            raise ValueError(str(_l("Enter a day and time such as 31.07.2027, 12:00")))


class PersonForm(FlaskForm):
    """What is printed of somebody. `version` says which state was shown when the form was opened."""

    version = HiddenField()
    title = StringField(_l("Title"), [Optional(), Length(max=40)], [one_line])
    given_name = StringField(_l("First name"), [InputRequired(_l("Enter the first name")), Length(max=80)], [one_line])
    family_name = StringField(_l("Last name"), [InputRequired(_l("Enter the last name")), Length(max=80)], [one_line])
    function = StringField(_l("Function"), [Optional(), Length(max=120)], [one_line])
    company = StringField(_l("Organisation"), [Optional(), Length(max=200)], [one_line])


class AddForm(PersonForm):
    """Somebody added by hand, with a ticket."""

    email = StringField(
        _l("Email address"),
        [InputRequired(_l("Enter a complete email address")), Length(max=254), email_address],
        [one_line],
    )
    ticket = SelectField(_l("Ticket"), [InputRequired(_l("Choose a ticket"))], choices=[])
    price = StringField(
        _l("Price"), [Optional(), typed.reads(typed.cents, AMOUNT)], [one_line], description=_l("Else that of the day.")
    )
    locale = RadioField(_l("Letters in"), choices=listed({"de": _l("German"), "en": _l("English")}), default="de")
    letter = BooleanField(_l("Send the ticket by letter"), default=True)

    @classmethod
    def offering(cls, products: Sequence[Product], **values: Any) -> "AddForm":
        """The form with these tickets to choose from."""
        form = cls(**values)
        form.ticket.choices = listed({product.public_id: bi(product.name) for product in products if product.active})
        return form


class ConfirmForm(FlaskForm):
    """A button that sends nothing but itself."""


class PoolForm(FlaskForm):
    """A pool of places: its name and how many it holds."""

    version = HiddenField()
    name_de = StringField(
        _l("Name in German"), [InputRequired(_l("Enter the name in German")), Length(max=120)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=120)], [one_line])
    capacity = StringField(_l("Places"), [InputRequired(WHOLE), a_number(0, 100_000)], [one_line])


class ProductForm(FlaskForm):
    """A ticket type. For each pool the form holds a field `draw_<public id>`, see `for_pools`."""

    version = HiddenField()
    name_de = StringField(
        _l("Name in German"), [InputRequired(_l("Enter the name in German")), Length(max=120)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=120)], [one_line])
    description_de = StringField(_l("In one sentence, German"), [Optional(), Length(max=300)], [one_line])
    description_en = StringField(_l("In one sentence, English"), [Optional(), Length(max=300)], [one_line])
    features_de = TextAreaField(_l("What it includes, German"), [Optional(), Length(max=1000)], [lines])
    features_en = TextAreaField(_l("What it includes, English"), [Optional(), Length(max=1000)], [lines])
    audience = SelectField(_l("For"), choices=listed(AUDIENCES), default="standard")
    role = SelectField(_l("Word on the badge"), choices=listed(ROLES), default="attendee")
    price = StringField(
        _l("Price, VAT included"), [InputRequired(AMOUNT), typed.reads(typed.cents, AMOUNT)], [one_line]
    )
    early_price = StringField(_l("Early price"), [Optional(), typed.reads(typed.cents, AMOUNT)], [one_line])
    early_until = DayField(_l("Early price until"), [Optional()])
    vat = StringField(
        _l("VAT in percent"),
        [InputRequired(WHOLE), typed.reads(typed.basis_points, _l("Enter a percentage from 0 to 100, such as 19"))],
        [one_line],
        default="19",
    )
    on_sale_from = MomentField(_l("On sale from"), [Optional()])
    on_sale_until = MomentField(_l("On sale until"), [Optional()])
    seats = StringField(_l("People on one ticket"), [InputRequired(WHOLE), a_number(1, 20)], [one_line], default="1")
    most_per_order = StringField(
        _l("Most in one order"), [InputRequired(WHOLE), a_number(1, 100)], [one_line], default="10"
    )
    position = StringField(_l("Place in the list"), [InputRequired(WHOLE), a_number(0, 1000)], [one_line], default="0")
    partnering = BooleanField(_l("Takes part in partnering"), default=True)
    active = BooleanField(_l("On sale at all"), default=True)
    hidden = BooleanField(_l("Hidden from the public page"))
    recommended = BooleanField(_l("Recommended on the public page"))

    @classmethod
    def for_pools(cls, pools: Sequence[Pool], **values: Any) -> "ProductForm":
        """The form with a field for every pool: how many places one ticket takes from it."""
        fields = {
            f"draw_{pool.public_id}": StringField(
                bi(pool.name), [InputRequired(WHOLE), a_number(0, 100)], [one_line], default="0"
            )
            for pool in pools
        }
        form: ProductForm = type("ProductFormWithPools", (cls,), fields)(**values)
        return form

    def validate_on_sale_until(self, field: Any) -> None:
        if self.on_sale_from.data and field.data and field.data <= self.on_sale_from.data:
            raise ValidationError(str(_l("The sale ends before it begins")))

    def validate_early_price(self, field: Any) -> None:
        if field.data and not self.early_until.data:
            raise ValidationError(str(_l("Enter the last day of the early price")))
