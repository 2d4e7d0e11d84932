"""My contributions: writing them, handing them in, what became of them."""

from types import SimpleNamespace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import limits
from ...db import transaction
from ...errors import DomainError, Stale, or_404, require
from ...events.forms import listed
from ...events.routing import current_event, current_participant, current_person
from ...i18n import _, bi
from .. import counting, errors, mails, making, queries, words, writing
from ..forms import HandInForm, SubmissionForm, rows_of
from ..models import Submission
from .blueprints import pages, rules_of

Answer = Response | str | tuple[str, int]

HOUR = 3600
SAVED_AT_MOST = 120
"""How often somebody saves within an hour."""


@pages.get("/me/contributions")
def mine() -> str:
    """Everything that I have begun or handed in."""
    event = current_event()
    call = queries.call_of(event)
    return render_template(
        "contributions/mine.html",
        call=call,
        submissions=queries.submissions_of(current_participant()),
        open=call is not None and queries.is_open(call, event),
        hand_in_form=HandInForm(formdata=None),
    )


@pages.get("/me/contributions/<public_id>")
def show(public_id: str) -> str:
    """One of them: what it says, what is still missing, or what became of it."""
    return _show(_mine(public_id), HandInForm(formdata=None))


def _show(submission: Submission, form: HandInForm) -> str:
    call, event = submission.call, current_event()
    return render_template(
        "contributions/show.html",
        form=form,
        form_errors=form.errors,
        submission=submission,
        state=words.STATES[submission.state],
        may_write=writing.takes(submission, event) and submission.state in ("draft", "submitted"),
        late=not queries.is_open(call, event),
        lacks=writing.lacks(submission) if submission.state == "draft" else [],
        gives_away=counting.names_in(f"{submission.title}\n{submission.text}", submission) if call.anonymous else [],
        characters=counting.characters(submission.text),
        comments=mails.comments(submission),
        session=making.session_of(submission),
        **rules_of(call),
    )


@pages.route("/me/contributions/<public_id>/edit", methods=["GET", "POST"])
def edit(public_id: str) -> Answer:
    """Write: an unfinished draft can be kept at any time."""
    submission = _mine(public_id)
    if submission.state not in ("draft", "submitted") or not writing.takes(submission, current_event()):
        flash(_("This contribution can no longer be changed."), "info")
        return redirect(url_for(".show", public_id=public_id), 303)
    form = _form(submission)
    if request.method == "POST" and form.authors.press(request.form.get("rows")):
        return _edit(submission, form, 200)
    if not form.validate_on_submit():
        return _edit(submission, form, 422 if request.method == "POST" else 200)
    limits.hit("call.save", current_person().public_id, limit=SAVED_AT_MOST, seconds=HOUR)
    try:
        with transaction():
            event, submission = current_event(), _mine(public_id, locked=True)
            if not form.sees(submission.version):
                raise Stale
            writing.save(event, submission, _values(submission, form), _authors(form))
    except Stale:
        return _changed_elsewhere(public_id, form)
    except errors.Unfinished as error:
        _blame(form, error)
        return _edit(_mine(public_id), form, 422)
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".show", public_id=public_id), 303)


def _changed_elsewhere(public_id: str, form: SubmissionForm) -> tuple[str, int]:
    """What was typed stays on the page, and can be saved over what another window saved."""
    submission = _mine(public_id)
    form.version.data = str(submission.version)
    form.title.errors = [
        _("You have saved this in another window meanwhile. Here is what you typed; saving replaces the other one.")
    ]
    return _edit(submission, form, 409)


def _edit(submission: Submission, form: SubmissionForm, status: int) -> tuple[str, int]:
    html = render_template(
        "contributions/edit.html",
        form=form,
        form_errors=form.errors,
        submission=submission,
        characters=counting.characters(form.text.data or ""),
        late=not queries.is_open(submission.call, current_event()),
        **rules_of(submission.call),
    )
    return html, status


@pages.post("/me/contributions/<public_id>/hand-in")
def hand_in(public_id: str) -> Answer:
    """Hand it in: from then on it is read."""
    form = HandInForm()
    if not form.validate_on_submit():
        return _show(_mine(public_id), form), 422
    try:
        with transaction():
            event, submission = current_event(), _mine(public_id, locked=True)
            writing.hand_in(event, submission, commits=bool(form.commits.data))
    except errors.NotCommitted as error:
        form.commits.errors = [str(error.message)]
        return _show(_mine(public_id), form), error.status
    except errors.Unfinished as error:
        form.form_errors = [str(error.message)]
        return _show(_mine(public_id), form), error.status
    except (errors.NotOpen, errors.IsDecided) as error:
        flash(str(error.message), "bad")
        return redirect(url_for(".show", public_id=public_id), 303)
    flash(_("Your contribution is handed in. A letter confirms it."), "ok")
    return redirect(url_for(".show", public_id=public_id), 303)


@pages.post("/me/contributions/<public_id>/withdraw")
def withdraw(public_id: str) -> Response:
    """Take it back for good; a draft is deleted."""
    try:
        with transaction():
            submission = _mine(public_id, locked=True)
            title, draft = submission.title, submission.state == "draft"
            writing.withdraw(current_event(), submission)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
        return redirect(url_for(".show", public_id=public_id), 303)
    if draft:
        flash(_("“%(title)s” is deleted.", title=title) if title else _("The draft is deleted."), "ok")
    else:
        flash(_("Your contribution is withdrawn."), "ok")
    return redirect(url_for(".mine"), 303)


# -- steps


def _mine(public_id: str, *, locked: bool = False) -> Submission:
    """My contribution, read anew."""
    submission = or_404(queries.submission_by_ref(current_event(), public_id, locked=locked))
    require(submission.participant_id == current_participant().id)
    return submission


def _form(submission: Submission) -> SubmissionForm:
    call = submission.call
    form = SubmissionForm(obj=_stored(submission))
    form.topic.choices = listed(
        {"": _("Please choose"), **{topic.public_id: bi(topic.name) for topic in queries.topics_of(call)}}
    )
    form.form.choices = listed({name: _form_words(submission, name) for name in call.forms.split(",")})
    form.language.choices = listed({code: words.LANGUAGES[code] for code in call.languages.split(",")})
    if request.method == "GET" and not form.authors.entries:
        form.authors.append_entry()
    return form


def _form_words(submission: Submission, form: str) -> str:
    """A form with its length: "Pitch, 10 minutes"."""
    minutes = submission.call.minutes.get(form)
    word = str(words.FORMS[form])
    return _("%(form)s, %(minutes)s minutes", form=word, minutes=minutes) if minutes else word


def _stored(submission: Submission) -> Any:
    call = submission.call
    forms, languages = call.forms.split(","), call.languages.split(",")
    return SimpleNamespace(
        version=str(submission.version),
        topic=submission.topic.public_id if submission.topic is not None else "",
        form=submission.form if submission.form in forms else forms[0],
        language=submission.language if submission.language in languages else languages[0],
        title=submission.title,
        text=submission.text,
        group=submission.group,
        remarks=submission.remarks,
        authors=[
            {"name": one.name, "affiliation": one.affiliation, "email": one.email, "speaks": one.speaks}
            for one in submission.authors
        ],
    )


def _values(submission: Submission, form: SubmissionForm) -> dict[str, Any]:
    return {
        "topic": queries.topic_by_ref(submission.call, form.topic.data),
        "form": form.form.data,
        "language": form.language.data,
        "title": form.title.data or "",
        "text": form.text.data or "",
        "group": form.group.data or "",
        "remarks": form.remarks.data or "",
    }


def _authors(form: SubmissionForm) -> list[writing.Author]:
    return [
        writing.Author(row["name"], row["affiliation"] or "", row["email"] or "", bool(row["speaks"]))
        for row in rows_of(form)
    ]


def _blame(form: SubmissionForm, error: errors.Unfinished) -> None:
    """Put a refusal beside the field that it is about."""
    field = getattr(form, error.field)
    field.errors = [*field.errors, str(error.message)]
