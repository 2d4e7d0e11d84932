"""The waiting list: joining, changing, leaving, moving up. What becomes free is given out by `offers`."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from .. import audit, clock
from ..accounts.addresses import canonical
from ..accounts.services import person_at
from ..db import db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from ..tickets import services as tickets
from ..tickets.models import Product
from . import offers, queries, waiting_mails, waiting_queries
from .models import Registration, WaitingEntry, WaitingOther, WaitingStep
from .offers import NoOffer as NoOffer  # one door for other rooms and pages, whatever the file
from .offers import NotEnough as NotEnough
from .offers import NotWaiting as NotWaiting
from .offers import accept as accept
from .offers import courteous_end as courteous_end
from .offers import decline as decline
from .offers import offer as offer
from .offers import party_taken as party_taken
from .offers import serve as serve
from .swaps import swapping as swapping

KEPT = timedelta(days=30)
"""How long after an event those who waited for it are remembered."""


class PlacesAvailable(DomainError):
    """Nobody needs to wait: `product` can be bought at once."""

    message = _l("There are places available at this moment. You can register at once.")
    product: Product


class NoWaitingList(DomainError):
    """The product has no waiting list, or nobody may buy it now anyway."""

    message = _l("There is no waiting list for this at the moment.")


def join(
    event: Event,
    product: Product,
    quantity: int,
    *,
    email: str,
    name: str,
    locale: str,
    all_or_none: bool = True,
    others: Sequence[Product] = (),
    registration: Registration | None = None,
) -> WaitingEntry | None:
    """Wait for `quantity` units of a product, or of one of the `others`; a letter brings the link to the entry.

    With `registration` an add-on for its place is waited for. An address that waits already keeps its one entry, and
    one that has a ticket needs no other for itself (None): either is told by letter alone.
    Raises `NoWaitingList`, `LimitPerOrder`, or `PlacesAvailable` when there is enough at this moment.
    """
    wanted = [product, *(other for other in others if other.id != product.id)]
    _check(event, wanted, quantity, registration)
    tickets.turn(event.id)
    serve(event.id)
    left = tickets.lefts(wanted)
    for each in wanted:
        enough = quantity if all_or_none else max(1, each.fewest_per_order)
        if left[each.id] >= enough:
            raise PlacesAvailable(product=each)
    known = waiting_queries.open_entry(product, email)
    if known is not None:
        waiting_mails.joined(known, again=True)
        return known
    if registration is None and quantity * product.seats == 1:
        person = person_at(email)
        held = queries.live_registration_of(person, event) if person is not None else None
        if held is not None:
            waiting_mails.has_ticket(held)
            return None
    entry = WaitingEntry(
        event_id=event.id,
        product_id=product.id,
        registration_id=registration.id if registration is not None else None,
        quantity=quantity,
        all_or_none=all_or_none,
        name=name,
        email=email,
        address_key=canonical(email),
        locale=locale,
        created_at=clock.now(),
    )
    db.session.add(entry)
    db.session.flush()
    db.session.add_all(
        WaitingOther(event_id=event.id, entry_id=entry.id, product_id=other.id, position=position)
        for position, other in enumerate(wanted[1:])
    )
    offers.step(entry, "joined")
    offers.count_again(entry)
    waiting_mails.joined(entry)
    return entry


def _check(event: Event, wanted: Sequence[Product], quantity: int, registration: Registration | None) -> None:
    kind = "add_on" if registration is not None else "ticket"
    for product in wanted:
        if (
            product.event_id != event.id
            or product.kind != kind
            or not product.waiting_list
            or event.state != "published"
            or event.closes_at <= clock.now()
            or not tickets.is_on_sale(product)
        ):
            raise NoWaitingList
        if not product.fewest_per_order <= quantity <= product.most_per_order:
            raise tickets.LimitPerOrder(most=product.most_per_order)


def change(entry: WaitingEntry, quantity: int, *, all_or_none: bool) -> None:
    """Wait for another number of places; the place in the queue stays. Raises `NotWaiting` or `LimitPerOrder`."""
    offers.hold_all(entry)
    if entry.state != "waiting":
        raise NotWaiting
    if entry.registration_id is not None:
        quantity = 1
    if not entry.product.fewest_per_order <= quantity <= entry.product.most_per_order:
        raise tickets.LimitPerOrder(most=entry.product.most_per_order)
    if (entry.quantity, entry.all_or_none) == (quantity, all_or_none):
        return
    entry.quantity, entry.all_or_none = quantity, all_or_none
    offers.step(entry, "changed")
    serve(entry.event_id)


def leave(entry: WaitingEntry) -> None:
    """Leave the list, whether waiting or with an offer; its places go on. Leaving twice is leaving once.

    Raises `NotWaiting` when the entry was confirmed.
    """
    _end(entry, "")


def remove(entry: WaitingEntry, reason: str) -> None:
    """An organiser takes somebody off the list; a letter says so. Raises `NotWaiting`."""
    _end(entry, reason)
    audit.record("waiting.removed", entry, event=entry.event, after={"reason": reason})


def _end(entry: WaitingEntry, reason: str) -> None:
    offers.hold_all(entry)
    if entry.state == "left" and not reason:
        return
    if entry.state not in ("waiting", "offered"):
        raise NotWaiting
    claims = offers.offered_claims(entry) if entry.state == "offered" else []
    offers.close(entry, "left", reason)
    waiting_mails.left(entry, "removed" if reason else "left")
    tickets.decline(claims)


def end_all(event: Event, *, letters: bool = True) -> int:
    """Nobody waits for an event that was called off or is over; with `letters` everybody is told. How many waited."""
    entries = waiting_queries.open_entries(event.id)
    for entry in entries:
        offers.hold_all(entry)
        if entry.closed_at is not None:
            continue
        claims = offers.offered_claims(entry) if entry.state == "offered" else []
        offers.close(entry, "left")
        if letters:
            waiting_mails.left(entry, "called_off")
        tickets.decline(claims)
    return len(entries)


def end_for(registration: Registration) -> None:
    """Whoever gives up their place waits for nothing that belongs to it."""
    for entry in waiting_queries.entries_of_registration(registration.id):
        _end(entry, "")


def forget_old() -> int:
    """Delete closed entries with name and address, a month after their event; how many there were."""
    old = db.session.scalars(
        sa.select(WaitingEntry.id)
        .join(Event, Event.id == WaitingEntry.event_id)
        .where(WaitingEntry.closed_at.is_not(None), Event.closes_at < clock.now() - KEPT)
        .order_by(WaitingEntry.id)
        .limit(500)
    ).all()
    if old:
        for table in (WaitingOther, WaitingStep):
            db.session.execute(sa.delete(table).where(table.entry_id.in_(old)))
        db.session.execute(sa.delete(WaitingEntry).where(WaitingEntry.id.in_(old)))
    return len(old)


def move_up(entry: WaitingEntry, reason: str) -> None:
    """Let somebody be served before everybody else who waits; the log keeps why. Raises `NotWaiting`."""
    offers.hold_all(entry)
    if entry.state != "waiting":
        raise NotWaiting
    entry.rank = waiting_queries.highest_rank(entry.event_id) + 1
    offers.step(entry, "moved", reason)
    audit.record("waiting.moved_up", entry, event=entry.event, after={"reason": reason})
    serve(entry.event_id)


def position(entry: WaitingEntry) -> int:
    """The place in the queue of an entry that waits, from 1: who is served before it for the same pools, and itself."""
    return waiting_queries.ahead_of(entry) + 1
