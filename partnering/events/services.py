"""What can happen to events, their teams and participants."""

from types import EllipsisType
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..accounts.models import Person
from ..db import BilingualText, db
from ..errors import DomainError
from ..i18n import _l
from ..rows import new_row, write
from ..text import clean, fold, folds
from . import queries, signals
from .models import Event, FormerSlug, Host, LegalText, Participant, TeamRole
from .signals import event_cancelled, event_changed

LEGAL_KINDS = ("legal_notice", "privacy", "terms")


class SlugTaken(DomainError):
    """Another event has this address, or had it."""

    message = _l("Another conference has this address already")
    status = 422


class NotReadyToPublish(DomainError):
    """A legal text is missing. `missing` names the kinds."""

    message = _l("Before publishing, enter legal notice, privacy notice and terms.")
    status = 409
    missing: tuple[str, ...] = ()


class IsCalledOff(DomainError):
    """Everybody was told, and the event has left their calendars."""

    message = _l("The conference was called off. This cannot be undone.")
    status = 409


class LastOrganiser(DomainError):
    """Without this person nobody could organise the event any more."""

    message = _l("This is the last organiser. Name another one first.")
    status = 409


def create(host: Host, values: dict[str, Any]) -> Event:
    """A new draft with these values (names of columns). Raises `SlugTaken`."""
    _require_free_slug(values["slug"], None)
    event = Event(host_id=host.id, created_at=clock.now(), **values)
    db.session.add(event)
    db.session.flush()
    audit.record("event.created", event, event=event, after=values)
    return event


def edit(event: Event, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set these columns; a changed slug keeps leading here. Returns what changed, as (before, after).

    Raises `SlugTaken`. Tells `event_changed` what changed, so that calendars follow.
    """
    changes = {name: (getattr(event, name), value) for name, value in values.items() if getattr(event, name) != value}
    if not changes:
        return {}
    if "slug" in changes:
        _require_free_slug(values["slug"], event)
        db.session.execute(
            sa.delete(FormerSlug).where(FormerSlug.event_id == event.id, FormerSlug.slug == values["slug"])
        )
        db.session.add(FormerSlug(event_id=event.id, slug=event.slug))
    for name, (_before, after) in changes.items():
        setattr(event, name, after)
    db.session.flush()
    audit.record(
        "event.changed",
        event,
        event=event,
        before={name: before for name, (before, _after) in changes.items()},
        after={name: after for name, (_before, after) in changes.items()},
    )
    event_changed.send(event, changes=changes)
    return changes


def _require_free_slug(slug: str, event: Event | None) -> None:
    own = event.id if event else 0
    taken = db.session.scalar(
        sa.select(
            sa.or_(
                sa.exists().where(Event.slug == slug, Event.id != own),
                sa.exists().where(FormerSlug.slug == slug, FormerSlug.event_id != own),
            )
        )
    )
    if taken:
        raise SlugTaken


def set_legal_text(event: Event, kind: str, text: BilingualText) -> LegalText:
    """Publish a version of a legal text; the same text again changes nothing."""
    newest = queries.legal_text(event, kind)
    if newest is not None and newest.text == text:
        return newest
    version = LegalText(
        event_id=event.id,
        kind=kind,
        number=newest.number + 1 if newest else 1,
        text=text,
        published_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()
    audit.record("event.legal_text", event, event=event, after={"kind": kind, "number": version.number})
    return version


def missing_texts(event: Event) -> tuple[str, ...]:
    """The kinds of legal text that an event still lacks."""
    return tuple(kind for kind in LEGAL_KINDS if queries.legal_text(event, kind) is None)


def publish(event: Event) -> None:
    """Let everybody see the event. Raises `NotReadyToPublish` while a legal text is missing, `IsCalledOff`."""
    if event.state == "cancelled":
        raise IsCalledOff
    missing = missing_texts(event)
    if missing:
        raise NotReadyToPublish(missing=missing)
    _set_state(event, "published")


def withdraw(event: Event) -> None:
    """Make a published event a draft again, seen by its team only. Raises `IsCalledOff`."""
    if event.state == "cancelled":
        raise IsCalledOff
    _set_state(event, "draft")


def cancel(event: Event) -> None:
    """Call the event off; rooms above tell everybody who takes part."""
    if event.state != "cancelled":
        _set_state(event, "cancelled")
        event_cancelled.send(event)


def _set_state(event: Event, state: str) -> None:
    before, event.state = event.state, state
    db.session.flush()
    audit.record("event.state", event, event=event, before={"state": before}, after={"state": state})


def take_role(role: TeamRole) -> None:
    """End somebody's work at an event. Raises `LastOrganiser` for the last one."""
    if role.area == "organiser":
        others = db.session.scalar(
            sa.select(sa.func.count())
            .select_from(TeamRole)
            .where(
                TeamRole.host_id == role.host_id,
                TeamRole.area == "organiser",
                TeamRole.id != role.id,
                sa.or_(TeamRole.event_id.is_(None), TeamRole.event_id == role.event_id),
            )
        )
        if not others:
            raise LastOrganiser
    audit.record("team.left", role.person, event=role.event, before={"area": role.area})
    db.session.delete(role)
    db.session.flush()


def participant_for(
    event: Event,
    person: Person,
    *,
    title: str = "",
    given_name: str = "",
    family_name: str = "",
    function: str = "",
    company: str = "",
    locale: str | None = None,
    known: Participant | EllipsisType | None = ...,
) -> Participant:
    """The person at this event; made when they are not there yet, else filled in where values are given.

    `known` is what a caller who has looked for them has found.
    """
    participant = known
    if isinstance(participant, EllipsisType):
        participant = db.session.scalars(
            sa.select(Participant).where(Participant.event_id == event.id, Participant.person_id == person.id)
        ).one_or_none()
    if participant is None:
        participant = new_row(
            Participant,
            event_id=event.id,
            person_id=person.id,
            locale=locale or person.locale,
            created_at=clock.now(),
            event=event,
            person=person,
            **_printed(title, given_name or person.given_name, family_name or person.family_name, function, company),
        )
        write(participant)
        return participant
    rename(
        participant,
        title=title or participant.title,
        given_name=given_name or participant.given_name or person.given_name,
        family_name=family_name or participant.family_name or person.family_name,
        function=function or participant.function,
        company=company or participant.company,
    )
    if locale:
        participant.locale = locale
    db.session.flush()
    return participant


def rename(
    participant: Participant, *, title: str, given_name: str, family_name: str, function: str, company: str
) -> None:
    """Set what is printed of a participant, and the forms they are sorted and found by."""
    for column, value in _printed(title, given_name, family_name, function, company).items():
        setattr(participant, column, value)
    if participant.id is not None:
        signals.participant_renamed.send(participant)


def _printed(title: str, given_name: str, family_name: str, function: str, company: str) -> dict[str, str]:
    """What is printed of somebody, tidied, and the forms they are sorted and found by."""
    title, given_name, family_name, company = map(clean, (title, given_name, family_name, company))
    name = " ".join(part for part in (title, given_name, family_name) if part)
    return {
        "title": title,
        "given_name": given_name,
        "family_name": family_name,
        "function": clean(function),
        "company": company,
        "sort_name": fold(f"{family_name} {given_name}"),
        "search_name": folds(f"{name} {company}"),
    }


def give_role(event: Event, person: Person, area: str) -> TeamRole:
    """Let a person work at this event in one of `models.AREAS`; giving twice changes nothing."""
    role = db.session.scalars(
        sa.select(TeamRole).where(TeamRole.event_id == event.id, TeamRole.person_id == person.id, TeamRole.area == area)
    ).one_or_none()
    if role is None:
        role = TeamRole(host_id=event.host_id, event_id=event.id, person_id=person.id, area=area, given_at=clock.now())
        db.session.add(role)
        db.session.flush()
        audit.record("team.joined", person, event=event, after={"area": area})
    return role
