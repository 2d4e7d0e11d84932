"""What can happen to people: they become known, sign in, sign out."""

import unicodedata

import sqlalchemy as sa

from .. import clock
from ..db import db
from .models import EmailAddress, Person


def canonical(address: str) -> str:
    """The one form in which addresses are compared: NFC, trimmed, case folded, domain in IDNA form."""
    text = unicodedata.normalize("NFC", address).strip()
    local, at, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        domain = domain.casefold()
    return f"{local.casefold()}{at}{domain.casefold()}"


def person_at(address: str) -> Person | None:
    """The person known by this address, or None."""
    return db.session.scalars(
        sa.select(Person).join(EmailAddress).where(EmailAddress.canonical == canonical(address))
    ).one_or_none()


def person_for(address: str, *, given_name: str = "", family_name: str = "", locale: str = "de") -> Person:
    """The person known by this address; made when nobody is. A known person's own data stay as they are."""
    known = person_at(address)
    if known is not None:
        return known
    person = Person(given_name=given_name, family_name=family_name, locale=locale, created_at=clock.now())
    person.addresses = [EmailAddress(address=address.strip(), canonical=canonical(address), is_primary=True)]
    db.session.add(person)
    db.session.flush()
    return person
