"""The story of a place at a list, written down: which scans count, and the admissions they are elected into.

Whoever comes here holds the place (`knowing.by_text`, `knowing.lock_place`), so that nobody else tells its story.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .. import straight
from ..db import db, table_of
from ..events.models import Event
from ..rows import ask
from . import zones
from .models import Admission, CheckinList, Device, Scan
from .rules import Door
from .story import Passage, Story, Window, told

_scan, _admission, _device = table_of(Scan), table_of(Admission), table_of(Device)
_list = table_of(CheckinList)

LET_THROUGH = ("counted", "duplicate")
"""States of scans that tell the story: somebody was let in or out, and nobody doubts it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An admission as it is stored: in which list and window, and which scan row on which device was elected."""

    list_id: int
    list: str
    window: Window
    scan_row_id: int
    device: str


def kept_of(place_id: int) -> list[Kept]:
    """The admissions of a place at all lists."""
    return [
        Kept(
            row.list_id,
            row.list,
            Window(
                key=row.window_key,
                first=zones.to_ms(row.at),
                device=row.device_id,
                id=row.scan_id,
                entries=row.entries,
                inside=row.inside,
                entered=zones.to_ms(row.entered_at),
            ),
            row.scan_row_id,
            row.device,
        )
        for row in ask(_KEPT, {"place_id": place_id})
    ]


_KEPT = (
    sa.select(
        _admission.c.list_id,
        _list.c.public_id.label("list"),
        _admission.c.window_key,
        _admission.c.at,
        _admission.c.device_id,
        _admission.c.scan_id,
        _admission.c.entries,
        _admission.c.inside,
        _admission.c.entered_at,
        _admission.c.scan_row_id,
        _device.c.name.label("device"),
    )
    .join(_list, _list.c.id == _admission.c.list_id)
    .join(_device, _device.c.id == _admission.c.device_id)
    .where(_admission.c.place_id == sa.bindparam("place_id"))
    .order_by(_admission.c.id)
)


def passages_of(list_id: int, place_id: int) -> list[tuple[Any, Passage]]:
    """The scans that tell the story of a place at a list, each with its row (id, state, window_key)."""
    return [
        (row, Passage(zones.to_ms(row.bounded_at), row.device_id, row.scan_id, row.type, row.forced))
        for row in ask(_PASSAGES, {"list_id": list_id, "place_id": place_id})
    ]


_PASSAGES = (
    sa.select(
        _scan.c.id,
        _scan.c.state,
        _scan.c.window_key,
        _scan.c.bounded_at,
        _scan.c.device_id,
        _scan.c.scan_id,
        _scan.c.type,
        _scan.c.forced,
    )
    .where(
        _scan.c.place_id == sa.bindparam("place_id"),
        _scan.c.list_id == sa.bindparam("list_id"),
        sa.or_(*(_scan.c.state == state for state in LET_THROUGH)),
    )
    .order_by(_scan.c.id)
)


def retell(event: Event, door: Door, list_id: int, place_id: int) -> Story:
    """Tell the story of a place at a list anew from its scans, and write down what is different."""
    rows = passages_of(list_id, place_id)
    story = told(door, (passage for _row, passage in rows))
    for row, passage in rows:
        state, key = story.marks[passage.device, passage.id]
        if (row.state, row.window_key) != (state, key):
            db.session.execute(sa.update(_scan).where(_scan.c.id == row.id).values(state=state, window_key=key))
    ids = {(passage.device, passage.id): row.id for row, passage in rows}
    before = [kept for kept in kept_of(place_id) if kept.list_id == list_id]
    save(event.id, list_id, place_id, before, story.windows, ids)
    return story


def save(
    event_id: int,
    list_id: int,
    place_id: int,
    before: Sequence[Kept],
    windows: Mapping[str, Window],
    ids: Mapping[tuple[int, str], int],
) -> bool:
    """Write the admissions of a place at a list as its story tells them; `ids` are rows of scans by (device, scan id).

    False where somebody else has let the ticket in meanwhile, which only happens to whoever does not hold the place.
    """
    known = {kept.window.key: kept for kept in before}
    for key, kept in known.items():
        if key not in windows:
            db.session.execute(sa.delete(_admission).where(*_where(list_id, place_id, key)))
        elif kept.window != windows[key]:
            row_id = ids.get((windows[key].device, windows[key].id), kept.scan_row_id)
            values = _values(windows[key], row_id)
            db.session.execute(sa.update(_admission).where(*_where(list_id, place_id, key)).values(**values))
    for key, window in windows.items():
        if key not in known:
            values = _values(window, ids[window.device, window.id])
            values |= {"event_id": event_id, "list_id": list_id, "place_id": place_id, "window_key": key}
            link = db.session.connection()
            if not straight.run(link, _elect(link.dialect.name), values):
                return False
    return True


def _where(list_id: int, place_id: int, key: str) -> tuple[Any, ...]:
    return _admission.c.list_id == list_id, _admission.c.place_id == place_id, _admission.c.window_key == key


def _values(window: Window, row_id: int) -> dict[str, Any]:
    return {
        "scan_row_id": row_id,
        "at": zones.from_ms(window.first),
        "device_id": window.device,
        "scan_id": window.id,
        "inside": window.inside,
        "entries": window.entries,
        "entered_at": zones.from_ms(window.entered),
    }


@cache
def _elect(dialect: str) -> Any:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(_admission)
    return insert.on_conflict_do_nothing(index_elements=["list_id", "place_id", "window_key"]).returning(
        _admission.c.id
    )
