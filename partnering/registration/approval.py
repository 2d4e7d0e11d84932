"""Tickets that an organiser approves first: sent in, approved and placed, rejected, withdrawn, taken back.

A party is "none" until it is sent in, then "waiting", then "approved" (and placed) or "rejected"; after an edit a
rejected one may be sent in again. Whoever withdraws is "none" again. Every other step is refused and changes nothing.
Until a party is placed nobody gets a ticket or a calendar entry.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from .. import audit, clock
from ..db import db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from ..questions import services as answers
from ..tickets import services as tickets
from ..tickets.models import Claim, Product
from . import approval_mails, offers, orders, queries, services
from .models import Item, Party, WaitingEntry
from .seats import Guest

KEPT = timedelta(days=30)
"""How long after an event what was sent in and never placed is kept."""


class NotPossible(DomainError):
    """The request is no longer, or not yet, in the state that this step needs."""

    message = _l("That is not possible any more: the state of this request has changed. Please look at it again.")


class PlacesGone(DomainError):
    """The places were not kept meanwhile, and there are not enough left."""

    message = _l("There are not enough places available, so nothing was changed. Raise the capacity, or reject.")


def ask(party: Party) -> None:
    """Send a party in: its draft is kept, its places are kept too unless the ticket says otherwise; a letter says so.

    Raises `NotPossible`, as `orders.check`, or `HoldExpired` when the places are with somebody else.
    """
    product = party.product
    if product is None or not product.needs_approval or party.placed_at is not None:
        raise NotPossible
    if party.approval not in ("none", "rejected") or not party.draft.get("people"):
        raise NotPossible
    orders.check(party)
    claims = _claims(party)
    if any(claim.state == "released" for claim in claims):
        offers.serve(party.event_id)
        claims = _hold_again(party)
    buyer = Guest.of(party.draft["people"][0])
    party.contact_name, party.contact_email = buyer.name, buyer.email
    party.approval, party.approval_reason = "waiting", ""
    party.asked_at, party.decided_at = clock.now(), None
    db.session.flush()
    if product.pending_counts:
        tickets.to_pending(claims)
    else:
        tickets.release(claims)
    sheet = orders.draft_sheet(party)
    if sheet is not None:
        answers.settle_sensitive(sheet)  # sent in: kept while an organiser decides
    offers.party_taken(party)
    audit.record("approval.asked", party, event=party.event, after={"places": len(party.draft["people"])})
    approval_mails.asked(party)


def approve(party: Party, note: str = "") -> None:
    """Place a party that waits: tickets, letters, calendar. `note` is for the log alone.

    Raises `NotPossible`, or `PlacesGone` when places that were not kept have gone; then nothing may be kept either.
    """
    if party.approval != "waiting" or party.placed_at is not None:
        raise NotPossible
    orders.leave_out_gone(party)  # called off while the request waited: nobody books or pays that
    if any(claim.state != "pending" for claim in _claims(party)):
        offers.serve(party.event_id)
        try:
            _hold_again(party)
        except (tickets.SoldOut, tickets.CodeUsed) as error:
            raise PlacesGone from error
    party.approval, party.approval_reason, party.decided_at = "approved", note, clock.now()
    db.session.flush()
    audit.record("approval.approved", party, event=party.event, after={"reason": note} if note else None)
    refused = party.draft.get("refused")
    services.place(party)
    if refused:  # so that the buyer's page goes on saying so, see `forget_old`
        party.draft = {"refused": refused}
        db.session.flush()


def reject(party: Party, reason: str) -> None:
    """Refuse a party that waits: its places go on, a letter says why. Raises `NotPossible`."""
    if party.approval != "waiting" or party.placed_at is not None:
        raise NotPossible
    party.approval, party.approval_reason, party.decided_at = "rejected", reason, clock.now()
    _withdraw_sensitive(party)
    db.session.flush()
    tickets.release(_claims(party))
    audit.record("approval.rejected", party, event=party.event, after={"reason": reason})
    approval_mails.rejected(party)


def end(party: Party, *, called_off: bool) -> None:
    """Close a request that nobody decides any more, its places given back: the event is over, or was `called_off`.

    Only then a letter says so. What is decided already stays as it is.
    """
    if party.approval != "waiting" or party.placed_at is not None:
        return
    party.approval, party.approval_reason, party.decided_at = "rejected", "", clock.now()
    _withdraw_sensitive(party)
    db.session.flush()
    tickets.release(_claims(party))
    audit.record("approval.ended", party, event=party.event)
    if called_off:
        approval_mails.called_off(party)


def _withdraw_sensitive(party: Party) -> None:
    """Whoever is not coming has nothing to say about diet, allergy and accessibility any more."""
    sheet = orders.draft_sheet(party)
    if sheet is not None:
        answers.withdraw_sensitive(sheet)


def withdraw(party: Party) -> None:
    """The buyer takes back what they sent in; its places go on. Twice is once. Raises `NotPossible`."""
    if is_withdrawn(party):
        return
    if party.approval != "waiting" or party.placed_at is not None:
        raise NotPossible
    party.approval, party.asked_at, party.decided_at = "none", None, clock.now()
    _withdraw_sensitive(party)
    _let_go(party)
    db.session.flush()
    tickets.release(_claims(party))
    audit.record("approval.withdrawn", party, event=party.event)


def is_withdrawn(party: Party) -> bool:
    """Whether a party was sent in and taken back by its buyer."""
    return party.approval == "none" and party.placed_at is None and party.decided_at is not None


def take_back(party: Party, reason: str) -> None:
    """End what was approved: every registration of the party, nothing charged; letters and calendars tell them.

    Raises `NotPossible`.
    """
    if party.approval != "approved" or party.placed_at is None or party.cancelled_at is not None:
        raise NotPossible
    party.approval, party.approval_reason, party.decided_at = "rejected", reason, clock.now()
    db.session.flush()
    services.cancel_party(party, "organiser", waive_fee=True)
    audit.record("approval.taken_back", party, event=party.event, after={"reason": reason})
    approval_mails.rejected(party)


def forget_old() -> int:
    """Forget what was rejected and never placed, and who of a placed party was, a month after the event; how many."""
    old = db.session.scalars(
        sa.select(Party)
        .join(Event, Event.id == Party.event_id)
        .where(Party.placed_at.is_(None), Party.approval == "rejected", Event.closes_at < clock.now() - KEPT)
        .order_by(Party.id)
        .with_for_update(of=Party, skip_locked=True)
        .limit(500)
    ).all()
    for party in old:
        _let_go(party)
        orders.forget(party)
    placed = db.session.scalars(
        sa.select(Party)
        .join(Event, Event.id == Party.event_id)
        .where(
            Party.placed_at.is_not(None),
            Party.asked_at.is_not(None),
            sa.cast(Party.draft, sa.String) != "{}",
            Event.closes_at < clock.now() - KEPT,
        )
        .order_by(Party.id)
        .with_for_update(of=Party, skip_locked=True)
        .limit(500)
    ).all()
    for party in placed:
        party.draft = {}
    return len(old) + len(placed)


def _let_go(party: Party) -> None:
    """The closed entry of the waiting list that led here points here no more, so that the draft can be forgotten."""
    db.session.execute(
        sa.update(WaitingEntry)
        .where(WaitingEntry.event_id == party.event_id, WaitingEntry.party_id == party.id)
        .values(party_id=None)
        .execution_options(synchronize_session="fetch")
    )


def _claims(party: Party) -> list[Claim]:
    return orders.claims_in(queries.items_of(party))


def _hold_again(party: Party) -> list[Claim]:
    """Take places anew for all lines of a party, at the prices it was sent in with.

    Raises `SoldOut` or `CodeUsed`; then nothing was taken.
    """
    items = [item for item in queries.items_of(party) if item.claim is not None]
    wanted: Counter[int] = Counter()
    products = {}
    for item in items:
        product = _product(item)
        products[product.id] = product
        wanted[product.id] += 1
    claims = tickets.hold(
        party.event,
        [(products[key], count) for key, count in wanted.items()],
        clock.now() + orders.HOLD,
        code=party.code,
    )
    fresh: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        fresh[claim.product_id].append(claim)
    for item in items:
        item.claim_id = fresh[_product(item).id].pop(0).id
    db.session.flush()
    db.session.expire(party, ["items"])
    return claims


def _product(item: Item) -> Product:
    assert item.claim is not None  # asked by the caller
    return item.claim.product


def may_edit(party: Party) -> bool:
    """Whether its buyer may change what was sent in and send it in again."""
    open_still = party.event.state == "published" and party.event.closes_at > clock.now()
    return party.approval == "rejected" and party.placed_at is None and open_still


def undecided() -> Sequence[str]:
    """The public ids of requests that nobody decided before their event was over."""
    return db.session.scalars(
        sa.select(Party.public_id)
        .join(Event, Event.id == Party.event_id)
        .where(Party.approval == "waiting", Party.placed_at.is_(None), Event.closes_at < clock.now())
        .order_by(Party.id)
        .limit(500)
    ).all()


def undecided_at(event_ref: str) -> Sequence[str]:
    """The same for those of one event, whenever it ends."""
    return db.session.scalars(
        sa.select(Party.public_id)
        .join(Event, Event.id == Party.event_id)
        .where(Event.public_id == event_ref, Party.approval == "waiting", Party.placed_at.is_(None))
        .order_by(Party.id)
    ).all()


def files_sent_in() -> set[str]:
    """The files (public ids) in drafts that wait for a decision or may be sent in again: no sheet has them yet."""
    drafts = db.session.scalars(
        sa.select(Party.draft).where(Party.approval.in_(("waiting", "rejected")), Party.placed_at.is_(None))
    )
    found: set[str] = set()
    for draft in drafts:
        given = draft.get("answers", {})
        for one in (given.get("buyer", {}), *given.get("people", [])):
            found |= {value for value in one.values() if isinstance(value, str)}
    return found


# -- for organisers


def waiting(event: Event) -> Sequence[Party]:
    """What waits for a decision at an event, oldest first."""
    return db.session.scalars(
        sa.select(Party)
        .where(Party.event_id == event.id, Party.approval == "waiting")
        .options(sa.orm.joinedload(Party.product), sa.orm.selectinload(Party.items))
        .order_by(Party.asked_at, Party.id)
        .limit(500)
    ).all()


def decided(event: Event) -> Sequence[Party]:
    """What was decided at an event, newest first."""
    return db.session.scalars(
        sa.select(Party)
        .where(
            Party.event_id == event.id,
            Party.approval.in_(("approved", "rejected")),
        )
        .options(sa.orm.joinedload(Party.product), sa.orm.selectinload(Party.items))
        .order_by(Party.decided_at.desc(), Party.id.desc())
        .limit(500)
    ).all()


def number_waiting(event: Event) -> int:
    """How many requests wait for a decision at an event."""
    return (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(Party).where(Party.event_id == event.id, Party.approval == "waiting")
        )
        or 0
    )
