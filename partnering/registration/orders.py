"""What a buyer has chosen and not yet sent: tickets, add-ons, codes, the holds behind them, and what it costs."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..db import BilingualText, db, new_public_id
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l, bi
from ..questions import services as answers
from ..questions.models import AnswerSheet
from ..questions.queries import current_questions
from ..rows import change, new_row, write
from ..tickets import codes, prices
from ..tickets import queries as ticket_queries
from ..tickets import services as tickets
from ..tickets.models import Claim, Code, Product
from . import bundles, queries, seats, workshops
from .models import Item, Party

HOLD = timedelta(minutes=30)
"""How long places are held while somebody types."""

EXTENSIONS = 2
"""How often that can be extended."""

KEPT = timedelta(days=1)
"""How long a party that was begun and never placed is kept."""

RUNNING = ("held", "offered")
"""States of a claim that its party may still place by a certain moment."""


class NoMoreExtensions(DomainError):
    """The hold was extended as often as it can be."""

    message = _l("The reservation cannot be extended any further.")


class AddOnGone(DomainError):
    """What was chosen beside the ticket is not offered any more. `leave_out_gone` takes it out and keeps the rest."""

    message = _l("Something that you have chosen is not offered any more.")


class OfferFixed(DomainError):
    """What was offered from the waiting list was to be changed into something else."""

    message = _l("The waiting list offers you this ticket and no more places than these.")


# -- tickets


def begin(
    event: Event,
    product: Product,
    quantity: int,
    locale: str,
    *,
    code: Code | None = None,
    until: datetime | None = None,
    state: str = "held",
    public_id: str | None = None,
    alone: bool = False,
) -> Party:
    """A party under way that holds `quantity` units of a product for half an hour, or until a moment.

    With state "offered" it is an offer from the waiting list; `public_id` where the caller has said it already, and
    `alone` as for `tickets.hold`. Raises `NotOnSale`, `LimitPerOrder`, `CodeInvalid`, `CodeUsed` or `SoldOut`.
    """
    tickets.check_order(event, [(product, quantity)], code)
    party = new_party(event, product, locale, code, public_id)
    hold(party, product, quantity, code=code, until=until, state=state, alone=alone)
    return party


def choose(party: Party, product: Product, quantity: int, code: Code | None = None) -> None:
    """Give a party under way another ticket, quantity or code; what was typed is kept, as far as places reach.

    Choosing again what is already held changes nothing. Raises as `begin`, or `OfferFixed`; then nothing has changed.
    """
    items = queries.items_of(party)
    chosen = [item for item in items if item.kind == "ticket"]
    code_id = code.id if code is not None else None
    if is_offer(items):
        _take_of_offer(party, chosen, product, quantity)
        return
    same = party.product_id == product.id and len(chosen) == quantity
    if same and party.code_id == code_id and all(runs(item.claim) for item in chosen):
        return
    tickets.check_order(party.event, [(product, quantity)], code)
    drop(chosen)
    if not same:
        kept = list(party.draft.get("people", []))[: product.seats * quantity]
        complete = len(kept) == product.seats * quantity
        party.draft = {**party.draft, "people": kept if complete else [], "typed": kept}
    party.product_id, party.code_id = product.id, code_id
    party.extensions = 0
    hold(party, product, quantity, code=code)
    if not same:
        _carry_add_ons(party)


def _take_of_offer(party: Party, chosen: Sequence[Item], product: Product, quantity: int) -> None:
    """Take an offer, or some places of it; the others go to whoever waits next."""
    if party.product_id != product.id or quantity > len(chosen):
        raise OfferFixed
    surplus = chosen[quantity:]
    if surplus:
        claims = [item.claim for item in surplus if item.claim is not None]
        _forget(surplus)
        tickets.decline(claims)
        _carry_add_ons(party)


def new_party(
    event: Event, product: Product, locale: str, code: Code | None = None, public_id: str | None = None
) -> Party:
    """A party that holds nothing yet."""
    party = new_row(
        Party,
        public_id=public_id or new_public_id(),
        event_id=event.id,
        product_id=product.id,
        code_id=code.id if code is not None else None,
        reference=seats.new_reference(),
        locale=locale,
        draft={},
        billing={},
        created_at=clock.now(),
    )
    write(party)
    return party


def hold(
    party: Party,
    product: Product,
    quantity: int,
    *,
    code: Code | None = None,
    until: datetime | None = None,
    state: str = "held",
    gross: int | None = None,
    alone: bool = False,
) -> list[Item]:
    """Take units of a product for a party, one line for each at today's price, or at `gross` cents.

    The parts of a ticket that contains some come last.
    """
    price = tickets.priced(product, code=code) if gross is None else None
    used = code if code is not None and prices.works_for(code, product) else None
    claims = tickets.hold(
        party.event, [(product, quantity)], until or clock.now() + HOLD, code=used, state=state, alone=alone
    )
    amount = price.gross if price else gross or 0
    listed = price.list_gross if price else amount
    items = [
        new_row(
            Item,
            event_id=party.event_id,
            party_id=party.id,
            claim_id=claim.id,
            kind=product.kind,
            name=product.name,
            tier_name=price.tier.name if price else BilingualText(),
            quantity=1,
            currency=product.currency,
            code_text=price.code_text if price else "",
            **bundles.columns(product, amount, listed),
        )
        for claim in claims
    ]
    write(*items)
    items += bundles.add_parts(items, product, amount, listed)
    db.session.expire(party, ["items"])
    return items


def runs(claim: Claim | None) -> bool:
    """Whether a claim is still held for its party."""
    return claim is not None and claim.state in RUNNING and (claim.until or clock.now()) > clock.now()


def is_offer(items: Sequence[Item]) -> bool:
    """Whether these lines come from the waiting list."""
    return any(item.claim is not None and item.claim.state == "offered" for item in items)


def held_until(items: Sequence[Item]) -> datetime | None:
    """Until when all these lines are held; None when one of them is not any more."""
    claims = [item.claim for item in items if item.kind != "part"]  # parts are held with their ticket
    if not claims or not all(runs(claim) for claim in claims):
        return None
    return min(claim.until for claim in claims if claim is not None and claim.until is not None)


# -- add-ons


def offered_add_ons(product: Product) -> list[Product]:
    """What can be booked beside a ticket, for each place of it; what a question sells is not among it."""
    found = ticket_queries.add_ons_for(product)
    sold = {pair.product_id for pair in queries.choice_products(product.event_id)} if found else set()
    return [add_on for add_on in found if add_on.id not in sold]


def set_add_ons(party: Party, chosen: Sequence[Collection[str]]) -> None:
    """Hold these add-ons for each place in turn, by public id, and give back what is no longer wanted.

    Raises `TimeConflict` when two workshops of one place overlap, `NotOnSale`, `LimitPerOrder`, or `SoldOut`; then
    nothing has changed.
    """
    draft = {key: value for key, value in party.draft.items() if key != "add_ons_left"}
    party.draft = {**draft, "add_ons": [sorted(set(one)) for one in chosen]}
    _hold_add_ons(party)


def set_choices(party: Party, chosen: Sequence[Collection[str]]) -> None:
    """Hold what the choices of answers cost or count, for each place in turn. Raises as `set_add_ons`.

    What only a question sells may be hidden: nobody finds it elsewhere.
    """
    if party.draft.get("choices") or any(chosen):
        party.draft = {**party.draft, "choices": [sorted(set(one)) for one in chosen]}
        _hold_add_ons(party)


def add_ons_by_place(draft: Mapping[str, Any]) -> list[list[str]]:
    """Public ids of the add-ons of each place, chosen there or by an answer."""
    booked, answered = draft.get("add_ons", []), draft.get("choices", [])
    count = max(len(booked), len(answered))
    return [
        [*(booked[n] if n < len(booked) else []), *(answered[n] if n < len(answered) else [])] for n in range(count)
    ]


def _hold_add_ons(party: Party) -> None:
    assert party.product is not None  # a party under way has a ticket
    wanted = add_ons_by_place(party.draft)
    products = {
        product.public_id: product
        for product in [
            *ticket_queries.add_ons_for(party.product),
            *(pair.product for pair in queries.choice_products(party.event_id)),
        ]
    }
    items = queries.items_of(party)
    if any(public_id not in products for one in wanted for public_id in one):
        raise tickets.NotOnSale
    for position, one in enumerate(wanted):
        overlap = workshops.conflicts(sorted((products[public_id] for public_id in one), key=_begins))
        if overlap:
            error = workshops.TimeConflict.between(*(bi(product.name) for product in overlap[0]))
            error.details["position"] = position
            raise error
    units = Counter(public_id for one in wanted for public_id in one)
    held: dict[str, list[Item]] = {}
    for item in items:
        if item.kind == "add_on" and item.claim is not None:
            held.setdefault(item.claim.product.public_id, []).append(item)
    missing, surplus = [], []
    for public_id in sorted({*units, *held}):
        running = [item for item in held.get(public_id, []) if runs(item.claim)]
        keep = running[: units[public_id]]
        surplus += [item for item in held.get(public_id, []) if item not in keep]
        if units[public_id] > len(keep):
            missing.append((products[public_id], units[public_id] - len(keep)))
    if any(_is_gone(product) for product, _number in missing):
        raise tickets.NotOnSale
    if missing:
        chosen = sum(item.kind == "ticket" for item in items)
        extra = [(products[one], number) for one, number in sorted(units.items()) if not products[one].hidden]
        tickets.check_order(party.event, [(party.product, chosen), *extra], party.code)
    drop(surplus)
    offer = is_offer(items)
    until = held_until([item for item in items if item.kind == "ticket"])
    for product, number in missing:
        hold(party, product, number, code=party.code, until=until, state="offered" if offer and until else "held")
    db.session.flush()


def _is_gone(product: Product) -> bool:
    """Whether an add-on is not given to anybody any more; what only a question sells is hidden, and no less gone."""
    return not product.active or tickets.is_called_off(product)


def _gone(party: Party, items: Sequence[Item]) -> list[Product]:
    """The add-ons that a party holds and that are not offered any more, each once."""
    held = {item.claim.product for item in items if item.kind == "add_on" and item.claim is not None}
    return sorted((product for product in held if _is_gone(product)), key=lambda product: product.id)


def leave_out_gone(party: Party) -> list[Product]:
    """Take out of a party what is not offered any more; everything else stays held and as it was chosen.

    What is left of the extras is to be looked at once more, and so is the question that sold what is gone.
    """
    items = queries.items_of(party)
    gone = _gone(party, items)
    if not gone:
        return []
    ids, refs = {product.id for product in gone}, {product.public_id for product in gone}
    draft = dict(party.draft)
    for key in ("add_ons", "choices"):
        if key in draft:
            draft[key] = [[ref for ref in one if ref not in refs] for one in draft[key]]
    if draft.get("add_ons") != party.draft.get("add_ons"):
        draft["add_ons_left"] = draft.pop("add_ons")
    party.draft = _without_answers(party, draft, ids)
    drop([item for item in items if item.claim is not None and item.claim.product_id in ids])
    db.session.flush()
    db.session.expire(party, ["items"])
    return gone


def _without_answers(party: Party, draft: dict[str, Any], ids: Collection[int]) -> dict[str, Any]:
    """A draft whose answers choose none of these products; their questions count as not seen yet."""
    sold = {
        (pair.question_id, pair.choice_key)
        for pair in queries.choice_products(party.event_id)
        if pair.product_id in ids
    }
    if not sold or "answers" not in draft:
        return draft
    refs = {question.id: question.public_id for question in current_questions(party.event)}
    keys = {(refs[number], key) for number, key in sold if number in refs}

    def kept(answers: dict[str, Any]) -> dict[str, Any]:
        left: dict[str, Any] = {}
        for ref, value in answers.items():
            if isinstance(value, list):
                left[ref] = [key for key in value if (ref, key) not in keys]
            elif (ref, value) not in keys:
                left[ref] = value
        return left

    given = draft["answers"]
    asked_again = {ref for ref, _key in keys}
    seen = [ref for ref in given.get("seen", []) if ref not in asked_again]
    people = [kept(one) for one in given.get("people", [])]
    return {**draft, "answers": {**given, "buyer": kept(given.get("buyer", {})), "people": people, "seen": seen}}


def _begins(product: Product) -> tuple[float, int]:
    """By when it takes place, then as it was made."""
    return (product.appointment.starts_at.timestamp() if product.appointment is not None else 0, product.id)


def _carry_add_ons(party: Party) -> None:
    """Keep the add-ons of the places that are left, or ask for them again where they can no longer be had."""
    assert party.product is not None  # a party under way has a ticket
    db.session.expire(party, ["product"])
    units = sum(item.kind == "ticket" for item in queries.items_of(party))
    places = units * party.product.seats
    offered = {add_on.public_id for add_on in offered_add_ons(party.product)}
    draft = {key: value for key, value in party.draft.items() if key not in ("add_ons", "choices")}
    if "add_ons" in party.draft:
        kept = [sorted(offered & set(one)) for one in party.draft["add_ons"][:places]]
        draft["add_ons"] = kept + [[] for _place in range(places - len(kept))]
    party.draft = draft
    try:
        _hold_add_ons(party)
    except (tickets.SoldOut, tickets.NotOnSale, tickets.LimitPerOrder, workshops.TimeConflict):
        party.draft = {key: value for key, value in draft.items() if key != "add_ons"}
        _hold_add_ons(party)


# -- what was typed, and for how long


def keep(party: Party, **answers: Any) -> None:
    """Write what was typed at a step into the draft."""
    change(party, draft={**party.draft, **answers})


def check(party: Party, items: Sequence[Item] | None = None) -> None:
    """Ask once more what may have changed since the ticket was chosen: sale, limits, code, whose code it is.

    `items` are the party's lines, where the caller has them. Raises `AddOnGone`, `NotOnSale`, `LimitPerOrder`,
    `CodeInvalid` or `CodeUsed`.
    """
    lines = queries.items_of(party) if items is None else items
    if _gone(party, lines):
        raise AddOnGone
    wanted = Counter(item.claim.product for item in lines if item.claim is not None)
    seen = [(product, units) for product, units in wanted.items() if product.kind == "ticket" or not product.hidden]
    tickets.check_order(party.event, seen, party.code)
    if party.code is not None and party.product is not None:
        people = party.draft.get("people") or [{}]
        codes.check(party.code, party.product, people[0].get("email", ""), units=0)
        if codes.asks_everybody(party.code):
            for person in people[1:]:
                if person.get("email") and not codes.is_member(party.code, person["email"]):
                    raise tickets.CodeInvalid("member")


def extend(party: Party) -> None:
    """Hold the party's places for another half an hour, at most twice. Raises `NoMoreExtensions`, `HoldExpired`."""
    items = queries.items_of(party)
    if party.extensions >= EXTENSIONS or is_offer(items):
        raise NoMoreExtensions
    tickets.extend(claims_in(items), clock.now() + HOLD)
    party.extensions += 1
    db.session.flush()


def forget_drafts() -> int:
    """Forget what was typed and never sent, a day later, and give back what it still held; how many there were.

    What waits for an organiser's approval was sent. An offer runs its time, and so does what is still held.
    """
    running = (
        sa.select(Item.id)
        .join(Claim, Claim.id == Item.claim_id)
        .where(
            Item.party_id == Party.id,
            sa.or_(Claim.state == "offered", sa.and_(Claim.state == "held", Claim.until > clock.now())),
        )
    )
    old = db.session.scalars(
        sa.select(Party)
        .where(
            Party.placed_at.is_(None),
            Party.asked_at.is_(None),
            Party.created_at < clock.now() - KEPT,
            ~running.exists(),
            ~queries.waits_for(Party.id).exists(),
        )
        .order_by(Party.id)
        .with_for_update(skip_locked=True)
        .limit(500)
    ).all()
    for party in old:
        tickets.release(claims_in(queries.items_of(party)))
        forget(party)
    return len(old)


def forget(party: Party) -> None:
    """Delete a party that was never placed, with what was answered; it holds nothing any more."""
    sheet = draft_sheet(party)
    if sheet is not None:
        answers.delete_sheet(sheet)
    db.session.execute(sa.delete(Item).where(Item.party_id == party.id))
    db.session.execute(sa.delete(Party).where(Party.id == party.id))


def draft_sheet(party: Party) -> AnswerSheet | None:
    """Where the sensitive answers of a party under way lie."""
    public_id = party.draft.get("sheet")
    return queries.sheet_of(party.event_id, public_id) if public_id else None


def claims_in(items: Sequence[Item]) -> list[Claim]:
    """The claims behind lines."""
    return [item.claim for item in items if item.claim is not None]


def drop(items: Sequence[Item]) -> None:
    """Give back what these lines hold, and the lines."""
    claims = claims_in(items)
    _forget(items)
    tickets.release(claims)


def _forget(items: Sequence[Item]) -> None:
    if items:
        if any(item.home_gross is not None for item in items):
            bundles.forget_parts([item.id for item in items])
        db.session.execute(sa.delete(Item).where(Item.id.in_([item.id for item in items])))
        for item in items:
            db.session.expunge(item)


# -- what it costs


def total(party: Party) -> int:
    """What the party costs, in cents, cancelled lines left out."""
    return int(
        db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(Item.gross), 0)).where(
                Item.party_id == party.id, Item.cancelled_at.is_(None)
            )
        )
        or 0
    )
