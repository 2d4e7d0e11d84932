"""What the desk can do about codes and member lists beyond what the tickets' room offers: many at once, changes."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import audit, clock
from ..db import db
from ..errors import DomainError, Stale
from ..events.models import Event
from ..i18n import _l
from ..tickets import codes
from ..tickets.models import Code, CodeProduct, MemberEntry, MemberList, Product

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are taken for each other: I and 1, O and 0."""

PAGE = 100
TOLD = (
    "note",
    "discount",
    "value",
    "audience",
    "opens_hidden",
    "member_list_id",
    "uses_max",
    "blocked",
    "valid_from",
    "valid_until",
    "active",
)
_BETWEEN = re.compile(r"[;,\t ]+")


class NameTaken(DomainError):
    """The host has another list of this name."""

    message = _l("There is a list of this name already.")
    status = 422


# -- codes


def random_text(prefix: str = "") -> str:
    """A code that can be read aloud: "SPONSOR-7K3M-Q2HT"; 32 to the power of 8 of them."""
    parts = ["".join(secrets.choice(LETTERS) for _letter in range(4)) for _part in range(2)]
    return "-".join([*([prefix.strip("- ").upper()] if prefix.strip("- ") else []), *parts])


def make(event: Event, values: Mapping[str, Any], *, text: str, number: int = 1, prefix: str = "") -> list[Code]:
    """One code, or `number` of them with random letters; `values` as `tickets.codes.make` takes them.

    Raises what that raises.
    """
    texts = [text] if text else [random_text(prefix) for _code in range(number)]
    return [codes.make(event, text=each, **values) for each in texts]


def edit(
    event: Event,
    code: Code,
    values: Mapping[str, Any],
    *,
    products: Sequence[Product],
    uses_max: int | None,
    blocked: int,
    version: int | None,
) -> bool:
    """Change a code; whether anything did. Raises `Stale`, `UsedMoreOften`, `SoldOut` or `NothingToKeep`."""
    if code.version != version:
        raise Stale
    before = told(code)
    held = {row.product_id for row in code.products}
    for name, value in values.items():
        if getattr(code, name) != value:
            setattr(code, name, value)
    db.session.flush()
    if held != {product.id for product in products}:
        codes.set_products(code, products)
    if code.uses_max != uses_max:
        codes.set_uses_max(code, uses_max)
    if code.kind == "voucher" and code.blocked != blocked:
        codes.set_blocked(code, blocked)
    was, now = audit.differing(before, told(code))
    if not now:
        return False
    if code.version == version:
        sa.orm.attributes.flag_modified(code, "note")  # products alone raise the version too
        db.session.flush()
    audit.record("code.changed", code, event=event, before=was, after=now)
    return True


def switch(event: Event, code: Code, active: bool) -> bool:
    """Let a code work or not; whether that changed. What a voucher still kept is on sale again once it is off."""
    if code.active == active:
        return False
    code.active = active
    db.session.flush()
    if not active and code.blocked > code.uses:
        codes.set_blocked(code, code.uses)
    audit.record("code.switched", code, event=event, before={"active": not active}, after={"active": active})
    return True


def told(code: Code) -> dict[str, Any]:
    """A code as the log remembers it."""
    return {**{name: getattr(code, name) for name in TOLD}, "products": [row.product_id for row in code.products]}


def codes_of(event: Event, wanted: str = "", page: int | None = None) -> Sequence[Code]:
    """The event's codes, newest first, those whose text or note holds `wanted`; a page of them, or all."""
    statement = (
        _matching(event, wanted)
        .options(selectinload(Code.products).joinedload(CodeProduct.product), joinedload(Code.member_list))
        .order_by(Code.id.desc())
    )
    if page is not None:
        statement = statement.limit(PAGE).offset((page - 1) * PAGE)
    return db.session.scalars(statement).all()


def number_of_codes(event: Event, wanted: str = "") -> int:
    """How many there are."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_matching(event, wanted).subquery())) or 0


def _matching(event: Event, wanted: str) -> sa.Select[Code]:
    statement = sa.select(Code).where(Code.event_id == event.id)
    if wanted:
        folded = codes.fold(wanted)
        reads = Code.folded.contains(folded, autoescape=True) if folded else sa.false()
        statement = statement.where(sa.or_(reads, Code.note.icontains(wanted, autoescape=True)))
    return statement


def code_at(event: Event, public_id: str) -> Code | None:
    """The event's code with this public id."""
    return db.session.scalars(
        sa.select(Code)
        .where(Code.event_id == event.id, Code.public_id == public_id)
        .options(selectinload(Code.products).joinedload(CodeProduct.product), joinedload(Code.member_list))
    ).one_or_none()


def state(code: Code) -> str:
    """How a code stands: "off", "early", "over", "used" or "on"."""
    now = clock.now()
    if not code.active:
        return "off"
    if code.valid_from is not None and code.valid_from > now:
        return "early"
    if code.valid_until is not None and code.valid_until <= now:
        return "over"
    return "used" if code.uses_max is not None and code.uses >= code.uses_max else "on"


# -- member lists


@dataclass(frozen=True)
class Members:
    """What was read of a list: addresses and domains in canonical form; what stood there twice; (line, text) of what is
    neither.
    """

    values: list[str]
    twice: list[str]
    wrong: list[tuple[int, str]]


def read_members(text: str) -> Members:
    """The addresses and domains in a text: one to a line, or parted by commas, semicolons or spaces."""
    values: dict[str, None] = {}
    twice: dict[str, None] = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), 1):
        for word in filter(None, _BETWEEN.split(line.strip())):
            value = codes.member_value(word)
            if value is None:
                wrong.append((number, word))
            elif value in values:
                twice[value] = None
            else:
                values[value] = None
    return Members(list(values), list(twice), wrong)


def lists_of(event: Event) -> Sequence[MemberList]:
    """The member lists of the event's host, by name."""
    return db.session.scalars(
        sa.select(MemberList).where(MemberList.host_id == event.host_id).order_by(MemberList.name, MemberList.id)
    ).all()


def sizes(lists: Sequence[MemberList]) -> dict[int, int]:
    """How many stand on each list, by its id."""
    rows = db.session.execute(
        sa.select(MemberEntry.list_id, sa.func.count())
        .where(MemberEntry.list_id.in_([each.id for each in lists]))
        .group_by(MemberEntry.list_id)
    )
    return {list_id: int(number) for list_id, number in rows}


def codes_with(event: Event) -> dict[int, list[Code]]:
    """The event's codes that ask for a list, by the list's id."""
    found: dict[int, list[Code]] = {}
    for code in db.session.scalars(
        sa.select(Code).where(Code.event_id == event.id, Code.member_list_id.is_not(None)).order_by(Code.id)
    ):
        found.setdefault(code.member_list_id or 0, []).append(code)
    return found


def list_at(event: Event, public_id: str) -> MemberList | None:
    """A list of the event's host."""
    return db.session.scalars(
        sa.select(MemberList).where(MemberList.host_id == event.host_id, MemberList.public_id == public_id)
    ).one_or_none()


def create_list(event: Event, name: str, values: Sequence[str]) -> MemberList:
    """A new list of the event's host. Raises `NameTaken`."""
    _require_free_name(event, name, None)
    made = MemberList(host_id=event.host_id, name=name)
    db.session.add(made)
    db.session.flush()
    codes.set_members(made, values)
    audit.record("member_list.made", made, event=event, after={"name": name, "entries": len(values)})
    return made


def edit_list(event: Event, members: MemberList, name: str, values: Sequence[str], version: int | None) -> bool:
    """Rename a list and say who stands on it; whether anything changed. The log counts, and names no members.

    Raises `NameTaken` or `Stale`.
    """
    if members.version != version:
        raise Stale
    _require_free_name(event, name, members)
    held = {entry.value for entry in members.entries}
    before, after = {"name": members.name, "entries": len(held)}, {"name": name, "entries": len(set(values))}
    if members.name == name and held == set(values):
        return False
    members.name = name
    sa.orm.attributes.flag_modified(members, "name")  # entries alone raise the version too
    db.session.flush()
    codes.set_members(members, values)
    after |= {"added": len(set(values) - held), "removed": len(held - set(values))}
    audit.record("member_list.changed", members, event=event, before=before, after=after)
    return True


def _require_free_name(event: Event, name: str, own: MemberList | None) -> None:
    taken = db.session.scalar(
        sa.select(MemberList.id).where(MemberList.host_id == event.host_id, MemberList.name == name)
    )
    if taken is not None and (own is None or taken != own.id):
        raise NameTaken
