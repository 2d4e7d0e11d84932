"""Whose badges there are to print, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..consents import services as consents
from ..consents.models import Consent
from ..db import db
from ..events.models import Event, Participant
from ..jobs.models import Job
from ..programme.models import ReleasedPerson, ReleasedSession
from ..registration import codes
from ..registration.models import Place, Registration, TicketCode
from ..text import fold
from .roles import LOOKS, Look

TASK = "badges.pdf"
SORTS = ("name", "organisation", "date")


@dataclass(frozen=True)
class Badge:
    """What one badge says. `code` is what its QR code holds, `printed` the same ticket for people to read.

    `days` are the ISO days that the ticket admits to (none: all); `no_photos` says that its bearer did not agree to
    being photographed. Nothing else that somebody answered stands on a badge, and nothing at all in its code.
    """

    ref: str
    first: str
    last: str
    organisation: str
    function: str
    role: str
    code: str
    printed: str
    days: tuple[str, ...] = ()
    no_photos: bool = False

    @property
    def look(self) -> Look:
        """How the role is printed."""
        return LOOKS[self.role]


def badges(event: Event, *, since: datetime | None = None, sort: str = "name") -> list[Badge]:
    """The badges of everybody with a live registration; `since` only what is new: ticket code or choice about photos.

    A substitute or a reprint after loss has a new code. `sort` is one of `SORTS`; "date" is that of the registration.
    """
    query = (
        sa.select(Registration)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(Registration.event_id == event.id, Registration.state == "live")
        .options(
            joinedload(Registration.participant),
            joinedload(Registration.place).joinedload(Place.product),
            selectinload(Registration.codes),
        )
        .order_by(Participant.sort_name, Registration.id)
    )
    if since is not None:
        query = query.where(
            sa.exists().where(
                TicketCode.registration_id == Registration.id,
                TicketCode.revoked_at.is_(None),
                TicketCode.created_at > since,
            )
            | sa.exists().where(
                Consent.participant_id == Registration.participant_id,
                Consent.purpose == "photo",
                sa.or_(Consent.given_at > since, Consent.withdrawn_at > since),
            )
        )
    registrations = [each for each in db.session.scalars(query) if each.code is not None]
    if sort == "organisation":
        registrations.sort(key=lambda each: (fold(each.participant.company), each.participant.sort_name))
    elif sort == "date":
        registrations.sort(key=lambda each: (each.created_at, each.id))
    on_stage, may_show = speaker_ids(event), consents.agreed(event, "photo")
    return [_badge(each, on_stage, may_show) for each in registrations]


def _badge(registration: Registration, on_stage: frozenset[int], may_show: frozenset[int]) -> Badge:
    participant, code = registration.participant, registration.code
    assert code is not None  # the caller left those without out
    role = registration.place.product.role
    if role == "attendee" and participant.id in on_stage:
        role = "speaker"
    last = " ".join(part for part in (participant.title, participant.family_name) if part)
    first = participant.given_name
    if registration.badge_name:
        first, _space, last = registration.badge_name.partition(" ")
    return Badge(
        ref=registration.public_id,
        first=first or last,
        last=last if first else "",
        organisation=participant.company,
        function=participant.function,
        role=role if role in LOOKS else "attendee",
        code=codes.code_text(code),
        printed=codes.printed(code),
        days=tuple(registration.place.product.days),
        no_photos=participant.id not in may_show,
    )


def speaker_ids(event: Event) -> frozenset[int]:
    """The participants who speak in a session that takes place."""
    return frozenset(
        db.session.scalars(
            sa.select(ReleasedPerson.participant_id)
            .join(ReleasedSession, ReleasedSession.id == ReleasedPerson.released_id)
            .where(ReleasedPerson.event_id == event.id, ReleasedSession.current, ReleasedSession.state == "live")
        )
    )


def printed_last_at(event: Event) -> datetime | None:
    """When the badges that were made last were asked for; None before the first time."""
    return db.session.scalar(
        sa.select(sa.func.max(Job.created_at)).where(
            Job.task == TASK, Job.event_ref == event.public_id, Job.state == "done"
        )
    )


def longest(found: Sequence[Badge], most: int = 6) -> list[Badge]:
    """The badges with the longest first names, family names and organisations: what may not fit is seen here first."""
    chosen: dict[str, Badge] = {}
    for measure in (
        lambda badge: len(badge.first),
        lambda badge: len(badge.last),
        lambda badge: len(badge.organisation),
    ):
        for badge in sorted(found, key=measure, reverse=True)[:2]:
            chosen.setdefault(badge.ref, badge)
    rest = (badge for badge in found if badge.ref not in chosen)
    for badge in rest:
        if len(chosen) >= most:
            break
        chosen[badge.ref] = badge
    return list(chosen.values())[:most]
