"""Whose badges there are, in which layout, and what was printed before; in a constant number of queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import qr
from ..agenda.models import Location
from ..consents import services as consents
from ..db import db
from ..delegates.models import OrganisationProfile
from ..events.models import Event, Participant
from ..i18n import _, bi
from ..jobs.models import Job
from ..programme.models import ReleasedPerson, ReleasedSession
from ..registration import codes
from ..registration.models import Place, Registration, TicketCode
from ..text import fold
from ..tickets.models import Product
from .content import Badge
from .layout import Layout, read_colours, read_element, read_for
from .models import BadgeBatch, BadgeLayout, BadgePrint
from .roles import LOOKS
from .standard import A6X4, standard

TASK = "badges.pdf"
SORTS = ("name", "organisation", "date")
STATES = ("new", "changed", "printed")


# -- whose badges


def badges(event: Event, *, sort: str = "name", refs: Collection[str] | None = None) -> list[Badge]:
    """The badges of everybody with a live registration, or of these registrations (public ids) among them.

    `sort` is one of `SORTS`; "date" is that of the registration. Words are in the language in force.
    """
    query = (
        sa.select(
            *(Registration.id, Registration.public_id, Registration.badge_name, Registration.created_at),
            *(Registration.participant_id, Registration.organisation_id, Participant.title, Participant.given_name),
            *(Participant.family_name, Participant.function, Participant.company, Participant.sort_name),
            *(Product.public_id.label("ticket"), Product.name.label("ticket_name"), Product.role, Product.days),
            *(TicketCode.id.label("code_row"), TicketCode.code_id, TicketCode.key_number),
        )
        .join(Participant, Participant.id == Registration.participant_id)
        .join(Place, Place.id == Registration.place_id)
        .join(Product, Product.id == Place.product_id)
        .join(TicketCode, sa.and_(TicketCode.registration_id == Registration.id, TicketCode.revoked_at.is_(None)))
        .where(Registration.event_id == event.id, Registration.state == "live")
        .order_by(Participant.sort_name, Registration.id)
    )
    if refs is not None:
        query = query.where(Registration.public_id.in_(refs))
    rows = list(db.session.execute(query))
    if sort == "organisation":
        rows.sort(key=lambda row: (fold(row.company), row.sort_name))
    elif sort == "date":
        rows.sort(key=lambda row: (row.created_at, row.id))
    on_stage, may_show, places = speaker_ids(event), consents.agreed(event, "photo"), places_of(event)
    return [_badge(row, on_stage, may_show, places) for row in rows]


def badge_of(event: Event, ref: str) -> Badge | None:
    """The badge of one registration (public id); None if it is not live here."""
    return next(iter(badges(event, refs=[ref])), None)


def _badge(row: sa.Row, on_stage: frozenset[int], may_show: frozenset[int], places: Mapping[int, str]) -> Badge:
    role = row.role
    if role == "attendee" and row.participant_id in on_stage:
        role = "speaker"
    first, last = names_on_badge(row.badge_name, row.title, row.given_name, row.family_name)
    return Badge(
        ref=row.public_id,
        first=first,
        last=last,
        organisation=row.company,
        function=row.function,
        role=role if role in LOOKS else "attendee",
        code=codes.text_of(row.code_id, row.key_number),
        printed=qr.printed(bytes.fromhex(row.code_id)),
        days=tuple(row.days),
        no_photos=row.participant_id not in may_show,
        place=places.get(row.organisation_id, ""),
        ticket=row.ticket,
        ticket_name=bi(row.ticket_name),
        code_id=row.code_row,
        whole=row.badge_name or " ".join(part for part in (row.title, row.given_name, row.family_name) if part),
    )


def names_on_badge(whole: str, title: str, given: str, family: str) -> tuple[str, str]:
    """What stands large on a badge, and what below it: the first name, and title with family name.

    `whole` is the name as its bearer wrote it for the badge, if they did. A title, or what looks like one, is never
    taken for the first name.
    """
    rest = whole or " ".join(part for part in (title, given, family) if part)
    titles = [title] if title and rest.startswith(f"{title} ") else []
    rest = rest[len(title) + 1 :] if titles else rest
    words = rest.split(" ")
    while len(words) > 1 and words[0].endswith(".") and not (len(words[0]) == 2 and words[0][0].isupper()):
        titles.append(words.pop(0))
    rest = " ".join(words)
    is_given = bool(given) and f"{rest} ".startswith(f"{given} ")
    first, last = (given, rest[len(given) :].strip()) if is_given else (words[0], " ".join(words[1:]))
    below = " ".join([*titles, last]).strip() if last or titles else ""
    return first, below


def speaker_ids(event: Event) -> frozenset[int]:
    """The participants who speak in a session that takes place."""
    return frozenset(
        db.session.scalars(
            sa.select(ReleasedPerson.participant_id)
            .join(ReleasedSession, ReleasedSession.id == ReleasedPerson.released_id)
            .where(ReleasedPerson.event_id == event.id, ReleasedSession.current, ReleasedSession.state == "live")
        )
    )


def places_of(event: Event) -> dict[int, str]:
    """The tables and stands of organisations, by the organisation's id, as people read them."""
    rows = db.session.execute(
        sa.select(OrganisationProfile.organisation_id, Location.kind, Location.name)
        .join(Location, Location.id == OrganisationProfile.location_id)
        .where(OrganisationProfile.event_id == event.id)
    )
    return {
        organisation_id: _("Table %(name)s", name=bi(name)) if kind == "table" else bi(name)
        for organisation_id, kind, name in rows
    }


def tickets_of(event: Event) -> Sequence[Product]:
    """The ticket types that a layout may be meant for."""
    return db.session.scalars(
        sa.select(Product)
        .where(Product.event_id == event.id, Product.kind == "ticket")
        .order_by(Product.position, Product.id)
    ).all()


def longest(found: Sequence[Badge], most: int = 4) -> list[Badge]:
    """The badges with the longest first names, family names and organisations: what may not fit is seen here first."""
    chosen: dict[str, Badge] = {}
    for measure in (
        lambda badge: len(badge.first),
        lambda badge: len(badge.last),
        lambda badge: len(badge.organisation) + len(badge.function),
        lambda badge: bool(badge.place) + bool(badge.days) + badge.no_photos,
    ):
        for badge in sorted(found, key=measure, reverse=True):
            if badge.ref not in chosen:
                chosen[badge.ref] = badge
                break
    return list(chosen.values())[:most]


# -- layouts


@dataclass(frozen=True)
class Layouts:
    """An event's layouts in their order, and the one for badges that none of them is meant for."""

    own: Sequence[Layout]
    otherwise: Layout

    def of(self, badge: Badge) -> Layout:
        """The layout of a badge."""
        return next((layout for layout in self.own if layout.when.fits(badge)), self.otherwise)


def layout_rows(event: Event) -> Sequence[BadgeLayout]:
    """The layouts in use, in their order."""
    return db.session.scalars(
        sa.select(BadgeLayout)
        .where(BadgeLayout.event_id == event.id, BadgeLayout.retired_at.is_(None))
        .order_by(BadgeLayout.position, BadgeLayout.id)
    ).all()


def layout_at(event: Event, public_id: str) -> BadgeLayout | None:
    """One of the event's layouts that is in use."""
    return db.session.scalars(
        sa.select(BadgeLayout).where(
            BadgeLayout.event_id == event.id, BadgeLayout.public_id == public_id, BadgeLayout.retired_at.is_(None)
        )
    ).one_or_none()


def read(row: BadgeLayout) -> Layout:
    """A layout as plain values."""
    return Layout(
        paper=row.paper,
        width=row.width,
        height=row.height,
        elements=tuple(map(read_element, row.elements)),
        colours=read_colours(row.colours),
        when=read_for(row.conditions),
        id=row.id,
    )


def layouts(event: Event) -> Layouts:
    """The layouts by which each badge has its own; without any the house's, on the paper of the first."""
    own = [read(row) for row in layout_rows(event)]
    return Layouts(own, standard(own[0].paper, own[0].width, own[0].height) if own else standard(A6X4))


# -- what was printed


def printed_hashes(event: Event, code_ids: Collection[int] | None = None) -> dict[int, str]:
    """What stood last on the badge of each ticket code that was printed, by its id; of all, or of these."""
    asked = sa.select(BadgePrint.ticket_code_id, BadgePrint.content_hash).where(BadgePrint.event_id == event.id)
    if code_ids is not None:
        asked = asked.where(BadgePrint.ticket_code_id.in_(code_ids))
    return {row.ticket_code_id: row.content_hash for row in db.session.execute(asked.order_by(BadgePrint.id))}


def state_of(badge: Badge, hashes: Mapping[int, str]) -> str:
    """Whether a badge is new (its code is on no paper), has changed since it was printed, or is printed as it is."""
    known = hashes.get(badge.code_id)
    if known is None:
        return "new"
    return "printed" if known == badge.content_hash() else "changed"


def wanted(event: Event, which: str, sort: str, refs: Collection[str] = ()) -> list[Badge]:
    """The badges that a batch asks for: "all", "new", "changed", or "selected" by public ids of registrations."""
    found = badges(event, sort=sort, refs=set(refs) if which == "selected" else None)
    if which in ("new", "changed"):
        hashes = printed_hashes(event)
        found = [badge for badge in found if state_of(badge, hashes) == which]
    return found


def batches_of(event: Event, most: int = 8) -> list[tuple[BadgeBatch, Job | None]]:
    """What was printed before, newest first, with the job that made it while that is kept."""
    rows = db.session.execute(
        sa.select(BadgeBatch, Job)
        .outerjoin(Job, Job.public_id == BadgeBatch.job_ref)
        .where(BadgeBatch.event_id == event.id)
        .options(joinedload(BadgeBatch.layout), joinedload(BadgeBatch.made_by))
        .order_by(BadgeBatch.id.desc())
        .limit(most)
    )
    return [(batch, job) for batch, job in rows]


def batch_at(event: Event, public_id: str) -> BadgeBatch | None:
    """One of the event's batches."""
    return db.session.scalars(
        sa.select(BadgeBatch).where(BadgeBatch.event_id == event.id, BadgeBatch.public_id == public_id)
    ).one_or_none()


def batch_by_ref(public_id: str) -> BadgeBatch | None:
    """A batch of any event, for the job that makes it."""
    return db.session.scalars(sa.select(BadgeBatch).where(BadgeBatch.public_id == public_id)).one_or_none()
