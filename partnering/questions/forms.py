"""The form that organisers built, as people fill it in: one field for each question, hidden ones left aside."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from babel import Locale
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, StopValidation, ValidationError

from .. import conditions
from ..events.forms import DayField
from ..fields import WholeField
from ..i18n import _, _l, _n, bi, day, locale
from ..text import clean, clean_lines, fold
from . import uploads
from .queries import QuestionShown

SHORT, LONG = 300, 4000
"""The most letters of a short and a long text, unless the question says fewer."""

LEAST, MOST = -999_999_999, 999_999_999

NAME = "q_{}".format
"""The name of a question's field by its public id; prefixes come before it."""

DROP = "drop_{}".format
"""The name of the box that removes a file given before."""

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.\-]{4,38}")


@dataclass(frozen=True)
class Offer:
    """What a choice costs as people read it ("+ 45 €"; empty: nothing), and how many are available (None: no limit)."""

    price: str = ""
    left: int | None = None


Offers = Mapping[tuple[str, str], Offer]


class KeptFileField(FileField):
    """A file, or the one that was given before: `kept` is its public id, `kept_name` its name, `drop` removes it."""

    data: Any
    kept: str | None = None
    kept_name = ""
    drop: Any = None
    upload: uploads.Upload | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take a file only; a text sent in its place is none."""
        sent = [value for value in valuelist if isinstance(value, FileStorage) and value.filename]
        self.data = sent[0] if sent else None

    def pre_validate(self, form: Any) -> None:
        """Read the file once. What is wrong with it stands beside the field."""
        self.upload = None
        if self.data is None:
            return
        try:
            self.upload = uploads.read(self.data)
        except uploads.FileRefused as error:
            raise StopValidation(str(error.message)) from None


class Answered:
    """Asks for an answer; hidden questions are never asked, see `AnswerForm.validate`."""

    field_flags = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        if value_of(field) is None and not field.errors:
            raise StopValidation(SENTENCES.get(field.question.kind, _l("Answer this question")).format())


SENTENCES = {
    "single_choice": _l("Choose an answer"),
    "multiple_choice": _l("Choose at least one answer"),
    "yes_no": _l("Choose yes or no"),
    "date": _l("Enter the date"),
    "country": _l("Choose the country"),
    "file": _l("Choose a file"),
    "phone": _l("Enter the phone number"),
    "number": _l("Enter a whole number"),
    "organisation": _l("Enter the organisation"),
}


class Known:
    """One of the choices that were offered."""

    def __call__(self, form: Any, field: Any) -> None:
        known = {choice.value for choice in field.choices}
        chosen = field.data if isinstance(field.data, list) else [field.data]
        if any(one not in known for one in chosen if one is not None):
            raise StopValidation(_("Choose one of the answers shown"))


class InRange:
    """A whole number or day between the bounds of its question, both included; None is no bound."""

    def __init__(self, least: Any, most: Any, show: Any = str) -> None:
        self.least, self.most, self.show = least, most, show

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is None:
            return
        if self.least is not None and field.data < self.least:
            raise ValidationError(_("Not below %(least)s, please", least=self.show(self.least)))
        if self.most is not None and field.data > self.most:
            raise ValidationError(_("Not above %(most)s, please", most=self.show(self.most)))


class HowMany:
    """As many choices as the question asks for."""

    def __init__(self, least: int | None, most: int | None) -> None:
        self.least, self.most = least, most

    def __call__(self, form: Any, field: Any) -> None:
        number = len(field.data or []) + len(field.held)
        if number and self.least and number < self.least:
            raise ValidationError(_n("Choose at least %(num)s", "Choose at least %(num)s", self.least))
        if self.most and number > self.most:
            raise ValidationError(_n("Choose at most %(num)s", "Choose at most %(num)s", self.most))


def phone_number(form: Any, field: Any) -> None:
    """A number as people write it, in ASCII digits."""
    if field.data and not _PHONE.fullmatch(field.data):
        raise ValidationError(_("Enter a phone number such as +49 351 4040"))


class Available:
    """Refuse a choice that is sold out, unless it was chosen before."""

    def __init__(self, gone: Mapping[str, str], before: Iterable[str]) -> None:
        self.gone, self.before = gone, set(before)

    def __call__(self, form: Any, field: Any) -> None:
        chosen = field.data if isinstance(field.data, list) else [field.data]
        for key in chosen:
            if key in self.gone and key not in self.before:
                raise ValidationError(_("“%(choice)s” is no longer available", choice=self.gone[key]))


NO_LANDS = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}

_countries: dict[str, dict[str, str]] = {}


def country_names() -> dict[str, str]:
    """ISO 3166 codes of all countries with their names, by name in the language in force."""
    language = locale()
    if language not in _countries:
        names = Locale(language).territories
        known = [(c, n) for c, n in names.items() if re.fullmatch("[A-Z]{2}", c) and c not in NO_LANDS]
        _countries[language] = dict(sorted(known, key=lambda pair: fold(pair[1])))
    return _countries[language]


def countries() -> list[tuple[str, str]]:
    """All countries as the choices of a field."""
    return list(country_names().items())


def country_name(code: str) -> str:
    """The country's name in the language in force; the code itself when it is none."""
    return country_names().get(code, code)


class AnswerForm(FlaskForm):
    """A part of a page that asks an event's questions; made by `build`. The page's own form carries the CSRF token.

    `prefix` keeps several on one page apart. Which questions are shown is decided by `conditions` alone, from `facts`
    and the answers to earlier questions; nothing of a hidden one is looked at or kept.
    """

    class Meta:
        csrf = False

    seen = HiddenField()

    questions: tuple[QuestionShown, ...] = ()
    facts: Mapping[str, Any] = {}
    before: Mapping[str, Any] = {}
    organisations: Sequence[str] = ()
    host = ""
    elsewhere: Mapping[str, Collection[str]] = {}
    come_up: tuple[str, ...] = ()

    @classmethod
    def build(
        cls,
        questions: Sequence[QuestionShown],
        facts: Mapping[str, Any],
        prefix: str = "",
        kept: Mapping[str, Any] | None = None,
        *,
        own: bool = True,
        offers: Offers | None = None,
        elsewhere: Mapping[str, Collection[str]] | None = None,
        organisations: Sequence[str] = (),
        files: Mapping[str, str] | None = None,
        host: str = "",
        **options: Any,
    ) -> "AnswerForm":
        """The form for these questions, filled with what was `kept` (values by the question's public id).

        Without `own`, sensitive questions are left out: only people themselves are asked them. `offers` says what
        choices cost and which are gone, `organisations` are suggested, `files` are names by public id, `host` is who
        reads the answers. `formdata=None` shows what was kept whatever was sent. Choices that are made `elsewhere`
        (keys by the question's public id) are not offered here; of what was kept they stay.
        """
        questions = tuple(q for q in questions if own or not q.sensitive)
        kept, elsewhere = kept or {}, elsewhere or {}
        here = [
            replace(q, choices=tuple(one for one in q.choices if one.key not in elsewhere.get(q.public_id, ())))
            for q in questions
        ]
        fields: dict[str, Any] = {NAME(q.public_id): _field(q, kept, offers or {}) for q in here}
        fields |= {DROP(q.public_id): BooleanField(_l("Remove this file")) for q in questions if q.kind == "file"}
        if any(q.sensitive for q in questions):
            fields["agreed"] = BooleanField(consent_sentence(host))
        values = {NAME(q.public_id): _typed(q, kept.get(q.public_id)) for q in questions if q.kind != "file"}
        held = any(kept.get(q.public_id) is not None for q in questions if q.sensitive)
        made: AnswerForm = type("AnswerFormMade", (cls,), fields)(
            prefix=prefix, data={**values, "agreed": held}, **options
        )
        made.questions, made.facts, made.before = questions, facts, kept
        made.organisations, made.host, made.elsewhere = organisations, host, elsewhere
        for question in questions:
            field = made.field(question)
            field.question = question
            field.held = [
                key for key in _several(kept.get(question.public_id)) if key in elsewhere.get(question.public_id, ())
            ]
            if isinstance(field, KeptFileField):
                field.kept = kept.get(question.public_id)
                field.kept_name = (files or {}).get(field.kept or "", "")
                field.drop = made[DROP(question.public_id)]
        return made

    def field(self, question: QuestionShown) -> Any:
        """The field of a question."""
        return self[NAME(question.public_id)]

    @property
    def shown(self) -> list[str]:
        """The public ids of the questions that are asked, given what has been answered so far."""
        answers = {question.fact: value_of(self.field(question)) for question in self.questions}
        names = conditions.in_order(((q.fact, q.rule) for q in self.questions), self.facts, answers)
        return [name.removeprefix("question:") for name in names]

    def visible(self, question: QuestionShown) -> bool:
        """Whether a question is asked now."""
        return question.public_id in self.shown

    @property
    def shown_names(self) -> list[str]:
        """The names of the fields that are asked, as the page knows them."""
        asked = set(self.shown)
        names = [self.field(question).name for question in self.questions if question.public_id in asked]
        if any(question.sensitive and question.public_id in asked for question in self.questions):
            names.append(self["agreed"].name)
        return names

    def validate(self, extra_validators: Any = None) -> bool:
        """Shapes of what is asked, and whether questions have come up that were not on the page when it was sent."""
        asked = set(self.shown)
        good = True
        for question in self.questions:
            field = self.field(question)
            if question.public_id not in asked:
                field.errors, field.process_errors = [], []
            elif not field.validate(self):
                good = False
        seen = set((self.seen.data or "").split()) if self.seen.raw_data else asked
        self.come_up = tuple(q.public_id for q in self.questions if q.public_id in asked - seen)
        for question in self.questions:
            field = self.field(question)
            if question.public_id in self.come_up and not field.errors:
                field.errors = [_("This question has come up because of your answers")]
        return bool(self._agreed_where_needed(asked) and good and not self.come_up)

    def _agreed_where_needed(self, asked: set[str]) -> bool:
        """Sensitive answers are taken with explicit consent only; taking it back is done by unticking the box."""
        if "agreed" not in self or self["agreed"].data or not self._sensitive_answers(asked):
            return True
        if self.withdrawn:
            return True
        self["agreed"].errors = [_("Tick the box so that we may keep these answers, or leave the questions empty")]
        return False

    def _sensitive_answers(self, asked: Iterable[str]) -> dict[str, Any]:
        given = {q.public_id: self.answer(q) for q in self.questions if q.sensitive and q.public_id in set(asked)}
        return {public_id: value for public_id, value in given.items() if value is not None}

    @property
    def withdrawn(self) -> bool:
        """Whether consent given before has been taken back: the box unticked, the answers left as they were."""
        if "agreed" not in self or self["agreed"].data:
            return False
        given = self._sensitive_answers(self.shown)
        return bool(given) and all(self.before.get(public_id) == value for public_id, value in given.items())

    def answer(self, question: QuestionShown) -> Any:
        """The answer to a question as it is kept: text, number, bool, ISO day, key or keys, public id of a file."""
        return value_of(self.field(question))

    def uploads(self) -> list[tuple[QuestionShown, uploads.Upload]]:
        """The files sent with this form, to be stored; then `stored` says where they are."""
        asked = set(self.shown)
        found = []
        for question in self.questions:
            field = self.field(question)
            if isinstance(field, KeptFileField) and field.upload is not None and question.public_id in asked:
                found.append((question, field.upload))
        return found

    def stored(self, question: QuestionShown, public_id: str, name: str = "") -> None:
        """Take note of the stored file that a question was answered with."""
        field = self.field(question)
        field.kept, field.kept_name, field.data, field.upload = public_id, name, None, None

    def kept(self, *, sensitive: bool = False) -> dict[str, Any]:
        """The plain answers (or the `sensitive` ones) to what was asked, by the question's public id.

        Call it on a valid form whose `uploads` are stored. Nothing of hidden questions, no empty answers; no sensitive
        ones without consent.
        """
        asked = set(self.shown)
        if sensitive and ("agreed" not in self or not self["agreed"].data):
            return {}
        given = {
            q.public_id: self.answer(q) for q in self.questions if q.sensitive is sensitive and q.public_id in asked
        }
        return {public_id: value for public_id, value in given.items() if value is not None}

    def sections(self) -> list[list[tuple[QuestionShown, Any, bool]]]:
        """(question, field, asked now) in form order, section by section, for templates."""
        asked = set(self.shown)
        found: list[list[tuple[QuestionShown, Any, bool]]] = []
        for question in self.questions:
            if not found or found[-1][0][0].section_id != question.section_id:
                found.append([])
            found[-1].append((question, self.field(question), question.public_id in asked))
        return found

    @property
    def some_elsewhere(self) -> bool:
        """Whether choices of what is asked now are made elsewhere."""
        return any(public_id in self.elsewhere for public_id in self.shown)

    @property
    def start(self) -> str:
        """What the names of its questions' fields begin with."""
        return self.seen.name.removesuffix("seen") + NAME("")

    @property
    def last_sensitive(self) -> str:
        """The public id of the last sensitive question, below which consent is asked for; empty without one."""
        return next((question.public_id for question in reversed(self.questions) if question.sensitive), "")


def consent_sentence(host: str) -> str:
    """What people agree to when they answer about diet, allergies or accessibility."""
    who = host or _("the organiser")
    return _(
        "I agree that %(host)s uses these answers about my diet or health to provide for me at the event, "
        "and deletes them 30 days after it.",
        host=who,
    )


def value_of(field: Any) -> Any:
    """What a field was answered with, as it is kept; None when it is empty or cannot be read."""
    question: QuestionShown = field.question
    if field.process_errors:
        return None
    data = field.data
    if question.kind == "file":
        return "sent" if data is not None else None if field.drop.data else field.kept
    if question.kind == "yes_no":
        return {"yes": True, "no": False}.get(data)
    if question.kind == "multiple_choice":
        keys = [choice.key for choice in question.choices]
        return [key for key in keys if key in (data or []) or key in field.held] or None
    if question.kind == "single_choice":
        return data if data in [choice.key for choice in question.choices] else None
    if isinstance(data, date):
        return data.isoformat()
    return None if data is None or data == "" else data


def _several(value: Any) -> list[str]:
    return value if isinstance(value, list) else []


def _typed(question: QuestionShown, value: Any) -> Any:
    """A kept value as its field takes it."""
    if question.kind == "yes_no":
        empty = None if question.required else ""
        return empty if value is None else "yes" if value else "no"
    if question.kind == "date" and value:
        return date.fromisoformat(value)
    if question.kind == "multiple_choice":
        return list(value or [])
    if question.kind == "single_choice" and not question.required:
        return value or ""
    return value


def _field(question: QuestionShown, kept: Mapping[str, Any], offers: Offers) -> Any:
    """The unbound field of a question."""
    first = Answered() if question.required else Optional()
    label, settings = bi(question.label), question.settings
    options: dict[str, Any] = {"description": bi(question.help)}
    kind = question.kind
    if kind in ("short_text", "organisation", "long_text"):
        letters = min(int(settings.get("most") or LONG), LONG if kind == "long_text" else SHORT)
        size = Length(max=letters, message=_l("At most %(max)d characters, please."))
        tidy = clean_lines if kind == "long_text" else clean
        field = TextAreaField if kind == "long_text" else StringField
        return field(label, [first, size], filters=[lambda text: tidy(text) if text else ""], **options)
    if kind == "phone":
        return TelField(label, [first, phone_number], filters=[lambda text: clean(text) if text else ""], **options)
    if kind == "number":
        bounds = InRange(settings.get("least", LEAST), settings.get("most", MOST))
        return WholeField(label, [first, bounds], **options)
    if kind == "date":
        least, most = (date.fromisoformat(settings[name]) if settings.get(name) else None for name in ("least", "most"))
        return DayField(label, [first, InRange(least, most, day)], **options)
    if kind == "country":
        empty = [SelectChoice("", _("Please choose"))]
        lands = [*empty, *(SelectChoice(*pair) for pair in countries())]
        return SelectField(label, [first, Known()], choices=lands, validate_choice=False, **options)
    if kind == "file":
        return KeptFileField(label, [first] if question.required else [], **options)
    if kind == "yes_no":
        pairs = [SelectChoice("yes", _("Yes")), SelectChoice("no", _("No"))]
        if not question.required:
            pairs.append(SelectChoice("", _("No answer")))
        return RadioField(label, [first, Known()], choices=pairs, validate_choice=False, **options)
    return _choice_field(question, first, label, kept.get(question.public_id), offers, options)


def _choice_field(
    question: QuestionShown, first: Any, label: str, before: Any, offers: Offers, options: dict[str, Any]
) -> Any:
    held = set(before if isinstance(before, list) else [before] if before else [])
    choices, gone = [], {}
    for choice in question.choices:
        offer, words = offers.get((question.public_id, choice.key), Offer()), {}
        if offer.price:
            words["end"] = offer.price
        if offer.left is not None and offer.left <= 0 and choice.key not in held:
            gone[choice.key] = bi(choice.label)
            words["hint"], words["disabled"] = _("sold out"), "disabled"
        elif offer.left is not None:
            words["hint"] = _n("%(num)s place available", "%(num)s places available", max(offer.left, 0))
        choices.append(SelectChoice(choice.key, bi(choice.label), words))
    available = Available(gone, held)
    if question.kind == "single_choice":
        if not question.required:
            choices.insert(0, SelectChoice("", _("No answer")))
        return RadioField(label, [first, Known(), available], choices=choices, validate_choice=False, **options)
    how_many = HowMany(question.settings.get("least"), question.settings.get("most"))
    checks = [first, Known(), how_many, available]
    return SelectMultipleField(label, checks, choices=choices, validate_choice=False, **options)
