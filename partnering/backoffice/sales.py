"""What is sold, held and left, for the desk: uses of pools, warnings about tickets, who booked an add-on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import clock
from ..accounts.models import Person
from ..agenda.models import Appointment
from ..db import db
from ..events.models import Event, Participant
from ..i18n import _, bi, day
from ..i18n import time as hour
from ..programme.models import ProgrammeSession, ReleasedSession
from ..registration.models import ChoiceProduct, Item, Party, Place, Registration
from ..tickets.models import Claim, ClaimDraw, Code, CodeProduct, Pool, Product, ProductAddOn, ProductPool


@dataclass(frozen=True)
class Use:
    """How a pool's places are used.

    `sold`, `pending` for approval, `held` while somebody registers, `offered` to who waited, `blocked` for vouchers.
    """

    pool: Pool
    sold: int = 0
    pending: int = 0
    held: int = 0
    offered: int = 0
    blocked: int = 0

    @property
    def taken(self) -> int:
        """All that count."""
        return self.sold + self.pending + self.held + self.offered + self.blocked

    @property
    def left(self) -> int:
        """What is free, override included; never less than 0."""
        return max(0, self.pool.capacity + self.pool.over - self.taken)

    @property
    def beyond(self) -> int:
        """How many are taken beyond capacity."""
        return max(0, self.taken - self.pool.capacity)

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """(kind, start, width) of each stretch of a bar, in percent of capacity or of what is taken."""
        whole = max(self.pool.capacity, self.taken, 1)
        stretches, start = [], 0.0
        for kind in ("sold", "pending", "offered", "held", "blocked"):
            width = 100 * getattr(self, kind) / whole
            if width:
                stretches.append((kind, round(start, 2), round(width, 2)))
            start += width
        return stretches

    @property
    def limit(self) -> float | None:
        """Where on the bar capacity ends, in percent, when more is taken."""
        return round(100 * self.pool.capacity / self.taken, 2) if self.beyond else None


@dataclass(frozen=True)
class Booking:
    """One unit of an add-on: who holds it (None: nobody is named yet), for which party, and when it was booked."""

    item: Item
    party: Party
    participant: Participant | None


def uses(event: Event) -> list[Use]:
    """The event's pools and how they are used, in two questions; holds that ran out count as free."""
    pools = db.session.scalars(sa.select(Pool).where(Pool.event_id == event.id).order_by(Pool.id)).all()
    counted: dict[int, dict[str, int]] = {pool.id: {} for pool in pools}
    runs = sa.or_(Claim.state.not_in(("held", "offered")), Claim.until >= clock.now())
    rows = db.session.execute(
        sa.select(ClaimDraw.pool_id, Claim.state, sa.func.sum(ClaimDraw.quantity))
        .join(Claim, Claim.id == ClaimDraw.claim_id)
        .where(ClaimDraw.event_id == event.id, runs)
        .group_by(ClaimDraw.pool_id, Claim.state)
    )
    for pool_id, state, quantity in rows:
        kind = "sold" if state == "confirmed" else state
        if kind in ("sold", "pending", "held", "offered", "blocked"):
            counted[pool_id][kind] = int(quantity)
    return [Use(pool, **counted[pool.id]) for pool in pools]


def warnings(event: Event, products: Sequence[Product], left: Mapping[int, int]) -> dict[int, list[str]]:
    """What an organiser should know about each product, by its id, in sentences; three questions."""
    now = clock.now()
    opened = _opened_by_codes(event)
    found: dict[int, list[str]] = {}
    for product in products:
        said = []
        lasting = [tier for tier in product.tiers if tier.until is None or tier.until > now]
        if not lasting:
            said.append(_("It has no price any more, so nobody can buy it."))
        elif all(tier.audience for tier in lasting):
            said.append(_("It has a price for some people only: others cannot buy it."))
        if product.on_sale_until is not None and product.on_sale_until <= now:
            said.append(_("Its sale ended on %(day)s.", day=day(product.on_sale_until)))
        if not product.draws and not product.online:
            said.append(_("It draws on no pool, so it never sells out."))
        if product.hidden and product.active and product.id not in opened:
            said.append(_("It is hidden and no code opens it: only you can register people with it."))
        if product.days and not any(
            event.first_day.isoformat() <= one <= event.last_day.isoformat() for one in product.days
        ):
            said.append(_("It admits on no day of the conference."))
        found[product.id] = said
    return found


def _opened_by_codes(event: Event) -> set[int]:
    """The ids of products that a code opens."""
    return set(
        db.session.scalars(
            sa.select(CodeProduct.product_id)
            .join(Code, Code.id == CodeProduct.code_id)
            .where(Code.event_id == event.id, Code.opens_hidden, Code.active)
        )
    )


def products_of(event: Event, kind: str) -> Sequence[Product]:
    """Tickets or add-ons, in the organiser's order, with prices, pools, time and what they are offered with.

    What is sold as a choice of a question belongs to the form and is left out.
    """
    answers = sa.select(ChoiceProduct.product_id).where(ChoiceProduct.event_id == event.id)
    return db.session.scalars(
        sa.select(Product)
        .where(Product.event_id == event.id, Product.kind == kind, Product.id.not_in(answers))
        .options(
            selectinload(Product.tiers),
            selectinload(Product.draws),
            selectinload(Product.offered_with).joinedload(ProductAddOn.product),
            selectinload(Product.appointment).joinedload(Appointment.location),
        )
        .order_by(Product.position, Product.id)
    ).all()


def pools_for_tickets(event: Event, product: Product | None = None) -> list[Pool]:
    """The pools that a ticket may draw on: all but those that add-ons alone draw on, and those it draws on already."""
    own = {draw.pool_id for draw in product.draws} if product is not None else set()
    kinds: dict[int, set[str]] = {}
    for pool_id, kind in db.session.execute(
        sa.select(ProductPool.pool_id, Product.kind)
        .join(Product, Product.id == ProductPool.product_id)
        .where(ProductPool.event_id == event.id)
    ):
        kinds.setdefault(pool_id, set()).add(kind)
    pools = db.session.scalars(sa.select(Pool).where(Pool.event_id == event.id).order_by(Pool.id))
    return [pool for pool in pools if pool.id in own or kinds.get(pool.id) != {"add_on"}]


def bookings(product: Product) -> list[Booking]:
    """Who booked an add-on and did not give it up, by name, those without a name last."""
    rows = db.session.execute(
        sa.select(Item, Party, Participant)
        .join(Claim, Claim.id == Item.claim_id)
        .join(Party, Party.id == Item.party_id)
        .outerjoin(Place, Place.id == Item.place_id)
        .outerjoin(Registration, sa.and_(Registration.place_id == Place.id, Registration.state == "live"))
        .outerjoin(Participant, Participant.id == Registration.participant_id)
        .where(
            Claim.product_id == product.id,
            Claim.state == "confirmed",
            Item.cancelled_at.is_(None),
            Party.placed_at.is_not(None),
        )
        .options(joinedload(Participant.person).selectinload(Person.addresses))
        .order_by(Participant.sort_name.is_(None), Participant.sort_name, Item.id)
    )
    return [Booking(*row) for row in rows]


def sessions_to_choose(event: Event) -> dict[str, str]:
    """Released sessions of the programme in words, by public id: those that an add-on may be."""
    rows = db.session.execute(
        sa.select(ProgrammeSession.public_id, ReleasedSession.starts_at, ReleasedSession.title)
        .join(ReleasedSession, ReleasedSession.session_id == ProgrammeSession.id)
        .where(ReleasedSession.event_id == event.id, ReleasedSession.current, ReleasedSession.state == "live")
        .order_by(ReleasedSession.starts_at, ProgrammeSession.id)
    )
    return {
        public_id: f"{day(starts_at, 'short', event.zone)}, {hour(starts_at, event.zone)}: {bi(title)}"
        for public_id, starts_at, title in rows
    }


def session_at(event: Event, public_id: str) -> ProgrammeSession | None:
    """A released session of the event."""
    return db.session.scalars(
        sa.select(ProgrammeSession).where(
            ProgrammeSession.event_id == event.id,
            ProgrammeSession.public_id == public_id,
            sa.exists().where(
                ReleasedSession.session_id == ProgrammeSession.id,
                ReleasedSession.current,
                ReleasedSession.state == "live",
            ),
        )
    ).one_or_none()


def session_of(product: Product) -> ProgrammeSession | None:
    """The session that an add-on is."""
    if product.appointment_id is None:
        return None
    return db.session.scalars(
        sa.select(ProgrammeSession).where(ProgrammeSession.appointment_id == product.appointment_id)
    ).one_or_none()
