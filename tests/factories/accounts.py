"""People for tests."""

from itertools import count

from partnering.accounts import services
from partnering.accounts.models import Person
from partnering.db import db, transaction, writing

_numbers = count(1)


def make_person(
    address: str = "", *, given_name: str = "Jana", family_name: str = "Wittkowski", locale: str = "de"
) -> Person:
    """A person with one address; in the running transaction, or in one of its own."""
    address = address or f"person{next(_numbers)}@people.example"
    if writing():
        return services.person_for(address, given_name=given_name, family_name=family_name, locale=locale)
    with transaction():
        person = services.person_for(address, given_name=given_name, family_name=family_name, locale=locale)
    db.session.refresh(person)
    return person
