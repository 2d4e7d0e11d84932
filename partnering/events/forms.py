"""What organisers may type about an event. Shape only; the rules of events are in `services`."""

import secrets
import zoneinfo
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DateTimeField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from ..i18n import _l
from ..text import clean, clean_lines

ZONES = [
    "Europe/Berlin",
    "Europe/Vienna",
    "Europe/Zurich",
    "Europe/Prague",
    "Europe/Warsaw",
    "Europe/Paris",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Singapore",
    "Asia/Tokyo",
]


def listed(words: dict[str, Any]) -> list[SelectChoice]:
    """Answers to choose from, by the value that is sent."""
    return [SelectChoice(value, word) for value, word in words.items()]


def one_line(value: str | None) -> str:
    """A line as it is stored."""
    return clean(value or "")


def lines(value: str | None) -> str:
    """Several lines as they are stored."""
    return clean_lines(value or "")


def email_address(form: FlaskForm, field: Any) -> None:
    """Refuse what is no complete e-mail address; whether it exists only a letter can tell."""
    if not field.data:
        return
    try:
        validate_email(field.data, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValidationError(str(_l("Enter a complete email address"))) from None


class _OfThisCentury(DateTimeField):
    """Digits are ASCII and years between 2000 and 2100."""

    data: Any
    wanted: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        text = " ".join(valuelist)
        if text and (not text.isascii() or self.data is None or not 2000 <= self.data.year <= 2100):
            self.data = None
            raise ValueError(str(self.wanted))


class DayField(_OfThisCentury, DateField):
    """A day in the years from 2000 to 2100."""

    wanted = _l("Enter a day between 2000 and 2100")


class MomentField(_OfThisCentury, DateTimeLocalField):
    """A day and time of the wall clock, in the years from 2000 to 2100."""

    wanted = _l("Enter a day and time such as 31.07.2027, 12:00")

    def __init__(self, label: Any, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)


class HourField(TimeField):
    """A time of the day in ASCII digits."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if not " ".join(valuelist).isascii():
            self.data = None
            raise ValueError(str(_l("Enter a time such as 8:30")))


SLUG = [
    InputRequired(_l("Enter the address of the page")),
    Length(max=60),
    Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", message=_l("Use small letters, digits and hyphens only")),
]


class EventForm(FlaskForm):
    """When and where, names and texts in both languages, how letters are signed, looks."""

    name_de = StringField(
        _l("Name in German"), [InputRequired(_l("Enter the name in German")), Length(max=120)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=120)], [one_line])
    slug = StringField(
        _l("Address of the page"),
        SLUG,
        [one_line],
    )
    claim_de = StringField(_l("In one sentence, German"), [Optional(), Length(max=300)], [one_line])
    claim_en = StringField(_l("In one sentence, English"), [Optional(), Length(max=300)], [one_line])
    description_de = TextAreaField(_l("Description, German"), [Optional(), Length(max=10000)], [lines])
    description_en = TextAreaField(_l("Description, English"), [Optional(), Length(max=10000)], [lines])
    notice_de = StringField(_l("Notice on the page, German"), [Optional(), Length(max=500)], [one_line])
    notice_en = StringField(_l("Notice on the page, English"), [Optional(), Length(max=500)], [one_line])
    first_day = DayField(_l("First day"), [InputRequired(_l("Enter the first day"))])
    last_day = DayField(_l("Last day"), [InputRequired(_l("Enter the last day"))])
    opens = HourField(_l("Doors open on the first day"), [InputRequired(_l("Enter a time such as 8:30"))])
    closes = HourField(_l("End on the last day"), [InputRequired(_l("Enter a time such as 17:00"))])
    zone = SelectField(_l("Time zone"), choices=[SelectChoice(zone) for zone in ZONES])
    venue_de = StringField(_l("Venue, German"), [Optional(), Length(max=200)], [one_line])
    venue_en = StringField(_l("Venue, English"), [Optional(), Length(max=200)], [one_line])
    address = StringField(_l("Street and number"), [Optional(), Length(max=200)], [one_line])
    city = StringField(_l("Postcode and city"), [Optional(), Length(max=120)], [one_line])
    travel_de = TextAreaField(_l("Directions, German"), [Optional(), Length(max=5000)], [lines])
    travel_en = TextAreaField(_l("Directions, English"), [Optional(), Length(max=5000)], [lines])
    accessibility_de = StringField(_l("Access without barriers, German"), [Optional(), Length(max=500)], [one_line])
    accessibility_en = StringField(_l("Access without barriers, English"), [Optional(), Length(max=500)], [one_line])
    languages = SelectField(
        _l("Spoken on site"),
        choices=[
            SelectChoice("de,en", _l("German and English")),
            SelectChoice("de", _l("German")),
            SelectChoice("en", _l("English")),
        ],
    )
    dye = RadioField(
        _l("Colour"),
        choices=[
            SelectChoice("haematoxylin", _l("Haematoxylin, blue-violet")),
            SelectChoice("malachite", _l("Malachite, green")),
            SelectChoice("methylene", _l("Methylene, blue")),
            SelectChoice("carmine", _l("Carmine, red")),
        ],
        default="haematoxylin",
    )
    sender_name = StringField(_l("Letters are signed by"), [Optional(), Length(max=120)], [one_line])
    sender_address = StringField(
        _l("Sender address of letters"), [Optional(), Length(max=254), email_address], [one_line]
    )
    change_until = DayField(_l("Attendees may change their details until"), [Optional()])

    def validate_last_day(self, field: DateField) -> None:
        if self.first_day.data and field.data and field.data < self.first_day.data:
            raise ValidationError(str(_l("The last day is before the first day")))
        if self.first_day.data and field.data and (field.data - self.first_day.data).days > 30:
            raise ValidationError(str(_l("A conference lasts 31 days at most")))

    def validate_closes(self, field: TimeField) -> None:
        one_day = self.first_day.data and self.first_day.data == self.last_day.data
        if one_day and self.opens.data and field.data and field.data <= self.opens.data:
            raise ValidationError(str(_l("The end is before the doors open")))

    def validate_zone(self, field: SelectField) -> None:
        if field.data not in zoneinfo.available_timezones():
            raise ValidationError(str(_l("Choose a time zone from the list")))


TAKEN_ALONG = {
    "texts": (_l("Texts"), _l("Description, venue, directions, legal notice, privacy notice, terms")),
    "tickets": (_l("Tickets"), _l("Pools, tickets, add-ons and workshops with prices and times; nothing sold")),
    "codes": (_l("Codes"), _l("With their limits, unused; vouchers keep their places again")),
    "form": (_l("Questions"), _l("The registration form without anybody's answers")),
    "refunds": (_l("Refund rules"), _l("With the last day for changes and the right of withdrawal")),
    "invoices": (_l("Invoices"), _l("Account, days to pay, reminders; numbers go on in the same series")),
    "places": (_l("Rooms and tables"), _l("Rooms, tables, stands")),
    "blocks": (_l("Times for meetings"), _l("Blocks with their slots, rules, and who may ask whom")),
    "programme": (
        _l("Tracks"),
        _l("Of the programme, and the rules of the call; its sessions stay behind"),
    ),
    "doors": (_l("Doors"), _l("With their rules")),
    "team": (_l("Team"), _l("Organisers, crew, catering and committee")),
}


class CloneForm(FlaskForm):
    """A new event made from another one: its name, address and first day, and what is taken along."""

    once = HiddenField(default=lambda: secrets.token_urlsafe(12))
    name_de = StringField(
        _l("Name in German"), [InputRequired(_l("Enter the name in German")), Length(max=120)], [one_line]
    )
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=120)], [one_line])
    slug = StringField(_l("Address of the page"), SLUG, [one_line])
    first_day = DayField(_l("First day"), [InputRequired(_l("Enter the first day"))])
    parts = SelectMultipleField(
        _l("Take along"), choices=[SelectChoice(key, name, {"hint": what}) for key, (name, what) in TAKEN_ALONG.items()]
    )

    def validate_parts(self, field: Any) -> None:
        if "codes" in (field.data or ()) and "tickets" not in field.data:
            raise ValidationError(str(_l("Codes can only be taken along with the tickets")))


class LegalForm(FlaskForm):
    """One legal text in both languages."""

    text_de = TextAreaField(
        _l("Text in German"), [InputRequired(_l("Enter the text in German")), Length(max=50000)], [lines]
    )
    text_en = TextAreaField(_l("Text in English"), [Optional(), Length(max=50000)], [lines])


class StateForm(FlaskForm):
    """Publish, withdraw to draft, or cancel an event."""

    understood = BooleanField(_l("I am sure"))


class TeamForm(FlaskForm):
    """Somebody new in the team."""

    email = StringField(
        _l("Email address"),
        [InputRequired(_l("Enter a complete email address")), Length(max=254), email_address],
        [one_line],
    )
    given_name = StringField(_l("First name"), [Optional(), Length(max=80)], [one_line])
    family_name = StringField(_l("Last name"), [Optional(), Length(max=80)], [one_line])
    area = RadioField(
        _l("Works as"),
        choices=[
            SelectChoice("crew", _l("Crew: checks guests in")),
            SelectChoice("organiser", _l("Organiser: sees and changes everything")),
            SelectChoice("catering", _l("Catering: sees what guests eat and which help they need, with their names")),
            SelectChoice("committee", _l("Programme committee: reads contributions and gives points")),
        ],
        default="crew",
    )
