"""A call, its topics and criteria, submissions with their authors, and what the committee says of them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Person
from ..db import (
    BilingualText,
    InEvent,
    Json,
    Model,
    PublicId,
    Versioned,
    in_event,
    one_of,
    only_where,
    to_many,
    to_one,
    within_event,
)
from ..events.models import Participant
from ..programme.models import ProgrammeSession, Track

FORMS = ("talk", "pitch", "poster", "workshop")
"""Kinds of session that can be handed in."""

STATES = ("draft", "submitted", "accepted", "reserve", "rejected", "withdrawn")
DECISIONS = ("", "accept", "reserve", "reject")
MOST_POINTS = 10


class Call(PublicId, InEvent, Versioned, Model):
    """What an event asks for, from `opens_at` until `closes_at`; lengths count characters with spaces.

    `one_per_group` allows one contribution for each topic and research group. `commitment` is what the main author
    agrees to. With `anonymous` the committee reads neither names nor groups. `wanted_reviews` is how many members are
    to read each. `minutes` is how long each form lasts on stage, where it has a length.
    """

    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    decides_at: Mapped[datetime | None]
    introduction: Mapped[BilingualText] = mapped_column(default=BilingualText())
    commitment: Mapped[BilingualText] = mapped_column(default=BilingualText())
    languages: Mapped[str] = mapped_column(sa.String(20), default="de,en")
    forms: Mapped[str] = mapped_column(sa.String(60), default="talk,pitch,poster")
    minutes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    most_characters: Mapped[int] = mapped_column(sa.Integer, default=2100)
    most_authors: Mapped[int] = mapped_column(sa.Integer, default=10)
    one_per_group: Mapped[bool] = mapped_column(default=True)
    anonymous: Mapped[bool] = mapped_column(default=True)
    wanted_reviews: Mapped[int] = mapped_column(sa.Integer, default=3)
    top_points: Mapped[int] = mapped_column(sa.Integer, default=5)
    created_at: Mapped[datetime]

    topics: Mapped[list["CallTopic"]] = to_many("Call", "CallTopic", "call_id", order_by="CallTopic.position")
    criteria: Mapped[list["Criterion"]] = to_many("Call", "Criterion", "call_id", order_by="Criterion.position")

    __table_args__ = in_event(
        sa.UniqueConstraint("event_id"),
        sa.CheckConstraint("closes_at > opens_at", name="hours_in_order"),
        sa.CheckConstraint("decides_at IS NULL OR decides_at >= closes_at", name="decides_after_close"),
        sa.CheckConstraint("most_characters BETWEEN 200 AND 20000", name="most_characters_range"),
        sa.CheckConstraint("most_authors BETWEEN 1 AND 50", name="most_authors_range"),
        sa.CheckConstraint("wanted_reviews BETWEEN 1 AND 20", name="wanted_reviews_range"),
        sa.CheckConstraint("top_points BETWEEN 2 AND 10", name="top_points_range"),
    )


class CallTopic(PublicId, InEvent, Model):
    """A topic of a call; what is accepted in it goes into its track."""

    call_id: Mapped[int] = mapped_column(index=True)
    track_id: Mapped[int | None]
    name: Mapped[BilingualText]
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    retired_at: Mapped[datetime | None]

    track: Mapped[Track | None] = to_one("CallTopic", "Track", "track_id")

    __table_args__ = in_event(within_event("call_id", "call"), within_event("track_id", "track"))


class Criterion(PublicId, InEvent, Model):
    """What the committee gives points for, from 0 to the call's `top_points`."""

    call_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[BilingualText]
    weight: Mapped[int] = mapped_column(sa.Integer, default=1)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    retired_at: Mapped[datetime | None]

    __table_args__ = in_event(
        within_event("call_id", "call"), sa.CheckConstraint("weight BETWEEN 1 AND 10", name="weight_range")
    )


class CommitteeTopic(InEvent, Model):
    """That a member of the committee reads this topic; a member without any reads all of them."""

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    topic_id: Mapped[int]

    __table_args__ = (within_event("topic_id", "call_topic"), sa.UniqueConstraint("person_id", "topic_id"))


class Submission(PublicId, InEvent, Versioned, Model):
    """A contribution that its main author handed in, or is still writing.

    `group_key` is the research group as groups are compared, and None where any number may come from one: the index
    over it is the rule. `decision` is what organisers mean to say; `state` follows when they say it. `blind_text` is
    what the committee reads instead of `text` where that names people. `session` is what it has become.
    """

    call_id: Mapped[int]
    topic_id: Mapped[int | None] = mapped_column(index=True)
    participant_id: Mapped[int] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(sa.String(10), default="draft")
    form: Mapped[str] = mapped_column(sa.String(12), default="talk")
    language: Mapped[str] = mapped_column(sa.String(2), default="de")
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    blind_text: Mapped[str] = mapped_column(default="")
    group: Mapped[str] = mapped_column("group_name", default="")
    group_key: Mapped[str | None]
    remarks: Mapped[str] = mapped_column(default="")
    decision: Mapped[str] = mapped_column(sa.String(10), default="")
    reason: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    session_id: Mapped[int | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    committed_at: Mapped[datetime | None]

    call: Mapped[Call] = to_one("Submission", "Call", "call_id")
    topic: Mapped[CallTopic | None] = to_one("Submission", "CallTopic", "topic_id")
    participant: Mapped[Participant] = to_one("Submission", "Participant", "participant_id")
    decided_by: Mapped[Person | None] = relationship()
    session: Mapped[ProgrammeSession | None] = to_one("Submission", "ProgrammeSession", "session_id")
    authors: Mapped[list["SubmissionAuthor"]] = to_many(
        "Submission", "SubmissionAuthor", "submission_id", order_by="SubmissionAuthor.position"
    )
    reviews: Mapped[list["Review"]] = to_many("Submission", "Review", "submission_id", order_by="Review.id")

    __table_args__ = in_event(
        within_event("call_id", "call"),
        within_event("topic_id", "call_topic"),
        within_event("participant_id", "participant"),
        within_event("session_id", "programme_session"),
        sa.UniqueConstraint("session_id"),
        sa.Index(
            "uq_submission_group",
            "topic_id",
            "group_key",
            unique=True,
            **only_where("group_key IS NOT NULL AND state IN ('submitted', 'accepted', 'reserve')"),
        ),
        sa.Index("ix_submission_list", "call_id", "state", "id"),
        one_of("state", *STATES),
        one_of("decision", *DECISIONS),
        one_of("form", *FORMS),
        one_of("language", "de", "en"),
        sa.CheckConstraint("state = 'draft' OR (submitted_at IS NOT NULL AND topic_id IS NOT NULL)", name="sent_whole"),
        sa.CheckConstraint("session_id IS NULL OR state IN ('accepted', 'withdrawn')", name="session_of_accepted"),
        sa.CheckConstraint("state = 'draft' OR committed_at IS NOT NULL", name="committed_when_sent"),
    )


class SubmissionAuthor(InEvent, Model):
    """An author; the first is the main author, and one of them speaks."""

    submission_id: Mapped[int]
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    name: Mapped[str]
    affiliation: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    speaks: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        within_event("submission_id", "submission"),
        sa.UniqueConstraint("submission_id", "position"),
        sa.Index("uq_submission_author_speaks", "submission_id", unique=True, **only_where("speaks")),
    )


class Review(InEvent, Versioned, Model):
    """What a member of the committee says of a contribution: points, a comment for the committee, one for its author.

    "stepped_back" is somebody who should not judge it.
    """

    submission_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(12), default="draft")
    comment: Mapped[str] = mapped_column(default="")
    to_author: Mapped[str] = mapped_column(default="")
    reviewed_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    scores: Mapped[list["ReviewScore"]] = to_many("Review", "ReviewScore", "review_id")

    __table_args__ = in_event(
        within_event("submission_id", "submission"),
        sa.UniqueConstraint("submission_id", "person_id"),
        one_of("state", "draft", "done", "stepped_back"),
    )


class ReviewScore(InEvent, Model):
    """Points for one criterion."""

    review_id: Mapped[int]
    criterion_id: Mapped[int] = mapped_column(index=True)
    points: Mapped[int] = mapped_column(sa.Integer)

    __table_args__ = (
        within_event("review_id", "review"),
        within_event("criterion_id", "criterion"),
        sa.UniqueConstraint("review_id", "criterion_id"),
        sa.CheckConstraint(f"points BETWEEN 0 AND {MOST_POINTS}", name="points_range"),
    )
