"""How the contributions stand to each other by the committee's points."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

import sqlalchemy as sa

from ..db import db
from . import queries
from .models import Call, Criterion, Review, ReviewScore, Submission


@dataclass(frozen=True)
class Ranked:
    """A contribution with what the committee gave: mean and median of its members, how far they lie apart, how many.

    Each member counts once: the mean of their points by the weights of the criteria.
    """

    submission: Submission
    mean: float | None
    median: float | None
    spread: float | None
    count: int

    @property
    def is_disputed(self) -> bool:
        """Whether members see it so differently that somebody should look again: half the scale apart."""
        return self.spread is not None and self.spread * 2 >= self.submission.call.top_points


def of(call: Call) -> list[Ranked]:
    """All contributions that were handed in, the best first; those without points after them. Three questions."""
    by_submission: dict[int, list[float]] = defaultdict(list)
    for submission_id, value in _members(call):
        by_submission[submission_id].append(value)
    ranked = [_ranked(one, by_submission.get(one.id, [])) for one in queries.handed_in(call)]
    return sorted(
        ranked,
        key=lambda each: (
            each.mean is None,
            -(each.mean or 0),
            each.spread or 0,
            each.submission.submitted_at,
            each.submission.id,
        ),
    )


def _ranked(submission: Submission, values: Sequence[float]) -> Ranked:
    if not values:
        return Ranked(submission, None, None, None, 0)
    return Ranked(submission, fmean(values), median(values), max(values) - min(values), len(values))


def _members(call: Call) -> list[tuple[int, float]]:
    """(contribution, weighted mean of one member's points)."""
    rows = db.session.execute(
        sa.select(Review.id, Review.submission_id, ReviewScore.points, Criterion.weight)
        .join(Submission, Submission.id == Review.submission_id)
        .join(ReviewScore, ReviewScore.review_id == Review.id)
        .join(Criterion, Criterion.id == ReviewScore.criterion_id)
        .where(Submission.call_id == call.id, Review.state == "done", Criterion.retired_at.is_(None))
        .order_by(Review.id)
    ).all()
    sums: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for review_id, submission_id, points, weight in rows:
        sums[review_id, submission_id].append((points, weight))
    return [
        (submission_id, sum(points * weight for points, weight in given) / sum(weight for _points, weight in given))
        for (_review_id, submission_id), given in sums.items()
    ]
