"""One-time secrets: what a letter's link or a passkey's challenge carries, stored as a hash, good for one use.

The secret of a letter is a random name and its MAC under the server's key, so that the worker can write it into the
letter while neither the outbox nor any other table holds it. Older secrets of the same purpose die with a new one.
"""

from datetime import timedelta
from secrets import token_urlsafe

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock, links
from ..db import db, new_public_id
from .models import OneTimeToken, Person
from .sessions import hash_of

SIGN_IN = "sign-in"
ADDRESS = "address"
PASSKEY_NEW = "passkey-new"
PASSKEY_USE = "passkey-use"

LIFE = timedelta(minutes=30)
CHALLENGE_LIFE = timedelta(minutes=5)


def for_letter(purpose: str, *, person: Person | None, address: str, target: str = "") -> str:
    """The name of a new secret that a letter to `address` will carry; `secret_of` turns the name into the secret."""
    now, name = clock.now(), new_public_id()
    mine = OneTimeToken.address == address
    if person is not None:
        mine = sa.or_(mine, OneTimeToken.person_id == person.id)
    db.session.execute(
        sa.update(OneTimeToken)
        .where(OneTimeToken.purpose == purpose, mine, OneTimeToken.used_at.is_(None), OneTimeToken.ends_at > now)
        .values(ends_at=now)
    )
    _keep(purpose, secret_of(purpose, name), LIFE, person=person, address=address, target=target)
    return name


def secret_of(purpose: str, name: str) -> str:
    """The secret that belongs to a name: it opens one door, once."""
    return links.token(purpose, name)


def challenge(purpose: str, person: Person | None) -> str:
    """A new random challenge (256 bit) for a passkey of `person`, or of whoever signs in with it."""
    secret = token_urlsafe(32)
    _keep(purpose, secret, CHALLENGE_LIFE, person=person)
    return secret


def waiting(purpose: str, secret: str) -> OneTimeToken | None:
    """The secret's row while it can still be used, or None."""
    found = db.session.scalars(
        sa.select(OneTimeToken)
        .where(OneTimeToken.token_hash == hash_of(secret), OneTimeToken.purpose == purpose)
        .where(OneTimeToken.used_at.is_(None), OneTimeToken.ends_at > clock.now())
        .options(joinedload(OneTimeToken.person))
    ).one_or_none()
    if found is not None and found.person is not None and found.person.disabled_at is not None:
        return None
    return found


def take(purpose: str, secret: str) -> OneTimeToken | None:
    """Use a secret up: its row for the first who asks in time, None for everybody else."""
    found = waiting(purpose, secret)
    if found is None:
        return None
    taken = db.session.execute(
        sa.update(OneTimeToken)
        .where(OneTimeToken.id == found.id, OneTimeToken.used_at.is_(None))
        .values(used_at=clock.now())
    )
    return found if getattr(taken, "rowcount", 0) == 1 else None


def end_all(person: Person) -> None:
    """Let every secret of a person die, as when their addresses change."""
    now = clock.now()
    db.session.execute(
        sa.update(OneTimeToken)
        .where(OneTimeToken.person_id == person.id, OneTimeToken.used_at.is_(None), OneTimeToken.ends_at > now)
        .values(ends_at=now)
    )


def forget_old() -> int:
    """Delete secrets that ended a day ago or earlier; how many."""
    gone = db.session.execute(sa.delete(OneTimeToken).where(OneTimeToken.ends_at < clock.now() - timedelta(days=1)))
    return int(getattr(gone, "rowcount", 0))


def _keep(
    purpose: str, secret: str, life: timedelta, *, person: Person | None, address: str = "", target: str = ""
) -> None:
    now = clock.now()
    db.session.add(
        OneTimeToken(
            token_hash=hash_of(secret),
            purpose=purpose,
            person_id=person.id if person is not None else None,
            address=address,
            target=target,
            created_at=now,
            ends_at=now + life,
        )
    )
    db.session.flush()
