"""Places for those who wait: offered in their order as soon as places are free, held for a day, taken or given back.

Whoever changes what waits, or offers, takes the event's turn first (`tickets.turn`), and then the rows of the entries.
So nobody joins, leaves or is offered anything between our look and our deed.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from .. import audit, clock
from ..db import db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from ..text import taken_apart
from ..tickets import services as tickets
from ..tickets.models import Claim, Product
from . import queries, services, swaps, waiting_mails, waiting_queries, workshops
from .models import Party, WaitingEntry, WaitingStep

OFFER = timedelta(hours=24)
"""How long an offer stands, nights apart."""

MORNING, EVENING = time(8), time(20)
"""Between evening and morning, in the event's zone, no offer ends."""

LAST_CHANCE = 2
"""With this many offers that ran out unanswered, somebody leaves the list."""


class NoOffer(DomainError):
    """There is no offer to answer, or no longer."""

    message = _l("There is no offer to answer at the moment. If there was one, its time is over.")


class NotWaiting(DomainError):
    """The entry is no longer, or not just now, in the queue."""

    message = _l("That is not possible any more: this entry does not wait at the moment.")


class BeingTaken(DomainError):
    """Somebody sends the registration that an offer leads to at this very moment."""

    message = _l("This offer is being accepted at this very moment. Please look again.")


class NotEnough(DomainError):
    """Fewer places are available than the entry asks for."""

    message = _l("There are not enough places available for this entry. Raise the capacity first.")


def courteous_end(now: datetime, zone: str) -> datetime:
    """When an offer made now ends, in UTC: 24 hours later, or the morning after where that is night in `zone`."""
    end = now + OFFER
    wall = clock.in_zone(end, zone)
    if MORNING <= wall.time() < EVENING:
        return end
    day = wall.date() + timedelta(days=1) if wall.time() >= EVENING else wall.date()
    return clock.from_zone(datetime.combine(day, MORNING), zone)


# -- when places go to those who wait


def after_freeing(event_id: int, pool_ids: Collection[int]) -> None:
    """Offer places that have just come back, within the transaction that gave them back."""
    kept = swaps.collected()
    if kept is not None:
        kept.setdefault(event_id, set()).update(pool_ids)
        return
    if not waiting_queries.anybody(event_id):
        return
    tickets.turn(event_id)
    with swaps.collecting():  # what comes back while places are given out is given out too
        _distribute(db.session.get_one(Event, event_id), fresh=True)


def serve(event_id: int, pool_ids: Collection[int] | None = None) -> int:
    """Offer everything that is available to those who wait for it; how many offers were made.

    Offers and holds that have run out are given back first. Asked before new buyers hold, and before anything else
    that takes locks: what is left then, nobody who waits can use. Whoever names the pools they go on to draw from
    asks nothing more when nobody waits for these.
    """
    if not waiting_queries.anybody(event_id, pool_ids):
        return 0
    tickets.turn(event_id)
    event = db.session.get_one(Event, event_id)
    with swaps.collecting():
        ended = _expire_offers(event)
        freed = tickets.expire_due(event)
        return _distribute(event, fresh=bool(ended) or freed > 0, but=ended)


def _distribute(event: Event, *, fresh: bool, but: Collection[int] = ()) -> int:
    """Offer what is available, in the queue's order; how many offers were made. It is the caller's turn.

    Who asks for more than there is, all or none, is passed over. Who has declined or let an offer run out waits for
    the next places that come back, so that what they did not want is on sale meanwhile.
    """
    db.session.flush()
    if event.state != "published" or event.closes_at <= clock.now():
        return 0
    queue = waiting_queries.queue(event.id)
    products = waiting_queries.products_by_id({product for line in queue for product in line.products})
    sellable = {key: product for key, product in products.items() if tickets.is_on_sale(product)}
    if not sellable:
        return 0
    left = tickets.lefts(sellable.values())
    made = 0
    for line in queue:
        if not any(left.values()):
            break
        if line.id in but or (line.hesitated and not fresh):
            continue
        fitting = ((key, _units(line, left[key], sellable[key])) for key in line.products if key in sellable)
        key, units = next(((key, units) for key, units in fitting if units), (0, 0))
        if units:
            _offer(db.session.get_one(WaitingEntry, line.id, populate_existing=True), sellable[key], units)
            left = tickets.lefts(sellable.values())
            made += 1
    return made


def _units(line: waiting_queries.Line, left: int, product: Product) -> int:
    """How many units of a product with `left` units this entry takes; 0 where they do not suit it."""
    if left >= line.quantity:
        return line.quantity
    return left if not line.all_or_none and left >= product.fewest_per_order else 0


# -- offers


def offer(entry: WaitingEntry, *, reason: str) -> None:
    """Offer an entry its places now, out of turn, as an organiser decides. Raises `NotWaiting` or `NotEnough`."""
    hold_all(entry)
    if entry.state != "waiting":
        raise NotWaiting
    products = waiting_queries.wanted_by(entry)
    left = tickets.lefts(products)
    fitting = next((product for product in products if left[product.id] >= entry.quantity), None)
    if fitting is None:
        raise NotEnough
    _offer(entry, fitting, entry.quantity, reason=reason)
    audit.record("waiting.offered", entry, event=entry.event, after={"reason": reason})


def _offer(entry: WaitingEntry, product: Product, units: int, reason: str = "") -> None:
    """Hold places for somebody who waits, and write to them."""
    event = entry.event
    until = _end(event, product)
    if entry.registration_id is not None:
        [claim] = tickets.hold(event, [(product, units)], until, state="offered")
        entry.claim_id = claim.id
    else:
        party = services.begin(event, product, units, entry.locale, until=until, state="offered")
        party.draft = {**party.draft, "typed": [_typed(entry)]}
        entry.party_id = party.id
    entry.state, entry.offered_until = "offered", until
    step(entry, "offered", reason)
    count_again(entry)
    waiting_mails.offered(entry)


def _end(event: Event, product: Product) -> datetime:
    """When an offer ends: courteously, but not after the sale, nor after the event itself."""
    ends = [courteous_end(clock.now(), event.zone), event.closes_at]
    if product.on_sale_until is not None:
        ends.append(product.on_sale_until)
    return min(ends)


def _typed(entry: WaitingEntry) -> dict[str, str]:
    """The first person as the form of the flow shows them."""
    return {**taken_apart(entry.name)._asdict(), "email": entry.email}


def accept(entry: WaitingEntry) -> Party | None:
    """Take an offer: the party to fill in and place, or None for an add-on, which is booked at once.

    The entry is confirmed when the party is placed. Taking it twice is taking it once. Raises `NoOffer`, or
    `workshops.TimeConflict`; then nothing has changed.
    """
    if entry.state == "confirmed":
        return None
    if entry.state != "offered" or entry.offered_until is None or entry.offered_until <= clock.now():
        raise NoOffer
    if entry.party_id is not None:
        return entry.party
    hold_all(entry)
    if entry.state != "offered" or entry.registration is None:
        raise NoOffer
    [claim] = offered_claims(entry)
    item = workshops.book(entry.registration, entry.product, offered=claim)
    if item.claim_id != claim.id:  # booked otherwise meanwhile
        tickets.release([claim])
    entry.claim_id = item.claim_id
    _confirm(entry)
    return None


def decline(entry: WaitingEntry) -> None:
    """Give an offer back and stay in the queue, at the same place, for the next one. Raises `NoOffer`."""
    hold_all(entry)
    if entry.state == "waiting" and last_deed(entry) == "declined":
        return
    if entry.state != "offered":
        raise NoOffer
    claims = offered_claims(entry)
    _back(entry, "declined")
    with swaps.collecting() as freed:
        tickets.decline(claims)
        if freed:
            _distribute(entry.event, fresh=True, but={entry.id})


def party_taken(party: Party) -> None:
    """The party of an offer is placed, or sent in: who waited for it waits no more."""
    entry = waiting_queries.entry_of_party(party)
    if entry is not None and entry.state == "offered":
        _confirm(entry)


def _confirm(entry: WaitingEntry) -> None:
    entry.state, entry.closed_at = "confirmed", clock.now()
    step(entry, "confirmed")


def _expire_offers(event: Event) -> set[int]:
    """Take back offers whose time is over; the ids of their entries. What somebody is placing just now stays."""
    ended = set()
    for entry in waiting_queries.overdue(event.id):
        party = db.session.get(Party, entry.party_id) if entry.party_id else None
        if party is not None and not waiting_queries.may_lock(party):
            continue
        if party is not None and party.placed_at is not None:
            _confirm(entry)
            continue
        claims = offered_claims(entry)
        later = [claim.until for claim in claims if claim.until is not None and claim.until > clock.now()]
        if later:
            entry.offered_until = max(later)
            continue
        if _times(entry, "expired") + 1 >= LAST_CHANCE:
            close(entry, "expired")
            waiting_mails.expired(entry, last=True)
        else:
            _back(entry, "expired")
            waiting_mails.expired(entry, last=False)
        tickets.expire(claims)
        ended.add(entry.id)
    db.session.flush()
    return ended


def _back(entry: WaitingEntry, deed: str) -> None:
    """Back to the queue, at the old place."""
    entry.state, entry.offered_until = "waiting", None
    entry.party_id = entry.claim_id = None
    step(entry, deed)
    count_again(entry)


def close(entry: WaitingEntry, deed: str, reason: str = "") -> None:
    """Off the list."""
    entry.state, entry.offered_until, entry.closed_at = "left", None, clock.now()
    entry.party_id = entry.claim_id = None
    step(entry, deed, reason)
    count_again(entry)


# -- what all of these share


def offered_claims(entry: WaitingEntry) -> list[Claim]:
    """The claims that an offer holds."""
    if entry.claim_id is not None:
        return [db.session.get_one(Claim, entry.claim_id, populate_existing=True)]
    if entry.party is None:
        return []
    items = queries.items_of(entry.party)
    return [item.claim for item in items if item.claim is not None and item.claim.state == "offered"]


def step(entry: WaitingEntry, deed: str, reason: str = "") -> None:
    """Write down what happened to an entry, by whom."""
    db.session.add(
        WaitingStep(
            event_id=entry.event_id,
            entry_id=entry.id,
            at=clock.now(),
            deed=deed,
            reason=reason,
            actor=":".join(audit.current_actor()),
        )
    )
    db.session.flush()
    db.session.expire(entry, ["steps"])


def last_deed(entry: WaitingEntry) -> str:
    """What happened to an entry last."""
    return entry.steps[-1].deed if entry.steps else ""


def _times(entry: WaitingEntry, deed: str) -> int:
    return sum(each.deed == deed for each in entry.steps)


def count_again(entry: WaitingEntry) -> None:
    """Count who waits for the pools of an entry's products. It is the caller's turn."""
    db.session.flush()
    waiting_queries.count_waiting(
        {draw.pool_id for product in waiting_queries.wanted_by(entry) for draw in product.draws}
    )


def hold_all(entry: WaitingEntry) -> None:
    """Take the event's turn, then hold the entry itself, as it is now, and the party that it is offered.

    Whoever sends a registration holds its party first and the entry last, so here nobody waits for a party. Raises
    `BeingTaken`.
    """
    tickets.turn(entry.event_id)
    db.session.refresh(entry, with_for_update={"of": WaitingEntry})
    if entry.state == "offered" and entry.party is not None and not waiting_queries.may_lock(entry.party):
        raise BeingTaken
