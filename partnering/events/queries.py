"""What can be asked about events, their teams and participants."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from .. import clock
from ..accounts.models import Person
from ..db import db, table_of, writing
from ..rows import Reader, ask
from .models import Event, FormerSlug, Host, LegalText, Participant, TeamRole


def event_by_slug(slug: str) -> Event | None:
    """The event at this slug. For a deed without its texts, and with the time where the database's clock decides."""
    if writing():
        row = ask(_BARE, {"slug": slug}).one_or_none()
        return event_in(row) if row is not None else None
    row = ask(_BY_SLUG, {"slug": slug}).one_or_none()
    event = _WITH_TEXTS.thing(row) if row is not None else None
    if event is not None:
        vars(event)["host"] = _HOSTS.thing(row, len(_WITH_TEXTS.columns))
    return event


def event_in(row: Row[Any], at: int = 0) -> Event:
    """The event whose `COLUMNS` begin `at` this place of a row, without its texts; the time it tells is learnt."""
    event = _EVENTS.thing(row, at)
    assert event is not None  # nothing is joined to it from outside
    vars(event)["host"] = _HOSTS.thing(row, at + len(_EVENTS.columns))
    if db.session.get_bind().dialect.name != "sqlite":
        clock.learn(row[at + len(COLUMNS) - 1])
    return event


_ONLY_SHOWN = (Event.claim, Event.description, Event.travel, Event.accessibility, Event.notice, Event.faq)
_EVENTS = Reader(Event, without=_ONLY_SHOWN)
_HOSTS = Reader(Host)
COLUMNS = (*_EVENTS.columns, *_HOSTS.columns, sa.func.now())
_WITH_TEXTS = Reader(Event)
_WITH_HOST, _AT_SLUG = table_of(Event).join(table_of(Host)), Event.slug == sa.bindparam("slug")
_BARE = sa.select(*COLUMNS).select_from(_WITH_HOST).where(_AT_SLUG)
_BY_SLUG = sa.select(*_WITH_TEXTS.columns, *_HOSTS.columns).select_from(_WITH_HOST).where(_AT_SLUG)


def event_by_former_slug(slug: str) -> Event | None:
    """The event that had this slug before."""
    former = db.session.scalars(sa.select(FormerSlug).where(FormerSlug.slug == slug)).one_or_none()
    return former.event if former else None


def public_events() -> Sequence[Event]:
    """Published and cancelled events, upcoming ones first by day, then past ones newest first."""
    events = db.session.scalars(
        sa.select(Event)
        .where(Event.state.in_(("published", "cancelled")))
        .options(sa.orm.joinedload(Event.host))
        .order_by(Event.opens_at)
    ).all()
    upcoming = [event for event in events if not is_over(event)]
    past = [event for event in reversed(events) if is_over(event)]
    return [*upcoming, *past]


def is_over(event: Event) -> bool:
    """Whether the event's last hour has passed."""
    return event.closes_at < clock.now()


def areas_of(person: Person, event: Event) -> frozenset[str]:
    """The team areas in which a person works at an event, given for it or for all events of its host."""
    return frozenset(
        db.session.scalars(
            sa.select(TeamRole.area).where(
                TeamRole.person_id == person.id,
                TeamRole.host_id == event.host_id,
                sa.or_(TeamRole.event_id.is_(None), TeamRole.event_id == event.id),
            )
        )
    )


def participant_of(person: Person, event: Event) -> Participant | None:
    """The person at this event, in any role."""
    row = ask(_TAKING_PART, {"event": event.id, "person": person.id}).one_or_none()
    return _PARTICIPANTS.thing(row) if row is not None else None


_PARTICIPANTS = Reader(Participant)
_TAKING_PART = sa.select(*_PARTICIPANTS.columns).where(
    Participant.event_id == sa.bindparam("event"), Participant.person_id == sa.bindparam("person")
)


def legal_text(event: Event, kind: str) -> LegalText | None:
    """The version in force of an event's "legal_notice", "privacy" or "terms"."""
    return db.session.scalars(
        sa.select(LegalText)
        .where(LegalText.event_id == event.id, LegalText.kind == kind)
        .order_by(LegalText.number.desc())
        .limit(1)
    ).one_or_none()


def team_of(event: Event) -> Sequence[TeamRole]:
    """Everybody's roles at an event, those for the whole host included."""
    return db.session.scalars(
        sa.select(TeamRole)
        .where(
            TeamRole.host_id == event.host_id,
            sa.or_(TeamRole.event_id.is_(None), TeamRole.event_id == event.id),
        )
        .options(sa.orm.joinedload(TeamRole.person).selectinload(Person.addresses))
        .order_by(TeamRole.area, TeamRole.id)
    ).all()


def hosts_organised_by(person: Person) -> Sequence[Host]:
    """The hosts on whose behalf a person may make events: those they organise at all; for admins, every one."""
    statement = sa.select(Host).order_by(Host.id)
    if not person.is_admin:
        statement = statement.where(
            Host.id.in_(
                sa.select(TeamRole.host_id).where(TeamRole.person_id == person.id, TeamRole.area == "organiser")
            )
        )
    return db.session.scalars(statement).all()


def organises_host(person: Person, host_id: int) -> bool:
    """Whether somebody organises for a host as a whole, not only one of its events."""
    return (
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    TeamRole.person_id == person.id,
                    TeamRole.host_id == host_id,
                    TeamRole.event_id.is_(None),
                    TeamRole.area == "organiser",
                )
            )
        )
        is True
    )


def events_organised_by(person: Person) -> Sequence[Event]:
    """The events that a person organises, newest first."""
    statement = sa.select(Event).options(sa.orm.joinedload(Event.host)).order_by(Event.opens_at.desc())
    if not person.is_admin:
        own = sa.select(TeamRole).where(TeamRole.person_id == person.id, TeamRole.area == "organiser").subquery()
        statement = statement.where(
            sa.exists().where(
                own.c.host_id == Event.host_id, sa.or_(own.c.event_id.is_(None), own.c.event_id == Event.id)
            )
        )
    return db.session.scalars(statement).all()


def role_at(event: Event, person_public_id: str, area: str) -> TeamRole | None:
    """Somebody's role given for this event alone."""
    return db.session.scalars(
        sa.select(TeamRole)
        .join(Person, Person.id == TeamRole.person_id)
        .where(TeamRole.event_id == event.id, TeamRole.area == area, Person.public_id == person_public_id)
    ).one_or_none()
