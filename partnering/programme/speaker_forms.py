"""What speakers may send about themselves and their sessions, and organisers about speakers. Shape only."""

from typing import Any
from urllib.parse import urlsplit

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Length, NumberRange, Optional, ValidationError

from ..events.forms import DayField, lines, one_line
from ..fields import WholeField
from ..i18n import _, _l
from .models import EQUIPMENT, FILE_KINDS
from .speaker_words import EQUIPMENT as EQUIPMENT_WORDS
from .speaker_words import FILE_KINDS as KIND_WORDS

LONGEST_BIOGRAPHY = 2000


class BiographyForm(FlaskForm):
    """What stands beside a speaker's name."""

    biography = TextAreaField(_l("Biography"), [Optional(), Length(max=LONGEST_BIOGRAPHY)], [lines])
    website = StringField(_l("Website"), [Optional(), Length(max=200)], [one_line])

    def validate_website(self, field: StringField) -> None:
        """Only http and https, with a host and no name or password before it."""
        if not field.data:
            return
        try:
            parts = urlsplit(address_of(field.data))
            host = parts.hostname or ""
        except ValueError:
            host = ""
        right = host and "." in host and parts.scheme in ("http", "https") and "@" not in parts.netloc
        if not right or any(sign.isspace() for sign in field.data.strip()):
            raise ValidationError(_("Enter an address such as https://lumenfold.example"))


def address_of(typed: str) -> str:
    """The address that was typed, with https:// where nothing stands before the host."""
    typed = typed.strip()
    return typed if not typed or "://" in typed else f"https://{typed}"


class PhotoForm(FlaskForm):
    """A portrait; what it may be, `organisations.images` says."""

    image = FileField(_l("Photo"))


class SpeakerConsentsForm(FlaskForm):
    """What a speaker agrees to, each by itself; nothing is ticked beforehand."""

    speaker_page = BooleanField(_l("Show my photo in the public programme"))
    recording = BooleanField(_l("My talks may be recorded"))


class AvailabilityForm(FlaskForm):
    """Half hours in which somebody can come: their beginnings, as seconds since 1970."""

    times = SelectMultipleField(_l("Times"), [Optional()])
    note = TextAreaField(_l("What else we should know"), [Optional(), Length(max=600)], [lines])


class NeedsForm(FlaskForm):
    """What a session needs on its stage; `version` is what the page was made of."""

    version = WholeField(validators=[NumberRange(0, 1_000_000)])
    items = SelectMultipleField(
        _l("What you need on the stage"),
        [Optional()],
        choices=[SelectChoice(code, EQUIPMENT_WORDS[code]) for code in EQUIPMENT],
    )
    remarks = TextAreaField(_l("Anything else"), [Optional(), Length(max=600)], [lines])


class UploadForm(FlaskForm):
    """A file for a session; what it may be, `file_types` says."""

    file = FileField(_l("File"))
    kind = RadioField(
        _l("What it is"), choices=[SelectChoice(code, KIND_WORDS[code]) for code in FILE_KINDS], default="slides"
    )
    public = BooleanField(_l("Guests may download it from the programme"))


class DeskUploadForm(UploadForm):
    """The same by organisers, for one of the session's people."""

    whose = SelectField(_l("For"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.whose.choices = [SelectChoice(*pair) for pair in people]


class ShownForm(FlaskForm):
    """Whether guests may download a file."""

    on = HiddenField(validators=[AnyOf(("yes", "no"))])


class SpeakerDeedForm(FlaskForm):
    """Nothing but the wish."""


class SpeakersForm(FlaskForm):
    """Who of the list is written to, and what for."""

    deed = StringField(validators=[AnyOf(("lacking", "availability"))])
    pick = SelectMultipleField(validators=[Optional()])

    def __init__(self, *args: Any, refs: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pick.choices = [SelectChoice(ref, ref) for ref in refs]


class SpeakerNoteForm(FlaskForm):
    """What organisers note about a speaker."""

    note = TextAreaField(_l("Note for organisers"), [Optional(), Length(max=2000)], [lines])


class AskingForm(FlaskForm):
    """Until when speakers are asked for what, whom they call, and what every stage has."""

    availability_until = DayField(_l("Ask when they can come, until"), [Optional()])
    slides_until = DayField(_l("Slides until"), [Optional()])
    contact_de = TextAreaField(_l("Who helps on the day, in German"), [Optional(), Length(max=600)], [lines])
    contact_en = TextAreaField(_l("Who helps on the day, in English"), [Optional(), Length(max=600)], [lines])
    equipment_de = TextAreaField(_l("What every stage has, in German"), [Optional(), Length(max=600)], [lines])
    equipment_en = TextAreaField(_l("What every stage has, in English"), [Optional(), Length(max=600)], [lines])
