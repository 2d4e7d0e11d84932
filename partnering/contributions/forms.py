"""What authors and the committee may type. Shape only; the rules of the call are in `writing` and `reviews`."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from ..events.forms import email_address, lines, one_line
from ..fields import RowsField
from ..i18n import _l

TOO_LONG = _l("At most %(max)d characters, please.")
MOST_AUTHORS = 50


class StartForm(FlaskForm):
    """Where the link goes with which somebody begins."""

    email = StringField(
        _l("Email address"),
        [InputRequired(_l("Enter a complete email address")), Length(max=254), email_address],
        [one_line],
    )


class AuthorForm(Form):
    """One author; an empty name is none."""

    name = StringField(_l("Name"), [Optional(), Length(max=120)], [one_line])
    affiliation = StringField(_l("Institution"), [Optional(), Length(max=200)], [one_line])
    email = StringField(_l("Email address"), [Optional(), Length(max=254), email_address], [one_line])
    speaks = BooleanField(_l("Speaks at the conference"))


class SubmissionForm(FlaskForm):
    """A contribution as it is being written; what is missing is said when it is handed in."""

    version = HiddenField()
    topic = SelectField(_l("Topic"))
    form = RadioField(_l("Format"))
    language = RadioField(_l("Language of the text and on stage"))
    title = StringField(_l("Title"), [Optional(), Length(max=300)], [one_line])
    text = TextAreaField(_l("Text"), [Optional(), Length(max=40000, message=TOO_LONG)], [lines])
    group = StringField(_l("Research group"), [Optional(), Length(max=200)], [one_line])
    authors = RowsField(FormField(AuthorForm), _l("Author"), max_entries=MOST_AUTHORS)
    remarks = TextAreaField(_l("For the organisers"), [Optional(), Length(max=2000, message=TOO_LONG)], [lines])

    def sees(self, version: int) -> bool:
        """Whether the page that was sent showed this version."""
        return not self.version.data or str(self.version.data) == str(version)


class HandInForm(FlaskForm):
    """The commitment, never ticked beforehand."""

    commits = BooleanField(_l("I agree"))


class PointsForm(Form):
    """Points for one criterion."""

    criterion = HiddenField()
    points = RadioField(_l("Points"), validate_choice=False)

    @property
    def number(self) -> int | None:
        """The points as a number; None where nothing was chosen."""
        text = self.points.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else None


class ReviewForm(FlaskForm):
    """What a member of the committee says of a contribution."""

    version = HiddenField()
    criteria = FieldList(FormField(PointsForm), _l("Criterion"), max_entries=30)
    comment = TextAreaField(_l("For the committee"), [Optional(), Length(max=4000, message=TOO_LONG)], [lines])
    to_author = TextAreaField(_l("For the authors"), [Optional(), Length(max=4000, message=TOO_LONG)], [lines])

    def given(self) -> dict[str, int]:
        """Points by the public id of their criterion."""
        rows = [row.form for row in self.criteria]
        return {row.criterion.data: row.number for row in rows if row.criterion.data and row.number is not None}

    def offer(self, criteria: list[tuple[str, str]], top: int, given: dict[str, int]) -> None:
        """Show these criteria (public id, name) with 0 to `top` points, in this order, as they were given or sent."""
        while self.criteria.entries:
            self.criteria.pop_entry()
        for public_id, _name in criteria:
            points = given.get(public_id)
            self.criteria.append_entry({"criterion": public_id, "points": str(points) if points is not None else None})
        for row, (_public_id, name) in zip(self.criteria, criteria, strict=True):
            row.form.points.choices = [SelectChoice(str(n), str(n)) for n in range(top + 1)]
            row.form.points.label.text = name


def rows_of(form: SubmissionForm) -> list[dict[str, Any]]:
    """The authors that were typed, without empty rows."""
    return [row for row in form.authors.data if row["name"]]
