"""What a conference of the world is: plain values that outlive the session they were made in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time

from partnering import clock
from partnering.accounts.models import Person
from partnering.db import BilingualText
from partnering.events.models import Event

Words = Callable[[str], str]
"""Makes the text for a place in the world from its plain form."""


@dataclass
class Conference:
    """One event: what its addresses are made of, and who is there.

    `things` are values of URL parameters, under "endpoint.parameter" or the parameter's name alone; `people` are ids
    of persons by role; `tokens` are secrets by purpose.
    """

    slug: str
    name: str
    things: dict[str, str] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """Two conferences that must not know of each other, one in which nothing happened yet, and who runs it all.

    The people of the bare one are those of `own`.
    """

    own: Conference
    other: Conference
    bare: Conference
    admin: int


def plainly(text: str) -> str:
    """Texts as they are."""
    return text


def both(words: Words, de: str, en: str) -> BilingualText:
    """A text in both languages."""
    return BilingualText(de=words(de), en=words(en))


def remember(made: Conference, role: str, person: Person) -> None:
    """Keep who somebody is, by role."""
    made.people[role], made.addresses[role] = person.id, person.email


def morning(event: Event, hour: int, minute: int = 0) -> datetime:
    """A time of the first morning, on the wall clock of the event."""
    return clock.from_zone(datetime.combine(event.first_day, time(hour, minute)), event.zone)
