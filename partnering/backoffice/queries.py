"""What the overview shows of an event, each answer in one question or a fixed number of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from .. import clock
from ..accounts.models import Person
from ..agenda.models import Location, LocationAtom
from ..checkin.models import Admission
from ..db import db, writing
from ..delegates.models import Delegate, ProfileTerm
from ..events.models import Event, LegalText, Participant
from ..events.services import LEGAL_KINDS
from ..meetings import queries as meeting_queries
from ..meetings.models import Meeting, MeetingDelegate, MeetingSlot
from ..registration.models import Item, Party, Place, Registration
from ..tickets import queries as ticket_queries
from ..tickets import services as tickets
from ..tickets.models import Claim, PriceTier, Product
from .models import PeopleImport

STEP = 600
"""Arrivals are counted in steps of ten minutes (seconds)."""

MOST_STEPS = 24
MOST_WEEKS = 30

Steps = list[tuple[datetime, int]]


@dataclass(frozen=True)
class Registered:
    """How many hold a ticket, and by week how many came and how many there were."""

    number: int
    weeks: list[tuple[date, int, int]]


@dataclass(frozen=True)
class Arrived:
    """How many of the guests are in, who came last, and arrivals in steps of ten minutes on the newest day."""

    number: int
    last_name: str
    last_at: datetime | None
    steps: Steps


@dataclass(frozen=True)
class Meetings:
    """Confirmed meetings, open requests, those that wait long, and how many requests were answered and how."""

    confirmed: int
    waiting: int
    waiting_long: int
    accepted: int
    declined: int

    @property
    def acceptance(self) -> int | None:
        """Percent of the answered requests that were accepted."""
        answered = self.accepted + self.declined
        return round(100 * self.accepted / answered) if answered else None


@dataclass(frozen=True)
class Booked:
    """What bookings come to, in cents by currency, and how many there are."""

    gross: dict[str, int]
    parties: int


@dataclass(frozen=True)
class Table:
    """A table at one slot: "free", "taken" or "off"."""

    location: Location
    state: str


@dataclass(frozen=True)
class Plate:
    """The tables at one slot, row by row with None for gaps, and the slots before and after it."""

    slot: MeetingSlot
    previous: MeetingSlot | None
    next: MeetingSlot | None
    rows: list[tuple[str, list[Table | None]]]
    numbers: dict[str, int]


def registered(event: Event) -> Registered:
    """The live registrations, by the Monday of the week in which they were made."""
    moments = db.session.scalars(
        sa.select(Registration.created_at).where(Registration.event_id == event.id, Registration.state == "live")
    ).all()
    counted: dict[date, int] = {}
    for moment in moments:
        week = _monday(moment, event)
        counted[week] = counted.get(week, 0) + 1
    if not counted:
        return Registered(0, [])
    week, last = min(counted), max(_monday(min(clock.now(), event.closes_at), event), max(counted))
    weeks, total = [], 0
    while week <= last:
        total += counted.get(week, 0)
        weeks.append((week, counted.get(week, 0), total))
        week += timedelta(days=7)
    return Registered(len(moments), weeks[-MOST_WEEKS:])


def _monday(moment: datetime, event: Event) -> date:
    day = clock.in_zone(moment, event.zone).date()
    return day - timedelta(days=day.weekday())


def arrived(event: Event) -> Arrived:
    """Guests who hold a ticket and were let in anywhere."""
    rows = db.session.execute(
        sa.select(Admission.place_id, Admission.at, Participant)
        .join(Registration, sa.and_(Registration.place_id == Admission.place_id, Registration.state == "live"))
        .join(Participant, Participant.id == Registration.participant_id)
        .where(Admission.event_id == event.id)
        .order_by(Admission.at, Admission.id)
    ).all()
    if not rows:
        return Arrived(0, "", None, [])
    first: dict[int, datetime] = {}
    for place_id, at, _participant in rows:
        first.setdefault(place_id, at)
    return Arrived(len(first), rows[-1][2].name, rows[-1][1], _steps([row.at for row in rows], event))


def _steps(moments: Sequence[datetime], event: Event) -> Steps:
    """The newest day's arrivals by ten minutes; of a long day the four hours with most of them."""
    day = clock.in_zone(moments[-1], event.zone).date()
    counted: dict[int, int] = {}
    for moment in moments:
        if clock.in_zone(moment, event.zone).date() == day:
            step = int(moment.timestamp()) // STEP
            counted[step] = counted.get(step, 0) + 1
    steps = [(step, counted.get(step, 0)) for step in range(min(counted), max(counted) + 1)]
    starts = range(max(1, len(steps) - MOST_STEPS + 1))
    best = max(starts, key=lambda start: sum(number for _step, number in steps[start : start + MOST_STEPS]))
    return [(clock.from_atom(step * 2), number) for step, number in steps[best : best + MOST_STEPS]]


def meetings(event: Event) -> Meetings:
    """How requests and meetings stand. One waits long when half of its time for an answer has passed."""
    is_open = Meeting.request_state.in_(("pending", "countered"))
    long_ago = clock.now() - timedelta(days=max(1, event.request_days // 2))
    taken = sa.and_(Meeting.request_state == "accepted", Meeting.placement != "none")
    row = db.session.execute(
        sa.select(
            sa.func.count(sa.case((taken, 1))),
            sa.func.count(sa.case((is_open, 1))),
            sa.func.count(sa.case((sa.and_(is_open, Meeting.sent_at < long_ago), 1))),
            sa.func.count(sa.case((Meeting.request_state == "accepted", 1))),
            sa.func.count(sa.case((Meeting.request_state == "declined", 1))),
        ).where(Meeting.event_id == event.id)
    ).one()
    return Meetings(*row)


def booked(event: Event) -> Booked:
    """The gross sum of everything placed and not cancelled."""
    rows = db.session.execute(
        sa.select(Item.currency, sa.func.sum(Item.gross), sa.func.count(sa.distinct(Item.party_id)))
        .join(Party, Party.id == Item.party_id)
        .where(Item.event_id == event.id, Party.placed_at.is_not(None), Item.cancelled_at.is_(None))
        .group_by(Item.currency)
        .order_by(Item.currency)
    ).all()
    return Booked({currency: int(gross) for currency, gross, _n in rows}, sum(n for _c, _g, n in rows))


def unnamed_places(event: Event) -> int:
    """How many places are paid for by somebody but held by nobody."""
    held = sa.exists().where(Registration.place_id == Place.id, Registration.state == "live")
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Place)
            .join(Party, Party.id == Place.party_id)
            .where(Place.event_id == event.id, Place.cancelled_at.is_(None), Party.placed_at.is_not(None), ~held)
        )
        or 0
    )


def missing_texts(event: Event) -> list[str]:
    """The kinds of legal text that are still to be written."""
    there = set(
        db.session.scalars(sa.select(LegalText.kind).where(LegalText.event_id == event.id).group_by(LegalText.kind))
    )
    return [kind for kind in LEGAL_KINDS if kind not in there]


def sold_out(event: Event) -> tuple[int, list[Product]]:
    """(how many ticket types visitors see, those of them of which nothing is left)."""
    products = ticket_queries.products_on_show(event)
    left = tickets.lefts(products)
    return len(products), [product for product in products if not left[product.id]]


def asks_money(event: Event) -> bool:
    """Whether any ticket or add-on on sale costs something."""
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists()
                .where(PriceTier.product_id == Product.id, PriceTier.gross > 0)
                .where(Product.event_id == event.id, Product.active)
            )
        )
    )


def funnel(event: Event) -> tuple[int, int, int]:
    """Of the guests: how many filled in their profile, sent or got a request, and hold a meeting."""
    live = sa.select(Registration.participant_id).where(Registration.event_id == event.id, Registration.state == "live")
    told = [
        sa.exists().where(ProfileTerm.profile_id == Delegate.profile_id, ProfileTerm.side == side)
        for side in ("offer", "seek")
    ]
    profiles = (
        sa.select(sa.func.count(sa.distinct(Delegate.participant_id)))
        .where(Delegate.event_id == event.id, Delegate.left_at.is_(None), Delegate.participant_id.in_(live), *told)
        .scalar_subquery()
    )
    seated = (
        sa.select(sa.func.count(sa.distinct(Delegate.participant_id)))
        .join(MeetingDelegate, MeetingDelegate.delegate_id == Delegate.id)
        .join(Meeting, Meeting.id == MeetingDelegate.meeting_id)
        .where(Delegate.event_id == event.id, Delegate.participant_id.in_(live))
    )
    asked = seated.where(Meeting.request_state != "draft").scalar_subquery()
    meet = seated.where(Meeting.request_state == "accepted", Meeting.placement != "none").scalar_subquery()
    row = db.session.execute(sa.select(profiles, asked, meet)).one()
    return int(row[0]), int(row[1]), int(row[2])


def plate(event: Event, slot_ref: str | None = None) -> Plate | None:
    """The tables at a slot, by default the one that runs or comes next; None where there are no tables or slots."""
    slots = meeting_queries.slots_of(event)
    tables = [table for table in meeting_queries.tables_of(event) if table.row and table.column]
    if not slots or not tables:
        return None
    now = clock.now()
    coming = next((number for number, slot in enumerate(slots) if slot.ends_at > now), len(slots) - 1)
    at = next((number for number, slot in enumerate(slots) if slot.public_id == slot_ref), coming)
    slot = slots[at]
    busy = set(
        db.session.scalars(
            sa.select(LocationAtom.location_id)
            .join(Location, Location.id == LocationAtom.location_id)
            .where(
                Location.event_id == event.id,
                Location.kind == "table",
                LocationAtom.atom.between(slot.first_atom, slot.last_atom),
            )
        )
    )
    cells = {(table.row, table.column): Table(table, _state(table, slot, busy)) for table in tables}
    columns = range(1, max(table.column for table in tables) + 1)
    rows = [
        (letter, [cells.get((letter, column)) for column in columns])
        for letter in sorted({table.row for table in tables})
    ]
    states = [cell.state for cell in cells.values()]
    return Plate(
        slot,
        slots[at - 1] if at else None,
        slots[at + 1] if at + 1 < len(slots) else None,
        rows,
        {state: states.count(state) for state in ("taken", "pending", "free", "off")},
    )


def _state(table: Location, slot: MeetingSlot, busy: set[int]) -> str:
    if table.id in busy:
        return "taken" if slot.starts_at <= clock.now() < slot.ends_at else "pending"
    return "off" if table.closed_from is not None and table.closed_from < slot.ends_at else "free"


def sales(event: Event) -> dict[int, tuple[int, int]]:
    """(tickets sold, their gross sum in cents) by the id of the ticket type."""
    whole = sa.orm.aliased(Item)  # the ticket that a line is a part of
    rows = db.session.execute(
        sa.select(Claim.product_id, sa.func.count(Item.claim_id), sa.func.coalesce(sa.func.sum(Item.gross), 0))
        .select_from(Item)
        .outerjoin(whole, whole.id == Item.part_of_id)
        .join(Claim, Claim.id == sa.func.coalesce(Item.claim_id, whole.claim_id))
        .where(Item.event_id == event.id, Claim.state == "confirmed", Item.cancelled_at.is_(None))
        .group_by(Claim.product_id)
    ).all()
    return {product_id: (int(number), int(gross)) for product_id, number, gross in rows}


# -- lists of people from files

CHECK, BRING_IN = "people.check", "people.bring_in"
"""The jobs of an import."""


def import_by_id(public_id: str, *, lock: bool = False) -> PeopleImport | None:
    """The import of this public id; with `lock`, read anew and kept from others inside a transaction."""
    statement = sa.select(PeopleImport).where(PeopleImport.public_id == public_id)
    if lock and writing():
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def import_at(event: Event, public_id: str) -> PeopleImport | None:
    """The event's import of this public id."""
    kept = import_by_id(public_id)
    return kept if kept is not None and kept.event_id == event.id else None


def imports_of(event: Event, most: int = 10) -> Sequence[PeopleImport]:
    """The event's imports without what is in their files, newest first."""
    return db.session.scalars(
        sa.select(PeopleImport)
        .where(PeopleImport.event_id == event.id)
        .options(
            sa.orm.defer(PeopleImport.content),
            sa.orm.defer(PeopleImport.options),
            sa.orm.joinedload(PeopleImport.person).selectinload(Person.addresses),
        )
        .order_by(PeopleImport.id.desc())
        .limit(most)
    ).all()
