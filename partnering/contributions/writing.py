"""What an author does: begins a contribution, writes, hands it in, withdraws it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from .. import audit, clock
from ..db import db
from ..errors import Stale
from ..events.models import Event, Participant
from ..events.services import rename
from ..i18n import _, _n, bi
from ..programme import drafting
from ..text import fold, taken_apart
from . import errors, mails, queries
from .counting import characters
from .models import Call, Review, Submission, SubmissionAuthor

LATE = timedelta(minutes=10)
"""What was begun before the end of the call is taken so much later: its page was open when the call ended."""

MOST_DRAFTS = 20

SAID = ("form", "language", "title", "text", "group", "remarks")


@dataclass(frozen=True)
class Author:
    """An author as typed; one of them `speaks`."""

    name: str
    affiliation: str = ""
    email: str = ""
    speaks: bool = False


def takes(submission: Submission, event: Event) -> bool:
    """Whether what somebody writes is still taken."""
    call, now = submission.call, clock.now()
    if queries.is_open(call, event):
        return True
    begun_in_time = submission.created_at < call.closes_at
    return event.state == "published" and begun_in_time and call.closes_at <= now < call.closes_at + LATE


def begin(event: Event, call: Call, participant: Participant) -> Submission:
    """A draft of somebody's, its first author filled in; one that is still empty is taken up again.

    Raises `NotOpen`, `TooManyDrafts`.
    """
    if not queries.is_open(call, event):
        raise errors.NotOpen
    drafts = [one for one in queries.submissions_of(participant) if one.state == "draft"]
    for draft in drafts:
        if not draft.title and not draft.text:
            return draft
    if len(drafts) >= MOST_DRAFTS:
        raise errors.TooManyDrafts
    languages = call.languages.split(",")
    submission = Submission(
        event_id=event.id,
        call_id=call.id,
        participant_id=participant.id,
        form=call.forms.split(",")[0],
        language=participant.locale if participant.locale in languages else languages[0],
        created_at=clock.now(),
    )
    db.session.add(submission)
    db.session.flush()
    _write_authors(
        submission,
        [Author(participant.name, participant.company, participant.person.email if participant.person else "", True)],
    )
    return submission


def save(
    event: Event,
    submission: Submission,
    values: dict[str, Any],
    authors: Sequence[Author],
    *,
    version: int | None = None,
) -> Submission:
    """Keep what was typed: `topic` and columns named in `SAID`. A draft may be unfinished; what was handed in may not.

    Whoever has read it by then reads it again: points become drafts, and what was decided silently is open again.
    Raises `Stale`, `NotOpen`, `IsDecided`, `Unfinished` in one of its kinds, `GroupHasOne`.
    """
    if version is not None and submission.version != version:
        raise Stale
    if submission.state not in ("draft", "submitted"):
        raise errors.IsDecided
    if not takes(submission, event):
        raise errors.NotOpen
    topic = values.get("topic")
    submission.topic_id = topic.id if topic is not None else None
    for name in SAID:
        if name in values:
            setattr(submission, name, values[name])
    submission.group_key = (fold(submission.group) or None) if submission.call.one_per_group else None
    changed = db.session.is_modified(submission)
    with _one_per_group(submission):
        db.session.flush()
    changed = _write_authors(submission, authors) or changed
    db.session.expire(submission, ["topic"])
    if submission.state == "submitted" and changed:
        _require_whole(submission)
        _read_again(submission)
        audit.record("call.edited", submission, event=event)
    return submission


def _read_again(submission: Submission) -> None:
    """Points were given to an earlier text."""
    submission.decision, submission.reason, submission.decided_by_id = "", "", None
    submission.blind_text = ""  # of the text as it was: organisers are shown anew what the new one gives away
    for review in db.session.scalars(
        sa.select(Review).where(Review.submission_id == submission.id, Review.state == "done")
    ):
        review.state = "draft"
    db.session.flush()


@contextmanager
def _one_per_group(submission: Submission) -> Iterator[None]:
    """Say of the database's refusal what it means: another contribution of this group stands in this topic."""
    with db.session.no_autoflush:
        topics = queries.topics_of(submission.call, retired=True)
    topic = next((bi(one.name) for one in topics if one.id == submission.topic_id), "")
    try:
        yield
    except IntegrityError as error:
        if "group" not in str(error.orig):
            raise
        raise errors.GroupHasOne(
            _("A contribution of this research group to “%(topic)s” was handed in already.", topic=topic)
        ) from error


def _write_authors(submission: Submission, authors: Sequence[Author]) -> bool:
    """Let these be the authors; whether they are others than before."""
    held = queries.authors_of(submission)
    if [Author(one.name, one.affiliation, one.email, one.speaks) for one in held] == list(authors):
        return False
    for row in held:
        db.session.delete(row)
    db.session.flush()
    db.session.add_all(
        SubmissionAuthor(
            event_id=submission.event_id,
            submission_id=submission.id,
            position=position,
            name=author.name,
            affiliation=author.affiliation,
            email=author.email,
            # two who speak cannot be stored: the first stays, and handing in asks again
            speaks=author.speaks and not any(before.speaks for before in authors[:position]),
        )
        for position, author in enumerate(authors)
    )
    db.session.flush()
    db.session.expire(submission, ["authors"])
    return True


def lacks(submission: Submission) -> list[errors.Unfinished]:
    """What handing in would still refuse, in the order of the form; empty when everything is there."""
    call, found = submission.call, list[errors.Unfinished]()
    topic = next((one for one in queries.topics_of(call) if one.id == submission.topic_id), None)
    if topic is None:
        found.append(errors.TopicMissing())
    if submission.form not in call.forms.split(","):
        found.append(errors.FormNotAsked())
    if submission.language not in call.languages.split(","):
        found.append(errors.LanguageNotAsked())
    if not submission.title:
        found.append(errors.TitleMissing())
    if not submission.text:
        found.append(errors.TextMissing())
    by = characters(submission.text) - call.most_characters
    if by > 0:
        found.append(
            errors.TooLong(
                _n("The text is one character too long", "The text is %(num)s characters too long", by), by=by
            )
        )
    if call.one_per_group and not submission.group:
        found.append(errors.GroupMissing())
    return found + _lacking_authors(submission)


def _lacking_authors(submission: Submission) -> list[errors.Unfinished]:
    authors, most = queries.authors_of(submission), submission.call.most_authors
    found = list[errors.Unfinished]()
    if len(authors) > most:
        found.append(errors.TooManyAuthors(_n("At most one author, please", "At most %(num)s authors, please", most)))
    speakers = [author for author in authors if author.speaks]
    if len(speakers) != 1:
        found.append(errors.SpeakerMissing())
    elif not speakers[0].email:
        found.append(errors.SpeakerUnknown())
    return found


def _require_whole(submission: Submission) -> None:
    for lack in lacks(submission):
        raise lack


def hand_in(event: Event, submission: Submission, *, commits: bool) -> Submission:
    """Hand a draft in; its main author is told that it arrived. A second click does nothing more.

    `commits`: the main author agrees to what acceptance means. Raises `NotOpen`, `IsDecided`, `NotCommitted`,
    `GroupHasOne` (by the database), or what else of `Unfinished` is lacking.
    """
    if submission.state == "submitted":
        return submission
    if submission.state != "draft":
        raise errors.IsDecided
    if not takes(submission, event):
        raise errors.NotOpen
    _require_whole(submission)
    if not commits:
        raise errors.NotCommitted
    submission.submitted_at = submission.committed_at = clock.now()
    submission.state = "submitted"
    with _one_per_group(submission):
        db.session.flush()
    _name_main_author(submission)
    mails.received(submission)
    audit.record("call.handed_in", submission, event=event)
    return submission


def _name_main_author(submission: Submission) -> None:
    """Let somebody of whom only an address was known be called as they say in their first contribution."""
    participant, main = submission.participant, queries.authors_of(submission)[0]
    if not participant.name:
        name = taken_apart(main.name)
        rename(
            participant,
            title=name.title,
            given_name=name.given_name,
            family_name=name.family_name,
            function=participant.function,
            company=participant.company or main.affiliation,
        )
        db.session.flush()


def withdraw(event: Event, submission: Submission) -> bool:
    """Take a contribution back for good, and its place for the group becomes free; whether anything was left to take.

    A draft is deleted. Of one that was accepted organisers are told. Raises `IsDecided` for what was not accepted.
    """
    if submission.state == "draft":
        for author in queries.authors_of(submission):
            db.session.delete(author)
        db.session.flush()
        db.session.delete(submission)
        db.session.flush()
        return True
    if submission.state == "withdrawn":
        return False
    if submission.state == "rejected":
        raise errors.IsDecided
    was = submission.state
    submission.state = "withdrawn"
    db.session.flush()
    session = submission.session
    if session is not None:
        drafting.call_off(session)  # everybody sees it as it was until organisers release that
    if was == "accepted":
        mails.withdrawn(submission)
    audit.record("call.withdrawn", submission, event=event, before={"state": was})
    return True
