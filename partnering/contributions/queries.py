"""What can be asked about a call and what was handed in."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import clock
from ..accounts.models import Person
from ..db import db
from ..events.models import Event, Participant, TeamRole
from .models import Call, CallTopic, CommitteeTopic, Criterion, Submission, SubmissionAuthor

STANDING = ("submitted", "accepted", "reserve")
"""States in which a contribution counts as its group's one."""

HANDED_IN = ("submitted", "accepted", "reserve", "rejected", "withdrawn")

WHOLE = (
    joinedload(Submission.topic).joinedload(CallTopic.track),
    joinedload(Submission.participant).joinedload(Participant.person).selectinload(Person.addresses),
    selectinload(Submission.authors),
)
"""What pages and letters show of a contribution."""


def call_of(event: Event) -> Call | None:
    """The event's call, if it has one."""
    return db.session.scalars(sa.select(Call).where(Call.event_id == event.id)).one_or_none()


def is_open(call: Call, event: Event) -> bool:
    """Whether contributions can be begun and handed in now."""
    return event.state == "published" and call.opens_at <= clock.now() < call.closes_at


def has_open_call(event: Event) -> bool:
    """Whether an event takes contributions now, in one small question."""
    now = clock.now()
    return event.state == "published" and bool(
        db.session.scalar(
            sa.select(sa.exists().where(Call.event_id == event.id, Call.opens_at <= now, Call.closes_at > now))
        )
    )


def topics_of(call: Call, *, retired: bool = False) -> Sequence[CallTopic]:
    """The topics of a call in their order, those no longer asked for only with `retired`."""
    statement = sa.select(CallTopic).where(CallTopic.call_id == call.id).options(joinedload(CallTopic.track))
    if not retired:
        statement = statement.where(CallTopic.retired_at.is_(None))
    return db.session.scalars(statement.order_by(CallTopic.position, CallTopic.id)).all()


def topic_by_ref(call: Call, public_id: str | None) -> CallTopic | None:
    """The topic of this public id."""
    if not public_id:
        return None
    return db.session.scalars(
        sa.select(CallTopic).where(CallTopic.call_id == call.id, CallTopic.public_id == public_id)
    ).one_or_none()


def criteria_of(call: Call, *, retired: bool = False) -> Sequence[Criterion]:
    """What points are given for, in its order."""
    statement = sa.select(Criterion).where(Criterion.call_id == call.id)
    if not retired:
        statement = statement.where(Criterion.retired_at.is_(None))
    return db.session.scalars(statement.order_by(Criterion.position, Criterion.id)).all()


def criterion_by_ref(call: Call, public_id: str) -> Criterion | None:
    """The criterion of this public id."""
    return db.session.scalars(
        sa.select(Criterion).where(Criterion.call_id == call.id, Criterion.public_id == public_id)
    ).one_or_none()


# -- contributions


def submission_by_ref(event: Event, public_id: str, *, locked: bool = False) -> Submission | None:
    """The contribution of this public id, whole; `locked` until the transaction ends."""
    statement = (
        sa.select(Submission)
        .where(Submission.event_id == event.id, Submission.public_id == public_id)
        .options(joinedload(Submission.call), *WHOLE)
        .execution_options(populate_existing=True)
    )
    if locked:
        statement = statement.with_for_update(of=Submission)
    return db.session.scalars(statement).one_or_none()


def submission_at(public_id: str) -> Submission | None:
    """The contribution of this public id, of whichever event; for letters."""
    return db.session.scalars(
        sa.select(Submission).where(Submission.public_id == public_id).options(joinedload(Submission.call), *WHOLE)
    ).one_or_none()


def submissions_by_ref(call: Call, public_ids: Sequence[str], *, locked: bool = False) -> Sequence[Submission]:
    """The contributions of these public ids that were handed in, by id; `locked` until the transaction ends."""
    statement = (
        sa.select(Submission)
        .where(
            Submission.call_id == call.id,
            Submission.public_id.in_(sorted(set(public_ids))[:500]),
            Submission.state.in_(HANDED_IN),
        )
        .options(*WHOLE)
        .order_by(Submission.id)
    )
    if locked:
        statement = statement.with_for_update(of=Submission)
    return db.session.scalars(statement).all()


def submissions_of(participant: Participant) -> Sequence[Submission]:
    """What somebody is writing or has handed in, newest first."""
    return db.session.scalars(
        sa.select(Submission)
        .where(Submission.participant_id == participant.id)
        .options(joinedload(Submission.call), *WHOLE)
        .order_by(Submission.id.desc())
    ).all()


def handed_in(call: Call) -> Sequence[Submission]:
    """Everything that was handed in, withdrawn ones too, in the order of handing in."""
    return db.session.scalars(
        sa.select(Submission)
        .where(Submission.call_id == call.id, Submission.state.in_(HANDED_IN))
        .options(*WHOLE, joinedload(Submission.session))
        .order_by(Submission.submitted_at, Submission.id)
    ).all()


def number_of_drafts(call: Call) -> int:
    """How many are being written; what they say is their authors' alone."""
    return (
        db.session.scalar(sa.select(sa.func.count()).where(Submission.call_id == call.id, Submission.state == "draft"))
        or 0
    )


def authors_of(submission: Submission) -> Sequence[SubmissionAuthor]:
    """The authors, read anew, in order."""
    return db.session.scalars(
        sa.select(SubmissionAuthor)
        .where(SubmissionAuthor.submission_id == submission.id)
        .order_by(SubmissionAuthor.position)
    ).all()


# -- people


def committee_of(event: Event) -> Sequence[Person]:
    """The members of the committee, by name."""
    people = db.session.scalars(
        sa.select(Person)
        .join(TeamRole, TeamRole.person_id == Person.id)
        .where(
            TeamRole.host_id == event.host_id,
            TeamRole.area == "committee",
            sa.or_(TeamRole.event_id.is_(None), TeamRole.event_id == event.id),
        )
        .options(selectinload(Person.addresses))
        .order_by(Person.id)
    ).unique()
    return sorted(people, key=lambda person: (person.family_name.casefold(), person.given_name.casefold(), person.id))


def topics_by_member(call: Call) -> dict[int, set[int]]:
    """Which topics each member reads, by id; who is not in it reads all of them."""
    found: dict[int, set[int]] = {}
    for person_id, topic_id in db.session.execute(
        sa.select(CommitteeTopic.person_id, CommitteeTopic.topic_id)
        .join(CallTopic, CallTopic.id == CommitteeTopic.topic_id)
        .where(CallTopic.call_id == call.id)
    ):
        found.setdefault(person_id, set()).add(topic_id)
    return found


def events_handed_in_to(person: Person) -> set[int]:
    """The ids of the events at which somebody has begun or handed in a contribution."""
    return set(
        db.session.scalars(
            sa.select(Submission.event_id)
            .join(Participant, Participant.id == Submission.participant_id)
            .where(Participant.person_id == person.id)
        )
    )
