"""What can happen to people: they become known, and change what they are known by."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from .. import audit, clock
from ..db import db
from ..errors import DomainError
from ..i18n import _l
from ..rows import ask, new_row, write
from ..text import clean
from . import mails, tokens
from .addresses import canonical
from .models import EmailAddress, Person
from .queries import address_row


def person_at(address: str) -> Person | None:
    """The person known by this address, or None."""
    return db.session.scalars(
        sa.select(Person).join(EmailAddress).where(EmailAddress.canonical == canonical(address))
    ).one_or_none()


def person_for(address: str, *, given_name: str = "", family_name: str = "", locale: str = "de") -> Person:
    """The person known by this address; made when nobody is. A known person's own data stay as they are."""
    return person_at(address) or new_persons([(address, given_name, family_name, locale)])[0]


def persons_at(keys: Iterable[str]) -> dict[str, Person]:
    """Known persons by the canonical form of an address of theirs, with all their addresses."""
    keys = sorted(set(keys))
    found: dict[str, Person] = {}
    for start in range(0, len(keys), 500):
        rows = ask(_AT, {"keys": keys[start : start + 500]})
        if rows:  # of most who register nobody knows anything
            persons = db.session.scalars(_WITH_ADDRESSES, {"ids": sorted({row.person_id for row in rows})}).all()
            by_id = {person.id: person for person in persons}
            found |= {row.canonical: by_id[row.person_id] for row in rows}
    return found


_AT = sa.select(EmailAddress.canonical, EmailAddress.person_id).where(
    EmailAddress.canonical.in_(sa.bindparam("keys", expanding=True))
)
_WITH_ADDRESSES = (
    sa.select(Person).where(Person.id.in_(sa.bindparam("ids", expanding=True))).options(selectinload(Person.addresses))
)


def new_persons(named: Sequence[tuple[str, str, str, str]]) -> list[Person]:
    """Persons whom nobody knew: each by address, given name, family name and locale."""
    now = clock.now()
    persons = [
        new_row(Person, given_name=given_name, family_name=family_name, locale=locale, created_at=now)
        for _address, given_name, family_name, locale in named
    ]
    write(*persons)
    addresses = [
        new_row(
            EmailAddress, person_id=person.id, address=address.strip(), canonical=canonical(address), is_primary=True
        )
        for person, (address, *_names) in zip(persons, named, strict=True)
    ]
    write(*addresses)
    for person, row in zip(persons, addresses, strict=True):
        set_committed_value(person, "addresses", [row])
    return persons


class AddressInUse(DomainError):
    """Somebody is known by this address already."""

    message = _l("Somebody is known by this address already. Sign in with it instead.")


class LastAddress(DomainError):
    """An account keeps the address that letters go to."""

    message = _l("This is the address that letters go to. Choose another one first.")


def describe(person: Person, *, given_name: str, family_name: str, locale: str, theme: str) -> None:
    """Set how a person is called, and in which language and colours pages are shown to them."""
    person.given_name, person.family_name = clean(given_name), clean(family_name)
    person.locale, person.theme = locale, theme


def ask_for_address(person: Person, address: str, locale: str) -> None:
    """Send a letter to a new address of a person; the link in it adds the address."""
    name = tokens.for_letter(tokens.ADDRESS, person=person, address=address.strip())
    mails.confirm_address(name, person, address.strip(), locale)


def add_address(person: Person, address: str) -> EmailAddress:
    """Let a person be known by one more address, which they have shown to be theirs; their first is told.

    Raises `AddressInUse`.
    """
    known = address_row(address)
    if known is not None and known.person_id != person.id:
        raise AddressInUse
    if known is not None:
        known.verified_at = known.verified_at or clock.now()
        return known
    row = EmailAddress(
        person_id=person.id,
        address=address,
        canonical=canonical(address),
        verified_at=clock.now(),
        is_primary=False,
    )
    db.session.add(row)
    db.session.flush()
    audit.record("person.address_added", person)
    mails.account_changed(person, "address_added", to=person.email)
    return row


def prefer_address(person: Person, row: EmailAddress) -> None:
    """Let letters go to another of a person's addresses; the one before is told. Links sent to it die."""
    former = [address for address in person.addresses if address.is_primary]
    for address in former:
        if address.id == row.id:
            return
        mails.account_changed(person, "address_preferred", to=address.address)
        address.is_primary = False
    db.session.flush()  # the index allows one primary address at any moment
    row.is_primary = True
    tokens.end_all(person)
    audit.record("person.address_preferred", person)


def remove_address(person: Person, row: EmailAddress) -> None:
    """Forget an address of a person, and tell it. Raises `LastAddress` for the one that letters go to."""
    if row.is_primary:
        raise LastAddress
    mails.account_changed(person, "address_removed", to=row.address)
    tokens.end_all(person)
    db.session.delete(row)
    db.session.flush()
    db.session.expire(person, ["addresses"])
    audit.record("person.address_removed", person)
