"""Accepted contributions become sessions of the programme, in one step."""

from collections.abc import Sequence

import sqlalchemy as sa

from .. import audit
from ..accounts.services import person_for
from ..db import BilingualText, db
from ..events.models import Event, Participant
from ..events.queries import participant_of
from ..events.services import participant_for
from ..i18n import _, _n, speaking
from ..programme import drafting, shortcuts
from ..programme import services as programme
from ..programme.models import ProgrammeSession
from ..programme.services import Part
from ..text import taken_apart
from .counting import names_of, speaker_of
from .models import Submission


def make_sessions(event: Event, submissions: Sequence[Submission]) -> list[ProgrammeSession]:
    """Sessions without a time from accepted contributions that have none yet: nobody sees them before a release.

    Texts in the contribution's language, the track of its topic, its form as kind, whoever speaks as speaker, and how
    long it lasts as a note. The submissions are locked by the caller; doing it twice makes nothing twice.
    """
    made = []
    for submission in submissions:
        if submission.state != "accepted" or submission.session_id is not None:
            continue
        session = _session(event, submission)
        submission.session_id = session.id
        db.session.flush()
        audit.record("call.made_session", submission, event=event, after={"session": session.public_id})
        made.append(session)
    return made


def _session(event: Event, submission: Submission) -> ProgrammeSession:
    topic, minutes = submission.topic, submission.call.minutes.get(submission.form)
    return drafting.draft(
        event,
        title=_in(submission, submission.title),
        kind=submission.form,
        abstract=_in(submission, f"{submission.text}\n\n{authors_line(submission)}"),
        language=submission.language,
        track=topic.track if topic is not None else None,
        note=_n("one minute", "%(num)s minutes", minutes) if minutes else "",
        people=[Part(_speaker(event, submission))],
    )


def _in(submission: Submission, text: str) -> BilingualText:
    return BilingualText(**{submission.language: text})


def authors_line(submission: Submission) -> str:
    """The last line of the session's text: everybody who wrote it."""
    with speaking(submission.language):
        return _("Authors: %(names)s", names=", ".join(names_of(submission)))


def _speaker(event: Event, submission: Submission) -> Participant:
    """Whoever speaks, as the participant they are already, or become; what is printed of a known one stays."""
    author = submission.authors[speaker_of(submission)]
    name = taken_apart(author.name)
    if author.email:
        person = person_for(
            author.email, given_name=name.given_name, family_name=name.family_name, locale=submission.language
        )
        known = participant_of(person, event)
        if known is not None and known.name:
            return known
        return participant_for(
            event,
            person,
            title=name.title,
            given_name=name.given_name,
            family_name=name.family_name,
            company=author.affiliation,
        )
    return programme.speaker(event, author.name, company=author.affiliation, locale=submission.language)


def forget_authors(session: ProgrammeSession, line: str) -> None:
    """Take the line of authors out of a session's text, in the draft and in every version."""
    shortcuts.strike(session, line)


def session_of(submission: Submission) -> ProgrammeSession | None:
    """What a contribution has become, read anew."""
    if submission.session_id is None:
        return None
    return db.session.scalars(
        sa.select(ProgrammeSession).where(ProgrammeSession.id == submission.session_id)
    ).one_or_none()
