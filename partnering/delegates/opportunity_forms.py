"""What people may send about an opportunity."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from ..i18n import _, _l, locale
from . import taxonomy
from .forms import at_most_five, listed
from .words import stages

LISTS = {
    "modalities": "modality",
    "goals": "goal",
    "therapeutic_areas": "therapeutic_area",
    "technologies": "technology",
    "sectors": "sector",
}
"""The pick lists, with the facet of the terms they hold."""


def kinds() -> list[tuple[str, str]]:
    """What an opportunity can be, and what each is called."""
    return [("asset", _("Asset or product")), ("technology", _("Technology")), ("project", _("Project"))]


class OpportunityForm(FlaskForm):
    """An asset, a technology or a project, offered or sought."""

    kind = RadioField(_l("What is it?"), validators=[InputRequired(_l("Choose what it is"))])
    side = RadioField(_l("Do you offer or seek it?"), validators=[InputRequired(_l("Choose whether you offer it"))])
    title = StringField(_l("Name"), [InputRequired(_l("Enter a name")), Length(max=120)])
    summary = TextAreaField(_l("In a few sentences"), [Length(max=600)])
    stage = SelectField(_l("Development stage"), [Optional()])
    ip = SelectField(_l("Property rights"), [Optional()])
    modalities = SelectMultipleField(_l("Modality"), [at_most_five])
    goals = SelectMultipleField(_l("What should come of it?"), [at_most_five])
    therapeutic_areas = SelectMultipleField(_l("Therapeutic area"), [at_most_five])
    technologies = SelectMultipleField(_l("Technology"), [at_most_five])
    sectors = SelectMultipleField(_l("Sector"), [at_most_five])
    contact = SelectField(_l("Whom to ask about it"), [Optional()])
    shown = BooleanField(_l("Show it to others"), default=True)
    version = HiddenField()

    def __init__(self, *args: Any, team: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contact.choices = listed([("", _("Nobody in particular")), *team])
        unset = [("", _("Please choose"))]
        self.kind.choices = listed(kinds())
        self.side.choices = [SelectChoice("offer", _("We offer it")), SelectChoice("seek", _("We seek it"))]
        self.stage.choices = listed(unset + stages())
        self.ip.choices = listed(unset + stages("ip"))
        for name, facet in LISTS.items():
            self[name].choices = listed(taxonomy.choices(facet, locale()))

    @property
    def terms(self) -> set[tuple[str, str]]:
        """What was ticked in the pick lists, as facet and code."""
        return {(facet, code) for name, facet in LISTS.items() for code in self[name].data or []}
