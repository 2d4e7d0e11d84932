"""What people may send about their profile."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, Optional, Regexp, ValidationError

from ..i18n import _, _l, locale
from . import taxonomy
from .models import VISIBILITIES
from .reasons import Term
from .words import countries, languages, regions

LISTS: dict[str, tuple[str, str]] = {
    "offer_goals": ("offer", "goal"),
    "seek_goals": ("seek", "goal"),
    "sectors": ("is", "sector"),
    "therapeutic_areas": ("is", "therapeutic_area"),
    "technologies": ("is", "technology"),
}
"""The pick lists, with the side and facet of the terms they hold."""


def at_most_five(form: FlaskForm, f: SelectMultipleField) -> None:
    """No more than the taxonomy allows in one facet."""
    if len(f.data or []) > taxonomy.MAX_PER_FACET:
        raise ValidationError(_("Choose at most five here"))


def listed(pairs: list[tuple[str, str]]) -> list[SelectChoice]:
    """Codes and labels as choices of a field."""
    return [SelectChoice(code, label) for code, label in pairs]


def levels() -> list[SelectChoice]:
    """The three levels of being found, with what each means."""
    hints = {
        "hidden": (_("Nobody for now"), _("You can still request meetings yourself.")),
        "organisation": (_("Show my organisation only"), _("Without your name.")),
        "name": (_("Show my name and function too"), _("Most meetings come about this way.")),
    }
    return [SelectChoice(value, label, {"hint": hint}) for value, (label, hint) in hints.items()]


class PartneringForm(FlaskForm):
    """The two questions, the field somebody works in, and who may see it."""

    offers = StringField(_l("In one sentence"), [Length(max=300)])
    offer_goals = SelectMultipleField(_l("You offer"), [at_most_five])
    seeks = StringField(_l("In one sentence"), [Length(max=300)])
    seek_goals = SelectMultipleField(_l("You seek"), [at_most_five])
    sectors = SelectMultipleField(_l("Sector"), [at_most_five])
    therapeutic_areas = SelectMultipleField(_l("Therapeutic area"), [at_most_five])
    technologies = SelectMultipleField(_l("Technology"), [at_most_five])
    organisation_type = SelectField(_l("Type of organisation"), [Optional()])
    country = SelectField(_l("Country"), [Optional()])
    languages = SelectMultipleField(_l("Languages you speak"))
    visibility = RadioField(
        _l("Who may find you in the directory?"),
        [InputRequired(_l("Choose who may find you"))],
        default="hidden",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (side, facet) in LISTS.items():
            sided = side if side in ("offer", "seek") else None
            self[name].choices = listed(taxonomy.choices(facet, locale(), sided))  # type: ignore[arg-type]  # narrowed above
        unset = [("", _("Please choose"))]
        self.organisation_type.choices = listed(unset + taxonomy.choices("organisation_type", locale()))
        self.country.choices = listed(unset + countries())
        self.languages.choices = listed(languages())
        self.visibility.choices = levels()

    @property
    def terms(self) -> set[Term]:
        """What was ticked in the pick lists."""
        return {(side, facet, code) for name, (side, facet) in LISTS.items() for code in self[name].data or []}


class RegisteringForm(PartneringForm):
    """The same while registering, with the box about suggestions; nobody has ticked it for anybody."""

    matchmaking = BooleanField(_l("Suggest conversations to me"))


class ProfileForm(PartneringForm):
    """The same on one's own page, with a longer text about the organisation."""

    description = TextAreaField(_l("About your organisation"), [Length(max=1200)])
    region = SelectField(_l("Region"), [Optional()])
    own_seeks = StringField(_l("What I seek myself"), [Length(max=300)])
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region.choices = listed([("", _("None, or outside Germany")), *regions()])


class VisibilityForm(FlaskForm):
    """Who may see me, with immediate effect."""

    visibility = RadioField(
        _l("Who may find you in the directory?"),
        choices=[SelectChoice(each, each) for each in VISIBILITIES],
        validators=[InputRequired(_l("Choose who may find you"))],
    )


class PrivacyForm(FlaskForm):
    """The same field by field."""

    visibility = RadioField(
        _l("Who may find you in the directory?"), validators=[InputRequired(_l("Choose who may find you"))]
    )
    function = BooleanField(_l("My function"))
    languages = BooleanField(_l("The languages I speak"))
    seeks = BooleanField(_l("What I seek myself"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visibility.choices = levels()


class LettersForm(FlaskForm):
    """How often letters about requests come, and whether those about saved searches do."""

    rhythm = RadioField(
        _l("Letters about requests and answers"),
        choices=[
            SelectChoice("hourly", _l("At most one letter an hour")),
            SelectChoice("daily", _l("At most one letter a day")),
            SelectChoice("never", _l("No letters; I look on the page myself")),
        ],
        validators=[InputRequired(_l("Choose how often we write"))],
    )
    searches = BooleanField(_l("Write when somebody new fits a search I have saved, at most once a day"))


class OneClick(FlaskForm):
    """What mail programs send to stop letters (RFC 8058): no token, for no page of ours is behind it."""

    said = HiddenField(name="List-Unsubscribe", validators=[AnyOf(("One-Click",))])

    class Meta:
        """The secret in the address is what counts."""

        csrf = False


class AgreeForm(FlaskForm):
    """Agreeing to something, or no longer."""

    purpose = HiddenField(validators=[AnyOf(("matchmaking", "contact"))])
    agreed = HiddenField(validators=[AnyOf(("yes", "no"))])


class PhoneForm(FlaskForm):
    """A phone number."""

    phone = TelField(
        _l("Phone number"),
        [Length(max=40), Regexp(r"[0-9+()/ .-]*\Z", message=_l("Only digits, spaces and + ( ) / . -"))],
    )


class BlockForm(FlaskForm):
    """Whom to block: one person, or everybody of their organisation."""

    whom = RadioField(_l("Whom do you want to hide?"), validators=[InputRequired(_l("Choose whom to hide"))])

    def __init__(self, *args: Any, person: str, organisation: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.whom.choices = [
            SelectChoice("person", person),
            SelectChoice("organisation", _("Everybody of %(name)s", name=organisation)),
        ]


class UnblockForm(FlaskForm):
    """Whom to take off the list, by public id."""

    whom = HiddenField(validators=[InputRequired(), Length(max=16)])


class GroupForm(FlaskForm):
    """A group of guests: its names, and whom it holds."""

    name_de = StringField(_l("Name in German"), [InputRequired(_l("Enter a name")), Length(max=80)])
    name_en = StringField(_l("Name in English"), [InputRequired(_l("Enter a name")), Length(max=80)])
    organisation_types = SelectMultipleField(_l("Types of organisation"))
    tickets = SelectMultipleField(_l("Tickets"))

    def __init__(self, *args: Any, tickets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation_types.choices = listed(taxonomy.choices("organisation_type", locale()))
        self.tickets.choices = listed(tickets)


class MatrixForm(FlaskForm):
    """Which group may ask which: what is ticked is allowed, each as "asker.asked"."""

    allowed = SelectMultipleField(_l("Who may ask whom"))

    def __init__(self, *args: Any, groups: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.allowed.choices = [SelectChoice(f"{one}.{two}", "") for one in groups for two in groups]
