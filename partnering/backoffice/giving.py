"""Tickets that are given away by a code: places kept for whoever registers with it, free of charge."""

import secrets

from .. import qr
from ..events.models import Event
from ..tickets import codes
from ..tickets.models import Code, Product


def voucher(event: Event, product: Product, count: int, *, note: str = "") -> Code:
    """A code that keeps `count` tickets and makes them cost nothing. Raises `SoldOut`."""
    text = "-".join("".join(secrets.choice(qr.READABLE) for _ in range(4)) for _ in range(2))
    return codes.make(
        event,
        text=text,
        kind="voucher",
        products=[product],
        blocked=count,
        discount="price",
        value=0,
        uses_max=count,
        note=note,
        opens_hidden=product.hidden,
    )
