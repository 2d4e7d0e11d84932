"""What a member of the committee says of a contribution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from .. import audit, clock
from ..accounts.models import Person
from ..db import db
from ..errors import Stale
from ..events.models import Event
from . import errors, queries
from .models import Call, Criterion, Review, ReviewScore, Submission


def review_of(submission: Submission, person: Person) -> Review | None:
    """What a member has said so far."""
    return db.session.scalars(
        sa.select(Review)
        .where(Review.submission_id == submission.id, Review.person_id == person.id)
        .options(selectinload(Review.scores))
        .execution_options(populate_existing=True)
    ).one_or_none()


def give(
    event: Event,
    submission: Submission,
    person: Person,
    points: Mapping[int, int],
    *,
    comment: str = "",
    to_author: str = "",
    finished: bool = True,
    version: int | None = None,
) -> Review:
    """Points by criterion id, a comment for the committee, one for the author; unless `finished`, a draft of them.

    The submission is locked by the caller. Raises `ReviewClosed`, `PointsMissing`, `Stale`.
    """
    _require_open(submission)
    call = submission.call
    criteria = queries.criteria_of(call)
    given = {one.id: points[one.id] for one in criteria if one.id in points and 0 <= points[one.id] <= call.top_points}
    if finished and len(given) < len(criteria):
        raise errors.PointsMissing
    review = _mine(submission, person, version)
    review.state = "done" if finished else "draft"
    review.comment, review.to_author = comment, to_author
    db.session.flush()
    _score(review, given)
    if finished:
        audit.record("call.reviewed", submission, event=event)
    return review


def step_back(event: Event, submission: Submission, person: Person) -> Review:
    """Leave the judgement to others; points that were given do not count any more. Raises `ReviewClosed`."""
    _require_open(submission)
    review = _mine(submission, person, None)
    review.state = "stepped_back"
    db.session.flush()
    _score(review, {})
    audit.record("call.reviewed", submission, event=event, after={"state": "stepped_back"})
    return review


def _require_open(submission: Submission) -> None:
    if submission.state != "submitted":
        raise errors.ReviewClosed


def _mine(submission: Submission, person: Person, version: int | None) -> Review:
    review = review_of(submission, person)
    if review is not None and version is not None and review.version != version:
        raise Stale
    now = clock.now()
    if review is None:
        if version:
            raise Stale
        review = Review(event_id=submission.event_id, submission_id=submission.id, person_id=person.id, reviewed_at=now)
        db.session.add(review)
    review.reviewed_at = now
    return review


def _score(review: Review, given: Mapping[int, int]) -> None:
    held = {
        row.criterion_id: row
        for row in db.session.scalars(sa.select(ReviewScore).where(ReviewScore.review_id == review.id))
    }
    for criterion_id, points in given.items():
        row = held.pop(criterion_id, None)
        if row is None:
            row = ReviewScore(event_id=review.event_id, review_id=review.id, criterion_id=criterion_id)
            db.session.add(row)
        row.points = points
    for row in held.values():
        db.session.delete(row)
    db.session.flush()
    db.session.expire(review, ["scores"])


@dataclass(frozen=True)
class Said:
    """What somebody of the committee said: points in the order of the criteria, None where they gave none."""

    person: Person
    points: tuple[int | None, ...]
    comment: str
    to_author: str
    state: str


def said_of(submission: Submission, criteria: Sequence[Criterion]) -> list[Said]:
    """Everything that the committee said of a contribution, oldest first."""
    reviews = db.session.scalars(
        sa.select(Review)
        .where(Review.submission_id == submission.id, Review.state != "draft")
        .options(sa.orm.joinedload(Review.person), selectinload(Review.scores))
        .order_by(Review.id)
    ).all()
    found = []
    for review in reviews:
        points = {score.criterion_id: score.points for score in review.scores}
        found.append(
            Said(
                review.person,
                tuple(points.get(one.id) for one in criteria),
                review.comment,
                review.to_author,
                review.state,
            )
        )
    return found


def done_pairs(call: Call) -> set[tuple[int, int]]:
    """Who has dealt with what: (contribution, person), those who stepped back too."""
    return {
        (submission_id, person_id)
        for submission_id, person_id in db.session.execute(
            sa.select(Review.submission_id, Review.person_id)
            .join(Submission, Submission.id == Review.submission_id)
            .where(Submission.call_id == call.id, Review.state != "draft")
        )
    }
