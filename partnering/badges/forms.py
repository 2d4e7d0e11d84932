"""What organisers choose before printing, and how they draw a layout."""

import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Form,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from ..db import BilingualText
from ..events.forms import listed, one_line
from ..fields import RowsField, WholeField
from ..i18n import _, _l, bi, number
from .layout import KINDS, LEAST_SIZE, MOST_ELEMENTS, MOST_SIZE, TEXT_LENGTH
from .papers import A4, OWN, PAPERS
from .roles import COLOUR, LOOKS

_MEASURE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?")

SORTED = {"name": _l("Last name"), "organisation": _l("Organisation"), "date": _l("Date of registration")}
WEIGHTS = {400: _l("Regular"), 700: _l("Bold"), 800: _l("Extra bold")}
ALIGNS = {"L": _l("Left"), "C": _l("Centred"), "R": _l("Right")}
SETTLES = {"top": _l("At the top"), "middle": _l("In the middle"), "bottom": _l("At the bottom")}


class MeasureField(StringField):
    """Millimetres or points, as people type them: "12", "12.5" or "12,5". The data are a number, or None."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return number(round(self.data, 2)).replace(" ", "") if self.data is not None else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed. Raises `ValueError`, which the form shows beside the field."""
        typed = str(valuelist[0]).strip() if valuelist else ""
        found = _MEASURE.fullmatch(typed)
        self.data = float(f"{found[1]}.{found[2] or 0}") if found else None
        if typed and found is None:
            raise ValueError(_("Enter a number such as %(number)s", number=number(12.5)))


def _needed(least: float, most: float) -> list[Any]:
    sentence = _l("Enter a number from %(least)s to %(most)s", least=f"{least:g}", most=f"{most:g}")
    return [InputRequired(_l("Enter a number")), NumberRange(least, most, sentence)]


def _colour(form: FlaskForm, field: StringField) -> None:
    if not COLOUR.fullmatch(field.data or ""):
        raise ValidationError(_("Enter a colour such as #231850"))


class DeedForm(FlaskForm):
    """A button: nothing is typed."""


class OrderForm(FlaskForm):
    """In which order badges are printed, and in which layout: public id of one, "paper:…" for the house's, or none."""

    sort = RadioField(_l("Order"), choices=listed(SORTED), default="name")
    layout = SelectField(_l("Layout"), default="")

    def offer(self, own: list[tuple[str, BilingualText]]) -> None:
        """Let the form choose among an event's layouts, by public id, and the house's own."""
        each = {"": _l("Each badge in its own layout, by the conditions")} if own else {}
        house = {f"paper:{key}": paper.name for key, paper in PAPERS.items() if key != OWN}
        self.layout.choices = listed({**each, **{ref: bi(name) for ref, name in own}, **house})
        if not own and not self.layout.raw_data:
            self.layout.data = "paper:a6x4"


class PrintForm(OrderForm):
    """Which badges, in which order, in which layout."""

    which = RadioField(
        _l("Which badges"),
        choices=listed(
            {
                "all": _l("All"),
                "new": _l("Only new ones, never printed with this code"),
                "changed": _l("Only those that have changed since they were printed"),
            }
        ),
        default="all",
    )


class SelectedForm(OrderForm):
    """Badges that were ticked in the list, by public ids of registrations."""

    pick = SelectMultipleField(
        _l("People"), validators=[InputRequired(_l("Tick at least one person"))], validate_choice=False
    )

    def validate_pick(self, field: Any) -> None:
        """Public ids, and no more than a list shows."""
        if len(field.data) > MOST_PICKED or not all(re.fullmatch(r"[a-z0-9]{1,16}", ref) for ref in field.data):
            raise ValidationError(str(_l("Tick at least one person")))


MOST_PICKED = 500


class ElementForm(Form):
    """One field of a layout. Millimetres from the upper left corner; type size in points."""

    kind = SelectField(_l("Field"), choices=listed(KINDS))
    text = StringField(_l("Text"), [Optional(), Length(max=TEXT_LENGTH)], [one_line])
    x = MeasureField(_l("From the left, mm"), _needed(0, A4[0]))
    y = MeasureField(_l("From the top, mm"), _needed(0, A4[1]))
    w = MeasureField(_l("Width, mm"), _needed(1, A4[0]))
    h = MeasureField(_l("Height, mm"), _needed(1, A4[1]))
    size = MeasureField(_l("Largest type size, points"), _needed(LEAST_SIZE, MOST_SIZE))
    weight = SelectField(
        _l("Weight"), choices=[SelectChoice(each, word) for each, word in WEIGHTS.items()], coerce=int, default=400
    )
    align = SelectField(_l("Alignment"), choices=listed(ALIGNS), default="L")
    settle = SelectField(_l("In a box that is not full"), choices=listed(SETTLES), default="top")
    follows = BooleanField(_l("Moves up to the field above it"))
    roles = SelectMultipleField(_l("Only for these roles"))
    products = SelectMultipleField(_l("Only for these tickets"))


class LayoutForm(FlaskForm):
    """A layout: name, paper, whose badges, colours by role, and its fields. `more` is the kind that a button adds."""

    version = WholeField(validators=[Optional()])
    name_de = StringField(
        _l("Name in German"), [InputRequired(_l("Enter the name in German")), Length(max=60)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=60)], [one_line])
    paper = SelectField(_l("Paper"), choices=listed({key: paper.name for key, paper in PAPERS.items()}))
    width = MeasureField(_l("Width, mm"), [Optional()])
    height = MeasureField(_l("Height, mm"), [Optional()])
    roles = SelectMultipleField(_l("Only for these roles"))
    products = SelectMultipleField(_l("Only for these tickets"))
    colour_attendee = StringField(_l("Colour of the band: attendee"), [Optional(), _colour], [str.strip, str.lower])
    colour_speaker = StringField(_l("Colour of the band: speaker"), [Optional(), _colour], [str.strip, str.lower])
    colour_exhibitor = StringField(_l("Colour of the band: exhibitor"), [Optional(), _colour], [str.strip, str.lower])
    colour_crew = StringField(_l("Colour of the band: crew"), [Optional(), _colour], [str.strip, str.lower])
    colour_press = StringField(_l("Colour of the band: press"), [Optional(), _colour], [str.strip, str.lower])
    elements = RowsField(FormField(ElementForm), _l("Field"), max_entries=MOST_ELEMENTS)
    more = SelectField(_l("One more field"), choices=listed(KINDS), default="text")

    def offer(self, tickets: dict[str, str]) -> None:
        """Let the form and each field choose among roles and these ticket types."""
        roles = {role: bi(look.word) for role, look in LOOKS.items()}
        for form in (self, *(row.form for row in self.elements)):
            form.roles.choices = listed(roles)
            form.products.choices = listed(tickets)
