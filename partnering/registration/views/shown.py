"""What the pages of registering show, worked out before the templates see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

from ... import clock
from ...db import BilingualText
from ...events.models import Event
from ...i18n import _, _n, bi, day, money, span
from ...questions.queries import current_questions, file_names
from ...questions.shown import text_of
from ...tickets import codes, prices
from ...tickets import services as tickets
from ...tickets.models import Code, PriceTier, Product
from .. import bundles, drafts, orders, queries, services, taxing
from ..models import Item, Party
from ..refund_rules import percent

FEW = 10
"""From how many places left on the card says so."""


@dataclass(frozen=True)
class Option:
    """A ticket as its card shows it: the price of today, the one that follows, what is left.

    `list_gross` is what everybody pays, `gross` what it costs with the code; `coded`: the code goes with it;
    `code_works`: it also changes something, the price, who finds the ticket, or whose places they are.
    """

    product: Product
    price: PriceTier | None
    later: PriceTier | None
    list_gross: int
    gross: int
    coded: bool
    code_works: bool
    left: int
    on_sale: bool
    features: list[str]
    contains: list[str]
    waitlist: str | None

    @property
    def choosable(self) -> bool:
        """Whether it can be chosen now."""
        return self.on_sale and self.left > 0 and self.price is not None

    @property
    def is_few(self) -> bool:
        """Whether the card says how many are left."""
        return self.choosable and self.left <= FEW

    @property
    def not_yet(self) -> datetime | None:
        """When its sale begins, if that is still to come."""
        begins = self.product.on_sale_from
        return begins if begins is not None and begins > clock.now() else None


def option_of(product: Product, left: int, event: Event, code: Code | None = None) -> Option:
    """The card of a ticket, as it is for whoever has this code."""
    on_sale = tickets.is_on_sale(product, code=code) and event.state == "published"
    coded = code is not None and prices.works_for(code, product)
    price = later = None
    gross = list_gross = 0
    if on_sale:
        priced = tickets.priced(product, code=code)
        price, gross = priced.tier, priced.gross
        plain = prices.running(product.tiers, clock.now())
        list_gross = max(gross, plain.gross if plain is not None else priced.list_gross)
        if price.until and _tier_after(product, price):
            later = tickets.price(product, price.until, code)
    elif product.tiers:
        price = product.tiers[0]
        gross = list_gross = price.gross
    code_works = coded and (gross < list_gross or product.hidden or (code is not None and code.kind == "voucher"))
    features = [line.strip() for line in bi(product.features).splitlines() if line.strip()]
    gone = on_sale and left < product.fewest_per_order and product.waiting_list
    waits = waitlist(product) if gone else None
    contains = [bi(part.name) for part in product.parts] if product.bundled else []
    return Option(product, price, later, list_gross, gross, coded, code_works, left, on_sale, features, contains, waits)


def waitlist(product: Product) -> str | None:
    """Where to wait for a product; None where this installation has no waiting list."""
    if "registration.join_waitlist" not in current_app.view_functions:
        return None
    return url_for("registration.join_waitlist", ticket=product.public_id)


def code_sentence(code: Code, options: Sequence[Option]) -> str:
    """What a code does, in a sentence."""
    fitting = [option for option in options if option.coded]
    if not fitting:
        return _("Code %(code)s is valid, but not for any ticket on this page.", code=code.text)
    parts = []
    opened = [option for option in fitting if option.product.hidden]
    if opened:
        parts.append(_n("It opens one more ticket.", "It opens %(num)s more tickets.", len(opened)))
    if code.audience:
        parts.append(_("Member prices apply.") if code.kind == "member" else _("Special prices apply."))
    if code.discount == "percent" and code.value:
        parts.append(_("It takes %(percent)s off the price.", percent=percent(code.value)))
    elif code.discount == "amount" and code.value:
        amount = money(code.value, fitting[0].product.currency)
        parts.append(_("It takes %(amount)s off each ticket.", amount=amount))
    elif code.discount == "price" and code.value:
        parts.append(_("Each ticket costs %(amount)s with it.", amount=money(code.value, fitting[0].product.currency)))
    elif code.discount == "price":
        parts.append(_("Tickets are free of charge with it."))
    if code.kind == "voucher" and code.blocked > code.uses:
        kept = code.blocked - code.uses
        parts.append(_n("One place is kept for it.", "%(num)s places are kept for it.", kept))
    if codes.asks_everybody(code):
        parts.append(_("In the next step we check that all who come are on the list of members by email address."))
    elif code.member_list_id is not None:
        parts.append(_("In the next step we check that your email address is on the list of members."))
    return " ".join([_("Code %(code)s is valid.", code=code.text), *parts])


@dataclass(frozen=True)
class Extra:
    """An add-on as a person chooses it."""

    public_id: str
    label: str
    hint: Markup
    end: str
    gone: bool
    waitlist: str | None


def extras_of(party: Party) -> list[Extra]:
    """What can be booked beside the party's ticket: workshops in order of time, after what has none."""
    products = [product for product in drafts.add_ons(party) if tickets.is_on_sale(product, code=party.code)]
    left = tickets.lefts(products)
    own: dict[int, int] = {}
    for item in queries.items_of(party):
        if item.claim is not None and orders.runs(item.claim):
            own[item.claim.product_id] = own.get(item.claim.product_id, 0) + 1
    products.sort(key=lambda product: (product.appointment is not None, _begins(product)))
    return [_extra(product, left[product.id] + own.get(product.id, 0), party) for product in products]


def _begins(product: Product) -> float:
    return product.appointment.starts_at.timestamp() if product.appointment is not None else product.position


def _extra(product: Product, left: int, party: Party) -> Extra:
    gross = tickets.priced(product, code=party.code).gross
    when = []
    if product.appointment is not None:
        zone, at = party.event.zone, product.appointment
        when = [f"{day(at.starts_at, 'short', zone)}, {span(at.starts_at, at.ends_at, zone)}"]
    few = _n("One place left", "%(num)s places left", left) if left <= FEW else ""
    parts = [*when, bi(product.description), few if left > 0 else _("Sold out")]
    hint = Markup("<br>").join(part for part in parts if part)
    waits = waitlist(product) if left < 1 and product.waiting_list else None
    price = money(gross, product.currency) if gross else _("free")
    return Extra(product.public_id, bi(product.name), hint, price, left < 1, waits)


def _tier_after(product: Product, price: PriceTier) -> bool:
    assert price.until is not None  # the caller asked
    audiences = ("", price.audience)
    return any(
        (tier.until is None or tier.until > price.until) and tier.audience in audiences for tier in product.tiers
    )


@dataclass
class Line:
    """Equal lines of an order, counted together; amounts in cents, all of them summed."""

    name: BilingualText
    tier_name: BilingualText
    kind: str
    code_text: str
    contains: list[BilingualText]
    count: int = 0
    list_gross: int = 0
    gross: int = 0


@dataclass(frozen=True)
class Order:
    """What a party is about to owe: lines, sums in cents, VAT by rate in words, and until when its places are held."""

    lines: list[Line]
    gross: int
    vats: list[tuple[str, int]]
    notes: list[str]
    currency: str
    until: datetime | None
    minutes: int
    extensions: int
    offer: bool = False
    codes: list[str] = field(default_factory=list)

    @property
    def has_run_out(self) -> bool:
        """Whether the places are no longer held for certain."""
        return self.until is None or self.until <= clock.now()


def owed(party: Party, items: Sequence[Item], billing: Mapping[str, Any], small: bool) -> int:
    """What lines come to for this invoice address, in cents; `small` as `shows_no_vat` has it."""
    return sum(_amount(item, party, billing, small).gross for item in items)


def order_of(party: Party, billing: Mapping[str, Any] | None = None, all_items: Sequence[Item] | None = None) -> Order:
    """The order of a party under way or placed, equal lines counted together; taxed for this invoice address."""
    all_items = queries.items_of(party) if all_items is None else all_items
    items = [item for item in all_items if item.cancelled_at is None]
    small = shows_no_vat(party, items)
    grouped: dict[tuple[object, ...], Line] = {}
    vats: dict[int, int] = {}
    notes: list[str] = []
    total = 0
    for whole in bundles.wholes(items):
        item, amounts = whole[0], [_amount(each, party, billing, small) for each in whole]
        gross, listed = sum(amount.gross for amount in amounts), sum(each.list_gross for each in whole)
        contains = bundles.contents_of(whole)
        key = (item.name, item.tier_name, item.kind, item.code_text, amounts[0].rate, gross, listed, *contains)
        line = grouped.setdefault(key, Line(item.name, item.tier_name, item.kind, item.code_text, contains))
        line.count += 1
        line.gross += gross
        line.list_gross += max(listed, sum(each.gross for each in whole))
        total += gross
        for amount in amounts:
            vats[amount.rate] = vats.get(amount.rate, 0) + amount.vat
            if amount.note and amount.note not in notes:
                notes.append(amount.note)
    until = orders.held_until(items)
    seconds = (until - clock.now()).total_seconds() if until else 0
    offer = orders.is_offer(items)
    return Order(
        lines=list(grouped.values()),
        gross=total,
        vats=[(percent(rate), cents) for rate, cents in sorted(vats.items()) if rate and cents],
        notes=notes,
        currency=items[0].currency if items else "EUR",
        until=until,
        minutes=max(0, -int(-seconds // 60)),
        extensions=0 if offer else services.EXTENSIONS - party.extensions,
        offer=offer,
        codes=sorted({item.code_text for item in items if item.code_text}),
    )


def shows_no_vat(party: Party, items: Sequence[Item]) -> bool:
    """Whether the seller shows no VAT; not asked where nothing costs anything, or all is settled."""
    return party.placed_at is None and any(item.gross for item in items) and taxing.is_small(party.event)


def _amount(item: Item, party: Party, billing: Mapping[str, Any] | None, small: bool) -> taxing.Amount:
    if party.placed_at is not None:
        return taxing.as_settled(item)
    return taxing.amount_of(item, party.event, billing or {}, small=small)


def answers_of(event: Event, party: Party) -> list[tuple[str, str]]:
    """(question, answer) of what the buyer has answered about the order and themself; sensitive ones stay apart."""
    answers = party.draft.get("answers")
    if not answers:
        return []
    given = {**answers.get("buyer", {}), **(answers.get("people") or [{}])[0]}
    asked = [each for each in current_questions(event) if each.public_id in given and not each.sensitive]
    files = file_names(event, [given[each.public_id] for each in asked if each.kind == "file"])
    return [(bi(each.label), text_of(each, given[each.public_id], files)) for each in asked]
