"""Choices of questions that are sold: what somebody answers later is booked or given up with it."""

from collections.abc import Iterable, Mapping
from typing import Any

from .. import clock
from ..questions.queries import QuestionShown
from ..tickets import services as tickets
from . import queries, workshops
from .models import Registration


def follow(
    registration: Registration,
    asked: Iterable[QuestionShown],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    by: str,
) -> None:
    """Book what an attendee's answers now choose, at the price of today, and give up what they no longer do.

    Answers are by the public ids of questions. Raises `SoldOut`, `NotOnSale` or `TimeConflict`; then the transaction
    must end.
    """
    place = registration.place
    ids = {question.id: question.public_id for question in asked}
    for pair in queries.choice_products(place.event_id):
        if pair.question_id not in ids:
            continue
        question = ids[pair.question_id]
        had, has = (pair.choice_key in _chosen(answers.get(question)) for answers in (before, after))
        held = any(item.claim and item.claim.product_id == pair.product_id for item in queries.add_ons_of(place))
        if has and not had and not held:
            if not pair.product.active:
                raise tickets.NotOnSale
            tickets.turn(place.event_id)
            (claim,) = tickets.hold(place.party.event, [(pair.product, 1)], clock.now())
            workshops.take(place, claim, by=by)
        elif had and not has and held:
            workshops.give_up(registration, pair.product, by=by)


def _chosen(answer: Any) -> set[str]:
    """The keys of the choices in an answer to a question with choices."""
    return {answer} if isinstance(answer, str) else set(answer or ())
