"""What can happen to capacity and what can be asked of it: everything the rooms above call, in one place.

`selling` says what is left and on sale, `prices` what it costs, `claims` takes and gives back, `pools` holds capacity
itself; `codes` is called by its own name. The pools' CHECK is the referee behind all of them.
"""

from ..events.models import Event
from . import claims, codes
from .claims import cancel, confirm, decline, exchange, expire, extend, hold, release, to_pending
from .errors import CodeInvalid, CodeUsed, HoldExpired, LimitPerOrder, NotOnSale, SoldOut
from .money import net_of, split
from .pools import override, set_capacity, turn
from .prices import Price, has_price, price, priced
from .selling import UNLIMITED, check_order, free_pools, is_called_off, is_on_sale, left, lefts
from .units import Wanted

__all__ = [
    "UNLIMITED",
    "CodeInvalid",
    "CodeUsed",
    "HoldExpired",
    "LimitPerOrder",
    "NotOnSale",
    "Price",
    "SoldOut",
    "Wanted",
    "cancel",
    "check_order",
    "confirm",
    "decline",
    "exchange",
    "expire",
    "expire_due",
    "extend",
    "free_pools",
    "has_price",
    "hold",
    "is_called_off",
    "is_on_sale",
    "left",
    "lefts",
    "net_of",
    "override",
    "price",
    "priced",
    "release",
    "set_capacity",
    "split",
    "to_pending",
    "turn",
]


def expire_due(event: Event) -> int:
    """Give back everything of an event that ran out: holds, offers, places of vouchers; how many that were."""
    return claims.expire_holds(event) + codes.end_vouchers(event)
