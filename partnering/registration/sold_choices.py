"""Choices of questions that cost something or are limited: booked later like any add-on, and told as an answer.

What is booked is the truth; the answer follows it, so that whoever reads the form reads the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..db import db
from ..events.models import Event
from ..i18n import bi
from ..questions import services as answers
from ..questions.queries import QuestionShown, answers_of, current_questions
from ..tickets.models import Product
from . import facts, queries
from .models import Party, Place, Registration


@dataclass(frozen=True)
class Choice:
    """A choice that is sold as a product."""

    question: QuestionShown
    key: str
    product_id: int


def of_event(place: Place) -> list[Choice]:
    """The choices that are sold at the event of a place, of questions that are asked of visitors now."""
    pairs = queries.choice_products(place.event_id)
    if not pairs:
        return []
    questions = {question.id: question for question in current_questions(place.party.event)}
    return [
        Choice(questions[pair.question_id], pair.choice_key, pair.product_id)
        for pair in pairs
        if pair.question_id in questions
    ]


def open_to(place: Place, held: Iterable[int]) -> set[int]:
    """The products that a place can still choose: of questions it is asked, one only where one may be chosen.

    `held` are the products that it has. What is asked about the order belongs to the first place.
    """
    choices, held = of_event(place), set(held)
    asked = _asked_of(place)
    full = {choice.question.id for choice in choices if choice.product_id in held and _is_full(choice, choices, held)}
    return {
        choice.product_id
        for choice in choices
        if choice.question.public_id in asked and choice.question.id not in full and choice.product_id not in held
    }


def _is_full(choice: Choice, choices: Sequence[Choice], held: set[int]) -> bool:
    most = 1 if choice.question.kind == "single_choice" else choice.question.settings.get("most")
    taken = sum(one.product_id in held for one in choices if one.question.id == choice.question.id)
    return most is not None and taken >= int(most)


def _asked_of(place: Place) -> set[str]:
    """Public ids of the questions that whoever holds a place is asked, as far as answers tell."""
    party, event = place.party, place.party.event
    known = facts.facts_of(event, place.product, len(party.places), code=party.code)
    about, each = current_questions(event, "buyer"), current_questions(event, "attendee")
    ordered = answers_of(party.sheet)
    found = set(facts.visible(about, known, ordered)) if place.position == 0 else set()
    registration = place.registration
    own = answers_of(registration.sheet) if registration is not None else {}
    return found | set(facts.visible(each, {**known, **facts.as_facts(about, ordered)}, own))


@dataclass(frozen=True)
class Asked:
    """What can still be answered of a place in a form: the rest of what is asked are extras, booked and given up.

    `sold` are the choices that are extras, by the question's public id, and `booked` those of them that the place has.
    `aside` are the questions to which there is no other answer.
    """

    questions: list[QuestionShown]
    aside: list[QuestionShown]
    sold: Mapping[str, Collection[str]]
    booked: Mapping[str, Collection[str]]

    def kept(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Answers, with what is booked in place of what was said of it."""
        told = dict(answers)
        for question in (*self.questions, *self.aside):
            ref, own = question.public_id, self.booked.get(question.public_id, ())
            if question.kind == "single_choice" and own:
                told[ref] = next(iter(own))
            elif question.kind == "multiple_choice" and ref in self.sold:
                said = [key for key in told.get(ref) or () if key not in self.sold[ref]]
                told[ref] = [*said, *own]
        return told


def still_asked(place: Place | None, event: Event, asks: str) -> Asked:
    """What can still be answered by a "buyer" or an "attendee", of whom `place` is; what is about the order is asked
    of the first.
    """
    questions = current_questions(event, asks)
    sold: dict[str, list[str]] = {}
    booked: dict[str, list[str]] = {}
    refs = {question.id: question.public_id for question in questions}
    pairs = [pair for pair in queries.choice_products(event.id) if pair.question_id in refs]
    items = queries.add_ons_of(place) if pairs and place is not None else []
    held = {item.claim.product_id for item in items if item.claim is not None}
    for pair in pairs:
        sold.setdefault(refs[pair.question_id], []).append(pair.choice_key)
        if pair.product_id in held:
            booked.setdefault(refs[pair.question_id], []).append(pair.choice_key)
    here = [question for question in questions if _has_other_answer(question, sold, booked)]
    return Asked(here, [question for question in questions if question not in here], sold, booked)


def _has_other_answer(
    question: QuestionShown, sold: Mapping[str, Collection[str]], booked: Mapping[str, Collection[str]]
) -> bool:
    mine, own = sold.get(question.public_id, ()), booked.get(question.public_id, ())
    if not mine:
        return True
    if all(choice.key in mine for choice in question.choices):
        return False
    most = 1 if question.kind == "single_choice" else question.settings.get("most")
    return most is None or len(own) < int(most)


def labels(place: Place) -> dict[int, str]:
    """What is asked where a product is a choice, by the product's id."""
    return {choice.product_id: bi(choice.question.label) for choice in of_event(place)}


def note(place: Place, product: Product, *, chosen: bool) -> None:
    """Let the answer say that a place has, or no longer has, what a choice sells. A place without a name has none.

    Sensitive answers are people's own to give.
    """
    choice = next((one for one in of_event(place) if one.product_id == product.id), None)
    if choice is None or choice.question.sensitive:
        return
    holder: Party | Registration | None = place.party if choice.question.asks == "buyer" else place.registration
    if holder is None or (not chosen and holder.sheet is None):
        return
    if holder.sheet is None:
        holder.sheet_id = answers.new_sheet(place.party.event).id
        db.session.flush()
        db.session.expire(holder, ["sheet"])
    assert holder.sheet is not None  # made above
    question, before = choice.question, answers_of(holder.sheet).get(choice.question.public_id)
    if question.kind == "single_choice":
        after = choice.key if chosen else None if before == choice.key else before
    else:
        kept = [key for key in (before or []) if key != choice.key]
        after = [*kept, choice.key] if chosen else kept
    if after != before:
        answers.save(holder.sheet, [question], {question.public_id: after})
