"""The whole form as guests see it: in both languages, for each ticket, with the same macro and the same engine."""

from typing import Any

from flask import Response, render_template, request, url_for
from markupsafe import Markup

from ... import clock
from ...events.forms import listed
from ...events.models import Event
from ...events.routing import current_event
from ...i18n import LANGUAGES, _, bi, locale, money, speaking
from ...questions import answering
from ...questions import queries as questions
from ...questions.forms import AnswerForm, Offer
from ...questions.queries import QuestionShown
from ...tickets import queries as ticket_queries
from ...tickets.models import Product
from .. import question_prices, typed
from ..question_forms import TryForm
from .blueprint import argument, bp


@bp.get("/forms/preview")
def preview_form() -> str:
    """The form with nothing answered, for a ticket and a day to choose."""
    event = current_event()
    trial = _trial(event)
    with speaking(_language()):
        forms = _forms(event, trial, sent=False)
    return _shown(event, trial, forms)


@bp.post("/forms/preview")
def try_form() -> tuple[str, int]:
    """What becomes of answers: what is missing, or that they would do. Nothing is stored."""
    event = current_event()
    trial = _trial(event)
    with speaking(_language()):
        forms = _forms(event, trial, sent=True)
        good = not [form for form in forms if not form.validate()]
    return _shown(event, trial, forms, done=good), 200 if good else 422


@bp.post("/forms/preview/shown")
def shown_in_preview() -> Response:
    """Which questions are asked, given what has been answered so far."""
    event = current_event()
    answer = answering.shown_now(_forms(event, _trial(event), sent=True))
    return Response(answer.get_data(), content_type="application/json")


def _language() -> str:
    return argument("in", tuple(LANGUAGES)) or locale()


def _trial(event: Event) -> TryForm:
    """Under which circumstances the form is looked at, from the address."""
    today = clock.in_zone(clock.now(), event.zone).date()
    trial = TryForm(request.args, day=today)
    tickets = [p for p in ticket_queries.products_of(event) if p.kind == "ticket"]
    trial.ticket.choices = listed({p.public_id: bi(p.name) for p in tickets} or {"": _("No ticket yet")})
    if trial.ticket.data not in {p.public_id for p in tickets}:
        trial.ticket.data = tickets[0].public_id if tickets else ""
    trial.validate()
    trial.day.data = trial.day.data or today
    return trial


def _facts(event: Event, trial: TryForm) -> dict[str, Any]:
    product: Product | None = ticket_queries.product_at(event, trial.ticket.data or "")
    return {
        "ticket": trial.ticket.data,
        "audience": product.audience if product else "",
        "today": trial.day.data.isoformat(),
        "places": typed.whole(trial.places.data, 1, 200) or 1,
    }


def _forms(event: Event, trial: TryForm, *, sent: bool) -> list[AnswerForm]:
    """What the buyer is asked, what each guest is asked, and what organisers answer."""
    facts, offers = _facts(event, trial), _offers(event)
    names = questions.public_organisations(event)
    options: dict[str, Any] = {} if sent else {"formdata": None}
    made: list[AnswerForm] = []
    for prefix, asks, internal in (("buyer", "buyer", False), ("guest", "attendee", False), ("desk", None, True)):
        asked = questions.current_questions(event, asks, internal=internal)
        known = facts | {q.fact: form.answer(q) for form in made for q in form.questions if form.visible(q)}
        made.append(
            AnswerForm.build(
                asked, known, prefix, {}, offers=offers, organisations=names, host=event.host.name, **options
            )
        )
    return made


def _offers(event: Event) -> dict[tuple[str, str], Offer]:
    ids = {question.id: question.public_id for question in questions.current_questions(event, internal=None)}
    return {
        (ids[question_id], key): Offer(
            f"+ {money(sold.gross)}" if sold.gross else "",
            None if sold.limit is None else max(sold.limit - sold.used, 0),
        )
        for (question_id, key), sold in question_prices.sold_choices(event).items()
        if question_id in ids
    }


def _shown(event: Event, trial: TryForm, forms: list[AnswerForm], done: bool = False) -> str:
    language = _language()
    circumstances: dict[str, Any] = {
        "ticket": trial.ticket.data,
        "places": trial.places.data,
        "day": trial.day.data.isoformat(),
    }
    with speaking(language):
        part = render_template(
            "backoffice/form_preview_part.html",
            buyer=forms[0],
            guest=forms[1],
            desk=forms[2],
            url=url_for(".try_form", **circumstances | {"in": language}),
            shown_url=url_for(".shown_in_preview", **circumstances | {"in": language}),
        )
    return render_template(
        "backoffice/form_preview.html",
        trial=trial,
        part=Markup(part),  # a template of ours, rendered with escaping
        languages_shown=[
            (key, name, url_for(".preview_form", **circumstances | {"in": key})) for key, name in LANGUAGES.items()
        ],
        language=language,
        done=done,
        kept=_kept(forms) if done else [],
        form_errors=any(form.errors for form in forms),
    )


def _kept(forms: list[AnswerForm]) -> list[tuple[QuestionShown, bool]]:
    """The questions of which an answer would be stored, and whether it would lie apart."""
    return [
        (question, question.sensitive)
        for form in forms
        for question in form.questions
        if question.public_id in form.kept() or question.public_id in form.kept(sensitive=True)
    ]
