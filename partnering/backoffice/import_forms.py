"""What organisers choose when they bring in a list of people: the file, the columns, what holds for all."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import ValidationError

from ..events.forms import listed
from ..i18n import _l, bi
from ..tickets.models import Product


class FileForm(FlaskForm):
    """The file."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file"))],
        description=_l("CSV or XLSX with headings in the first row, at most 5\u00a0MB and 5,000 rows."),
        render_kw={"accept": ".csv,.txt,.tsv,.xlsx"},
    )


class ColumnsForm(FlaskForm):
    """Which column says what, and what holds for everybody. For each field the form holds one named `column_<n>`."""

    product = SelectField(_l("Ticket"), choices=[], description=_l("For rows that name none."))
    gross = RadioField(
        _l("Price"),
        choices=listed({"day": _l("The price of the day"), "free": _l("Free of charge")}),
        default="day",
        description=_l("For rows that name none."),
    )
    locale = RadioField(
        _l("Letters in"),
        choices=listed({"de": _l("German"), "en": _l("English")}),
        default="de",
        description=_l("For rows that name no language."),
    )
    skip_known = BooleanField(_l("Leave out whoever is registered already"))

    columns: Mapping[str, str]

    @classmethod
    def over(
        cls,
        heads: Sequence[str],
        fields: Mapping[str, Any],
        products: Sequence[Product],
        mapping: Mapping[str, str],
        **values: Any,
    ) -> "ColumnsForm":
        """The form over these headings and fields; `mapping` is what was chosen or guessed."""
        names = {f"column_{number}": key for number, key in enumerate(fields)}
        choices = listed({"": _l("not in the file")} | {head: head for head in heads})
        made = {
            name: SelectField(fields[key], choices=choices, default=mapping.get(key, "")) for name, key in names.items()
        }
        form: ColumnsForm = type("ColumnsFormOverHeads", (cls,), made)(**values)
        form.columns = names
        offered: dict[str, Any] = {"": _l("the file says it")}
        form.product.choices = listed(offered | {product.public_id: bi(product.name) for product in products})
        return form

    def chosen(self) -> dict[str, str]:
        """{field: heading}, those left out that are not in the file."""
        return {key: self[name].data for name, key in self.columns.items() if self[name].data}

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        used: dict[str, str] = {}
        for name, key in self.columns.items():
            field = self[name]
            if key in ("email", "given_name", "family_name") and not field.data:
                field.errors = [*field.errors, str(_l("Choose the column in which this stands"))]
                valid = False
            elif field.data and field.data in used:
                field.errors = [*field.errors, str(_l("This column says something else already"))]
                valid = False
            used.setdefault(field.data, key)
        return valid

    def validate_product(self, field: Any) -> None:
        """A ticket for all, or a column that names it."""
        column = next((name for name, key in self.columns.items() if key == "ticket"), "")
        if not field.data and not (column and self[column].data):
            raise ValidationError(str(_l("Choose a ticket, or the column that names it")))


class BringInForm(FlaskForm):
    """The last question before it happens."""

    letters = BooleanField(_l("Send everybody their ticket by letter"))
