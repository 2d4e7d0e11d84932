"""Answers as organisers change them: everything about one person that is neither sensitive nor a file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import audit
from ..db import db
from ..events.models import Event
from ..questions import queries as questions
from ..questions import services as answering
from ..questions.forms import AnswerForm
from ..questions.queries import QuestionShown
from ..registration import choices, facts
from ..registration.models import Registration
from ..tickets.models import Product


def asked_of(event: Event) -> list[QuestionShown]:
    """What organisers may answer for an attendee; nothing is required of them."""
    return [
        replace(question, required=False)
        for question in questions.current_questions(event, "attendee", internal=None)
        if not question.sensitive and question.kind != "file"
    ]


def form_for(held: Registration) -> AnswerForm:
    """The questions about somebody who holds a ticket, filled with what was answered."""
    party = held.place.party
    known = facts.facts_of(party.event, held.place.product, len(party.places), code=party.code)
    kept = questions.answers_of(held.sheet)
    return AnswerForm.build(asked_of(party.event), known, "a-", kept, own=False)


def form_for_new(event: Event, product: Product | None) -> AnswerForm:
    """The same for somebody who is being entered; conditions know the ticket once it is chosen."""
    known = facts.facts_of(event, product, 1) if product is not None else {}
    return AnswerForm.build(asked_of(event), known, "a-", {}, own=False)


def save(event: Event, held: Registration, asked: Sequence[QuestionShown], given: Mapping[str, Any]) -> bool:
    """Let somebody's answers to these questions be `given`; whether anything changed. The log keeps both.

    What choices sell is booked or given up with them. Raises as `choices.follow`; then the transaction must end.
    """
    before = questions.answers_of(held.sheet)
    names = {question.public_id: question for question in asked}
    old = {key: value for key, value in before.items() if key in names}
    if old == dict(given):
        return False
    sheet = held.sheet or answering.new_sheet(event)
    held.sheet_id = sheet.id
    answering.save(sheet, asked, given)
    db.session.flush()
    choices.follow(held, asked, old, given, by="organiser")
    changed = sorted(key for key in {*old, *given} if old.get(key) != given.get(key))
    audit.record(
        "registration.answers",
        held,
        event=event,
        before={names[key].label.de or names[key].label.en: old.get(key) for key in changed},
        after={names[key].label.de or names[key].label.en: given.get(key) for key in changed},
    )
    return True
