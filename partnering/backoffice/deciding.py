"""What organisers see of those who wait: requests with people and answers, the queue by ticket, what happened when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from ..accounts.models import Person
from ..audit import AuditDetail, AuditEntry
from ..db import db
from ..events.models import Event
from ..i18n import _, bi
from ..questions import shown
from ..questions.queries import QuestionShown, current_questions, file_names
from ..registration import queries as registrations
from ..registration import waiting_queries
from ..registration.models import Party, WaitingEntry, WaitingStep
from ..registration.seats import Guest
from ..tickets.models import Product

Answers = list[tuple[str, str]]
"""What was asked, and the answer in words."""


@dataclass(frozen=True)
class Somebody:
    """A person of a request, named or not, with their plain answers."""

    name: str
    email: str
    function: str
    answers: Answers


@dataclass(frozen=True)
class Step:
    """What happened, when, who did it, and in whose words why."""

    at: datetime
    deed: str
    who: str
    reason: str


def people_of(party: Party, asked: Sequence[QuestionShown] | None = None) -> list[Somebody]:
    """Everybody of a request: as typed while it waits, as seated once it was placed.

    `asked` are the questions that attendees are asked, for whoever asks about many requests.
    """
    if party.placed_at is not None:
        places = registrations.places_of(party)
        held = [place.registrations[-1] if place.registrations else None for place in places]
        sheets = shown.lines_of(party.event, [r.sheet_id for r in held if r is not None and r.sheet_id is not None])
        return [
            Somebody(
                one.participant.name if one is not None else place.invited_name,
                one.participant.person.email if one is not None and one.participant.person else place.invited_address,
                one.participant.function if one is not None else "",
                [(label, text) for label, text, _number in sheets.get(one.sheet_id or 0, [])]
                if one is not None
                else [],
            )
            for place, one in zip(places, held, strict=True)
        ]
    if asked is None:
        asked = current_questions(party.event, "attendee")
    answers = party.draft.get("answers", {}).get("people", [])
    people = [Guest.of(kept) for kept in party.draft.get("people", [])]
    said = _said(party.event, asked, answers)
    return [
        Somebody(guest.name, guest.email, guest.function, said[n] if n < len(said) else [])
        for n, guest in enumerate(people)
    ]


def answers_of(party: Party) -> Answers:
    """The plain answers about the order as a whole."""
    if party.placed_at is not None:
        return [(label, text) for label, text, _number in shown.lines(party.sheet)]
    buyer = party.draft.get("answers", {}).get("buyer", {})
    return _said(party.event, current_questions(party.event, "buyer"), [buyer])[0]


def _said(event: Event, asked: Sequence[QuestionShown], given: Sequence[dict[str, object]]) -> list[Answers]:
    """What each of those who answered has said, in words; names of files are asked for all of them at once."""
    plain = [question for question in asked if not question.sensitive]
    kept = [question.public_id for question in plain if question.kind == "file"]
    files = file_names(event, (str(answers[ref]) for answers in given for ref in kept if ref in answers))
    return [
        [
            (bi(question.label), shown.text_of(question, answers[question.public_id], files))
            for question in plain
            if question.public_id in answers
        ]
        for answers in given
    ]


def company_of(party: Party) -> str:
    """The organisation that a request names."""
    if party.placed_at is not None:
        return party.organisation.name if party.organisation is not None else ""
    return str(party.draft.get("company", ""))


def deed_words() -> dict[str, str]:
    """What may happen to a request or an entry of the waiting list."""
    return {
        "approval.asked": _("sent in"),
        "approval.approved": _("approved"),
        "approval.rejected": _("rejected"),
        "approval.person_rejected": _("one person rejected"),
        "approval.withdrawn": _("withdrawn"),
        "approval.taken_back": _("approval taken back"),
        "joined": _("joined"),
        "moved": _("moved up"),
        "offered": _("places offered"),
        "declined": _("declined, stays in the queue"),
        "expired": _("offer ran out"),
        "confirmed": _("accepted and registered"),
        "left": _("left"),
        "changed": _("changed what they wait for"),
    }


def steps_of_request(party: Party) -> list[Step]:
    """What happened to a request, oldest first."""
    rows = db.session.execute(
        sa.select(AuditEntry, AuditDetail.after)
        .outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(
            AuditEntry.object_kind == "party",
            AuditEntry.object_ref == party.public_id,
            AuditEntry.action.like("approval.%"),
        )
        .order_by(AuditEntry.id)
    ).all()
    names = _names([entry.actor_ref for entry, _after in rows if entry.actor_kind == "person"])
    words = deed_words()
    return [
        Step(
            entry.at,
            words.get(entry.action, entry.action),
            names.get(entry.actor_ref, ""),
            str((after or {}).get("reason", "")),
        )
        for entry, after in rows
    ]


def steps_of_entry(entry: WaitingEntry) -> list[Step]:
    """What happened to somebody who waits, oldest first."""
    split = [(step, *step.actor.partition(":")[::2]) for step in entry.steps]
    names = _names([ref for _step, kind, ref in split if kind == "person"])
    words = deed_words()
    return [Step(step.at, words[step.deed], names.get(ref, ""), step.reason) for step, _kind, ref in split]


def _names(refs: Sequence[str]) -> dict[str, str]:
    """Names of persons by public id."""
    if not refs:
        return {}
    found = db.session.scalars(
        sa.select(Person).where(Person.public_id.in_(sorted(set(refs)))).options(selectinload(Person.addresses))
    )
    return {person.public_id: person.display_name for person in found}


@dataclass(frozen=True)
class Queue:
    """Who waits for one product, in order, with the number each has in the queue of the whole event."""

    product: Product
    lines: list[tuple[int, WaitingEntry, WaitingStep | None]]


def queues(event: Event, *, closed: bool) -> list[Queue]:
    """The waiting list by ticket, in the organiser's order of tickets."""
    by_product: dict[int, Queue] = {}
    for number, entry in enumerate(waiting_queries.queue_shown(event, closed=closed), start=1):
        queue = by_product.setdefault(entry.product_id, Queue(entry.product, []))
        queue.lines.append((number, entry, entry.steps[-1] if entry.steps else None))
    return sorted(by_product.values(), key=lambda queue: (queue.product.position, queue.product.id))
