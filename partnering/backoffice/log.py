"""The log of an event as organisers read it: who did what and when, before and after, by person and kind."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import selectinload

from ..accounts.models import Person
from ..audit import AuditDetail, AuditEntry
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event, Participant, TeamRole
from ..i18n import _, _l, day, moment, money
from ..registration.models import Party, Place, Registration
from ..text import fold
from . import changes
from .log_words import CENTS, ROW_NUMBERS, SAID, WORDS

PAGE = 50
PUBLIC_ID = re.compile(r"[a-z0-9]{16}")
MOST_FOUND = 50
"""How many people a search of the log follows."""

KINDS: dict[str, tuple[LazyString, tuple[str, ...]]] = {
    "people": (
        _l("People and their tickets"),
        (
            *("registration.", "participant.", "party.", "place.", "people.", "add_on.", "approval.", "waiting."),
            *("answers.", "catering.", "photos.", "consents."),
        ),
    ),
    "tickets": (
        _l("Tickets, places and codes"),
        ("pool.", "product.", "code.", "member_list.", "refund_rules."),
    ),
    "questions": (_l("The form"), ("form.",)),
    "invoices": (_l("Invoices"), ("invoice.", "invoices.", "invoice_setup.", "host.", "payment.")),
    "meetings": (
        _l("Partnering"),
        ("meeting.", "meetings.", "delegate.", "profile.", "partner_group.", "organisation.", "leads."),
    ),
    "programme": (_l("Programme"), ("programme.", "call.")),
    "door": (
        _l("Doors and badges"),
        ("scan.", "checkin_list.", "checkin_question.", "door_note.", "device.", "badges."),
    ),
    "event": (_l("Conference and team"), ("event.", "team.", "letter.", "consent_recipient.")),
}
"""Groups of deeds, by how their names begin."""


@dataclass(frozen=True)
class Asked:
    """What the log shows: words of a name, one person, a kind of deed, one actor ("system", or a public id)."""

    words: str = ""
    person: str = ""
    kind: str = ""
    actor: str = ""


@dataclass(frozen=True)
class Difference:
    """A field with its value before and after, as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Deed:
    """A line of the log. `erased` says that there was a detail once."""

    id: int
    change: changes.Change
    differences: list[Difference] = field(default_factory=list)
    erased: bool = False


def deeds(event: Event, asked: Asked, *, before: int | None = None) -> tuple[list[Deed], int | None]:
    """A page of the log, newest first, and the id before which the next page begins."""
    statement = sa.select(AuditEntry).where(
        AuditEntry.event_ref == event.public_id, AuditEntry.action.not_in(changes.HIDDEN)
    )
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    if asked.kind in KINDS:
        begins = [AuditEntry.action.startswith(word, autoescape=True) for word in KINDS[asked.kind][1]]
        statement = statement.where(sa.or_(*begins))
    if asked.actor == "system":
        statement = statement.where(AuditEntry.actor_kind == "system")
    elif asked.actor == "guest":
        statement = statement.where(AuditEntry.actor_kind == "anonymous")
    elif asked.actor:
        statement = statement.where(AuditEntry.actor_kind == "person", AuditEntry.actor_ref == asked.actor)
    people = _people(event, asked)
    if people is not None:
        statement = statement.where(AuditEntry.object_ref.in_(refs_of(event, people)))
    entries = db.session.scalars(statement.order_by(AuditEntry.id.desc()).limit(PAGE + 1)).all()
    return _told(event, entries[:PAGE]), entries[PAGE - 1].id if len(entries) > PAGE else None


def about(event: Event, participant: Participant, most: int = 8) -> list[Deed]:
    """What happened to one person, newest first."""
    return of(event, refs_of(event, [participant.id]), most)


def of(event: Event, refs: Sequence[str], most: int) -> list[Deed]:
    """What happened to the things with these public ids, newest first."""
    entries = db.session.scalars(
        sa.select(AuditEntry)
        .where(
            AuditEntry.event_ref == event.public_id,
            AuditEntry.object_ref.in_(refs),
            AuditEntry.action.not_in(changes.HIDDEN),
        )
        .order_by(AuditEntry.id.desc())
        .limit(most)
    ).all()
    return _told(event, entries)


def _people(event: Event, asked: Asked) -> list[int] | None:
    """Participants whom the log is asked about; None for everybody."""
    if not asked.words and not asked.person:
        return None
    found = sa.select(Participant.id).where(Participant.event_id == event.id)
    if asked.person:
        found = found.where(Participant.public_id == asked.person)
    for word in fold(asked.words).split()[:5]:
        found = found.where(Participant.search_name.contains(word, autoescape=True))
    return list(db.session.scalars(found.order_by(Participant.sort_name, Participant.id).limit(MOST_FOUND)))


def refs_of(event: Event, participant_ids: Sequence[int]) -> list[str]:
    """Public ids under which the log speaks of these people: themselves, tickets, places, bookings, profiles."""
    held = sa.select(Registration.id, Registration.public_id, Registration.place_id).where(
        Registration.event_id == event.id, Registration.participant_id.in_(participant_ids)
    )
    rows = db.session.execute(held).all()
    place_ids = [row.place_id for row in rows]
    refs = {row.public_id for row in rows}
    refs |= set(db.session.scalars(sa.select(Participant.public_id).where(Participant.id.in_(participant_ids))))
    places = db.session.execute(
        sa.select(Place.public_id, Party.public_id)
        .join(Party, Party.id == Place.party_id)
        .where(Place.id.in_(place_ids))
    ).all()
    refs |= {ref for pair in places for ref in pair}
    refs |= set(db.session.scalars(sa.select(Delegate.public_id).where(Delegate.participant_id.in_(participant_ids))))
    return sorted(refs)


def actors(event: Event) -> list[tuple[str, str]]:
    """Who may have done something: the team by name."""
    people = db.session.scalars(
        sa.select(Person)
        .join(TeamRole, TeamRole.person_id == Person.id)
        .where(TeamRole.host_id == event.host_id, sa.or_(TeamRole.event_id.is_(None), TeamRole.event_id == event.id))
        .options(selectinload(Person.addresses))
        .distinct()
        .order_by(Person.family_name, Person.given_name, Person.id)
    ).all()
    return [(person.public_id, person.display_name) for person in people]


# -- in words


def _told(event: Event, entries: Sequence[AuditEntry]) -> list[Deed]:
    found = changes.told(event, entries)
    details = {
        detail.entry_id: detail
        for detail in db.session.scalars(
            sa.select(AuditDetail).where(AuditDetail.entry_id.in_([entry.id for entry in entries]))
        )
    }
    names = _names(details.values())
    return [
        Deed(
            entry.id,
            change,
            _differences(details[entry.id], names) if entry.id in details else [],
            entry.detail_hash is not None and entry.id not in details,
        )
        for entry, change in zip(entries, found, strict=True)
    ]


def _names(details: Iterable[AuditDetail]) -> dict[str, str]:
    """What things that details name by public id are called."""
    wanted: set[str] = set()
    for detail in details:
        wanted |= _ids(detail.before) | _ids(detail.after)
    return changes.names_of(wanted) if wanted else {}


def _ids(value: Any) -> set[str]:
    """Whatever in a value looks like a public id."""
    if isinstance(value, dict):
        return set().union(*map(_ids, value.values()))
    if isinstance(value, list):
        return set().union(*map(_ids, value))
    return {value} if isinstance(value, str) and PUBLIC_ID.fullmatch(value) else set()


def _differences(detail: AuditDetail, names: dict[str, str]) -> list[Difference]:
    before, after = detail.before or {}, detail.after or {}
    return [
        Difference(_word(key, names), _text(key, before.get(key), names), _text(key, after.get(key), names))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key) and key not in ROW_NUMBERS
    ]


def _word(key: str, names: dict[str, str]) -> str:
    """What a field is called: by us, by its public id, or, a question, by its own words."""
    return str(WORDS[key]) if key in WORDS else names.get(key, key)


def _text(key: str, value: Any, names: dict[str, str]) -> str:
    """A value of a detail as people read it."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return money(value) if key in CENTS else str(value)
    if isinstance(value, list):
        return ", ".join(_text(key, one, names) for one in value)
    if isinstance(value, dict):
        if set(value) == {"de", "en"}:
            return " / ".join(dict.fromkeys(text for text in (value["de"], value["en"]) if text)) or "–"
        return ", ".join(f"{_word(name, names)}: {_text(name, one, names)}" for name, one in value.items())
    if (key, value) in SAID:
        return str(SAID[key, value])
    text = names.get(str(value), str(value))
    return _moment(text)


def _moment(text: str) -> str:
    """ISO days and instants in words; everything else as it is."""
    if not (10 <= len(text) <= 35 and text[:4].isdigit() and text[4:5] == "-"):
        return text
    try:
        if len(text) == 10:
            return day(date.fromisoformat(text))
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(found) if found.tzinfo is not None else text
