"""What the desk can do about what is sold: pools, ticket types, add-ons, workshops, their order and prices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from .. import audit, clock
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry, Appointment, Location
from ..db import BilingualText, db
from ..errors import DomainError, Stale
from ..events.models import Event, Participant
from ..i18n import _l
from ..programme.models import ProgrammeSession
from ..registration import workshop_mails, workshop_times
from ..registration.queries import live_registration
from ..tickets import services as tickets
from ..tickets.models import Claim, Pool, PriceTier, Product, ProductAddOn, ProductPool
from . import bundling, sales
from .bundling import Part


class OfferedWithNothing(DomainError):
    """An add-on would be offered with no ticket at all. `name` is its name."""

    message = _l("An add-on is offered with one ticket at least. Take it off sale to offer it no more.")
    status = 422
    add_on: Product | None = None


class RoomTaken(DomainError):
    """The room is taken at that time."""

    message = _l("The room is taken at this time.")


class TimesClash(DomainError):
    """Some who have booked are taken at the new time: nothing was changed. `people` are their names."""

    message = _l("Some of those who have booked are taken at this time.")
    people: Sequence[str] = ()


class Tier(NamedTuple):
    """One price: gross in cents, until an instant (None: for good), for an audience ("": everybody).

    `key` counts the product's prices by id from 0, and says which of them this is; None: a new one.
    """

    key: int | None
    gross: int
    until: datetime | None = None
    audience: str = ""
    name: BilingualText = BilingualText()


@dataclass(frozen=True)
class Time:
    """A time and room of its own, for an add-on that is no session of the programme."""

    starts_at: datetime
    ends_at: datetime
    room: Location | None = None


@dataclass(frozen=True)
class Links:
    """What a product is joined to: pools by id with how much one unit takes; tickets or add-ons beside it.

    `parts` are what its price contains and is taxed by itself. None leaves `beside` or `parts` as they are.
    """

    draws: Mapping[int, int] = field(default_factory=dict)
    beside: Sequence[Product] | None = None
    parts: Sequence[Part] | None = None


# -- pools


def create_pool(event: Event, name: BilingualText, capacity: int) -> Pool:
    """A new pool of `capacity` places."""
    pool = Pool(event_id=event.id, name=name, capacity=capacity)
    db.session.add(pool)
    db.session.flush()
    audit.record("pool.created", pool, event=event, after={"name": name, "capacity": capacity})
    return pool


def edit_pool(
    event: Event, pool: Pool, name: BilingualText, capacity: int, version: int | None, reason: str = ""
) -> int:
    """Rename a pool and set how many places it holds; returns by how many it is now overbooked.

    Lowering it under what is used removes nobody; `reason` says in the log why. Raises `Stale` when the pool is no
    longer at `version`.
    """
    if pool.version != version:
        raise Stale
    before: dict[str, Any] = {"name": pool.name, "capacity": pool.capacity}
    after: dict[str, Any] = {"name": name, "capacity": capacity}
    if before == after:
        return max(0, pool.used - pool.capacity)
    pool.name = name
    db.session.flush()
    if before["capacity"] != capacity:
        tickets.set_capacity(pool, capacity)
    audit.record("pool.changed", pool, event=event, before=before, after=after | ({"reason": reason} if reason else {}))
    return max(0, pool.used - pool.capacity)


# -- tickets and add-ons


def create_product(event: Event, values: Mapping[str, Any], tiers: Sequence[Tier], links: Links) -> Product:
    """A new ticket type or add-on, last in the list: columns, prices, pools, and what it is offered with."""
    kind = values.get("kind", "ticket")
    last = db.session.scalar(
        sa.select(sa.func.max(Product.position)).where(Product.event_id == event.id, Product.kind == kind)
    )
    product = Product(event_id=event.id, position=0 if last is None else last + 1, **values)
    db.session.add(product)
    db.session.flush()
    _price(product, tiers)
    _draw(product, links.draws)
    if links.beside is not None:
        _offer(event, product, links.beside)
    bundling.set_parts(product, links.parts or ())
    audit.record("product.created", product, event=event, after={**values, **_told(product)})
    return product


def edit_product(
    event: Event,
    product: Product,
    values: Mapping[str, Any],
    tiers: Sequence[Tier],
    links: Links,
    version: int | None,
) -> bool:
    """Change a ticket type or add-on; what was sold keeps its price and places. Returns whether anything changed.

    Raises `Stale` when it is no longer at `version`.
    """
    if product.version != version:
        raise Stale
    held = {name: getattr(product, name) for name in values} | _told(product)
    for name, value in values.items():
        if getattr(product, name) != value:
            setattr(product, name, value)
    db.session.flush()
    _price(product, tiers)
    _draw(product, links.draws)
    if links.beside is not None:
        _offer(event, product, links.beside)
    if links.parts is not None:
        bundling.set_parts(product, links.parts)
    was, now = audit.differing(held, {name: getattr(product, name) for name in values} | _told(product))
    if not now:
        return False
    if product.version == version:
        sa.orm.attributes.flag_modified(product, "name")  # prices and pools alone raise the version too
        db.session.flush()
    audit.record("product.changed", product, event=event, before=was, after=now)
    return True


def move_product(event: Event, product: Product, position: int | None, step: int) -> bool:
    """Let a product change places with its neighbour (`step` -1: up, 1: down); whether it did.

    Nothing happens unless it is still at `position` in its list, counted from 0.
    """
    beside = db.session.scalars(
        sa.select(Product)
        .where(Product.event_id == event.id, Product.kind == product.kind)
        .order_by(Product.position, Product.id)
    ).all()
    order = list(beside)
    at = order.index(product)
    if at != position or not 0 <= at + step < len(order):
        return False
    order[at], order[at + step] = order[at + step], order[at]
    for number, each in enumerate(order):
        if each.position != number:
            each.position = number
    db.session.flush()
    audit.record("product.moved", product, event=event, before={"position": at}, after={"position": at + step})
    return True


def tiers_of(product: Product) -> list[PriceTier]:
    """All prices of a product, in the order in which `Tier.key` counts them."""
    return sorted(product.tiers, key=lambda tier: tier.id)


def running_tiers(product: Product) -> list[tuple[int, PriceTier]]:
    """The prices that hold now or later, by when they end, each with its key."""
    now = clock.now()
    running = [pair for pair in enumerate(tiers_of(product)) if pair[1].until is None or pair[1].until > now]
    return sorted(running, key=lambda pair: (pair[1].audience, pair[1].until is None, pair[1].until or now, pair[0]))


def _told(product: Product) -> dict[str, Any]:
    """Prices, pools and what it is offered with, as the log remembers them."""
    return {
        "prices": [
            {
                "gross": tier.gross,
                "until": tier.until.isoformat() if tier.until else None,
                "audience": tier.audience,
                "name": [tier.name.de, tier.name.en],
            }
            for tier in tiers_of(product)
        ],
        "draws": {str(draw.pool_id): draw.quantity for draw in sorted(product.draws, key=lambda draw: draw.pool_id)},
        "beside": beside(product),
        **({"parts": bundling.told(product)} if product.kind == "ticket" else {}),
    }


def beside(product: Product) -> list[int]:
    """Ids of the tickets or add-ons that rows join to this product."""
    column, other = _sides(product)
    return list(db.session.scalars(sa.select(other).where(column == product.id).order_by(other)))


def _sides(product: Product) -> tuple[Any, Any]:
    own, other = ProductAddOn.product_id, ProductAddOn.add_on_id
    return (own, other) if product.kind == "ticket" else (other, own)


def _price(product: Product, tiers: Sequence[Tier]) -> None:
    """Let these prices hold. Of those that are over already, the ones that are not named stay on record."""
    held = dict(enumerate(tiers_of(product)))
    now = clock.now()
    for tier in tiers:
        values = {"gross": tier.gross, "until": tier.until, "audience": tier.audience, "name": tier.name}
        known = held.pop(tier.key, None) if tier.key is not None else None
        if known is None:
            db.session.add(PriceTier(event_id=product.event_id, product_id=product.id, **values))
            continue
        for name, value in values.items():
            if getattr(known, name) != value:
                setattr(known, name, value)
    for left in held.values():
        if left.until is None or left.until > now:
            _end(left)
    db.session.flush()
    db.session.expire(product, ["tiers"])


def _end(tier: PriceTier) -> None:
    """Take a price away; one that was sold stays on record and ends now."""
    if db.session.scalar(sa.select(sa.exists().where(Claim.tier_id == tier.id))):
        tier.until = clock.now()
    else:
        db.session.delete(tier)


def _draw(product: Product, draws: Mapping[int, int]) -> None:
    for draw in list(product.draws):
        if not draws.get(draw.pool_id):
            db.session.delete(draw)
        elif draw.quantity != draws[draw.pool_id]:
            draw.quantity = draws[draw.pool_id]
    known = {draw.pool_id for draw in product.draws}
    db.session.add_all(
        ProductPool(event_id=product.event_id, product_id=product.id, pool_id=pool_id, quantity=quantity)
        for pool_id, quantity in draws.items()
        if quantity and pool_id not in known
    )
    db.session.flush()
    db.session.expire(product, ["draws"])


def _offer(event: Event, product: Product, wanted: Sequence[Product]) -> None:
    """Join a ticket with these add-ons, or an add-on with these tickets. No rows mean: with every ticket.

    Raises `OfferedWithNothing` for an add-on of which no ticket would be left.
    """
    if product.kind == "add_on":
        everything = len(wanted) == len(sales.products_of(event, "ticket"))
        _set_tickets(event, product, set() if everything else {ticket.id for ticket in wanted})
        return
    chosen = {add_on.id for add_on in wanted}
    for add_on in sales.products_of(event, "add_on"):
        tickets_now = set(beside(add_on))
        offered = not tickets_now or product.id in tickets_now
        if offered == (add_on.id in chosen):
            continue
        if offered:
            rest = (tickets_now or {ticket.id for ticket in sales.products_of(event, "ticket")}) - {product.id}
            if not rest:
                raise OfferedWithNothing(add_on=add_on)
            _set_tickets(event, add_on, rest)
        else:
            _set_tickets(event, add_on, tickets_now | {product.id})


def _set_tickets(event: Event, add_on: Product, ticket_ids: set[int]) -> None:
    rows = db.session.scalars(sa.select(ProductAddOn).where(ProductAddOn.add_on_id == add_on.id)).all()
    for row in rows:
        if row.product_id not in ticket_ids:
            db.session.delete(row)
    known = {row.product_id for row in rows}
    db.session.add_all(
        ProductAddOn(event_id=event.id, product_id=ticket_id, add_on_id=add_on.id)
        for ticket_id in sorted(ticket_ids - known)
    )
    db.session.flush()


# -- times


def own_time(product: Product) -> bool:
    """Whether an add-on has a time of its own, which is no session's."""
    if product.appointment_id is None:
        return False
    return not db.session.scalar(
        sa.select(sa.exists().where(ProgrammeSession.appointment_id == product.appointment_id))
    )


def set_time(event: Event, product: Product, at: Time | ProgrammeSession | None, *, anyway: bool = False) -> bool:
    """Give an add-on a time of its own, a session's, or none; whether that changed. Whoever booked it moves along.

    Who is taken at the new time keeps it without its taking their time, but only when it is wanted `anyway`. Raises
    `RoomTaken` or `TimesClash`; then the transaction must end.
    """
    held, own = product.appointment, own_time(product)
    before = shown_time(held)
    was = workshop_mails.shown(held) if held is not None else {}
    moved = held if isinstance(at, Time) and held is not None and own and held.state == "live" else None
    if moved is not None and isinstance(at, Time):
        _move(moved, at, anyway=anyway)
    else:
        made = _appoint(event, at) if isinstance(at, Time) else at.appointment if at is not None else None
        if made is not held:
            _change_appointment(product, held, made, own=own, anyway=anyway)
    after = shown_time(product.appointment)
    if before == after:
        return False
    audit.record("product.time_set", product, event=event, before=before, after=after)
    if moved is not None:
        workshop_times.tell_moved(moved, was)
    else:
        _tell(product)
    return True


def _tell(product: Product) -> None:
    """Write to everybody who has booked a workshop when and where it is now; their calendars follow."""
    if product.appointment is None:
        return
    booked = {participant.id: participant for participant in booked_by(product)}
    for entry in _entries(product.appointment, booked.values()):
        registration = live_registration(booked[entry.participant_id])
        if registration is not None:
            workshop_mails.booked(registration, product, entry)


def shown_time(appointment: Appointment | None) -> dict[str, Any]:
    """Time and place as the log remembers them."""
    if appointment is None:
        return {"starts_at": None, "ends_at": None, "room": None}
    room = appointment.location
    return {
        "starts_at": appointment.starts_at,
        "ends_at": appointment.ends_at,
        "room": room.public_id if room else None,
    }


def _appoint(event: Event, time: Time) -> Appointment:
    try:
        return agenda.appoint(event, "session", time.starts_at, time.ends_at, time.room)
    except agenda.PlaceTaken:
        raise RoomTaken from None


def _move(appointment: Appointment, time: Time, *, anyway: bool) -> None:
    entries = agenda.live_entries(appointment)
    for entry in entries:
        entry.blocks = False  # taken anew below, as far as it is free
    try:
        moved = agenda.move(appointment, time.starts_at, time.ends_at, time.room)
    except agenda.PlaceTaken:
        raise RoomTaken from None
    db.session.expire(appointment, ["location"])
    busy = [entry.participant for entry in entries if not agenda.hold_time(entry)]
    if moved and busy and not anyway:
        raise TimesClash(people=[participant.name for participant in busy])


def _change_appointment(
    product: Product, held: Appointment | None, made: Appointment | None, *, own: bool, anyway: bool
) -> None:
    """Bring everybody who has booked from one appointment to the other; calendars forget the one before."""
    people = list(booked_by(product))
    if held is not None:
        had = workshop_times.booked(AgendaEntry.appointment_id == held.id, AgendaEntry.state == "live")
        left = [one for one in had if one.product_ref == product.public_id]
        agenda.leave_all(one.entry for one in left)
        if own:
            agenda.cancel(held)
        for one in left:
            reason = workshop_mails.NO_TIME if made is None else workshop_mails.OTHER_TIME
            workshop_mails.gone(one.registration, one.product_ref, one.entry, reason)
    product.appointment_id = made.id if made is not None else None
    db.session.flush()
    db.session.expire(product, ["appointment"])
    if made is None:
        return
    busy = []
    for participant in people:
        entry = agenda.attend(made, participant, "attendee", blocks=False)
        if entry.role not in ("speaker", "chair") and not agenda.hold_time(entry):
            busy.append(participant)
    if busy and not anyway:
        raise TimesClash(people=[participant.name for participant in busy])


def _entries(appointment: Appointment, people: Iterable[Participant]) -> list[AgendaEntry]:
    wanted = {participant.id for participant in people}
    return [
        entry
        for entry in agenda.live_entries(appointment)
        if entry.participant_id in wanted and entry.role == "attendee"
    ]


def booked_by(product: Product) -> Sequence[Participant]:
    """Who holds a place with this add-on, by id."""
    people = {row.participant.id: row.participant for row in sales.bookings(product) if row.participant is not None}
    return [people[key] for key in sorted(people)]
