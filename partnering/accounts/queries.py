"""What can be asked about people and how they sign in."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..db import db
from .addresses import canonical
from .models import EmailAddress, Person, RecoveryCode, SecondFactor


def address_row(address: str) -> EmailAddress | None:
    """The stored address that equals this one, with its person."""
    return db.session.scalars(
        sa.select(EmailAddress)
        .where(EmailAddress.canonical == canonical(address))
        .options(joinedload(EmailAddress.person))
    ).one_or_none()


def person_by_public_id(public_id: str) -> Person | None:
    """The person of this public id."""
    return db.session.scalars(sa.select(Person).where(Person.public_id == public_id)).one_or_none()


def factors_of(person: Person) -> Sequence[SecondFactor]:
    """A person's passkeys and authenticator apps, the oldest first."""
    return db.session.scalars(
        sa.select(SecondFactor).where(SecondFactor.person_id == person.id).order_by(SecondFactor.id)
    ).all()


def codes_left(person: Person) -> int:
    """How many recovery codes a person can still use."""
    return db.session.scalars(
        sa.select(sa.func.count()).where(RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))
    ).one()
