"""What is sold at an event that is made from another one: pools, products, prices and codes, nothing of it sold."""

from .. import clock
from ..agenda import services as agenda
from ..agenda.models import Appointment
from ..events.cloning import Copies, taken_along
from .codes import set_blocked
from .models import Code, CodeProduct, Pool, PriceTier, Product, ProductAddOn, ProductPart, ProductPool


@taken_along("tickets", floor=5)
def products(copies: Copies) -> None:
    """Pools, tickets and add-ons with prices and times. What was a session's time becomes the add-on's own."""
    copies.copy(copies.rows(Pool), used=0, waiting=0, over=0)
    for product in copies.rows(Product):
        at = product.appointment
        if at is not None and copies.of(at) is None and at.state == "live":
            _appointment(copies, at)
        days = [copies.day(day) for day in product.days]
        copies.copy([product], days=days)
    copies.copy(copies.rows(PriceTier))
    copies.copy(copies.rows(ProductPool))
    copies.copy(copies.rows(ProductPart))
    copies.copy(copies.rows(ProductAddOn))


def _appointment(copies: Copies, at: Appointment) -> None:
    made = agenda.appoint(
        copies.target, "session", copies.at(at.starts_at), copies.at(at.ends_at), copies.of(at.location)
    )
    copies.remember(at, made)


@taken_along("codes", floor=5)
def codes(copies: Copies) -> None:
    """Codes with their limits, unused; vouchers keep as many places again."""
    held = copies.rows(Code)
    made = copies.copy(held, uses=0, blocked=0, created_at=clock.now())
    copies.copy(copies.rows(CodeProduct))
    for code, copied in zip(held, made, strict=True):
        if code.blocked and code.active:
            set_blocked(copied, code.blocked)
