"""What delegates have not been told yet, and when the letters leave that gather it.

Each delegate gets at most one letter an hour, or a day if they like, about what waits for their answer, and one about
what became of what they waited for. What must be answered sooner comes sooner.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import clock
from ..db import db, new_public_id
from ..delegates.models import Delegate
from ..events.mails import to_participant
from ..mail.models import OutboxLetter
from .models import Meeting, MeetingNews

ASKS = ("requested", "countered", "revived", "proposed", "offered")
"""News that wait for an answer."""

ANSWERS = ("accepted", "declined", "withdrawn", "expired", "forwarded", "refused", "unplaced")
"""News for whoever waited."""

LETTERS = dict.fromkeys(ASKS, "meetings.requested") | dict.fromkeys(ANSWERS, "meetings.news")
"""The kind of letter that gathers each kind of news."""

RHYTHMS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1)}
"""How long a delegate hears nothing after such a letter, by what they chose."""

BRIEFLY = timedelta(minutes=5)
"""So long at most news wait for a letter that leaves soon, or a letter for news that cannot leave yet."""


def tell(
    delegate: Delegate,
    meeting: Meeting,
    kind: str,
    *,
    wait: int = 0,
    at_once: bool = False,
    answer_by: datetime | None = None,
) -> None:
    """Keep for a delegate that something is new, not before `wait` seconds, and see that a letter gathers it.

    `at_once` overtakes the rhythm they chose, as does a time to answer, until `answer_by`, that it would use up by more
    than half. What is told at an event's day about a live request never waits. Everybody who sits in the meeting is
    locked already, so no two deeds plan a delegate's letter at once.
    """
    now = clock.now()
    news = MeetingNews(
        event_id=meeting.event_id,
        delegate_id=delegate.id,
        meeting_id=meeting.id,
        kind=kind,
        due_at=now + timedelta(seconds=wait),
        created_at=now,
    )
    db.session.add(news)
    db.session.flush()
    if kind not in LETTERS:
        return
    latest = now if at_once or meeting.origin == "live" else None
    if latest is None and answer_by is not None:
        latest = now + (answer_by - now) / 2
    _gather(LETTERS[kind], delegate, news, latest)


def forget(meeting: Meeting, kinds: Iterable[str], delegates: Collection[int] | None = None) -> list[str]:
    """What nobody was told yet needs no telling any more, to anybody or to these delegates (ids); the kinds it was."""
    only = [MeetingNews.delegate_id.in_(delegates)] if delegates is not None else []
    rows = db.session.execute(
        sa.delete(MeetingNews)
        .where(
            MeetingNews.meeting_id == meeting.id,
            MeetingNews.kind.in_(list(kinds)),
            MeetingNews.told_at.is_(None),
            *only,
        )
        .returning(MeetingNews.kind)
    )
    return sorted(set(rows.scalars()))


def untold(delegate: Delegate, kinds: Iterable[str]) -> Sequence[MeetingNews]:
    """What may be told to a delegate by now and has not been, in its order."""
    return db.session.scalars(
        sa.select(MeetingNews)
        .where(
            MeetingNews.delegate_id == delegate.id,
            MeetingNews.kind.in_(list(kinds)),
            MeetingNews.told_at.is_(None),
            MeetingNews.due_at <= clock.now(),
        )
        .order_by(MeetingNews.id)
    ).all()


def was_told(told: Collection[int], overtaken: Collection[int]) -> Callable[[], None]:
    """What to do when a letter has left: remember what it told, and drop what had been overtaken; ids of news."""

    def remember() -> None:
        db.session.execute(sa.update(MeetingNews).where(MeetingNews.id.in_(told)).values(told_at=clock.now()))
        db.session.execute(sa.delete(MeetingNews).where(MeetingNews.id.in_(overtaken), MeetingNews.told_at.is_(None)))

    return remember


def has_heard(meeting: Meeting, delegate: Delegate, kinds: Collection[str]) -> bool:
    """Whether a delegate was told one of these of a meeting: a letter has left, or is just leaving."""
    told = sa.select(MeetingNews.told_at).where(
        MeetingNews.meeting_id == meeting.id,
        MeetingNews.delegate_id == delegate.id,
        MeetingNews.kind.in_(kinds),
        MeetingNews.due_at <= clock.now(),
    )
    known = db.session.scalars(told).all()
    if any(known):
        return True
    return bool(known) and any(_leaving(delegate, LETTERS[kind]) for kind in kinds)


def _gather(kind: str, delegate: Delegate, news: MeetingNews, latest: datetime | None) -> None:
    """See that a letter leaves when `news` may be told, by the delegate's rhythm, but no later than `latest`."""
    person = delegate.participant.person
    if person is None or not person.email:
        return
    waiting = _waiting(kind, delegate)
    moments = [_last_left(kind, delegate), *(letter.run_at for letter in waiting if letter.run_at < news.due_at)]
    quiet = RHYTHMS[delegate.rhythm]
    planned = max([news.due_at, *(moment + quiet for moment in moments if moment is not None)])
    at = planned if latest is None else max(news.due_at, min(planned, latest))
    soon = at if latest is not None else at + BRIEFLY
    if any(_gathers(letter, news.due_at, soon) for letter in waiting):
        return
    for letter in waiting:
        put_off = letter.run_at < news.due_at <= datetime.fromisoformat(letter.payload["planned"]) + BRIEFLY
        if put_off and (latest is None or news.due_at <= latest):
            letter.run_at = news.due_at
            db.session.flush()
            return
    to_participant(
        kind,
        delegate.participant,
        key=f"{kind}:{delegate.public_id}:{new_public_id()}",
        payload={"delegate": delegate.public_id, "planned": at.isoformat()},
        recipient_ref=delegate.public_id,
        not_before=at,
    )


def _gathers(letter: OutboxLetter, due: datetime, at: datetime) -> bool:
    """Whether a letter that waits leaves by `at`, and not before what is due then may be told."""
    return letter.run_at <= at and (due <= clock.now() or letter.run_at >= due)


def _letters(kind: str, delegate: Delegate, *states: str) -> list[sa.ColumnElement[bool]]:
    person = delegate.participant.person
    return [
        OutboxLetter.address == (person.email if person is not None else ""),
        OutboxLetter.kind == kind,
        OutboxLetter.recipient_ref == delegate.public_id,
        OutboxLetter.state.in_(states),
    ]


def _waiting(kind: str, delegate: Delegate) -> Sequence[OutboxLetter]:
    """A delegate's letters of a kind that have not begun to leave; none begins before this deed is done."""
    return db.session.scalars(
        sa.select(OutboxLetter)
        .where(*_letters(kind, delegate, "ready"))
        .order_by(OutboxLetter.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _leaving(delegate: Delegate, kind: str) -> bool:
    found = sa.exists().where(*_letters(kind, delegate, "leased", "sending"))
    return db.session.scalar(sa.select(found)) or False


def _last_left(kind: str, delegate: Delegate) -> datetime | None:
    """When a delegate's last letter of a kind left: now, if one is just leaving."""
    if _leaving(delegate, kind):
        return clock.now()
    return db.session.scalar(sa.select(sa.func.max(OutboxLetter.sent_at)).where(*_letters(kind, delegate, "sent")))
