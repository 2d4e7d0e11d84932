"""A device that scans, asked for in one question of the deed in which it scans: itself, its event and the door."""

from dataclasses import dataclass

import sqlalchemy as sa

from ..db import table_of
from ..events import queries as events
from ..events.models import Event, Host
from ..rows import Reader, ask
from . import devices
from .models import CheckinList, CheckinQuestion, Device, DeviceList

_device, _list, _own = table_of(Device), table_of(CheckinList), table_of(DeviceList)
_question, _event, _host = table_of(CheckinQuestion), table_of(Event), table_of(Host)

_DEVICES, _LISTS = Reader(Device), Reader(CheckinList)


@dataclass(frozen=True, slots=True)
class AtDoor:
    """A device in good hands at a door where it may scan. `asks`: whether the door asks guests anything."""

    event: Event
    checkin_list: CheckinList
    device: Device
    asks: bool


def at_door(token: str, slug: str, list_id: str) -> AtDoor | None:
    """Within a transaction: the device of this token at the door of this public id, held until it ends.

    None where anything about that is not as it should be; what it is, the questions of guards say one by one.
    """
    values = {"token_hash": devices.hash_of(token), "slug": slug, "list_id": list_id}
    row = ask(_AT_DOOR, values).one_or_none()
    if row is None:
        return None
    event = events.event_in(row, len(_DEVICES.columns) + len(_LISTS.columns))
    device, checkin_list = _DEVICES.thing(row), _LISTS.thing(row, len(_DEVICES.columns))
    assert device is not None
    assert checkin_list is not None  # nothing is joined from outside
    elsewhere, asks = row[-2], row[-1]
    if elsewhere or device.kind == "kiosk" or not devices.may_work(device):
        return None
    return AtDoor(event, checkin_list, device, bool(asks))


_elsewhere = sa.and_(
    sa.exists().where(_own.c.device_id == _device.c.id),
    ~sa.exists().where(_own.c.device_id == _device.c.id, _own.c.list_id == _list.c.id),
)

_AT_DOOR = (
    sa.select(
        *_DEVICES.columns,
        *_LISTS.columns,
        *events.COLUMNS,
        _elsewhere.label("elsewhere"),
        sa.exists().where(_question.c.list_id == _list.c.id, _question.c.retired_at.is_(None)).label("asks"),
    )
    .select_from(
        _device.join(_event, _event.c.id == _device.c.event_id)
        .join(_host, _host.c.id == _event.c.host_id)
        .join(_list, _list.c.event_id == _device.c.event_id)
    )
    .where(
        _device.c.token_hash == sa.bindparam("token_hash"),
        _event.c.slug == sa.bindparam("slug"),
        _list.c.public_id == sa.bindparam("list_id"),
    )
    .with_for_update(of=_device, read=True, key_share=True)  # as `devices.held`
)
