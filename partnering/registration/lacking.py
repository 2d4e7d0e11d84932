"""Which required questions people with tickets have not answered yet: asked of them, and still open."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..questions.models import Answer, Question, SensitiveAnswer
from ..questions.queries import QuestionShown, answers_of, current_questions
from ..tickets.models import Claim
from . import facts, queries
from .models import Item, Registration


def of(registration: Registration) -> list[QuestionShown]:
    """What somebody still has to answer."""
    return of_all([registration]).get(registration.id, [])


def of_all(registrations: Sequence[Registration]) -> dict[int, list[QuestionShown]]:
    """The same for several people at one event, by registration; who has answered everything is left out.

    A choice that was booked answers its question. Once the event is over nothing is asked any more: answers on diet and
    the like are deleted then. As many questions for ten people of a party as for one.
    """
    live = [one for one in registrations if one.state == "live"]
    if not live:
        return {}
    event = live[0].place.party.event
    asked = current_questions(event, "attendee")
    if not any(question.required for question in asked) or clock.now() >= event.closes_at:
        return {}
    given = _given(live)
    sold = _sold(live)
    about = current_questions(event, "buyer")
    parties = {one.place.party_id: one.place.party for one in live}
    ordered = {number: facts.as_facts(about, answers_of(party.sheet)) for number, party in parties.items()}
    found = {}
    for one in live:
        party = one.place.party
        known = facts.facts_of(event, one.place.product, len(party.places), code=party.code)
        own = given.get(one.sheet_id or 0, {})
        shown = set(facts.visible(asked, {**known, **ordered[party.id]}, own))
        booked = sold.get(one.place_id, set())
        missing = [
            question
            for question in asked
            if question.required
            and question.public_id in shown
            and question.public_id not in own
            and question.id not in booked
        ]
        if missing:
            found[one.id] = missing
    return found


def _given(registrations: Sequence[Registration]) -> dict[int, dict[str, Any]]:
    """What is answered, by sheet and the question's public id; of sensitive answers only that they are there."""
    sheets = [one.sheet_id for one in registrations if one.sheet_id is not None]
    found: dict[int, dict[str, Any]] = {}
    for table in (SensitiveAnswer, Answer) if sheets else ():
        rows = db.session.execute(
            sa.select(table.sheet_id, Question.public_id, table.value)
            .join(Question, Question.id == table.question_id)
            .where(table.sheet_id.in_(sheets))
            .order_by(table.sheet_id, table.question_id)
        )
        for sheet_id, public_id, value in rows:
            found.setdefault(sheet_id, {})[public_id] = value["value"] if table is Answer else True
    return found


def _sold(registrations: Sequence[Registration]) -> dict[int, set[int]]:
    """Ids of the questions that what is booked answers, by place."""
    pairs = {pair.product_id: pair.question_id for pair in queries.choice_products(registrations[0].event_id)}
    if not pairs:
        return {}
    rows = db.session.execute(
        sa.select(Item.place_id, Claim.product_id)
        .join(Claim, Claim.id == Item.claim_id)
        .where(
            Item.place_id.in_([one.place_id for one in registrations]),
            Item.cancelled_at.is_(None),
            Claim.product_id.in_(sorted(pairs)),
        )
        .order_by(Item.id)
    )
    found: dict[int, set[int]] = {}
    for place_id, product_id in rows:
        found.setdefault(int(place_id or 0), set()).add(pairs[product_id])
    return found
