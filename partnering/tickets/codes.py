"""Codes that buyers type: found however they are written, checked, made, and vouchers' places kept."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..accounts.addresses import canonical
from ..db import db
from ..events.models import Event
from . import claims, pools
from .errors import CodeInvalid, CodeTaken, CodeUnfit, CodeUsed, NothingToKeep, UsedMoreOften
from .models import Code, CodeProduct, MemberEntry, MemberList, Product
from .prices import opens, works_for

__all__ = [
    "asks_everybody",
    "check",
    "find",
    "fold",
    "is_member",
    "make",
    "opened",
    "opens",
    "set_blocked",
    "works_for",
]

LONGEST = 40
"""Letters and digits of a code."""


def fold(text: str) -> str:
    """A code as it is compared: without case, spaces, hyphens and invisible characters."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text[:200]).casefold())
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LNM" or c in "!#%&*+/=?@_.")


def find(event: Event, text: str) -> Code | None:
    """The event's code that reads like `text`; case, spaces and hyphens do not matter."""
    folded = fold(text)
    if not folded or len(folded) > LONGEST:
        return None
    return db.session.scalars(sa.select(Code).where(Code.event_id == event.id, Code.folded == folded)).one_or_none()


def check(code: Code | None, product: Product, address: str | None = None, *, units: int = 1) -> None:
    """Refuse a code that does not help to buy `units` more of a product now; without an address members come later.

    Raises `CodeInvalid`, or `CodeUsed`; with `units` 0 its uses are not asked, since the buyer holds them already.
    """
    check_time(code)
    assert code is not None  # asked above
    if not works_for(code, product):
        raise CodeInvalid("product")
    if address is not None and not is_member(code, address):
        raise CodeInvalid("member")
    if units and code.uses_max is not None and code.uses + units > code.uses_max:
        raise CodeUsed(left=max(0, code.uses_max - code.uses))


def check_time(code: Code | None) -> None:
    """Refuse a code that is not there, not valid yet or no longer. Raises `CodeInvalid`."""
    now = clock.now()
    if code is None:
        raise CodeInvalid("unknown")
    if not code.active or (code.valid_until is not None and code.valid_until <= now):
        raise CodeInvalid("over")
    if code.valid_from is not None and code.valid_from > now:
        raise CodeInvalid("early")


def opened(event: Event, code: Code | None) -> list[Product]:
    """The hidden products that a code lets be bought, in the organiser's order; none when it is not valid now."""
    try:
        check_time(code)
    except CodeInvalid:
        return []
    assert code is not None  # asked above
    if not code.opens_hidden:
        return []
    return list(
        db.session.scalars(
            sa.select(Product)
            .join(CodeProduct, CodeProduct.product_id == Product.id)
            .where(Product.event_id == event.id, CodeProduct.code_id == code.id, Product.hidden, Product.active)
            .options(sa.orm.selectinload(Product.tiers), sa.orm.selectinload(Product.draws))
            .order_by(Product.position, Product.id)
        )
    )


def is_member(code: Code, address: str) -> bool:
    """Whether an address, or the domain it belongs to, is on the code's list; always without a list."""
    if code.member_list_id is None:
        return True
    whole = canonical(address)
    labels = whole.rpartition("@")[2].split(".")
    candidates = [whole, *(".".join(labels[start:]) for start in range(len(labels)))] if "@" in whole else []
    found = sa.select(MemberEntry.id).where(
        MemberEntry.list_id == code.member_list_id, MemberEntry.value.in_(candidates)
    )
    return bool(candidates) and db.session.scalar(found.limit(1)) is not None


def asks_everybody(code: Code) -> bool:
    """Whether each person's address must be on the code's list: where its price is for members, not for a buyer."""
    return code.kind == "member" and code.member_list_id is not None


def member_value(text: str) -> str | None:
    """An address or domain as it stands on a list of members ("@" or "*." before a domain is left out), or None."""
    value = canonical(text.strip().removeprefix("*.").removeprefix("@"))
    local, at, domain = value.rpartition("@")
    whole = "." in domain.strip(".") and not domain.startswith(".") and not domain.endswith(".") and ".." not in domain
    if not whole or len(value) > 254 or any(c.isspace() for c in value) or (at and not local) or "@" in local:
        return None
    return value


def set_members(members: MemberList, lines: Iterable[str]) -> list[int]:
    """Let a list hold these addresses and domains, nothing else; the numbers of lines that are neither (from 1).

    When there are such lines, the list stays as it was.
    """
    values, wrong = set(), []
    for number, line in enumerate(lines, 1):
        value = member_value(line)
        if value is not None:
            values.add(value)
        elif line.strip():
            wrong.append(number)
    if wrong:
        return wrong
    before = {entry.value for entry in members.entries}
    gone = sorted(before - values)
    for start in range(0, len(gone), 500):
        db.session.execute(
            sa.delete(MemberEntry).where(
                MemberEntry.list_id == members.id, MemberEntry.value.in_(gone[start : start + 500])
            )
        )
    db.session.add_all(MemberEntry(list_id=members.id, value=value) for value in sorted(values - before))
    db.session.flush()
    db.session.expire(members, ["entries"])
    return []


def make(
    event: Event, *, text: str, kind: str, products: Sequence[Product] = (), blocked: int = 0, **values: Any
) -> Code:
    """A new code; keywords are columns of `Code`. An access code opens the hidden tickets it names.

    A voucher keeps `blocked` places of the first ticket it names. Raises `CodeTaken`, `CodeUnfit`, `NothingToKeep` or
    `SoldOut`.
    """
    folded = fold(text)
    if not folded or len(folded) > LONGEST or len(text.strip()) > LONGEST:
        raise CodeUnfit
    if find(event, text) is not None:
        raise CodeTaken
    values.setdefault("opens_hidden", kind == "access")
    code = Code(event_id=event.id, text=text.strip(), folded=folded, kind=kind, created_at=clock.now(), **values)
    db.session.add(code)
    db.session.flush()
    set_products(code, products)
    after = {"text": code.text, "kind": kind, "discount": code.discount, "value": code.value}
    audit.record("code.created", code, event=event, after=after)
    if blocked:
        set_blocked(code, blocked)
    return code


def set_products(code: Code, products: Sequence[Product]) -> None:
    """Let a code work for these products; for none named, for all tickets that are not hidden."""
    db.session.execute(sa.delete(CodeProduct).where(CodeProduct.code_id == code.id))
    db.session.add_all(
        CodeProduct(event_id=code.event_id, code_id=code.id, product_id=product.id) for product in products
    )
    db.session.flush()
    db.session.expire(code, ["products"])


def set_uses_max(code: Code, uses_max: int | None) -> None:
    """Let a code be used `uses_max` times in all (None: any number). Raises `UsedMoreOften`."""
    pools.connection(code.event_id)
    db.session.refresh(code)
    if uses_max is not None and uses_max < code.uses:
        raise UsedMoreOften
    code.uses_max = uses_max
    db.session.flush()


def set_blocked(code: Code, places: int) -> None:
    """Let a voucher keep `places` places in all, those used with it counted; they are of the first ticket it names.

    Raises `SoldOut` when there are not so many, or `NothingToKeep`.
    """
    event, named = db.session.get_one(Event, code.event_id), [row.product for row in code.products]
    if places and (code.kind != "voucher" or not named):
        raise NothingToKeep
    pools.connection(event.id)
    db.session.refresh(code)
    before, wanted = max(0, code.blocked - code.uses), max(0, places - code.uses)
    told = {"blocked": code.blocked}
    db.session.execute(
        sa.update(Code).where(Code.id == code.id).values(blocked=places).execution_options(synchronize_session=False)
    )
    if wanted > before:
        claims.block(event, named[0], wanted - before, code)
    elif wanted < before:
        claims.unblock(code, before - wanted)
    db.session.expire(code)
    audit.record("code.blocked_set", code, event=event, before=told, after={"blocked": places})


def end_vouchers(event: Event) -> int:
    """Give back the places of vouchers that are no longer valid; how many vouchers kept some."""
    over = db.session.scalars(
        sa.select(Code)
        .where(
            Code.event_id == event.id,
            Code.kind == "voucher",
            Code.blocked > Code.uses,
            sa.or_(sa.not_(Code.active), Code.valid_until <= clock.now()),
        )
        .order_by(Code.id)
    ).all()
    for code in over:
        set_blocked(code, code.uses)
    return len(over)
