"""The meetings of a sample event, asked and answered as on the pages, at the moments that the data name."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import clock
from ..agenda import services as agenda
from ..agenda.models import Location
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event
from ..meetings import services
from ..meetings.models import Meeting, MeetingSlot
from .reading import Sheet


def replay(event: Event, sheet: Sheet, delegates: dict[str, Delegate]) -> int:
    """Every request and what became of it; how many there are."""
    slots = {
        slot.first_atom: slot
        for slot in db.session.scalars(sa.select(MeetingSlot).where(MeetingSlot.event_id == event.id))
    }
    tables = {
        f"{table.row}{table.column}": table
        for table in db.session.scalars(
            sa.select(Location).where(Location.event_id == event.id, Location.kind == "table")
        )
    }
    for given in sorted(sheet.requests, key=lambda given: _moment(sheet, given["sent"])):
        _replay(sheet, given, delegates, slots, tables)
    return len(sheet.requests)


def _moment(sheet: Sheet, given: dict[str, Any]) -> datetime:
    moment = sheet.moment(given)
    assert moment is not None  # requests name their moments
    return moment


def _replay(
    sheet: Sheet,
    given: dict[str, Any],
    delegates: dict[str, Delegate],
    slots: dict[int, MeetingSlot],
    tables: dict[str, Location],
) -> None:
    requester, invitee = delegates[given["from"]], delegates[given["to"]]
    company = [delegates[email] for email in given.get("with", [])]
    with clock.frozen(_moment(sheet, given["sent"])):
        meeting = services.request_meeting(
            requester,
            invitee,
            [_slot(sheet, offer, slots) for offer in given["offered"]],
            given["message"],
            companions=[one for one in company if one.profile_id == requester.profile_id],
        )
    if given["state"] == "expired":
        assert meeting.expires_at is not None  # an open request has a deadline
        with clock.frozen(meeting.expires_at):
            services.expire(meeting)
    if "answered" in given:
        with clock.frozen(_moment(sheet, given["answered"])):
            _answer(
                sheet, given, meeting, [one for one in company if one.profile_id == invitee.profile_id], slots, tables
            )
    if "cancelled" in given:
        by = requester if given["cancelled_by"] == "requester" else invitee
        with clock.frozen(_moment(sheet, given["cancelled"])):
            services.cancel(meeting, by=by, reason=given.get("answer_text", ""))
    elif given["placement"] not in ("none", "published"):
        meeting.placement = given["placement"]
        meeting.closed_at = sheet.at(sheet.event["days"], sheet.event["closes"])
        db.session.flush()


def _answer(
    sheet: Sheet,
    given: dict[str, Any],
    meeting: Meeting,
    companions: list[Delegate],
    slots: dict[int, MeetingSlot],
    tables: dict[str, Location],
) -> None:
    if given["state"] == "declined":
        services.decline(meeting, reason=given["decline_reason"], text=given.get("answer_text", ""))
    elif given["state"] == "withdrawn":
        services.withdraw(meeting)
    else:
        slot = _slot(sheet, given["slot"], slots)
        services.accept(meeting, slot, companions=companions)
        if "table" in given:
            _seat_at(meeting, slot, tables[given["table"]])


def _slot(sheet: Sheet, given: dict[str, Any], slots: dict[int, MeetingSlot]) -> MeetingSlot:
    return slots[clock.to_atom(sheet.at(given["day"], given["at"]))]


def _seat_at(meeting: Meeting, slot: MeetingSlot, table: Location) -> None:
    """Put a meeting at the table that the data name. Nobody was told of another one, so no sequence rises."""
    appointment = meeting.appointment
    assert appointment is not None  # it has just been accepted
    if agenda.move(appointment, slot.starts_at, slot.ends_at, table):
        appointment.sequence = 0
        for entry in agenda.live_entries(appointment):
            entry.sequence = 0
        db.session.flush()
