"""What organisers may type about the form that guests fill in. Shape only; conditions are checked by `building`."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from ..events.forms import DayField, lines, listed, one_line
from ..fields import RowsField
from ..i18n import LazyText, _l, bi
from ..questions.building import MOST_CHOICES
from ..questions.forms import LONG, SHORT, countries
from ..questions.queries import SectionShown
from ..questions.rules import GIVEN, NONE_OF, ONE_OF, SPOKEN, WORDS, Line, Subject
from . import typed
from .forms import AMOUNT, WHOLE, a_number
from .selling_forms import PERCENTAGE, Deed

KINDS: Mapping[str, tuple[LazyText, LazyText]] = {
    "short_text": (_l("Short text"), _l("One line, such as a job title.")),
    "long_text": (_l("Long text"), _l("Several lines, such as a remark.")),
    "single_choice": (_l("Single choice"), _l("One of several answers; each may cost something.")),
    "multiple_choice": (_l("Multiple choice"), _l("Any of several answers; each may cost something.")),
    "yes_no": (_l("Yes or no"), _l("Two answers side by side.")),
    "number": (_l("Whole number"), _l("A whole number, within bounds if you like.")),
    "date": (_l("Date"), _l("A day, within bounds if you like.")),
    "country": (_l("Country"), _l("From the list of all countries.")),
    "phone": (_l("Phone number"), _l("With country code.")),
    "organisation": (_l("Organisation"), _l("Suggests those that are public, takes any other name.")),
    "file": (_l("File"), _l("PDF, PNG or JPEG, at most 5\u00a0MB.")),
}

ASKS: Mapping[str, LazyText] = {
    "attendee": _l("Each guest"),
    "buyer": _l("The buyer, once for the order"),
}

CLASSES: Mapping[str, tuple[LazyText, LazyText]] = {
    "plain": (_l("Ordinary"), _l("Nothing that concerns only this person.")),
    "contact": (_l("Contact details"), _l("Ways to reach somebody.")),
    "sensitive": (
        _l("Sensitive: food, allergies, accessibility, health, belief"),
        _l("Asked with consent, read by catering only, deleted 30 days after the event."),
    ),
}

CHOOSES = ("single_choice", "multiple_choice")
BOUNDED = ("short_text", "long_text", "number", "date", "multiple_choice")
MOST_LINES = 8


class SectionForm(Deed):
    """A heading of the form."""

    title_de = StringField(
        _l("Heading in German"), [InputRequired(_l("Enter the heading in German")), Length(max=120)], [one_line]
    )
    title_en = StringField(_l("Heading in English"), [Optional(), Length(max=120)], [one_line])
    introduction_de = TextAreaField(_l("Introduction in German"), [Optional(), Length(max=1000)], [lines])
    introduction_en = TextAreaField(_l("Introduction in English"), [Optional(), Length(max=1000)], [lines])


class ChoiceRow(Form):
    """One choice. `key` names the one that it changes; a row without words is none."""

    key = HiddenField(filters=[one_line])
    label_de = StringField(_l("In German"), [Length(max=160)], [one_line])
    label_en = StringField(_l("In English"), [Optional(), Length(max=160)], [one_line])
    price = StringField(_l("Price, VAT included"), [Optional(), typed.reads(typed.cents, AMOUNT)], [one_line])
    limit = StringField(_l("Places"), [Optional(), a_number(0, 100_000)], [one_line])

    def validate_label_de(self, field: Any) -> None:
        if not field.data and (self.label_en.data or self.price.data or self.limit.data):
            raise ValidationError(str(_l("Enter the choice in German")))


class LineRow(Form):
    """One line of a condition: what may be said about `fact` is found when the row is bound to its `Subject`."""

    fact = HiddenField()
    word = SelectField(_l("Condition"), choices=[], validate_choice=False)
    values = SelectMultipleField(_l("Values"), choices=[], validate_choice=False)
    text = StringField(_l("Value"), [Optional(), Length(max=20)], [one_line])

    subject: Subject | None = None

    def bind(self, subject: Subject) -> None:
        """Offer the words and values that fit."""
        self.subject = subject
        self.word.choices = listed({word: SPOKEN[word] for word in WORDS[subject.kind]})
        values = dict(countries()) if subject.kind == "country" else subject.values
        self.values.choices = listed(dict(values))
        self.values.data = [value for value in (self.values.data or []) if value in values]

    @property
    def compares(self) -> str:
        """What stands behind the word: "values", "number", "day" or nothing."""
        words = WORDS[self.subject.kind] if self.subject else ()
        if ONE_OF in words:
            return "values"
        return "day" if "before" in words else "number" if "least" in words else ""

    @property
    def line(self) -> Line:
        """The line as it was typed, values only where its word takes them."""
        word = self.word.data or ""
        values = tuple(self.values.data or []) if word in (ONE_OF, NONE_OF) else ()
        return Line(self.fact.data or "", word, values, "" if values or word in GIVEN else self.text.data or "")


class QuestionForm(Deed):
    """A question of one kind, in both languages."""

    label_de = StringField(
        _l("Question in German"), [InputRequired(_l("Enter the question in German")), Length(max=200)], [one_line]
    )
    label_en = StringField(_l("Question in English"), [Optional(), Length(max=200)], [one_line])
    help_de = StringField(_l("Help below it, German"), [Optional(), Length(max=400)], [one_line])
    help_en = StringField(_l("Help below it, English"), [Optional(), Length(max=400)], [one_line])
    section = SelectField(_l("Section"), choices=[])
    asks = RadioField(_l("Who answers?"), choices=listed(dict(ASKS)), default="attendee")
    required = BooleanField(_l("Must be answered"))
    internal = BooleanField(_l("Internal"))
    least = StringField(_l("At least"), [Optional(), Length(max=20)], [one_line])
    most = StringField(_l("At most"), [Optional(), Length(max=20)], [one_line])
    earliest = DayField(_l("Not before"), [Optional()])
    latest = DayField(_l("Not after"), [Optional()])
    choices = RowsField(FormField(ChoiceRow), _l("Choice"), max_entries=MOST_CHOICES)
    vat = StringField(
        _l("VAT in percent"), [Optional(), typed.reads(typed.basis_points, PERCENTAGE)], [one_line], default="19"
    )
    purpose_de = StringField(
        _l("What for, in German"), [InputRequired(_l("Say what you need the answers for")), Length(max=200)], [one_line]
    )
    purpose_en = StringField(_l("What for, in English"), [Optional(), Length(max=200)], [one_line])
    data_class = RadioField(_l("What kind of data is it?"), default="plain")
    retention_days = StringField(
        _l("Delete how many days after the event?"), [InputRequired(WHOLE), a_number(0, 3650)], [one_line], default="90"
    )
    mode = RadioField(
        _l("Asked if"),
        choices=listed({"all": _l("all lines hold"), "any": _l("any line holds")}),
        default="all",
    )
    lines = RowsField(FormField(LineRow), _l("Condition"), max_entries=MOST_LINES)
    new_fact = SelectField(_l("Look at"), choices=[], validate_choice=False)

    kind = "short_text"

    def for_kind(self, kind: str, sections: Sequence[SectionShown], known: Mapping[str, Subject]) -> "QuestionForm":
        """This form for a question of `kind` that may look at what is `known`."""
        self.kind = kind
        self.section.choices = listed({section.public_id: bi(section.title) for section in sections})
        self.data_class.choices = listed({key: words[0] for key, words in CLASSES.items()})
        self.new_fact.choices = listed({subject.fact: subject.name for subject in known.values()})
        for entry in list(self.lines.entries):
            subject = known.get(entry.form.fact.data or "")
            if subject is None:
                self.lines.pop_entry(self.lines.entries.index(entry))
            else:
                entry.form.bind(subject)
        return self

    def press(self, pressed: str | None, known: Mapping[str, Subject]) -> bool:
        """Do what a button of the rows asks for: add, remove or move; whether one was pressed."""
        if pressed == "lines:add":
            subject = known.get(self.new_fact.data or "")
            if subject is not None and len(self.lines) < MOST_LINES:
                self.lines.append_entry({"fact": subject.fact})
                self.lines.entries[-1].form.bind(subject)
            return True
        if self.lines.press(pressed) or self.choices.press(pressed):
            return True
        name, _colon, rest = (pressed or "").partition(":")
        deed, _colon, number = rest.partition(":")
        place = typed.whole(number, 0, len(self.choices.entries) - 1)
        if name != "choices" or deed not in ("up", "down") or place is None:
            return False
        self._swap(place, place - 1 if deed == "up" else place + 1)
        return True

    def _swap(self, one: int, other: int) -> None:
        """Exchange what stands in two rows of choices."""
        if 0 <= other < len(self.choices.entries):
            first, second = self.choices.entries[one].form, self.choices.entries[other].form
            for name in first.data:
                first[name].data, second[name].data = second[name].data, first[name].data

    @property
    def rows(self) -> list[ChoiceRow]:
        """The choices that have words."""
        return [entry.form for entry in self.choices.entries if entry.form.label_de.data] if self.chooses else []

    @property
    def chooses(self) -> bool:
        """Whether it is answered by choosing."""
        return self.kind in CHOOSES

    def validate_choices(self, field: Any) -> None:
        if self.chooses and len(self.rows) < 2:
            raise ValidationError(str(_l("Enter at least two choices")))

    def validate(self, extra_validators: Any = None) -> bool:
        """Shapes, and bounds that are whole numbers or days in order."""
        good = bool(super().validate(extra_validators))
        if self.kind == "date":
            early, late = self.earliest.data, self.latest.data
            if early and late and late < early:
                self.latest.errors = [str(_l("This is before the first day"))]
                return False
        elif self.kind in BOUNDED:
            return self._bounds_hold() and good
        return good

    def _bounds_hold(self) -> bool:
        most = {"short_text": SHORT, "long_text": LONG, "multiple_choice": MOST_CHOICES}.get(self.kind, 999_999_999)
        least = 0 if self.kind == "number" else 1
        found = True
        for bound in (self.least, self.most):
            if bound.data and typed.whole(bound.data, least, most) is None:
                bound.errors = [str(_l("Enter a whole number from %(least)s to %(most)s", least=least, most=most))]
                found = False
        low, high = typed.whole(self.least.data), typed.whole(self.most.data)
        if found and low is not None and high is not None and low > high:
            self.most.errors = [str(_l("This is less than the lower bound"))]
            return False
        return found

    @property
    def settings(self) -> dict[str, Any]:
        """The bounds of this kind, as versions keep them."""
        if self.kind == "date":
            bounds = {"least": self.earliest.data, "most": self.latest.data}
            return {name: day.isoformat() for name, day in bounds.items() if day}
        if self.kind not in BOUNDED:
            return {}
        found = {"most": typed.whole(self.most.data)}
        if self.kind in ("number", "multiple_choice"):
            found["least"] = typed.whole(self.least.data)
        return {name: value for name, value in found.items() if value is not None}


class TryForm(FlaskForm):
    """Under which circumstances the form is looked at."""

    class Meta:
        csrf = False

    ticket = SelectField(_l("Ticket"), choices=[], validate_choice=False)
    places = StringField(_l("Number of places"), [Optional(), a_number(1, 200)], [one_line], default="1")
    day = DayField(_l("Day of answering"), [Optional()])
