"""Who pays late and does not keep the early price: what it costs today, and charging that."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import audit, clock
from ..db import BilingualText, db
from ..errors import DomainError
from ..i18n import _, _l, speaking
from ..registration import bundles
from ..registration.models import Item, Party
from ..tickets import money, prices, vat
from ..tickets.errors import NotOnSale
from ..tickets.models import Claim, Product
from . import queries, services
from .models import Invoice


class NothingDearer(DomainError):
    """The price of the day they ordered still holds."""

    message = _l("There is nothing to charge anew: the price still holds, or the invoice is paid.")


class Dearer(NamedTuple):
    """What a line costs today, in cents, in place of its early price; `list_gross` is with VAT, as for all lines.

    `home` is the same with VAT, for a ticket that has parts and for each of those.
    """

    gross: int
    list_gross: int
    tier: BilingualText
    home: int | None = None


def dearer(party: Party) -> Mapping[int, Dearer]:
    """Lines of a party that cost more today, by item id: its invoice is overdue, their tier is over, and the product
    does not keep the price of the day of ordering."""
    if not any(row.state == "overdue" for row in queries.rows_of(party)):
        return {}
    found: dict[int, Dearer] = {}
    for group in bundles.wholes(_lines(party)):
        item = group[0]
        claim = item.claim
        if claim is None or claim.product.keeps_price or claim.tier is None or item.quantity != 1:
            continue
        if claim.tier.until is None or claim.tier.until > clock.now():
            continue
        try:
            today = prices.priced(claim.product, code=claim.code)
        except NotOnSale:
            continue
        if item.home_gross is not None:
            found |= _dearer_parts(group, today)
            continue
        tax = vat.Tax(item.tax_kind, item.vat_rate, "")
        gross = vat.charged(today.gross, claim.product.vat_rate, tax)
        if gross > item.gross:
            found[item.id] = Dearer(gross, today.list_gross, today.tier.name)
    return found


def _dearer_parts(group: Sequence[Item], today: prices.Price) -> dict[int, Dearer]:
    """The same for a ticket with parts, split as it was sold; nothing unless the whole is dearer."""
    shares = [item.list_gross for item in group]
    if today.gross <= sum(item.home_gross or 0 for item in group):
        return {}
    found = {}
    for item, gross, listed in zip(
        group, money.apportion(today.gross, shares), money.apportion(today.list_gross, shares), strict=True
    ):
        charged = vat.charged(gross, item.home_rate or 0, vat.Tax(item.tax_kind, item.vat_rate, ""))
        tier = today.tier.name if item.part_of_id is None else item.tier_name
        found[item.id] = Dearer(charged, listed, tier, gross)
    return found


def charge_today(party: Party) -> list[Invoice]:
    """Charge today's price to somebody who did not pay in time: the invoice is cancelled and issued anew.

    Raises `NothingDearer`.
    """
    services.lock(party)
    found = dearer(party)
    if not found:
        raise NothingDearer
    before = {}
    for item in _lines(party):
        if item.id not in found:
            continue
        now = found[item.id]
        before[str(item.id)] = item.gross
        item.net, item.vat = money.split(now.gross, item.vat_rate)
        item.gross, item.list_gross, item.tier_name, item.home_gross = now.gross, now.list_gross, now.tier, now.home
    db.session.flush()
    after = {str(number): now.gross for number, now in found.items()}
    audit.record("invoice.price_charged", party, event=party.event, before=before, after=after)
    with speaking(party.locale):
        reason = _("Payment did not come in time for the earlier price.")
    return services.correct(party, reason=reason)


def _lines(party: Party) -> Sequence[Item]:
    return db.session.scalars(
        sa.select(Item)
        .where(Item.party_id == party.id, Item.cancelled_at.is_(None), Item.kind != "fee")
        .options(
            joinedload(Item.claim).options(
                joinedload(Claim.product).selectinload(Product.tiers), joinedload(Claim.tier), selectinload(Claim.code)
            )
        )
        .order_by(Item.id)
    ).all()
