"""Persons, their addresses, sessions, one-time tokens and second factors."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, PublicId, Versioned, one_of, only_where


class Person(PublicId, Versioned, Model):
    """Someone who can be written to; known to no host as such. Hosts see participants."""

    given_name: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(sa.String(2), default="de")
    theme: Mapped[str] = mapped_column(sa.String(5), default="auto")
    admin_since: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    addresses: Mapped[list["EmailAddress"]] = relationship(back_populates="person", order_by="EmailAddress.id")

    __table_args__ = (one_of("locale", "de", "en"), one_of("theme", "auto", "light", "dark"))

    @property
    def display_name(self) -> str:
        """Given and family name, else the address."""
        return f"{self.given_name} {self.family_name}".strip() or self.email

    @property
    def email(self) -> str:
        """The address that letters go to."""
        primary = [address for address in self.addresses if address.is_primary]
        return primary[0].address if primary else ""

    @property
    def is_admin(self) -> bool:
        """Whether this person runs the installation."""
        return self.admin_since is not None and self.disabled_at is None


class EmailAddress(Model):
    """An address of a person. `canonical` is the one form in which addresses are compared."""

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(sa.String(254))
    canonical: Mapped[str] = mapped_column(sa.String(254), unique=True)
    verified_at: Mapped[datetime | None]
    is_primary: Mapped[bool] = mapped_column(default=True)

    person: Mapped[Person] = relationship(back_populates="addresses")

    __table_args__ = (sa.Index("uq_email_address_primary", "person_id", unique=True, **only_where("is_primary")),)


class UserSession(PublicId, Model):
    """A signed-in browser. The cookie holds the token, this row its hash."""

    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    browser: Mapped[str] = mapped_column(sa.String(200), default="")

    person: Mapped[Person] = relationship()


class OneTimeToken(Model):
    """A one-use secret sent by letter: its hash, what it is for, until when, and its use."""

    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[str] = mapped_column(sa.String(30))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(sa.String(254), default="")
    target: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship()


class SecondFactor(PublicId, Model):
    """A passkey (credential id, public key, counter) or an authenticator app (secret, last step used)."""

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    label: Mapped[str] = mapped_column(sa.String(80), default="")
    credential_id: Mapped[str | None] = mapped_column(unique=True)
    secret: Mapped[dict[str, Any]]
    counter: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    __table_args__ = (one_of("kind", "passkey", "totp"),)


class RecoveryCode(Model):
    """A code on paper for the day the second factor is lost; stored as hash, single use."""

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    used_at: Mapped[datetime | None]
