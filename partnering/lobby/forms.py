"""The form that the gallery of components shows. Its words are samples and are not translated."""

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Optional

from ..events.forms import DayField, HourField

TICKETS = [
    SelectChoice("s", "Start-up, 3 people", {"hint": "Founded 2022 or later", "end": "€240"}),
    SelectChoice("n", "Standard", {"hint": "until 31 July", "end": "€220"}),
    SelectChoice("x", "Exhibitor", {"hint": "Sold out", "disabled": True}),
]


class GalleryForm(FlaskForm):
    """One field of every kind."""

    organisation = StringField("Organisation", [InputRequired("Enter the organisation")])
    email = EmailField(
        "Email address",
        [InputRequired("Enter an email address"), Email("Enter a complete email address, such as name@company.com")],
    )
    country = SelectField("Country", choices=[SelectChoice("de", "Germany"), SelectChoice("cz", "Czechia")])
    day = DayField("Day", [Optional()])
    at = HourField("Starts at", [Optional()])
    seeks = TextAreaField("What do you seek?", [Optional()])
    file = FileField("Slides", [Optional()])
    listed = BooleanField("Show me in the partner directory", [InputRequired("Agree to be shown")])
    ticket = RadioField("Ticket", [InputRequired("Choose a ticket")], choices=TICKETS)
    fields = SelectMultipleField(
        "Fields",
        choices=[
            SelectChoice("a", "Antimicrobials"),
            SelectChoice("b", "Cell and gene therapy"),
            SelectChoice("c", "Arzneimittelzulassungsverfahren"),
        ],
    )
