"""What can happen to events, their teams and participants."""

import sqlalchemy as sa

from .. import clock
from ..accounts.models import Person
from ..db import db
from ..text import clean, fold, folds
from .models import Event, Participant, TeamRole


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
) -> Participant:
    """The person at this event; made when they are not there yet, else filled in where values are given."""
    participant = db.session.scalars(
        sa.select(Participant).where(Participant.event_id == event.id, Participant.person_id == person.id)
    ).one_or_none()
    if participant is None:
        participant = Participant(
            event_id=event.id, person_id=person.id, locale=locale or person.locale, created_at=clock.now()
        )
        db.session.add(participant)
    rename(
        participant,
        title=title or participant.title or "",
        given_name=given_name or participant.given_name or person.given_name,
        family_name=family_name or participant.family_name or person.family_name,
        function=function or participant.function or "",
        company=company or participant.company or "",
    )
    if locale:
        participant.locale = locale
    db.session.flush()
    return participant


def rename(
    participant: Participant, *, title: str, given_name: str, family_name: str, function: str, company: str
) -> None:
    """Set what is printed of a participant, and the forms they are sorted and found by."""
    participant.title, participant.given_name, participant.family_name = (
        clean(title),
        clean(given_name),
        clean(family_name),
    )
    participant.function, participant.company = clean(function), clean(company)
    participant.sort_name = fold(f"{participant.family_name} {participant.given_name}")
    participant.search_name = folds(f"{participant.name} {participant.company}")


def give_role(event: Event, person: Person, area: str) -> TeamRole:
    """Let a person work at this event as "organiser" or "crew"; giving twice changes nothing."""
    role = db.session.scalars(
        sa.select(TeamRole).where(TeamRole.event_id == event.id, TeamRole.person_id == person.id, TeamRole.area == area)
    ).one_or_none()
    if role is None:
        role = TeamRole(host_id=event.host_id, event_id=event.id, person_id=person.id, area=area, given_at=clock.now())
        db.session.add(role)
        db.session.flush()
    return role
