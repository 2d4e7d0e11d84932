"""Signed-in browsers as rows: begun, renewed, kept alive, ended.

How long they last (security.md R48): a browser stays signed in for twelve hours without a request and for fourteen
days at most. The second factor, and with it the back office, ends after sixty minutes without a request and after
twelve hours at most; then it is asked for again.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import clock, memory
from ..db import db, table_of
from ..rows import Reader, ask
from .models import Person, UserSession

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
SECOND_FACTOR_IDLE = timedelta(minutes=60)
SECOND_FACTOR_ABSOLUTE = timedelta(hours=12)
FRESH = timedelta(minutes=30)
"""For this long after signing in, or after the second factor, people may change how they sign in."""
SEEN_EVERY = timedelta(minutes=1)
SEEN_EVERY_OF_GUESTS = timedelta(minutes=5)
"""Theirs ends after hours, and everything that pages remember is asked anew after each time that is written down."""


def hash_of(secret: str) -> str:
    """What is stored of a random secret; rows are found by it, so secrets are never compared."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin(person: Person, *, browser: str = "", second_factor: bool = False) -> tuple[UserSession, str]:
    """A new session of a person, and the token for its cookie (256 bit)."""
    now, token = clock.now(), secrets.token_urlsafe(32)
    session = UserSession(
        token_hash=hash_of(token),
        person_id=person.id,
        created_at=now,
        seen_at=now,
        ends_at=now + ABSOLUTE,
        second_factor_at=now if second_factor else None,
        browser=browser[:200],
    )
    db.session.add(session)
    db.session.flush()
    return session, token


def renew(session: UserSession, *, second_factor: bool = False) -> str:
    """A new token for a session; the old one opens nothing any more."""
    token = secrets.token_urlsafe(32)
    session.token_hash = hash_of(token)
    if second_factor:
        session.second_factor_at = clock.now()
    return token


def session_of(token: str) -> UserSession | None:
    """The living session that this token opens, with its person, or None."""
    sqlite = db.session.get_bind().dialect.name == "sqlite"
    row = ask(_BY_TOKEN if sqlite else _BY_TOKEN_AND_WHEN, {"token_hash": hash_of(token)}).one_or_none()
    session = _SESSIONS.thing(row) if row is not None else None
    if row is None or session is None:
        return None
    vars(session)["person"] = _PEOPLE.thing(row, len(_SESSIONS.columns))
    if not sqlite:
        clock.learn(row.moment)
        memory.learn(row.stand)
    return session if is_alive(session) else None


_SESSIONS, _PEOPLE = Reader(UserSession), Reader(Person)
_BY_TOKEN = (
    sa.select(*_SESSIONS.columns, *_PEOPLE.columns)
    .select_from(table_of(UserSession).join(table_of(Person)))
    .where(UserSession.token_hash == sa.bindparam("token_hash"))
)
_BY_TOKEN_AND_WHEN = _BY_TOKEN.add_columns(sa.func.now().label("moment"), memory.COMMITTED.label("stand"))
"""The same, with what PostgreSQL would be asked next."""


def is_alive(session: UserSession) -> bool:
    """Whether the session still signs its person in."""
    now = clock.now()
    return (
        session.revoked_at is None
        and session.person.disabled_at is None
        and now < session.ends_at
        and now < session.seen_at + IDLE
    )


def sessions_of(person: Person) -> Sequence[UserSession]:
    """Everywhere a person is signed in, the latest first."""
    found = db.session.scalars(
        sa.select(UserSession)
        .where(UserSession.person_id == person.id, UserSession.revoked_at.is_(None))
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    ).all()
    return [session for session in found if is_alive(session)]


def is_due(session: UserSession) -> bool:
    """Whether it is time to write down that the session was used."""
    every = SEEN_EVERY if session.second_factor_at is not None else SEEN_EVERY_OF_GUESTS
    return clock.now() >= session.seen_at + every


def touch(session: UserSession) -> None:
    """Write down that the session was used; a second factor that was left alone for too long is forgotten."""
    now = clock.now()
    confirmed = session.second_factor_at
    if confirmed and (now >= session.seen_at + SECOND_FACTOR_IDLE or now >= confirmed + SECOND_FACTOR_ABSOLUTE):
        session.second_factor_at = None
    session.seen_at = now


def is_fresh(session: UserSession) -> bool:
    """Whether the person behind this session has proved who they are a short while ago."""
    latest: datetime = max(session.created_at, session.second_factor_at or session.created_at)
    return clock.now() < latest + FRESH


def end(session: UserSession) -> None:
    """Sign one browser out."""
    if session.revoked_at is None:
        session.revoked_at = clock.now()


def end_all(person: Person, *, but: UserSession | None = None) -> int:
    """Sign a person out everywhere, except for the session `but`; how many sessions that ended."""
    ended = db.session.execute(
        sa.update(UserSession)
        .where(UserSession.person_id == person.id, UserSession.revoked_at.is_(None))
        .where(UserSession.id != (but.id if but else 0))
        .values(revoked_at=clock.now())
    )
    return int(getattr(ended, "rowcount", 0))


def forget_old() -> int:
    """Delete sessions that ended thirty days ago or earlier; how many."""
    old = clock.now() - timedelta(days=30)
    gone = db.session.execute(
        sa.delete(UserSession).where(sa.or_(UserSession.ends_at < old, UserSession.revoked_at < old))
    )
    return int(getattr(gone, "rowcount", 0))
