"""The organisers' pages of the questions that crew ask at a list."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import i18n
from ...db import BilingualText, transaction
from ...errors import or_404
from ...events.models import Event
from ...events.pages import fresh_event, page
from ...i18n import _
from .. import asking, setting_up, words
from ..forms import DeedForm
from ..models import CheckinList, CheckinQuestion
from ..question_forms import KIND_WORDS, CheckinQuestionForm
from .desk import bp
from .lists import list_or_404

Answer = str | Response | tuple[str, int]
BLANK_ROWS = 3


@bp.get("/lists/<list_id>/questions")
def questions(list_id: str) -> str:
    """What is asked at a list, in its order, and what is asked no more."""
    door = list_or_404(list_id)
    every = asking.questions_of(door, retired=True)
    counts = asking.answered(door, every)
    rows = [(each, KIND_WORDS[each.kind], counts[each.public_id]) for each in every]
    return render_template(
        "checkin/desk/questions.html",
        list_id=list_id,
        door=words.door_name(door),
        asked=[row for row in rows if row[0].retired_at is None],
        retired=[row for row in rows if row[0].retired_at is not None],
    )


@bp.route("/lists/<list_id>/questions/new", methods=["GET", "POST"])
def new_question(list_id: str) -> Answer:
    """Ask one more."""
    door = list_or_404(list_id)
    form = CheckinQuestionForm(data={"kind": "yes_no", "options": [{} for _row in range(BLANK_ROWS)]})
    if form.options.press(request.form.get("rows")):
        return _page(form, door, None)
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                asking.add(event, or_404(setting_up.locked(event, list_id)), _words(form))
        except asking.TooManyQuestions as error:
            form.form_errors.append(str(error.message))
            status = error.status
        else:
            flash(_("The question is there."), "ok")
            return redirect(url_for(".questions", list_id=list_id))
    return _page(form, door, None, status)


@bp.route("/lists/<list_id>/questions/<question_id>", methods=["GET", "POST"])
def edit_question(list_id: str, question_id: str) -> Answer:
    """Ask it in other words."""
    door = list_or_404(list_id)
    question = _question(door, question_id)
    stored = _shown(question)
    rows = [{"key": each["key"], "label_de": each["de"], "label_en": each["en"]} for each in question.options]
    rows = rows or [{} for _row in range(BLANK_ROWS)]
    form = CheckinQuestionForm(data={**stored, "version": question.version, "options": rows})
    if form.options.press(request.form.get("rows")):
        return _page(form, door, question)
    status = 200
    if form.seen.passes(form, stored):
        try:
            with transaction():
                event = fresh_event()
                question = _question(or_404(setting_up.locked(event, list_id)), question_id)
                status = _change(event, form, question)
        except asking.KindAnswered as error:
            form.kind.errors, status = [str(error.message)], error.status
        except asking.OptionAnswered as error:
            form.options.errors, status = [str(error.message)], error.status
        else:
            if status == 200:
                flash(_("Your answers are saved."), "ok")
                return redirect(url_for(".questions", list_id=list_id))
    return _page(form, door, _question(door, question_id), status)


def _change(event: Event, form: CheckinQuestionForm, question: CheckinQuestion) -> int:
    """Change a question unless somebody else did meanwhile; the status of the answer."""
    stored = _shown(question)
    late = form.seen.overtaken({name: form[name] for name in stored}, stored)
    options = [(each["key"], BilingualText(each["de"], each["en"])) for each in question.options]
    if form.version.data != question.version and options not in ([], form.filled()):
        now = ", ".join(i18n.bi(text) for _key, text in options)
        form.options.errors = [
            _("Somebody else has changed the answers to choose. Now they are: %(answers)s", answers=now)
        ]
        late = True
    form.version.process_data(question.version)
    form.version.raw_data = None
    if late:
        return 409
    asking.change(event, question, _words(form))
    return 200


def _question(door: CheckinList, question_id: str) -> CheckinQuestion:
    return or_404(asking.question_at(door, question_id))


def _shown(question: CheckinQuestion) -> dict[str, Any]:
    """A question as its form shows it, without its answers to choose."""
    label = question.label
    return {"label_de": label.de, "label_en": label.en, "kind": question.kind, "required": question.required}


def _words(form: CheckinQuestionForm) -> asking.Words:
    return asking.Words(
        BilingualText(form.label_de.data or "", form.label_en.data or ""),
        form.kind.data,
        bool(form.required.data),
        form.filled(),
    )


def _page(
    form: CheckinQuestionForm, door: CheckinList, question: CheckinQuestion | None, status: int = 200
) -> str | tuple[str, int]:
    context = {"list_id": door.public_id, "door": words.door_name(door), "question": question}
    if request.form.get("rows"):
        return render_template("checkin/desk/question.html", form=form, form_errors={}, **context)
    return page("checkin/desk/question.html", form, status, **context)


# -- one button each


@bp.post("/lists/<list_id>/questions/<question_id>/<any(up, down):way>")
def move_question(list_id: str, question_id: str, way: str) -> Response:
    """Ask it earlier or later."""
    by = -1 if way == "up" else 1
    return _do(list_id, question_id, lambda event, door, question: asking.move(event, door, question, by))


@bp.post("/lists/<list_id>/questions/<question_id>/retire")
def retire_question(list_id: str, question_id: str) -> Response:
    """Ask it no longer."""
    done = _("It is no longer asked. Its answers stay.")
    return _do(list_id, question_id, lambda event, door, question: asking.retire(event, question), done)


@bp.post("/lists/<list_id>/questions/<question_id>/ask-again")
def ask_question_again(list_id: str, question_id: str) -> Response:
    """Ask it again."""
    return _do(list_id, question_id, asking.ask_again, _("It is asked again."))


def _do(
    list_id: str, question_id: str, deed: Callable[[Event, CheckinList, CheckinQuestion], None], done: str = ""
) -> Response:
    if DeedForm().validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                door = or_404(setting_up.locked(event, list_id))
                deed(event, door, _question(door, question_id))
        except asking.TooManyQuestions as error:
            flash(str(error.message), "bad")
        else:
            if done:
                flash(done, "ok")
    return redirect(url_for(".questions", list_id=list_id))
