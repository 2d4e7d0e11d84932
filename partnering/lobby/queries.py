"""What the public pages of an event show, each in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..accounts.models import Person
from ..agenda.models import Appointment, Location
from ..contributions.queries import events_handed_in_to
from ..db import db
from ..events.models import Event, Participant, TeamRole
from ..meetings.models import MeetingBlock
from ..programme.models import ReleasedPerson, ReleasedSession
from ..programme.queries import WHOLE
from ..registration.models import Registration
from ..tickets import queries as ticket_queries
from ..tickets import services as tickets
from ..tickets.models import PriceTier, Product


@dataclass(frozen=True)
class Offer:
    """A ticket type as visitors see it: price in cents, the later one if this is early, and what is left."""

    product: Product
    price: PriceTier | None
    later: PriceTier | None
    left: int
    on_sale: bool

    @property
    def gone(self) -> bool:
        """Whether less is left than one order must hold."""
        return self.left < self.product.fewest_per_order

    @property
    def waits(self) -> bool:
        """Whether there is a waiting list to join for what is gone."""
        return self.gone and self.on_sale and self.product.waiting_list


@dataclass(frozen=True)
class Plate:
    """The tables of the meeting hall: rows of states, how many hold a meeting, and how many meetings are agreed."""

    rows: list[tuple[str, list[str]]]
    taken: int
    tables: int
    meetings: int


def offers(event: Event) -> list[Offer]:
    """The event's public ticket types in their order. What is left is the least any of its pools can still give."""
    now = clock.now()
    products = ticket_queries.products_on_show(event)
    left = tickets.lefts(products)
    return [_offer(product, left[product.id], now) for product in products]


def _offer(product: Product, left: int, now: datetime) -> Offer:
    everybody = [tier for tier in product.tiers if not tier.audience]  # the others need a code that speaks for them
    tiers = sorted(everybody, key=lambda tier: (tier.until is None, tier.until or now))
    valid = [tier for tier in tiers if tier.until is None or tier.until > now]
    return Offer(
        product=product,
        price=valid[0] if valid else None,
        later=valid[1] if len(valid) > 1 else None,
        left=left,
        on_sale=tickets.is_on_sale(product, now),
    )


def highlights(event: Event, most: int = 5) -> Sequence[ReleasedSession]:
    """A few sessions for the event page: keynotes and panels first, shown in the order of the day."""
    weight = sa.case(
        {"keynote": 0, "panel": 1, "pitch": 2, "workshop": 3, "talk": 4}, value=ReleasedSession.kind, else_=9
    )
    chosen = db.session.scalars(
        sa.select(ReleasedSession)
        .where(
            ReleasedSession.event_id == event.id,
            ReleasedSession.current,
            ReleasedSession.state == "live",
            ReleasedSession.kind.not_in(("break", "social")),
        )
        .options(*WHOLE)
        .order_by(weight, ReleasedSession.starts_at, ReleasedSession.session_id)
        .limit(most)
    ).all()
    return sorted(chosen, key=lambda row: (row.starts_at, row.session_id))


def plate(event: Event) -> Plate | None:
    """The tables at which meetings are agreed, or None where an event has no tables or no meetings."""
    agreed = db.session.execute(
        sa.select(Appointment.location_id, sa.func.count().label("meetings"))
        .where(Appointment.event_id == event.id, Appointment.kind == "meeting", Appointment.state == "live")
        .group_by(Appointment.location_id)
    ).all()
    meetings = {row.location_id: int(row.meetings) for row in agreed}
    tables = db.session.execute(
        sa.select(Location.row, Location.id)
        .where(Location.event_id == event.id, Location.kind == "table", Location.row != "")
        .order_by(Location.row, Location.column)
    ).all()
    if not meetings or not tables:
        return None
    rows: dict[str, list[str]] = {}
    for row, location_id in tables:
        rows.setdefault(row, []).append("taken" if location_id in meetings else "free")
    taken = sum(location_id in meetings for _row, location_id in tables)
    return Plate(list(rows.items()), taken, len(tables), sum(meetings.values()))


def slot_minutes(event: Event) -> int | None:
    """The length of this event's meetings in minutes, if it has any."""
    return db.session.scalar(
        sa.select(MeetingBlock.slot_minutes)
        .where(MeetingBlock.event_id == event.id)
        .order_by(MeetingBlock.starts_at)
        .limit(1)
    )


@dataclass(frozen=True)
class OwnEvent:
    """An event in which somebody has a part: takes part in it, helps at its door, organises it, caters for it, reads
    contributions for it, or hands some in.
    """

    event: Event
    takes_part: bool
    helps: bool
    organises: bool
    caters: bool
    reviews: bool
    hands_in: bool


def own_events(person: Person, most: int = 12) -> list[OwnEvent]:
    """The events in which a person has a part, those to come first; past ones follow, newest first."""
    areas = db.session.execute(
        sa.select(TeamRole.host_id, TeamRole.event_id, TeamRole.area).where(TeamRole.person_id == person.id)
    ).all()
    attends, hands_in = set(db.session.scalars(_attended(person))), events_handed_in_to(person)
    hosts = {role.host_id for role in areas if role.event_id is None}
    events = db.session.scalars(
        sa.select(Event)
        .where(
            sa.or_(
                Event.id.in_(attends | hands_in | {role.event_id for role in areas if role.event_id is not None}),
                Event.host_id.in_(hosts),
            )
        )
        .options(joinedload(Event.host))
    ).all()
    now = clock.now()
    ordered = sorted(events, key=lambda event: abs((event.opens_at - now).total_seconds()))
    ordered = [e for e in ordered if e.closes_at >= now] + [e for e in ordered if e.closes_at < now]
    own = []
    for event in ordered[:most]:
        held = {role.area for role in areas if role.event_id == event.id or _for_host(role, event)}
        helps, organises = bool(held & {"crew", "organiser"}), "organiser" in held
        own.append(
            OwnEvent(
                event,
                event.id in attends,
                helps,
                organises,
                "catering" in held,
                "committee" in held,
                event.id in hands_in,
            )
        )
    return own


def _for_host(role: sa.Row[int, int | None, str], event: Event) -> bool:
    return role.event_id is None and role.host_id == event.host_id


def _attended(person: Person) -> sa.Select[int]:
    """The events at which a person holds a ticket or speaks."""
    holds = sa.exists().where(Registration.participant_id == Participant.id, Registration.state == "live")
    speaks = sa.exists().where(
        ReleasedPerson.participant_id == Participant.id,
        ReleasedPerson.released_id == ReleasedSession.id,
        ReleasedSession.current,
        ReleasedSession.state != "withdrawn",
    )
    return sa.select(Participant.event_id).where(
        Participant.person_id == person.id, Participant.erased_at.is_(None), sa.or_(holds, speaks)
    )
