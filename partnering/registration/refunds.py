"""What is paid back and what is kept when places or add-ons are given back.

The rules are data, see `refund_rules`. Of what a place costs, its add-ons included, the rule's percentage is paid back
less its fee, never less than nothing; an add-on given back alone is paid back by the percentage alone. What is kept
becomes a line of its own, under the VAT of what it was for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .. import clock
from ..db import BilingualText, db
from ..i18n import _, speaking
from ..tickets.money import part, split
from . import bundles, permissions, queries
from .models import Item, Party, Place, RefundRule, Registration
from .refund_rules import last_day, rules_of
from .refund_rules import refund_sentences as refund_sentences  # one door: whoever asks about refunds asks here

Lines = Sequence[Sequence[Item]]
"""Lines by ticket: each group is a ticket with its parts and add-ons, or one add-on."""


@dataclass(frozen=True)
class Quote:
    """What giving something back means in money, in cents: `refund` + `fee` is what it cost.

    `rule` is the one that holds now (None: nothing is paid back), `until` its last day in the event's zone, `then` the
    one that follows. `settled` says whether the party has paid, so that `refund` is money that goes back; else it is
    money that is no longer owed.
    """

    paid_gross: int
    refund: int
    fee: int
    rule: RefundRule | None
    currency: str = "EUR"
    until: date | None = None
    then: RefundRule | None = None
    settled: bool = False

    def told(self) -> dict[str, Any]:
        """The figures as a letter keeps them: those of the day on which something was given back."""
        return {
            "paid": self.paid_gross,
            "refund": self.refund,
            "fee": self.fee,
            "currency": self.currency,
            "settled": self.settled,
        }


def quote(thing: Registration | Place | Party | Item) -> Quote:
    """What giving back a registration, a place, an add-on, or everything of a party means now."""
    if isinstance(thing, Item):
        party, lines = thing.party, [[thing]]
    elif isinstance(thing, Party):
        party, lines = thing, ending(thing, queries.places_of(thing))
    else:
        place = thing.place if isinstance(thing, Registration) else thing
        party, lines = place.party, ending(place.party, [place])
    return quote_lines(party, lines)


def quote_lines(party: Party, lines: Lines, *, waive_fee: bool = False) -> Quote:
    """The same for lines that end together; with `waive_fee` everything is paid back."""
    event, today = party.event, clock.in_zone(clock.now(), party.event.zone).date()
    rules = [rule for rule in rules_of(event) if today <= last_day(event, rule)]
    rule = rules[0] if rules else None
    paid = sum(item.gross for group in lines for item in group)
    refund = paid if waive_fee else sum(_refund(group, rule) for group in lines)
    return Quote(
        paid_gross=paid,
        refund=refund,
        fee=paid - refund,
        rule=rule,
        currency=next((item.currency for group in lines for item in group), "EUR"),
        until=last_day(event, rule) if rule is not None else None,
        then=rules[1] if len(rules) > 1 else None,
        settled=party.settled_at is not None,
    )


def _refund(group: Sequence[Item], rule: RefundRule | None) -> int:
    """What is paid back of one ticket with its add-ons, in cents rounded half up.

    What a consumer could withdraw from by itself is paid back in full, whatever the rules say.
    """
    ruled = _ruled(group)
    free = sum(item.gross for item in group) - sum(item.gross for item in ruled)
    if rule is None:
        return free
    gross = sum(item.gross for item in ruled)
    fee = rule.fee if any(item.kind == "ticket" for item in ruled) else 0
    return free + max(0, part(gross, rule.percent) - fee)


def _ruled(group: Sequence[Item]) -> list[Item]:
    """Of a ticket with its add-ons, what falls under the rules."""
    return [item for item in group if not permissions.may_withdraw_add_on(item)]


def ending(party: Party, places: Iterable[Place]) -> list[list[Item]]:
    """The lines that end when these places are given back: each ticket of which no place is left, with its add-ons.

    A place of a ticket for several people costs nothing by itself.
    """
    given = {place.id for place in places}
    everywhere = queries.places_of(party)
    staying = {place.id for place in everywhere if place.cancelled_at is None} - given
    items = [item for item in queries.items_of(party) if item.kind != "fee"]
    parts, groups = bundles.parts_by_ticket(items), []
    for ticket, covered in _covered(items, everywhere):
        if ticket.cancelled_at is not None:
            continue
        ids = {place.id for place in covered}
        group = [] if ids & staying else [ticket, *parts.get(ticket.id, ())]
        group += [item for item in items if item.kind == "add_on" and item.place_id in ids - staying]
        live = [item for item in group if item.cancelled_at is None]
        if live:
            groups.append(live)
    return groups


def _covered(items: Sequence[Item], places: Sequence[Place]) -> list[tuple[Item, list[Place]]]:
    """Each ticket with its places: the one it is tied to and the next, as many as it has seats, else the next free."""
    found, position = [], 0
    for item in items:
        if item.kind != "ticket":
            continue
        seats = item.claim.product.seats if item.claim is not None else 1
        start = next((n for n, place in enumerate(places) if place.id == item.place_id), position)
        found.append((item, list(places[start : start + seats])))
        position = max(position, start + seats)
    return found


def settle(party: Party, lines: Lines, *, waive_fee: bool = False) -> Quote:
    """End lines, and write down as lines of their own what is kept of them; with `waive_fee` nothing is kept.

    The claims behind them are the caller's to cancel.
    """
    found = quote_lines(party, lines, waive_fee=waive_fee)
    now = clock.now()
    for group in lines:
        kept = 0 if waive_fee else sum(item.gross for item in group) - _refund(group, found.rule)
        db.session.add_all(_kept_of(_ruled(group), kept))
        for item in group:
            item.cancelled_at = item.cancelled_at or now
    db.session.flush()
    db.session.expire(party, ["items"])
    return found


def waive(party: Party) -> int:
    """Give up what was kept of what a party gave back; how many cents that was."""
    kept = [item for item in queries.items_of(party) if item.kind == "fee" and item.cancelled_at is None]
    for item in kept:
        item.cancelled_at = clock.now()
    db.session.flush()
    db.session.expire(party, ["items"])
    return sum(item.gross for item in kept)


def _kept_of(group: Sequence[Item], kept: int) -> list[Item]:
    """What is kept of a ticket and its add-ons, one line for each kind of VAT, shares rounded so that they add up."""
    by_tax: dict[tuple[int, str], list[Item]] = {}
    for item in group:
        by_tax.setdefault((item.vat_rate, item.tax_kind), []).append(item)
    gross, given, seen, lines = sum(item.gross for item in group), 0, 0, []
    for items in by_tax.values():
        seen += sum(item.gross for item in items)
        share = kept * seen // gross - given if gross else 0
        given += share
        if share:
            lines.append(_fee_line(items[0], share))
    return lines


def _fee_line(of: Item, gross: int) -> Item:
    net, vat = split(gross, of.vat_rate)
    return Item(
        event_id=of.event_id,
        party_id=of.party_id,
        place_id=of.place_id,
        kind="fee",
        name=_fee_name(of.name),
        quantity=1,
        net=net,
        vat=vat,
        gross=gross,
        list_gross=gross,
        vat_rate=of.vat_rate,
        tax_kind=of.tax_kind,
        currency=of.currency,
    )


def _fee_name(name: BilingualText) -> BilingualText:
    spoken = {}
    for language in ("de", "en"):
        with speaking(language):
            spoken[language] = _("Cancellation fee: %(name)s", name=name.in_(language))
    return BilingualText(**spoken)
