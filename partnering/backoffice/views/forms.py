"""The form that guests fill in, as organisers build it: sections, questions, their order and conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...conditions import RuleError
from ...db import BilingualText, new_public_id, transaction
from ...errors import DomainError, or_404
from ...events.models import Event
from ...events.pages import fresh_event, once, page
from ...events.routing import current_event
from ...i18n import _, bi
from ...questions import building, rules
from ...questions import queries as questions
from ...questions.models import Question, QuestionSection
from ...questions.queries import QuestionShown, SectionShown
from ...questions.rules import Subject
from ...questions.warnings import warnings
from ...tickets import queries as ticket_queries
from .. import question_prices, typed
from ..forms import AUDIENCES, ConfirmForm
from ..question_forms import ASKS, CLASSES, KINDS, QuestionForm, SectionForm
from .blueprint import bp

Answer = str | Response | tuple[str, int]

BLANK_ROWS = 3
"""How many empty rows a new question with choices begins with."""


@dataclass(frozen=True)
class Row:
    """A question in the list: its condition and warnings as sentences, and how many answers each version has."""

    question: QuestionShown
    condition: str
    warnings: list[str]
    answers: list[tuple[int, int]]


@bp.get("/forms")
def forms() -> str:
    """All sections and questions in their order, and what is no longer asked."""
    event = current_event()
    form = questions.form_of(event)
    known = subjects_of(event, questions.current_questions(event, internal=None))
    versions = questions.shown_versions(event)
    counts = questions.answer_counts(event)
    newest = {version.id: version for version in versions}
    return render_template(
        "backoffice/forms.html",
        sections=[(section, [_row(q, known, versions, counts) for q in section.questions]) for section in form],
        retired=[_row(q, known, versions, counts) for q in newest.values() if q.retired],
        sold=question_prices.sold_choices(event),
        kinds=KINDS,
        asks=ASKS,
    )


def _row(
    question: QuestionShown, known: Mapping[str, Subject], versions: list[QuestionShown], counts: Mapping[int, int]
) -> Row:
    answers = [(v.number, counts[v.version_id]) for v in versions if v.id == question.id and v.version_id in counts]
    return Row(question, rules.sentence(question.rule, known), [str(w) for w in warnings(question)], answers)


def subjects_of(event: Event, asked: list[QuestionShown]) -> dict[str, Subject]:
    """Everything that a condition of this event may look at, with these questions."""
    tickets = {p.public_id: bi(p.name) for p in ticket_queries.products_of(event) if p.kind == "ticket"}
    return rules.subjects(tickets, {key: str(word) for key, word in AUDIENCES.items()}, asked)


# -- sections


@bp.route("/forms/sections/new", methods=["GET", "POST"])
def create_section() -> Answer:
    """A new section."""
    form = SectionForm()
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            once(form, lambda: building.add_section(event, _text(form, "title"), _text(form, "introduction")))
        flash(_("The section is there. Add its questions next."), "ok")
        return redirect(url_for(".forms"))
    return page("backoffice/form_section.html", form, section=None)


@bp.route("/forms/sections/<public_id>", methods=["GET", "POST"])
def edit_section(public_id: str) -> Answer:
    """What a section says."""
    section = _section_or_404(public_id)
    shown = {"version": str(section.version)}
    for name in ("title", "introduction"):
        shown |= {f"{name}_de": getattr(section, name).de, f"{name}_en": getattr(section, name).en}
    form = SectionForm(**shown)
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                fresh_event()
                section = _section_or_404(public_id)
                version = typed.whole(form.version.data) or 0
                building.edit_section(section, _text(form, "title"), _text(form, "introduction"), version)
        except DomainError as error:
            flash(str(error.message), "bad")
            status = error.status
        else:
            flash(_("Your answers are saved."), "ok")
            return redirect(url_for(".forms"))
    return page("backoffice/form_section.html", form, status, section=_section_or_404(public_id))


@bp.post("/forms/sections/<public_id>/remove")
def remove_section(public_id: str) -> Response:
    """Delete a section without questions."""
    return _do(lambda: building.remove_section(_section_or_404(public_id)), _("The section is gone."))


@bp.post("/forms/sections/<public_id>/<any(up, down):way>")
def move_section(public_id: str, way: str) -> Response:
    """Move a section with its questions."""
    return _do(lambda: building.move_section(_section_or_404(public_id), -1 if way == "up" else 1))


# -- questions


@bp.post("/forms/questions/<public_id>/<any(up, down):way>")
def move_question(public_id: str, way: str) -> Response:
    """Move a question; from the end of a section it goes on to the next."""
    return _do(lambda: building.move(_question_or_404(public_id), -1 if way == "up" else 1), anchor=public_id)


@bp.post("/forms/questions/<public_id>/retire")
def retire_question(public_id: str) -> Response:
    """Ask it no longer; answers stay."""
    return _do(lambda: building.retire(_question_or_404(public_id)), _("It is no longer asked. Its answers stay."))


@bp.post("/forms/questions/<public_id>/ask-again")
def ask_question_again(public_id: str) -> Response:
    """Ask a retired question again."""
    return _do(lambda: building.bring_back(_question_or_404(public_id)), _("It is asked again."))


def _do(deed: Any, done: str = "", anchor: str = "") -> Response:
    """A deed of one button, and back to the list."""
    if ConfirmForm().validate_on_submit():
        try:
            with transaction():
                fresh_event()
                deed()
        except DomainError as error:
            if error.status == 404:
                raise
            flash(str(error.message), "bad")
        else:
            if done:
                flash(done, "ok")
    return redirect(url_for(".forms", _anchor=f"q-{anchor}" if anchor else None))


@bp.route("/forms/questions/new", methods=["GET", "POST"])
def create_question() -> Answer:
    """A new question: first its kind, then its words."""
    event = current_event()
    sections = questions.form_of(event)
    if not sections:
        flash(_("Make a section first; questions stand below a heading."), "info")
        return redirect(url_for(".create_section"))
    kind = request.args.get("kind", "")
    where = request.args.get("section", "")
    if kind not in KINDS:
        return render_template("backoffice/form_kinds.html", kinds=KINDS, section=where)
    blank: list[dict[str, str]] = [{} for _n in range(BLANK_ROWS)] if "choice" in kind else []
    form = QuestionForm(
        section=where if where in {s.public_id for s in sections} else sections[-1].public_id, choices=blank
    )
    return _question_page(event, form, kind, None, sections)


@bp.route("/forms/questions/<public_id>", methods=["GET", "POST"])
def edit_question(public_id: str) -> Answer:
    """A question: words, bounds, choices, purpose, condition."""
    event = current_event()
    question = _question_or_404(public_id)
    newest = next(q for q in questions.shown_versions(event, newest=True) if q.id == question.id)
    form = QuestionForm(**_shown(newest, question))
    return _question_page(event, form, newest.kind, newest, questions.form_of(event))


def _question_page(
    event: Event, form: QuestionForm, kind: str, newest: QuestionShown | None, sections: list[SectionShown]
) -> Answer:
    known = _known(event, newest)
    form.for_kind(kind, sections, known)
    context = _around(event, form, kind, newest)
    if form.press(request.form.get("rows"), known):
        return render_template("backoffice/form_question.html", form=form, **context)
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                made = _save(form, kind, newest.public_id if newest else None)
        except RuleError as error:
            form.new_fact.errors = [_about(error, newest, event)]
            status = error.status
        except DomainError as error:
            form.form_errors.append(str(error.message))
            status = error.status
        else:
            flash(_("Your answers are saved.") if newest else _("The question is there."), "ok")
            return redirect(url_for(".forms", _anchor=f"q-{made}" if made else None))
        context = _around(event, form, kind, newest)
    return page("backoffice/form_question.html", form, status, **context)


def _about(error: DomainError, newest: QuestionShown | None, event: Event) -> str:
    """What is wrong with a condition, naming the question if it is another one's."""
    other = error.details.get("question")
    if not other or (newest is not None and other == newest.public_id):
        return str(error.message)
    label = next((bi(q.label) for q in questions.current_questions(event, internal=None) if q.public_id == other), "")
    return f"{label}: {error.message}" if label else str(error.message)


def _known(event: Event, newest: QuestionShown | None) -> dict[str, Subject]:
    """What the condition of a question may look at: all there is for a new one, else what comes before it."""
    asked = questions.current_questions(event, internal=None)
    if newest is not None:
        asked = building.known_to(newest, asked)
    return subjects_of(event, asked)


def _around(event: Event, form: QuestionForm, kind: str, newest: QuestionShown | None) -> dict[str, Any]:
    """What the page shows beside the form."""
    versions: list[tuple[QuestionShown, int]] = []
    sold: Mapping[str, question_prices.Sold] = {}
    if newest is not None:
        counts = questions.answer_counts(event)
        versions = [(v, counts.get(v.version_id, 0)) for v in questions.shown_versions(event) if v.id == newest.id]
        sold = question_prices.prices_of(_question_or_404(newest.public_id))
    return {
        "question": newest,
        "kind": kind,
        "kinds": KINDS,
        "classes": CLASSES,
        "versions": list(reversed(versions)),
        "answered": sum(number for _version, number in versions),
        "sold": sold,
        "warnings": warnings(newest) if newest else [],
        "own_rule": newest is not None and rules.read(newest.rule) is None,
    }


def _save(form: QuestionForm, kind: str, public_id: str | None) -> str:
    """Make or change the question; gives back its public id."""
    event = fresh_event()
    section = or_404(questions.section_at(event, form.section.data or ""))
    question = _question_or_404(public_id) if public_id else None
    newest = None
    if question is not None:
        newest = next(q for q in questions.shown_versions(event, newest=True) if q.id == question.id)
    rule = _rule(form, event, newest)
    keys = {choice.key for choice in newest.choices} if newest else set()
    rows = [(row.key.data if row.key.data in keys else new_public_id()[:8], row) for row in form.rows]
    words = building.Words(
        kind,
        _text(form, "label"),
        _text(form, "help"),
        bool(form.required.data),
        rule,
        form.settings,
        _text(form, "purpose"),
        form.data_class.data or "plain",
        typed.whole(form.retention_days.data) or 0,
        tuple((key, BilingualText(row.label_de.data or "", row.label_en.data or "")) for key, row in rows),
    )
    asks, internal = form.asks.data or "attendee", bool(form.internal.data)
    if question is not None:
        version = typed.whole(form.version.data) or 0
        building.revise(question, words, asks=asks, internal=internal, section=section, version=version)
        _price(event, question, form, rows)
        return question.public_id
    made: list[Question] = []

    def make() -> bool:
        made.append(building.add_question(section, words, asks=asks, internal=internal))
        _price(event, made[0], form, rows)
        return True

    once(form, make)
    return made[0].public_id if made else ""


def _rule(form: QuestionForm, event: Event, newest: QuestionShown | None) -> Any:
    if newest is not None and rules.read(newest.rule) is None and not form.lines.entries:
        return newest.rule  # what no lines can tell stays until somebody writes lines
    known = subjects_of(event, questions.current_questions(event, internal=None))
    return rules.write(form.mode.data or "all", [entry.form.line for entry in form.lines.entries], known)


def _price(event: Event, question: Question, form: QuestionForm, rows: list[tuple[str, Any]]) -> None:
    if not form.chooses:
        return
    wanted = {
        key: question_prices.Wanted(
            BilingualText(row.label_de.data or "", row.label_en.data or ""),
            typed.cents(row.price.data),
            typed.whole(row.limit.data),
        )
        for key, row in rows
    }
    question_prices.set_prices(event, question, wanted, typed.basis_points(form.vat.data) or 0)


def _shown(newest: QuestionShown, question: Question) -> dict[str, Any]:
    """A question as its form shows it."""
    shown: dict[str, Any] = {"version": str(question.version), "section": newest.section_id}
    for name in ("label", "help", "purpose"):
        text = getattr(newest, name)
        shown |= {f"{name}_de": text.de, f"{name}_en": text.en}
    for name in ("asks", "required", "internal", "data_class"):
        shown[name] = getattr(newest, name)
    shown["retention_days"] = str(newest.retention_days)
    day = newest.kind == "date"
    for name, other in (("least", "earliest"), ("most", "latest")):
        bound = newest.settings.get(name)
        if bound is not None:
            shown[other if day else name] = date.fromisoformat(bound) if day else str(bound)
    sold = question_prices.prices_of(question)
    shown["vat"] = typed.shown_percent(next((one.vat_rate for one in sold.values()), 1900))
    shown["choices"] = [
        {
            "key": choice.key,
            "label_de": choice.label.de,
            "label_en": choice.label.en,
            "price": typed.shown_amount(sold[choice.key].gross) if choice.key in sold else "",
            "limit": "" if choice.key not in sold or sold[choice.key].limit is None else str(sold[choice.key].limit),
        }
        for choice in newest.choices
    ]
    told = rules.read(newest.rule)
    if told is not None:
        shown["mode"] = told[0]
        shown["lines"] = [
            {"fact": line.fact, "word": line.word, "values": list(line.values), "text": line.text} for line in told[1]
        ]
    return shown


def _text(form: Any, name: str) -> BilingualText:
    return BilingualText(form.data[f"{name}_de"] or "", form.data[f"{name}_en"] or "")


def _section_or_404(public_id: str) -> QuestionSection:
    return or_404(questions.section_at(current_event(), public_id))


def _question_or_404(public_id: str) -> Question:
    return or_404(questions.question_at(current_event(), public_id))
