"""What can happen to lists, devices and scans beside redeeming (see `redeeming`): made, edited, undone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .. import audit, clock
from ..accounts.models import Person
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from . import queries
from .electing import LET_THROUGH, retell
from .knowing import door_of, lock_place
from .models import CheckinList, Device, Scan

UNDO_MINUTES = 15
DEFAULT_LIST = BilingualText(de="Einlass", en="Entrance")


class TooLateToUndo(DomainError):
    """The scan is older than a quarter of an hour, was made by somebody else, or does not count any more."""

    message = _l("This scan can no longer be undone here. Please ask the organisers.")


# -- lists and devices


def make_list(event: Event, name: BilingualText, **values: Any) -> CheckinList:
    """A new check-in list. Unless `values` (columns) say otherwise it lets every ticket in, once for the event."""
    position = db.session.scalar(sa.select(sa.func.count()).select_from(CheckinList).filter_by(event_id=event.id)) or 0
    made = CheckinList(event_id=event.id, name=name, position=position, **values)
    db.session.add(made)
    db.session.flush()
    said = {key: value for key, value in _as_logged(made).items() if value not in (None, False)}
    audit.record("checkin_list.made", made, event=event, after=said)
    return made


def default_list(event: Event) -> CheckinList:
    """The event's first list; "Entrance" is made where there is none yet."""
    db.session.execute(sa.select(Event.id).where(Event.id == event.id).with_for_update())  # one of two hands makes it
    lists = queries.lists_of(event)
    return lists[0] if lists else make_list(event, DEFAULT_LIST)


def edit_list(
    event: Event, checkin_list: CheckinList, values: Mapping[str, Any], action: str = "checkin_list.edited"
) -> None:
    """Give a list other columns. Who is in already stays in; what changes nothing leaves no trace."""
    earlier = _as_logged(checkin_list)
    for name, value in values.items():
        if getattr(checkin_list, name) != value:
            setattr(checkin_list, name, value)
    db.session.flush()
    db.session.expire(checkin_list, ["session"])
    before, after = audit.differing(earlier, _as_logged(checkin_list))
    if after:
        audit.record(action, checkin_list, event=event, before=before, after=after)


RULES = ("products", "addons", "days", "after", "extras")


def _as_logged(checkin_list: CheckinList) -> dict[str, Any]:
    """A list as the log remembers it: each rule by itself, the session by its title."""
    left_out = {"id", "public_id", "event_id", "version", "position", "rules", "session_id"}
    columns = {each.key for each in sa.inspect(CheckinList).column_attrs} - left_out
    return {
        **{name: getattr(checkin_list, name) for name in sorted(columns)},
        **{name: checkin_list.rules.get(name) for name in RULES},
        "session": checkin_list.session.title if checkin_list.session is not None else None,
    }


def browser_device(event: Event, person: Person) -> Device:
    """The device that stands for a signed-in crew member's browsers at this event."""
    db.session.execute(
        _insert(Device)
        .values(
            event_id=event.id, kind="browser", name=person.display_name, person_id=person.id, created_at=clock.now()
        )
        .on_conflict_do_nothing(index_elements=["event_id", "person_id"])
    )
    device = queries.device_of(event, person)
    assert device is not None  # inserted above, by us or by a twin
    return device


def _insert(model: type) -> Any:
    """INSERT that can say ON CONFLICT, in the dialect of the database."""
    dialect = db.session.get_bind().dialect.name
    return postgresql.insert(model) if dialect == "postgresql" else sqlite.insert(model)


# -- undoing


def may_undo(scan: Scan, device: Device | None) -> bool:
    """Whether the device that made a scan may still take it back: for a quarter of an hour."""
    late = scan.received_at < clock.now() - timedelta(minutes=UNDO_MINUTES)
    return device is not None and scan.device_id == device.id and not late and scan.state in LET_THROUGH


def undo(event: Event, scan: Scan, device: Device) -> None:
    """Annul a scan within a quarter of an hour, by the device that made it. Nothing is deleted from the log.

    Raises `TooLateToUndo`.
    """
    if not may_undo(scan, device):
        raise TooLateToUndo
    annul(event, scan, "")


def annul(event: Event, scan: Scan, reason: str) -> None:
    """Make a scan count no more, and let those that still do tell who was first; without any the guest is not in.

    Raises `TooLateToUndo` when it does not count any more.
    """
    if scan.place_id is not None:
        lock_place(scan.place_id)
    annulled = db.session.execute(
        sa.update(Scan)
        .where(Scan.id == scan.id, Scan.state.in_(LET_THROUGH))
        .values(state="annulled", annulled_at=clock.now(), annulled_reason=reason)
        .returning(Scan.id)
    )
    if annulled.scalar_one_or_none() is None or scan.place_id is None:
        raise TooLateToUndo
    db.session.expire(scan)
    retell(event, door_of(event, scan.list), scan.list_id, scan.place_id)
    audit.record("scan.annulled", scan, event=event, after={"reason": reason})
