"""What organisers ask about the profiles of their event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..db import db
from ..events.models import Event
from ..organisations.models import Organisation
from ..text import fold
from .models import Delegate, OrganisationProfile

PAGE = 50
SHOWN = ("all", "asked", "withheld")


@dataclass(frozen=True)
class Page:
    """One page of profiles with how many people partner for each and how many of them can be found."""

    profiles: Sequence[OrganisationProfile]
    people: dict[int, tuple[int, int]]
    total: int
    first: int

    @property
    def last(self) -> int:
        """The number of the last one on this page."""
        return self.first + len(self.profiles) - 1


def page(event: Event, *, words: str = "", show: str = "all", page: int = 1) -> Page:
    """The profiles by the organisations' names; a constant number of queries."""
    wanted = _wanted(event, show)
    if words:
        wanted.append(Organisation.folded_name.contains(fold(words), autoescape=True))
    total = db.session.scalar(_profiles(sa.func.count(), *wanted)) or 0
    profiles = db.session.scalars(
        _profiles(OrganisationProfile, *wanted)
        .options(joinedload(OrganisationProfile.organisation), joinedload(OrganisationProfile.location))
        .order_by(Organisation.folded_name, OrganisationProfile.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    ).all()
    return Page(profiles, _people([one.id for one in profiles]), total, (page - 1) * PAGE + 1)


def numbers(event: Event) -> dict[str, int]:
    """How many profiles there are of each kind of `SHOWN`."""
    return {show: db.session.scalar(_profiles(sa.func.count(), *_wanted(event, show))) or 0 for show in SHOWN}


def _profiles(what: Any, *wanted: Any) -> sa.Select[Any]:
    return (
        sa.select(what)
        .select_from(OrganisationProfile)
        .join(Organisation, Organisation.id == OrganisationProfile.organisation_id)
        .where(*wanted)
    )


def _wanted(event: Event, show: str) -> list[Any]:
    """The conditions of a list; profiles for which nobody partners any more stand in none but that of asks."""
    mine = OrganisationProfile.event_id == event.id
    if show == "asked":
        return [mine, Organisation.public_asked_at.is_not(None)]
    if show == "withheld":
        return [mine, OrganisationProfile.withheld_at.is_not(None)]
    somebody = sa.exists().where(Delegate.profile_id == OrganisationProfile.id, Delegate.left_at.is_(None))
    return [mine, somebody]


def _people(profile_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        sa.select(
            Delegate.profile_id,
            sa.func.count(),
            sa.func.sum(sa.case((Delegate.visibility != "hidden", 1), else_=0)),
        )
        .where(Delegate.profile_id.in_(profile_ids), Delegate.left_at.is_(None))
        .group_by(Delegate.profile_id)
    )
    return {profile_id: (number, int(found)) for profile_id, number, found in rows}
