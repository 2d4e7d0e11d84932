"""What the desk can say about the parts of a ticket that are taxed by themselves."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..db import BilingualText, db
from ..errors import DomainError
from ..i18n import _l
from ..tickets import money
from ..tickets.models import Product, ProductPart


class NothingLeft(DomainError):
    """The parts of a ticket would take its whole price."""

    message = _l("All parts together stay below 100 percent: the rest is the price of the ticket itself.")
    status = 422


class Part(NamedTuple):
    """A part: its name, its share of the price and its VAT at home in basis points, and whether it is online."""

    name: BilingualText
    share: int
    vat_rate: int
    online: bool = False


def parts_of(product: Product) -> list[Part]:
    """The parts of a ticket, in order."""
    if not product.bundled:
        return []
    return [Part(part.name, part.share, part.vat_rate, part.online) for part in product.parts]


def set_parts(product: Product, parts: Sequence[Part]) -> None:
    """Let a ticket's price contain these parts from now on; what was sold keeps those it was sold with.

    Raises `NothingLeft`.
    """
    if sum(part.share for part in parts) >= money.WHOLE:
        raise NothingLeft
    if parts_of(product) == list(parts):
        return
    db.session.execute(sa.delete(ProductPart).where(ProductPart.product_id == product.id))
    db.session.add_all(
        ProductPart(event_id=product.event_id, product_id=product.id, **part._asdict()) for part in parts
    )
    product.bundled = bool(parts)
    db.session.flush()
    db.session.expire(product, ["parts"])


def told(product: Product) -> list[dict[str, Any]]:
    """The parts as the log remembers them."""
    return [
        {"name": [part.name.de, part.name.en], "share": part.share, "vat_rate": part.vat_rate, "online": part.online}
        for part in parts_of(product)
    ]
