"""What people may send while registering. Shapes only; the rules of the event are asked by the services."""

import re
from collections.abc import Sequence
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, StopValidation, ValidationError
from wtforms.widgets import html_params

from ..accounts.addresses import canonical
from ..i18n import _, _l, locale
from ..questions.forms import country_names
from ..text import clean
from ..tickets import postcodes, vat_numbers
from .seats import Guest

MOST_PLACES = 200
"""More people than one order can hold, whatever its limits."""


def tidy(text: Any) -> Any:
    """What was typed as one clean line; no control characters reach names, letters or badges."""
    return clean(text) if isinstance(text, str) else text


class Address:
    """A complete e-mail address, as it is written to: its shape only, nothing is looked up."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            field.data = validate_email(field.data or "", check_deliverability=False, allow_smtputf8=False).ascii_email
        except EmailNotValidError:
            raise StopValidation(_("Enter a complete email address, for example name@company.com")) from None
        if len(field.data) > 254:
            raise StopValidation(_("This address is too long."))


def line(label: Any, most: int, required: Any = None, **options: Any) -> StringField:
    """One line of text of at most `most` characters; `required` is the sentence shown when it is empty."""
    first = InputRequired(required) if required else Optional()
    return StringField(
        label, [first, Length(max=most, message=_l("At most %(max)d characters, please."))], filters=[tidy], **options
    )


class TicketForm(FlaskForm):
    """Which ticket, and how many."""

    ticket = StringField(_l("Ticket"), [InputRequired(_l("Choose a ticket")), Length(max=16)])
    quantity = StringField(
        _l("How many tickets?"),
        [Optional(), Regexp(re.compile(r"[1-9][0-9]{0,2}\Z"), message=_l("Enter a whole number"))],
        filters=[tidy],
        default="1",
    )
    code = line(_l("Code"), 40)
    key = HiddenField("", validators=[Optional(), Regexp(re.compile(r"[0-9a-f]{32}\Z"))])

    @property
    def csrf_failed(self) -> bool:
        """Whether the token against forgery is missing or old."""
        return "csrf_token" in self and bool(self.csrf_token.errors)

    @property
    def units(self) -> int:
        """How many units, once the form is valid."""
        return int(self.quantity.data or "1")


class PersonForm(Form):
    """One person of a party. Everybody but the buyer may stay open."""

    title = line(_l("Title"), 40)
    given_name = line(_l("First name"), 80)
    family_name = line(_l("Last name"), 80)
    email = EmailField(_l("Email address"), [Length(max=254)], filters=[tidy])
    function = line(_l("Function"), 120)
    open = BooleanField(_l("Name still open"))

    required = True

    def validate(self, extra_validators: Any = None) -> bool:
        """Shapes, and that whoever is named is named in full."""
        if self.is_open:
            return True
        good = super().validate(extra_validators)
        for field, sentence in (
            (self.given_name, _("Enter the first name")),
            (self.family_name, _("Enter the last name")),
        ):
            if not field.data:
                field.errors = [sentence]
                good = False
        try:
            Address()(self, self.email)
        except StopValidation as error:
            self.email.errors = [str(error)]
            good = False
        return good

    @property
    def is_open(self) -> bool:
        """Whether nobody is named here, and nobody needs to be."""
        typed = any(field.data for field in (self.given_name, self.family_name, self.email))
        return not self.required and (bool(self.open.data) or not typed)

    def kept(self) -> dict[str, str]:
        """The person as the draft keeps them; an open name is an empty mapping."""
        if self.is_open:
            return {}
        names = ("title", "given_name", "family_name", "email", "function")
        return {name: str(self[name].data or "") for name in names}


class PeopleForm(FlaskForm):
    """Who comes: one person for each place, the buyer first."""

    company = line(_l("Organisation"), 160)
    people = FieldList(FormField(PersonForm, ""), label=_l("Person"), max_entries=MOST_PLACES)

    def for_places(self, count: int) -> "PeopleForm":
        """This form with exactly `count` people, whatever was sent."""
        while len(self.people) < count:
            self.people.append_entry()
        while len(self.people) > count:
            self.people.pop_entry()
        for position, entry in enumerate(self.people):
            entry.form.required = position == 0
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Shapes, and one address for one person."""
        good = bool(super().validate(extra_validators))
        seen: dict[str, int] = {}
        for position, entry in enumerate(self.people, start=1):
            person = entry.form
            if person.is_open or person.email.errors or not person.email.data:
                continue
            first = seen.setdefault(canonical(person.email.data), position)
            if first != position:
                person.email.errors = [_("This is already the address of person %(number)s", number=first)]
                self.people.errors = [each.errors for each in self.people]
                good = False
        return good

    def kept(self) -> list[dict[str, str]]:
        """Everybody as the draft keeps them."""
        return [entry.form.kept() for entry in self.people]


class ExtrasForm(FlaskForm):
    """What each person books beside the ticket: one group of boxes for each; made by `build`."""

    people: list[Any]

    @classmethod
    def build(cls, names: Sequence[str], extras: Sequence[Any], kept: Sequence[Sequence[str]], *, sent: bool) -> Any:
        """The form for these people, `kept` ticked. Each of `extras` has public_id, label, hint, end, gone, own."""
        fields = {}
        for number, name in enumerate(names):
            ticked = set(kept[number]) if number < len(kept) else set()
            choices = []
            for extra in extras:
                gone = extra.gone and extra.public_id not in ticked
                shown = {"hint": extra.hint, "end": extra.end, "disabled": gone}
                choices.append(SelectChoice(extra.public_id, extra.label, shown))
            fields[f"extra_{number}"] = SelectMultipleField(name, choices=choices, default=sorted(ticked))
        made = type("ExtrasFormMade", (cls,), fields)
        form = made() if sent else made(formdata=None)
        form.people = [form[name] for name in fields]
        return form

    def chosen(self) -> list[list[str]]:
        """Public ids for each person, in order."""
        return [list(field.data or []) for field in self.people]


_options: dict[str, str] = {}


class CountryField(SelectField):
    """A country by its ISO 3166 code, named in the language in force; the list is written once for each language."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, validate_choice=False, choices=[], **options)

    def pre_validate(self, form: Any) -> None:
        """One of the countries there are."""
        if self.data not in country_names():
            raise ValidationError(_("Choose the country"))

    def widget(self, field: Any, **attributes: Any) -> Markup:
        """The select with the chosen country first among equals."""
        language = locale()
        if language not in _options:
            lines = (Markup('<option value="{}">{}</option>').format(*pair) for pair in country_names().items())
            _options[language] = "".join(lines)
        chosen = f'value="{escape(self.data or "")}"'
        listed = _options[language].replace(chosen, f"selected {chosen}", 1)
        return Markup("<select {}>{}</select>").format(  # the list was escaped when it was written
            Markup(html_params(id=self.id, name=self.name, **attributes)), Markup(listed)
        )


LEITWEG = re.compile(r"[0-9]{2,12}(-[A-Za-z0-9]{1,30})?-[0-9]{2}\Z")
"""The buyer reference of public bodies in Germany: rough and fine address, check digits."""


class BillingForm(FlaskForm):
    """Where the invoice goes. `seen` is the sum that the page showed, in cents."""

    kind = RadioField(
        _l("Who is the invoice for?"),
        choices=[
            SelectChoice("company", _l("A company or institution")),
            SelectChoice("private", _l("A private person")),
        ],
        default="company",
    )
    billing_name = line(_l("Invoice to"), 160, _l("Enter who the invoice goes to"))
    street = line(_l("Street and number"), 160, _l("Enter street and number"))
    postcode = line(_l("Postcode"), 20, _l("Enter the postcode"))
    city = line(_l("Town"), 100, _l("Enter the town"))
    country = CountryField(_l("Country"), default="DE")
    billing_email = EmailField(_l("Email address for the invoice"), [Length(max=254)], filters=[tidy])
    vat_id = line(_l("VAT number"), 20)
    order_number = line(_l("Your order number"), 60)
    leitweg_id = line(_l("Leitweg-ID"), 46)
    seen = HiddenField("", validators=[Optional(), Regexp(re.compile(r"[0-9]{1,9}\Z"))])

    PLAIN = ("kind", "street", "postcode", "city", "country")
    BUSINESS = ("vat_id", "order_number", "leitweg_id")
    BILLING = (*PLAIN, *BUSINESS, "billing_name", "billing_email", "seen")

    def validate_billing_email(self, field: Any) -> None:
        """A complete address, if there is one: empty, the invoice goes to the buyer."""
        if field.data:
            Address()(self, field)

    def validate_postcode(self, field: Any) -> None:
        """One that the chosen country could have."""
        if fault := postcodes.fault(field.data, self.country.data):
            raise ValidationError(fault)

    def validate_vat_id(self, field: Any) -> None:
        """A number that can be right; whether it was given out is not asked here."""
        if self.kind.data == "company" and field.data and (fault := vat_numbers.fault(field.data)):
            raise ValidationError(fault)

    def validate_leitweg_id(self, field: Any) -> None:
        """The shape that public bodies hand out."""
        if self.kind.data == "company" and field.data and not LEITWEG.fullmatch(field.data):
            raise ValidationError(_("Enter the Leitweg-ID as you were given it, for example 04011000-1234512345-06"))

    @property
    def is_wanted(self) -> bool:
        """Whether anything of an address was typed, where it may be given later."""
        return any(self[name].data for name in self.BILLING if name not in ("kind", "country", "seen"))

    def call(self, name: str) -> None:
        """Make it out to `name` where an address was typed without saying whose it is."""
        if self.is_wanted and not self.billing_name.data:
            self.billing_name.data, self.billing_name.raw_data = name, [name]

    def seen_cents(self, otherwise: int) -> int:
        """The sum that the page showed, in cents."""
        return int(self.seen.data) if "seen" in self and self.seen.data else otherwise

    def billing(self) -> dict[str, str]:
        """The address for the invoice; empty for a free ticket. A private person has no numbers of a business."""
        if "kind" not in self:
            return {}
        business = self.kind.data == "company"
        return {
            **{name: str(self[name].data or "") for name in self.PLAIN},
            "name": str(self.billing_name.data or ""),
            "email": str(self.billing_email.data or ""),
            **{name: str(self[name].data or "") if business else "" for name in self.BUSINESS},
        }


class CheckForm(BillingForm):
    """The last page: where the invoice goes, what is agreed to."""

    terms = BooleanField(_l("I accept the terms."), [InputRequired(_l("Please accept the terms"))])
    privacy = BooleanField(
        _l("I have read the privacy notice."),
        [InputRequired(_l("Please confirm that you have read the privacy notice"))],
    )
    photo = BooleanField(_l("Photos"))
    newsletter = BooleanField(_l("News"))

    def __init__(self, *args: Any, free: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if free:
            for name in self.BILLING:
                del self[name]

    def agreed(self) -> list[str]:
        """The consents given."""
        return [name for name in ("photo", "newsletter") if self[name].data]


class GuestForm(FlaskForm):
    """One person to name for a place: a colleague or a substitute."""

    title = line(_l("Title"), 40)
    given_name = line(_l("First name"), 80, _l("Enter the first name"))
    family_name = line(_l("Last name"), 80, _l("Enter the last name"))
    email = EmailField(
        _l("Email address"), [InputRequired(_l("Enter the email address")), Length(max=254), Address()], filters=[tidy]
    )
    function = line(_l("Function"), 120)

    @property
    def guest(self) -> Guest:
        """The person, once the form is valid."""
        return Guest(
            str(self.email.data),
            self.title.data or "",
            str(self.given_name.data),
            str(self.family_name.data),
            self.function.data or "",
        )


class DetailsForm(FlaskForm):
    """What is printed of the holder of a ticket."""

    title = line(_l("Title"), 40)
    given_name = line(_l("First name"), 80, _l("Enter the first name"))
    family_name = line(_l("Last name"), 80, _l("Enter the last name"))
    function = line(_l("Function"), 120)


class SureForm(FlaskForm):
    """Nothing but the button, and the token against forgery."""
