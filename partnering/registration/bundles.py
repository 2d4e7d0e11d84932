"""Tickets whose price contains what is taxed by itself (law.md L24): a line for the ticket, one more for each part.

The ticket's line holds the place; its parts hold none, and follow it wherever it goes. A price is split in proportion
to the shares of that day, so that all lines together are the price to the cent; what was sold keeps its shares.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ..db import BilingualText, db
from ..i18n import _, speaking
from ..rows import write
from ..tickets import money
from ..tickets.models import Product
from .models import Item


def is_split(product: Product, list_gross: int) -> bool:
    """Whether a unit of a product at this list price, in cents, is more than one line. What is free is one."""
    return product.bundled and list_gross > 0


def columns(product: Product, gross: int, list_gross: int) -> dict[str, Any]:
    """What a line of a product says of money when a unit costs `gross` cents, `list_gross` without a code.

    Of a ticket with parts it is what is left for the ticket itself.
    """
    if not is_split(product, list_gross):
        return _priced(gross, list_gross, product.vat_rate)
    weights = _weights(product)
    own, listed = money.apportion(gross, weights)[0], money.apportion(list_gross, weights)[0]
    return _priced(own, listed, product.vat_rate) | _home(own, product.vat_rate, product.online)


def add_parts(lines: Iterable[Item], product: Product, gross: int, list_gross: int) -> list[Item]:
    """The parts of tickets that are written already, each at `gross` cents, `list_gross` without a code."""
    if not is_split(product, list_gross):
        return []
    weights = _weights(product)
    amounts = list(zip(money.apportion(gross, weights), money.apportion(list_gross, weights), strict=True))[1:]
    found = [
        Item(
            event_id=line.event_id,
            party_id=line.party_id,
            place_id=line.place_id,
            part_of_id=line.id,
            kind="part",
            name=part.name,
            tier_name=_contained_in(product.name),
            quantity=1,
            currency=product.currency,
            code_text=line.code_text,
            **_priced(own, listed, part.vat_rate),
            **_home(own, part.vat_rate, part.online),
        )
        for line in lines
        for part, (own, listed) in zip(product.parts, amounts, strict=True)
    ]
    write(*found)
    return found


def _weights(product: Product) -> list[int]:
    """The shares in basis points: the ticket's own, then those of its parts."""
    shares = [part.share for part in product.parts]
    return [money.WHOLE - sum(shares), *shares]


def _priced(gross: int, list_gross: int, rate: int) -> dict[str, Any]:
    net, vat = money.split(gross, rate)
    return {"net": net, "vat": vat, "gross": gross, "list_gross": list_gross, "vat_rate": rate}


def _home(gross: int, rate: int, online: bool) -> dict[str, Any]:
    return {"home_gross": gross, "home_rate": rate, "online": online}


def _contained_in(name: BilingualText) -> BilingualText:
    spoken = {}
    for language in ("de", "en"):
        with speaking(language):
            spoken[language] = _("Part of: %(ticket)s", ticket=name.in_(language))
    return BilingualText(**spoken)


# -- what belongs together


def parts_by_ticket(items: Iterable[Item]) -> Mapping[int, list[Item]]:
    """The parts among these lines, by the id of the line of their ticket."""
    found: dict[int, list[Item]] = {}
    for item in items:
        if item.part_of_id is not None:
            found.setdefault(item.part_of_id, []).append(item)
    return found


def wholes(items: Sequence[Item]) -> list[list[Item]]:
    """Lines as they were bought: each with its parts behind it."""
    parts = parts_by_ticket(items)
    return [[item, *parts.get(item.id, [])] for item in items if item.part_of_id is None]


def contents_of(group: Sequence[Item]) -> list[BilingualText]:
    """What a ticket contains beside itself, by name; `group` is one of `wholes`."""
    return [item.name for item in group if item.part_of_id is not None]


def forget_parts(ids: Sequence[int]) -> None:
    """Delete the parts of tickets whose lines have these ids, before those lines."""
    db.session.execute(sa.delete(Item).where(Item.part_of_id.in_(ids)))
