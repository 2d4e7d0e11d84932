"""What organisers do with check-in lists beside making and editing one (see `services`)."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from .. import audit, clock, i18n
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _, _l, speaking
from . import queries, services
from .models import CheckinList, CheckinQuestion, Device, DeviceList, Scan

NAME_LENGTH = 60


class ScannedHere(DomainError):
    """Somebody was scanned at the list: what happened stays on record."""

    message = _l("Somebody was scanned here, so this list stays on record. Close it instead.")


class AskedFor(DomainError):
    """Another list lets in only who was here."""

    message = _l("“%(name)s” lets in only who was here before. Change that first.")


class OnlyDoorOfPhone(DomainError):
    """A phone may scan here alone; without this list it could scan everywhere."""

    message = _l("The phone “%(name)s” may scan here only. Give it another door first, or revoke it.")


class InCircles(DomainError):
    """Lists that each ask for the other let nobody in."""

    message = _l("“%(name)s” itself asks for this list first: nobody would ever get in.")


def locked(event: Event, public_id: str) -> CheckinList | None:
    """A list that nobody else edits until the transaction ends; doors go on."""
    found = queries.list_at(event, public_id)
    if found is not None:
        db.session.execute(sa.select(CheckinList.id).where(CheckinList.id == found.id).with_for_update(key_share=True))
        db.session.refresh(found)
    return found


def check_order(event: Event, checkin_list: CheckinList | None, after: Collection[str]) -> None:
    """That a list can ask for these others (public ids) first. Raises `InCircles` when one of them asks for it."""
    if checkin_list is None:
        return
    others = {each.public_id: each for each in queries.lists_of(event)}
    waiting, known = list(after), set()
    while waiting:
        name = waiting.pop()
        other = others.get(name)
        if other is None or name in known:
            continue
        known.add(name)
        before = other.rules.get("after", ())
        if checkin_list.public_id in (name, *before):
            raise InCircles(str(InCircles.message) % {"name": i18n.bi(other.name)})
        waiting += before


def doors_by_day(event: Event) -> list[CheckinList]:
    """A door for each day of the event that has none of its own yet, each ticket once a day and again after going out.

    Answers the doors that were made.
    """
    have = {tuple(each.rules.get("days", ())) for each in queries.lists_of(event) if each.kind == "door"}
    made = []
    for number, day in enumerate(i18n.days_between(event.first_day, event.last_day), start=1):
        if (day.isoformat(),) in have:
            continue
        names = {}
        for language in ("de", "en"):
            with speaking(language):  # a number stays true when the event moves or is copied
                names[language] = _("Entrance, day %(number)s", number=number)
        rules = {"days": [day.isoformat()]}
        made.append(services.make_list(event, BilingualText(**names), window_kind="day", rules=rules))
    return made


def copy_list(event: Event, checkin_list: CheckinList) -> CheckinList:
    """The same list once more under a name of its own, with its questions, open and with nobody in."""
    skip = {"id", "public_id", "event_id", "version", "name", "position", "closed_at"}
    values = _columns(checkin_list, skip)
    made = services.make_list(event, _copy_name(checkin_list.name), **values)
    for question in checkin_list.questions:
        if question.retired_at is None:
            left_out = {"id", "public_id", "event_id", "version", "list_id"}
            db.session.add(CheckinQuestion(event_id=event.id, list_id=made.id, **_columns(question, left_out)))
    db.session.flush()
    return made


def _columns(row: Any, skip: set[str]) -> dict[str, Any]:
    return {each.key: getattr(row, each.key) for each in sa.inspect(type(row)).column_attrs if each.key not in skip}


def _copy_name(name: BilingualText) -> BilingualText:
    words = {}
    for language, text in (("de", name.de), ("en", name.en)):
        with speaking(language):
            ending = _(" (copy)")
        words[language] = text[: NAME_LENGTH - len(ending)] + ending if text else ""
    return BilingualText(**words)


def close_list(event: Event, checkin_list: CheckinList) -> None:
    """Let nobody in any more; who is in stays in. Closing what is closed changes nothing."""
    if checkin_list.closed_at is None:
        services.edit_list(event, checkin_list, {"closed_at": clock.now()}, "checkin_list.closed")


def reopen_list(event: Event, checkin_list: CheckinList) -> None:
    """Let in again as the rules say."""
    if checkin_list.closed_at is not None:
        services.edit_list(event, checkin_list, {"closed_at": None}, "checkin_list.reopened")


def scanned(event: Event) -> frozenset[int]:
    """Lists (ids) at which anybody was ever scanned: these stay."""
    was = sa.exists().where(Scan.list_id == CheckinList.id)
    return frozenset(db.session.scalars(sa.select(CheckinList.id).where(CheckinList.event_id == event.id, was)))


def remove_list(event: Event, checkin_list: CheckinList) -> None:
    """Delete a list that was never used, with its questions.

    Raises `ScannedHere`, `AskedFor`, or `OnlyDoorOfPhone`.
    """
    # whoever scans here holds the row until they are done, and finds it gone afterwards
    db.session.execute(sa.select(CheckinList.id).where(CheckinList.id == checkin_list.id).with_for_update())
    if checkin_list.id in scanned(event):
        raise ScannedHere
    for other in queries.lists_of(event):
        if checkin_list.public_id in other.rules.get("after", ()):
            raise AskedFor(str(AskedFor.message) % {"name": i18n.bi(other.name)})
    for device in _bound_to(checkin_list):
        raise OnlyDoorOfPhone(str(OnlyDoorOfPhone.message) % {"name": device.name})
    before = {"name": checkin_list.name, "kind": checkin_list.kind, "rules": checkin_list.rules}
    db.session.execute(sa.delete(DeviceList).where(DeviceList.list_id == checkin_list.id))
    db.session.execute(sa.delete(CheckinQuestion).where(CheckinQuestion.list_id == checkin_list.id))
    audit.record("checkin_list.removed", checkin_list, event=event, before=before)
    db.session.expire(checkin_list, ["questions"])
    db.session.delete(checkin_list)
    db.session.flush()


def _bound_to(checkin_list: CheckinList) -> list[Device]:
    """Devices in use that may scan at this list and at no other."""
    others = sa.exists().where(DeviceList.device_id == Device.id, DeviceList.list_id != checkin_list.id)
    here = sa.exists().where(DeviceList.device_id == Device.id, DeviceList.list_id == checkin_list.id)
    found = db.session.scalars(
        sa.select(Device).where(here, ~others, Device.revoked_at.is_(None)).order_by(Device.id).limit(1)
    )
    return list(found)
