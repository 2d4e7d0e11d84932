"""Answers given or changed once something is bought: the buyer's about the order, and everybody's own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ...events.models import Event
from ...guards import guarded, secret_link
from ...i18n import _
from ...questions import answering
from ...questions import queries as asked_queries
from ...questions.forms import AnswerForm
from .. import facts, permissions, queries, services
from ..change_forms import OnceForm
from ..models import Party, Registration
from ..sold_choices import Asked
from .blueprint import bp, page
from .deeds import once, party_of, require_change
from .places import asked_about_order, asked_of_holder
from .ticket import changeable, registration_of

Answer = Response | tuple[str, int]


def _form(
    event: Event, asked: Asked, known: Mapping[str, Any], answers: Mapping[str, Any], *, own: bool, sent: bool
) -> AnswerForm:
    options: dict[str, Any] = {} if sent else {"formdata": None}
    questions, kept = asked.questions, asked.kept(answers)
    known = {**known, **facts.as_facts(asked.aside, kept)}
    if any(question.kind == "organisation" for question in questions):
        options["organisations"] = asked_queries.public_organisations(event)
    files = [
        kept[question.public_id] for question in questions if question.kind == "file" and question.public_id in kept
    ]
    return AnswerForm.build(
        questions,
        known,
        "a-",
        kept,
        own=own,
        elsewhere=asked.sold,
        files=asked_queries.file_names(event, files),
        host=event.host.legal_name or event.host.name,
        **options,
    )


def _of_party(party: Party, *, sent: bool) -> AnswerForm:
    event, product = party.event, party.product
    assert product is not None  # what is placed has a ticket
    known = facts.facts_of(event, product, len(queries.places_of(party)), code=party.code)
    asked = asked_about_order(party)
    return _form(event, asked, known, asked_queries.answers_of(party.sheet), own=False, sent=sent)


def _of_holder(registration: Registration, *, sent: bool) -> AnswerForm:
    party = registration.place.party
    event, product = party.event, registration.place.product
    known = facts.facts_of(event, product, len(queries.places_of(party)), code=party.code)
    about = asked_queries.current_questions(event, "buyer")
    known |= facts.as_facts(about, asked_queries.answers_of(party.sheet))
    sheet = registration.sheet
    kept = asked_queries.answers_of(sheet) | asked_queries.sensitive_answers_of(sheet)
    return _form(event, asked_of_holder(registration), known, kept, own=True, sent=sent)


def _save(form: AnswerForm, holder: Party | Registration, event: Event) -> None:
    answering.keep_files(event, [form])
    services.answer(holder, form.questions, form.kept() | form.kept(sensitive=True))


@bp.route("/r/<token>/answers", methods=["GET", "POST"])
@guarded(secret_link)
def order_answers(token: str) -> Answer:
    """What the organiser asks about the order, until the date for changes."""
    party = party_of(token)
    sure = OnceForm()
    sent = sure.is_submitted()
    form = _of_party(party, sent=sent)
    if not sent or not sure.validate() or not form.validate():
        return _page(party.event, form, sure, permissions.may_change_orders(party), _back_of_party(token), sent=sent)

    def deed() -> None:
        party = party_of(token)
        require_change(permissions.may_change_orders(party))
        _save(form, party, party.event)

    once(party.public_id, sure, deed)
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".manage", token=token), 303)


@bp.post("/r/<token>/answers/shown")
@guarded(secret_link)
def order_answers_shown(token: str) -> Response:
    """Which questions are asked, given what stands in the form."""
    return answering.shown_now([_of_party(party_of(token), sent=True)])


@bp.route("/t/<token>/answers", methods=["GET", "POST"])
@guarded(secret_link)
def ticket_answers(token: str) -> Answer:
    """What the organiser asks of each person, answered by that person, until the date for changes."""
    registration = registration_of(token)
    sure = OnceForm()
    sent = sure.is_submitted()
    form = _of_holder(registration, sent=sent)
    event = registration.participant.event
    if not sent or not sure.validate() or not form.validate():
        until = permissions.changes_until(registration)
        return _page(
            event, form, sure, permissions.may_answer(registration), _back_of_ticket(token), sent=sent, until=until
        )

    def deed() -> None:
        registration = changeable(registration_of(token), permissions.may_answer)
        _save(form, registration, event)

    once(registration.public_id, sure, deed)
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".ticket_page", token=token), 303)


@bp.post("/t/<token>/answers/shown")
@guarded(secret_link)
def ticket_answers_shown(token: str) -> Response:
    """Which questions are asked, given what stands in the form."""
    return answering.shown_now([_of_holder(registration_of(token), sent=True)])


def _back_of_party(token: str) -> dict[str, str]:
    return {
        "url": url_for(".order_answers", token=token),
        "shown_url": url_for(".order_answers_shown", token=token),
        "back": url_for(".manage", token=token),
    }


def _back_of_ticket(token: str) -> dict[str, str]:
    return {
        "url": url_for(".ticket_answers", token=token),
        "shown_url": url_for(".ticket_answers_shown", token=token),
        "back": url_for(".ticket_page", token=token),
    }


def _page(
    event: Event,
    form: AnswerForm,
    sure: OnceForm,
    may_change: bool,
    urls: Mapping[str, str],
    *,
    sent: bool,
    until: datetime | None = None,
) -> tuple[str, int]:
    errors = {**form.errors, **sure.errors}
    return page(
        "answers",
        event,
        status=422 if sent else 200,
        form=form,
        form_errors=errors,
        sure=OnceForm(formdata=None),
        may_change=may_change,
        until=until or event.change_until or event.opens_at,
        **urls,
    )
