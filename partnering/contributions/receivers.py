"""What becomes of contributions when their author is erased."""

from typing import Any

import sqlalchemy as sa

from ..db import db
from ..events.models import Participant
from ..events.signals import participant_erased
from . import making, queries
from .models import Review, ReviewScore, Submission, SubmissionAuthor


@participant_erased.connect
def forgotten(participant: Participant, **_news: Any) -> None:
    """What an erased author wrote goes, with everybody's names beside it; a session made of it keeps title and text."""
    for submission in queries.submissions_of(participant):
        session = making.session_of(submission)
        if session is not None:
            making.forget_authors(session, making.authors_line(submission))
        db.session.execute(sa.delete(SubmissionAuthor).where(SubmissionAuthor.submission_id == submission.id))
        if submission.state == "draft":
            db.session.execute(sa.delete(Submission).where(Submission.id == submission.id))
            continue
        _forget_reviews(submission)
        submission.state = "withdrawn"
        submission.title = submission.text = submission.blind_text = submission.remarks = submission.reason = ""
        submission.group, submission.group_key = "", None
    db.session.flush()


def _forget_reviews(submission: Submission) -> None:
    reviews = sa.select(Review.id).where(Review.submission_id == submission.id)
    db.session.execute(sa.delete(ReviewScore).where(ReviewScore.review_id.in_(reviews)))
    db.session.execute(sa.delete(Review).where(Review.submission_id == submission.id))
