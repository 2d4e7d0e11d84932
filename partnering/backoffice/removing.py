"""Taking away what was made and never used: tickets, add-ons, pools, codes, member lists.

What was sold, asked for or answered to stays, so that it stays true; the database is the referee of that.
"""

import json
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from .. import audit
from ..db import db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from ..questions.queries import current_questions
from ..registration.models import Item
from ..tickets import codes
from ..tickets import services as tickets
from ..tickets.models import (
    Claim,
    ClaimDraw,
    Code,
    CodeProduct,
    MemberEntry,
    MemberList,
    Pool,
    PriceTier,
    Product,
    ProductAddOn,
    ProductPart,
    ProductPool,
)


class TicketUsed(DomainError):
    """Somebody bought it, holds it, waits for it, or a code or question is about it."""

    message = _l(
        "This stays: it was booked, somebody waits for it, or a code or question names it. Take it off sale instead."
    )


class PoolUsed(DomainError):
    """Something draws on the pool, or did."""

    message = _l("Tickets draw on this pool, or something was sold from it. Let them draw on another one first.")


class CodeUsed(DomainError):
    """Somebody registered with the code."""

    message = _l("This code was used, so it stays on record. Switch it off instead.")


class ListUsed(DomainError):
    """A code asks for the list."""

    message = _l("A code asks for this list, here or at another conference. Let it ask for none first.")


def remove_product(event: Event, product: Product) -> None:
    """Delete a ticket or add-on with its prices. Raises `TicketUsed`."""
    tickets.turn(event.id)
    if any(product.public_id in json.dumps(question.rule) for question in current_questions(event, internal=None)):
        raise TicketUsed
    audit.record("product.removed", product, event=event, before={"name": product.name})

    def delete() -> None:
        for row in (PriceTier, ProductPart, ProductPool):
            _delete(row, row.product_id == product.id)
        _delete(ProductAddOn, sa.or_(ProductAddOn.product_id == product.id, ProductAddOn.add_on_id == product.id))
        _delete(Product, Product.id == product.id)

    _unless_used(delete, TicketUsed)


def remove_pool(event: Event, pool: Pool) -> None:
    """Delete a pool on which nothing draws. Raises `PoolUsed`."""
    tickets.turn(event.id)
    audit.record("pool.removed", pool, event=event, before={"name": pool.name, "capacity": pool.capacity})
    _unless_used(lambda: _delete(Pool, Pool.id == pool.id), PoolUsed)


def remove_code(event: Event, code: Code) -> None:
    """Delete a code that nobody used; what it kept is on sale again. Raises `CodeUsed`."""
    tickets.turn(event.id)
    db.session.refresh(code)
    if code.uses:
        raise CodeUsed
    if code.blocked:
        codes.set_blocked(code, 0)
    audit.record("code.removed", code, event=event, before={"name": code.text})
    number = code.id
    never_sold = sa.select(Claim.id).where(
        Claim.code_id == number, Claim.state == "released", ~sa.exists().where(Item.claim_id == Claim.id)
    )

    def delete() -> None:
        _delete(ClaimDraw, ClaimDraw.claim_id.in_(never_sold))
        _delete(Claim, Claim.id.in_(never_sold))
        _delete(CodeProduct, CodeProduct.code_id == number)
        _delete(Code, Code.id == number)

    _unless_used(delete, CodeUsed)


def remove_list(event: Event, members: MemberList) -> None:
    """Delete a member list with everybody on it. Raises `ListUsed`."""
    audit.record("member_list.removed", members, event=event, before={"name": members.name})

    def delete() -> None:
        _delete(MemberEntry, MemberEntry.list_id == members.id)
        _delete(MemberList, MemberList.id == members.id)

    _unless_used(delete, ListUsed)


def _delete(model: type, where: sa.ColumnElement[bool]) -> None:
    db.session.execute(sa.delete(model).where(where).execution_options(synchronize_session=False))


def _unless_used(delete: Callable[[], None], used: type[DomainError]) -> None:
    """Delete; where a foreign key says that something points there, raise `used`: then the transaction must end."""
    db.session.flush()
    try:
        delete()
    except IntegrityError as error:
        raise used from error
    db.session.expire_all()
