"""The log of who did what: entries are append-only, what must be erasable lies beside them.

An entry keeps a salted hash of its detail, so that erasing the detail later changes no entry.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import BilingualText, Json, Model, append_only, db, table_of
from .rows import new_row, say, write
from .verify import invariant


class AuditEntry(Model):
    """One deed: who, when, what, on which thing. Things are named by kind and public id, which outlive them."""

    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str] = mapped_column(sa.String(20))
    actor_ref: Mapped[str] = mapped_column(sa.String(40))
    action: Mapped[str] = mapped_column(sa.String(60))
    object_kind: Mapped[str] = mapped_column(sa.String(40))
    object_ref: Mapped[str] = mapped_column(sa.String(40))
    event_ref: Mapped[str | None] = mapped_column(sa.String(16))
    request_id: Mapped[str | None] = mapped_column(sa.String(40))
    detail_hash: Mapped[str | None] = mapped_column(sa.String(64))

    __table_args__ = (
        sa.Index("ix_audit_entry_event", "event_ref", "id"),
        sa.Index("ix_audit_entry_object", "object_ref", "id"),
    )


class AuditDetail(Model):
    """Before and after of one entry; may be erased."""

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_entry.id"), unique=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    salt: Mapped[str] = mapped_column(sa.String(32))
    delete_after: Mapped[datetime | None] = mapped_column(index=True)


append_only(table_of(AuditEntry))


def record(
    action: str,
    thing: Any,
    *,
    event: Any = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    actor: tuple[str, str] | None = None,
) -> AuditEntry:
    """Write down, in the running transaction, that `action` (such as "registration.cancelled") happened to `thing`.

    `actor` is (kind, public id); by default the person or device of this request, else "system".
    """
    entry = _entry(action, thing, event, actor or current_actor())
    if before is None and after is None:
        db.session.add(entry)
        return entry
    detail = _detail(entry, before, after)
    write(entry)
    say(detail, entry_id=entry.id)
    write(detail)
    return entry


def differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Those of the values that are others afterwards, before and after."""
    changed = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in changed}, {name: after[name] for name in changed}


def record_all(
    action: str,
    things: Sequence[tuple[Any, dict[str, Any]]],
    *,
    event: Any = None,
    actor: tuple[str, str] | None = None,
) -> None:
    """Write down that `action` happened to many things at once: pairs of a thing and what is so afterwards."""
    who = actor or current_actor()
    entries = [_entry(action, thing, event, who) for thing, _after in things]
    details = [_detail(entry, None, after) for entry, (_thing, after) in zip(entries, things, strict=True)]
    write(*entries)
    for entry, detail in zip(entries, details, strict=True):
        say(detail, entry_id=entry.id)
    write(*details)


def _entry(action: str, thing: Any, event: Any, actor: tuple[str, str]) -> AuditEntry:
    kind, ref = actor
    return new_row(
        AuditEntry,
        at=clock.now(),
        actor_kind=kind,
        actor_ref=ref,
        action=action,
        object_kind=type(thing).__tablename__,
        object_ref=getattr(thing, "public_id", None) or str(thing.id),
        event_ref=event.public_id if event is not None else None,
        request_id=g.get("request_id") if has_request_context() else None,
    )


def _detail(entry: AuditEntry, before: dict[str, Any] | None, after: dict[str, Any] | None) -> AuditDetail:
    """What is erasable of an entry, whose hash it keeps."""
    salt = secrets.token_hex(16)
    before, after = plain(before), plain(after)
    say(entry, detail_hash=detail_hash(salt, before, after))
    return new_row(AuditDetail, before=before, after=after, salt=salt)


_acting: ContextVar[tuple[str, str] | None] = ContextVar("_acting", default=None)


@contextmanager
def acting(actor: tuple[str, str]) -> Iterator[None]:
    """Write down everything inside as done by `actor`, (kind, public id): whom the worker works for."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


def current_actor() -> tuple[str, str]:
    """(kind, public id) of whoever makes this request, or whom the worker works for."""
    acting_for = _acting.get()
    if acting_for is not None:
        return acting_for
    if has_request_context():
        if g.get("person") is not None:
            return "person", g.person.public_id
        if g.get("device") is not None:
            return "device", g.device.public_id
        return "anonymous", ""
    return "system", ""


def plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """The values as JSON can hold them."""
    if values is None:
        return None
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, BilingualText):
        return {"de": value.de, "en": value.en}
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def detail_hash(salt: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    """SHA-256 over salt and detail, in one canonical form."""
    text = json.dumps([before, after], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


@invariant("A1", "What the log remembers is what was written down")
def details_untouched() -> Iterator[str]:
    """Details whose hash is not the one their entry keeps."""
    rows = db.session.execute(
        sa.select(AuditEntry, AuditDetail).join(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
    )
    for entry, detail in rows:
        if detail_hash(detail.salt, detail.before, detail.after) != entry.detail_hash:
            yield f"entry {entry.id} has another detail than was recorded"
