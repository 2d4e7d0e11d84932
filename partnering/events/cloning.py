"""Making an event from another one: what is taken along is chosen, days move by whole days, nothing is shared.

The rooms above copy what is theirs: a function marked `@taken_along("tickets", floor=5)` is called when its part was
chosen, those of lower floors first, so that it finds the copies of what its rows point at.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from .. import audit, clock
from ..db import BilingualText, Model, PublicId, UtcDateTime, db, table_of
from . import queries, services
from .models import Event, TeamRole
from .signals import event_cloned

PARTS = (
    "texts",
    "tickets",
    "codes",
    "form",
    "refunds",
    "invoices",
    "places",
    "blocks",
    "programme",
    "doors",
    "team",
)
"""What can be taken along."""

ALWAYS = ("zone", "languages", "dye", "sender_name", "sender_address", "open_request_limit", "request_days")
TEXTS = ("claim", "description", "notice", "venue", "address", "city", "travel", "accessibility", "faq")
OF_THE_ROW = {"id", "event_id", "public_id", "version", "generation"}
"""Columns that each row has for itself."""

Row = TypeVar("Row", bound=Model)
Copier = Callable[["Copies"], None]

_copiers: list[tuple[int, str, Copier]] = []


def taken_along(part: str, *, floor: int) -> Callable[[Copier], Copier]:
    """Let a function copy `part` of an event whenever it is chosen; lower floors come first."""

    def keep(copier: Copier) -> Copier:
        _copiers.append((floor, part, copier))
        return copier

    return keep


@dataclass
class Copies:
    """What has been copied so far from `source` to `target`, which begins `days` days later."""

    source: Event
    target: Event
    days: int
    names: dict[str, str] = field(default_factory=dict)
    _made: dict[tuple[str, int], Model] = field(default_factory=dict)

    def moment(self, at: datetime | None) -> datetime | None:
        """The same hour of the wall clock, so many days later; a change to summer time moves no hour."""
        return None if at is None else self.at(at)

    def at(self, at: datetime) -> datetime:
        """The same for what is never missing."""
        wall = clock.in_zone(at, self.source.zone).replace(tzinfo=None)
        return clock.from_zone(wall + timedelta(days=self.days), self.target.zone)

    def day(self, day: str) -> str:
        """An ISO day, so many days later."""
        return (date.fromisoformat(day) + timedelta(days=self.days)).isoformat()

    def rows(self, model: type[Row], *conditions: Any) -> Sequence[Row]:
        """The source's rows of a kind, by id."""
        columns = model.__table__.c
        return db.session.scalars(
            sa.select(model).where(columns.event_id == self.source.id, *conditions).order_by(columns.id)
        ).all()

    def rows_of_target(self, model: type[Row]) -> Sequence[Row]:
        """The rows of a kind that are there already, by id."""
        columns = model.__table__.c
        return db.session.scalars(sa.select(model).where(columns.event_id == self.target.id).order_by(columns.id)).all()

    def copy(self, rows: Iterable[Row], **but: Any) -> list[Row]:
        """Copies of rows, flushed: moments are moved, references lead to copies; `but` replaces columns.

        A reference to something that was not copied becomes empty, and the row is left out where that cannot be.
        """
        pairs = [(row, self._copied(row, but)) for row in rows]
        made = [(row, copied) for row, copied in pairs if copied is not None]
        db.session.add_all(copied for _row, copied in made)
        db.session.flush()
        for row, copied in made:
            self.remember(row, copied)
        return [copied for _row, copied in made]

    def remember(self, row: Model, copied: Model) -> None:
        """That `copied` stands for `row` from now on."""
        self._made[row.__tablename__, row.id] = copied
        if isinstance(row, PublicId) and isinstance(copied, PublicId):
            self.names[row.public_id] = copied.public_id

    def of(self, row: Row | None) -> Row | None:
        """The copy of a row; None when it was not copied."""
        copied = self._made.get((row.__tablename__, row.id)) if row is not None else None
        return copied if isinstance(copied, type(row)) else None

    def _copied(self, row: Row, but: dict[str, Any]) -> Row | None:
        table = table_of(type(row))
        leads = _references(table)
        values: dict[str, Any] = {}
        for column in table.columns:
            if column.name in OF_THE_ROW:
                continue
            value = but[column.name] if column.name in but else getattr(row, column.key)
            if column.name in leads and column.name not in but and value is not None:
                made = self._made.get((leads[column.name], value))
                if made is None and not column.nullable:
                    return None
                value = made.id if made is not None else None
            elif isinstance(column.type, UtcDateTime) and column.name not in but:
                value = self.moment(value)
            values[column.key] = value
        return type(row)(event_id=self.target.id, **values)


def _references(table: sa.Table) -> dict[str, str]:
    """The tables to which columns of a row in an event lead, within that event."""
    found = {}
    for constraint in table.foreign_key_constraints:
        columns = [column.name for column in constraint.columns]
        if len(columns) == 2 and columns[0] == "event_id":
            found[columns[1]] = constraint.referred_table.name
    return found


def clone(source: Event, *, slug: str, name: BilingualText, first_day: date, parts: Collection[str]) -> Event:
    """A draft like `source`, of the same host, that begins on `first_day` and brings along the chosen parts.

    All or nothing: raises `SlugTaken`, and the transaction must end on any error.
    """
    chosen = frozenset(parts) & frozenset(PARTS)
    days = (first_day - source.first_day).days
    values = {column: getattr(source, column) for column in (*ALWAYS, *(TEXTS if "texts" in chosen else ()))}
    moved = Copies(source, source, days)  # knows the zone, which stays
    values |= {
        "slug": slug,
        "name": name,
        "series_id": source.series_id,
        "first_day": first_day,
        "last_day": source.last_day + timedelta(days=days),
        "opens_at": moved.at(source.opens_at),
        "closes_at": moved.at(source.closes_at),
    }
    if "refunds" in chosen:
        values |= {"change_until": moved.moment(source.change_until), "withdrawal": source.withdrawal}
    if "blocks" in chosen:
        values |= {column: moved.moment(getattr(source, column)) for column in ("partnering_from", "partnering_until")}
    target = services.create(source.host, values)
    copies = Copies(source, target, days)
    for _floor, part, copier in sorted(_copiers, key=lambda each: each[0]):
        if part in chosen:
            copier(copies)
    after = {"from": source.public_id, "parts": sorted(chosen)}
    audit.record("event.cloned", target, event=target, after=after)
    event_cloned.send(target, source=source, parts=chosen)
    return target


@taken_along("texts", floor=3)
def _legal_texts(copies: Copies) -> None:
    for kind in services.LEGAL_KINDS:
        held = queries.legal_text(copies.source, kind)
        if held is not None:
            services.set_legal_text(copies.target, kind, held.text)


@taken_along("team", floor=3)
def _team(copies: Copies) -> None:
    for role in copies.rows(TeamRole):
        services.give_role(copies.target, role.person, role.area)
