"""The questions of the event: those about the order, and those about each person."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import redirect
from werkzeug.wrappers import Response

from ...db import transaction
from ...events.models import Event
from ...events.routing import current_event
from ...i18n import _, money
from ...questions import answering, uploads
from ...questions import queries as asked_queries
from ...questions import services as questions_kept
from ...questions.forms import AnswerForm, Offer
from ...questions.models import AnswerSheet
from ...questions.queries import QuestionShown
from ...tickets import services as tickets
from .. import drafts, facts, queries, services, swaps, workshops
from ..forms import SureForm
from ..models import Party
from .blueprint import bp
from .step import step_page

Answer = Response | tuple[str, int]


@dataclass
class Asked:
    """All forms of the step: about the order, about the buyer, about each colleague who is named."""

    buyer: AnswerForm
    people: dict[int, AnswerForm]
    names: dict[int, str]

    @property
    def forms(self) -> list[AnswerForm]:
        """Every form, in the order of the page."""
        return [self.buyer, *self.people.values()]

    @property
    def errors(self) -> dict[str, Any]:
        """What is wrong, for the title of the page."""
        return {name: value for form in self.forms for name, value in form.errors.items()}

    def validate(self) -> bool:
        """Whether all of them are answered as they should be; each is looked at."""
        answers = [form.validate() for form in self.forms]
        return all(answers)


@bp.get("/e/<event_slug>/register/questions")
def questions() -> Answer:
    """What the organiser asks; colleagues may answer for themselves later."""
    event = current_event()
    elsewhere = drafts.elsewhere(event, "questions")
    if elsewhere is not None:
        return redirect(elsewhere)
    party = drafts.required_draft(event, "questions")
    return _questions_page(party, _asked(party, sent=False))


@bp.post("/e/<event_slug>/register/questions")
def keep_answers() -> Answer:
    """Keep the answers, hold what they cost, and go on."""
    event, sure = current_event(), SureForm()
    party = drafts.required_draft(event, "questions")
    asked = _asked(party, sent=True)
    if not sure.validate_on_submit() or not asked.validate():
        return _questions_page(party, asked, 422)
    drafts.others_first(event)
    try:
        with transaction():
            party = drafts.required_draft(event, "questions")
            _keep(event, party, asked)
            url = drafts.next_url(party)
    except (tickets.SoldOut, tickets.NotOnSale, tickets.LimitPerOrder, workshops.TimeConflict) as error:
        first = asked.forms[0]
        first.form_errors.append(str(error.message))
        return _questions_page(drafts.required_draft(event, "questions"), asked, error.status)
    return redirect(url, 303)


@bp.post("/e/<event_slug>/register/questions/shown")
def shown_questions() -> Response:
    """Which questions are asked, given what has been answered so far: the one engine, for the page's script."""
    party = drafts.required_draft(current_event(), "questions")
    return answering.shown_now(_asked(party, sent=True).forms)


def _keep(event: Event, party: Party, asked: Asked) -> None:
    """Write the answers into the draft, sensitive ones into a sheet of their own, and hold what choices cost."""
    answering.keep_files(event, asked.forms)
    people = [asked.people[n].kept() if n in asked.people else {} for n in range(len(party.draft["people"]))]
    buyer = asked.buyer.kept()
    seen = sorted({*asked.buyer.shown, *asked.people[0].shown})
    own = asked.people[0]
    if any(question.sensitive for question in own.questions):
        party.draft = {**party.draft, "sheet": _sensitive_sheet(event, party, own).public_id}
    given = {"buyer": buyer, "people": people, "seen": seen}
    uploads.forget(event, _files(asked, party.draft.get("answers", {})) - _files(asked, given))
    services.keep(party, answers=given)
    with swaps.swapping():
        services.set_choices(party, _cost(event, buyer, people))


def _files(asked: Asked, answers: Mapping[str, Any]) -> set[str]:
    """The files, by their public ids, that these answers name."""
    files = {question.public_id for form in asked.forms for question in form.questions if question.kind == "file"}
    each = (answers.get("buyer", {}), *answers.get("people", []))
    return {one[public_id] for one in each for public_id in files if one.get(public_id)}


def _sensitive_sheet(event: Event, party: Party, own: AnswerForm) -> AnswerSheet:
    sheet = queries.sheet_of(event.id, party.draft["sheet"]) if "sheet" in party.draft else None
    sheet = sheet or questions_kept.new_sheet(event)
    sensitive = [question for question in own.questions if question.sensitive]
    questions_kept.save(sheet, sensitive, own.kept(sensitive=True), draft=True)
    return sheet


def _cost(event: Event, buyer: Mapping[str, Any], people: list[dict[str, Any]]) -> list[list[str]]:
    """The add-ons that the choices of each person stand for; those about the order come to the first."""
    sold = _sold_choices(event)
    if not sold:
        return []
    chosen: list[list[str]] = []
    for position, answers in enumerate(people):
        given = {**buyer, **answers} if position == 0 else answers
        keys = [
            (question, key)
            for question, value in given.items()
            for key in (value if isinstance(value, list) else [value])
            if isinstance(key, str)
        ]
        chosen.append([sold[pair] for pair in keys if pair in sold])
    return chosen


def _sold_choices(event: Event) -> dict[tuple[str, str], str]:
    ids = {question.id: question.public_id for question in asked_queries.current_questions(event)}
    return {
        (ids[pair.question_id], pair.choice_key): pair.product.public_id
        for pair in queries.choice_products(event.id)
        if pair.question_id in ids
    }


def prices_of_choices(event: Event) -> dict[tuple[str, str], Offer]:
    """What choices cost, and how many are left of those that are limited."""
    ids = {question.id: question.public_id for question in asked_queries.current_questions(event)}
    pairs = [pair for pair in queries.choice_products(event.id) if pair.question_id in ids]
    if not pairs:
        return {}
    left = tickets.lefts([pair.product for pair in pairs])
    offered = {}
    for pair in pairs:
        product = pair.product
        gross = tickets.price(product).gross
        price = _("+ %(price)s", price=money(gross, product.currency)) if gross else ""
        limited = left[product.id] < tickets.UNLIMITED
        gone = not product.active or tickets.is_called_off(product)
        number = 0 if gone else left[product.id] if limited else None
        offered[(ids[pair.question_id], pair.choice_key)] = Offer(price, number)
    return offered


def _asked(party: Party, *, sent: bool) -> Asked:
    """The forms of the step, with what the draft holds or what was sent."""
    event, product = party.event, party.product
    assert product is not None  # the step before has been done
    people, kept = party.draft["people"], party.draft.get("answers", {})
    known = facts.facts_of(event, product, len(people), code=party.code)
    options: dict[str, Any] = {} if sent else {"formdata": None}
    everything = asked_queries.current_questions(event)
    options["offers"] = prices_of_choices(event)
    options["host"] = event.host.legal_name or event.host.name
    if any(question.kind == "organisation" for question in everything):
        options["organisations"] = asked_queries.public_organisations(event)
    about = [question for question in everything if question.asks == "buyer"]
    each = [question for question in everything if question.asks == "attendee"]
    answers = kept.get("people", [])
    files = _file_names(event, everything, [kept.get("buyer", {}), *answers])
    buyer = AnswerForm.build(about, known, "o-", kept.get("buyer", {}), own=False, files=files, **options)
    known = {**known, **facts.as_facts(about, _now(buyer))}
    forms, names = {}, {}
    for position, person in enumerate(people):
        if not person and position:
            continue
        before = dict(answers[position]) if position < len(answers) else {}
        if position == 0 and "sheet" in party.draft:
            before |= asked_queries.sensitive_answers_of(queries.sheet_of(event.id, party.draft["sheet"]))
        asks = each if position == 0 else [replace(question, required=False) for question in each]
        forms[position] = AnswerForm.build(
            asks, known, f"p{position}-", before, own=position == 0, files=files, **options
        )
        names[position] = " ".join(person[part] for part in ("given_name", "family_name") if person.get(part))
    return Asked(buyer, forms, names)


def _now(form: AnswerForm) -> dict[str, Any]:
    """The answers as they stand in a form, to what is asked; nothing is kept by asking."""
    shown = set(form.shown)
    given = {question.public_id: form.answer(question) for question in form.questions if question.public_id in shown}
    return {public_id: value for public_id, value in given.items() if value is not None}


def _file_names(event: Event, everything: list[QuestionShown], answers: list[dict[str, Any]]) -> dict[str, str]:
    files = [question.public_id for question in everything if question.kind == "file"]
    given = [one[public_id] for one in answers for public_id in files if one.get(public_id)]
    return asked_queries.file_names(event, given) if given else {}


def _questions_page(party: Party, asked: Asked, status: int = 200) -> tuple[str, int]:
    back = drafts.step_url("extras" if drafts.applies(party, "extras") else "people")
    return step_page("questions", party, status, asked=asked, form_errors=asked.errors, back=back)
