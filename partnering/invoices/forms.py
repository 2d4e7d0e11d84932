"""What organisers may type about invoices and payments. Shape only; amounts and accounts are read strictly."""

import re
from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from .. import epc
from ..events.forms import DayField, email_address, lines, listed, one_line
from ..fields import WholeField
from ..i18n import _, _l, locale
from ..questions.forms import countries
from ..registration.forms import LEITWEG
from ..tickets import postcodes, vat_numbers

_AMOUNT = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{2}))?")
_DAYS = re.compile(r"[0-9]{1,3}(\s*,\s*[0-9]{1,3}){0,4}")

MOST_DAYS = 120


def cents_of(text: str | None) -> int | None:
    """An amount such as "220", "220,00" or "220.00", in cents; None for anything else."""
    match = _AMOUNT.fullmatch((text or "").strip())
    return int(match[1]) * 100 + int(match[2] or 0) if match else None


def shown(cents: int) -> str:
    """Cents as they are typed: "220,00" in German, "220.00" in English."""
    return f"{cents // 100}{',' if locale() == 'de' else '.'}{cents % 100:02d}"


def _account(form: FlaskForm, field: Any) -> None:
    if not epc.is_iban(epc.compact(field.data or "")):
        raise ValidationError(_("Enter a valid IBAN, for example DE02 1203 0000 0000 2020 51"))


def vat_number(form: FlaskForm, field: Any) -> None:
    """One that can be right, with its country."""
    if fault := vat_numbers.fault(field.data):
        raise ValidationError(fault)


def postcode(form: Any, field: Any) -> None:
    """One that the chosen country could have."""
    country = form.country.data if "country" in form else ""
    if fault := postcodes.fault(field.data, country):
        raise ValidationError(fault)


class DeedForm(FlaskForm):
    """A button that sends nothing but itself; `once` tells a repeated click from a second one."""

    once = HiddenField(validators=[Optional(), Length(max=64)])


class ReasonForm(DeedForm):
    """A deed that may say why."""

    reason = StringField(_l("Reason, as it stands on the cancellation"), [Optional(), Length(max=200)], [one_line])


class PaymentForm(DeedForm):
    """Money that came in or went out."""

    amount = StringField(
        _l("Amount"), [InputRequired(_l("Enter an amount such as 220.00")), Length(max=20)], [one_line]
    )
    on = DayField(_l("Day"), [InputRequired(_l("Enter the day of the payment"))])
    note = StringField(_l("Note"), [Optional(), Length(max=200)], [one_line])

    @property
    def cents(self) -> int:
        """The amount in cents."""
        return cents_of(self.amount.data) or 0

    def validate_amount(self, field: Any) -> None:
        """More than nothing."""
        if not cents_of(field.data):
            raise ValidationError(_("Enter an amount such as 220.00"))


class SetUpForm(FlaskForm):
    """How an event invoices, and who its host is to the tax office."""

    version = HiddenField()
    legal_name = StringField(_l("Full name"), [InputRequired(_l("Enter the full name")), Length(max=160)], [one_line])
    street = StringField(
        _l("Street and number"), [InputRequired(_l("Enter street and number")), Length(max=160)], [one_line]
    )
    postcode = StringField(
        _l("Postcode"), [InputRequired(_l("Enter the postcode")), Length(max=20), postcode], [one_line]
    )
    city = StringField(_l("Town"), [InputRequired(_l("Enter the town")), Length(max=100)], [one_line])
    country = SelectField(_l("Country"), [InputRequired(_l("Choose the country"))], default="DE")
    vat_id = StringField(_l("VAT number"), [Optional(), Length(max=20), vat_number], [one_line])
    tax_number = StringField(_l("Tax number"), [Length(max=30)], [one_line])
    small_business = BooleanField(_l("Small business: no VAT is charged (section 19 UStG)"))
    prefix = StringField(
        _l("Numbers begin with"),
        [
            InputRequired(_l("Enter one to twelve letters, digits or hyphens")),
            Regexp(re.compile(r"[A-Za-z0-9/-]{1,12}\Z"), message=_l("Enter one to twelve letters, digits or hyphens")),
        ],
        [one_line],
    )
    account_holder = StringField(
        _l("Account holder"), [InputRequired(_l("Enter the account holder")), Length(max=70)], [one_line]
    )
    iban = StringField(_l("IBAN"), [InputRequired(_l("Enter the IBAN")), Length(max=50), _account], [one_line])
    bic = StringField(_l("BIC"), [Optional(), Length(max=20)], [one_line])
    bank = StringField(_l("Bank"), [Optional(), Length(max=100)], [one_line])
    payment_days = WholeField(_l("Days to pay"), [InputRequired(_l("Enter a whole number"))], default=14)
    reminder_days = StringField(
        _l("Remind so many days after that"),
        [Optional(), Length(max=40)],
        [one_line],
        description=_l("Up to five numbers, for example 3, 14. Leave it empty to remind nobody."),
    )
    footer_de = TextAreaField(_l("Sentence at the end, German"), [Optional(), Length(max=500)], [lines])
    footer_en = TextAreaField(_l("Sentence at the end, English"), [Optional(), Length(max=500)], [lines])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.country.choices = countries()

    def leave_out(self, names: Iterable[str]) -> None:
        """Neither show nor take these fields: they are not for everybody to answer."""
        for name in names:
            del self[name]

    def validate_tax_number(self, field: Any) -> None:
        """One of both numbers has to stand on every invoice."""
        if not field.data and not self.vat_id.data:
            raise ValidationError(_("Enter the VAT number or the tax number: one of them must stand on invoices"))

    def validate_bic(self, field: Any) -> None:
        """The shape of one."""
        if field.data and not epc.is_bic(epc.compact(field.data)):
            raise ValidationError(_("Enter a BIC of 8 or 11 letters and digits, or leave it empty"))

    def validate_payment_days(self, field: Any) -> None:
        """From today to four months."""
        if field.data is None or not 0 <= field.data <= MOST_DAYS:
            raise ValidationError(_("Enter a number from 0 to %(most)s", most=MOST_DAYS))

    def validate_reminder_days(self, field: Any) -> None:
        """Rising numbers."""
        if field.data and (not _DAYS.fullmatch(field.data) or not self._rise()):
            raise ValidationError(
                _("Enter up to five rising numbers from 1 to %(most)s, for example 3, 14", most=MOST_DAYS)
            )

    def _rise(self) -> bool:
        days = self.reminders
        return days == sorted(set(days)) and all(1 <= each <= MOST_DAYS for each in days)

    @property
    def reminders(self) -> list[int]:
        """The days after which payment is reminded of."""
        return [int(each) for each in (self.reminder_days.data or "").split(",") if each.strip()]


class BillingForm(FlaskForm):
    """Whom a party's invoices go to."""

    kind = RadioField(
        _l("Who is the invoice for?"),
        choices=listed({"company": _l("A company or institution"), "private": _l("A private person")}),
        default="company",
    )
    name = StringField(
        _l("Invoice to"), [InputRequired(_l("Enter who the invoice goes to")), Length(max=160)], [one_line]
    )
    street = StringField(
        _l("Street and number"), [InputRequired(_l("Enter street and number")), Length(max=160)], [one_line]
    )
    postcode = StringField(
        _l("Postcode"), [InputRequired(_l("Enter the postcode")), Length(max=20), postcode], [one_line]
    )
    city = StringField(_l("Town"), [InputRequired(_l("Enter the town")), Length(max=100)], [one_line])
    country = SelectField(_l("Country"), [InputRequired(_l("Choose the country"))], default="DE")
    email = StringField(_l("Email address for the invoice"), [Optional(), Length(max=254), email_address], [one_line])
    vat_id = StringField(_l("VAT number"), [Optional(), Length(max=20), vat_number], [one_line])
    order_number = StringField(_l("Order number of the buyer"), [Optional(), Length(max=60)], [one_line])
    leitweg_id = StringField(_l("Leitweg-ID"), [Optional(), Length(max=46)], [one_line])

    NAMES = ("kind", "name", "street", "postcode", "city", "country", "email", "vat_id", "order_number", "leitweg_id")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.country.choices = countries()

    def validate_leitweg_id(self, field: Any) -> None:
        """The shape that public bodies hand out."""
        if field.data and not LEITWEG.fullmatch(field.data):
            raise ValidationError(_("Enter the Leitweg-ID as you were given it, for example 04011000-1234512345-06"))

    @property
    def billing(self) -> dict[str, str]:
        """The answers as a party keeps them."""
        return {name: str(self[name].data or "") for name in self.NAMES}
