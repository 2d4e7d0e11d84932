"""How organisers write a question that crew ask at a list."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, FormField, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from ..db import BilingualText
from ..events.forms import listed, one_line
from ..fields import RowsField, SeenField, WholeField
from ..i18n import _, _l

MOST_OPTIONS = 12
LABEL_LENGTH = 120
OPTION_LENGTH = 60

KIND_WORDS = {"yes_no": _l("Yes or no"), "choice": _l("One of several"), "text": _l("A few words")}


class OptionForm(Form):
    """One answer to choose; `key` is what it was stored under, empty where it is new."""

    key = HiddenField(validators=[Optional(), Length(max=8)])
    label_de = StringField(_l("Answer in German"), [Optional(), Length(max=OPTION_LENGTH)], [one_line])
    label_en = StringField(_l("Answer in English"), [Optional(), Length(max=OPTION_LENGTH)], [one_line])


class CheckinQuestionForm(FlaskForm):
    """A question asked at check-in: words, kind of answer, answers to choose."""

    seen = SeenField()
    version = WholeField(validators=[Optional()], widget=HiddenInput())
    label_de = StringField(
        _l("Question in German"),
        [InputRequired(_l("Enter the question in German")), Length(max=LABEL_LENGTH)],
        [one_line],
    )
    label_en = StringField(_l("Question in English"), [Optional(), Length(max=LABEL_LENGTH)], [one_line])
    kind = RadioField(_l("How it is answered"), choices=listed(dict(KIND_WORDS)), default="yes_no")
    required = BooleanField(_l("Nobody is let in without an answer"))
    options = RowsField(FormField(OptionForm), _l("Answer"), max_entries=MOST_OPTIONS)

    def filled(self) -> list[tuple[str, BilingualText]]:
        """The answers that have words: (key, text)."""
        rows = [row.form for row in self.options]
        return [
            (row.key.data or "", BilingualText(row.label_de.data or row.label_en.data or "", row.label_en.data or ""))
            for row in rows
            if row.label_de.data or row.label_en.data
        ]

    def validate_options(self, field: Any) -> None:
        """Whoever chooses has a choice."""
        if self.kind.data == "choice" and len(self.filled()) < 2:
            raise ValidationError(_("Enter at least two answers"))
