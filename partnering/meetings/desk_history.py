"""What happened to one meeting, who did it and when, in sentences: from the log and from what the meeting remembers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.models import Person
from ..agenda.models import Location
from ..audit import AuditDetail, AuditEntry
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event
from ..i18n import _, _l, bi, day, time
from . import proposing
from .desk_times import name
from .forms import REASONS
from .models import Meeting, MeetingProposal

UNPLACED = {
    "slot_removed": _l("The time was removed."),
    "table_closed": _l("The table was closed."),
    "talk": _l("A talk was moved there."),
    "moved_away": _l("Somebody had to be elsewhere."),
    "time_lost": _l("The time was lost."),
}
"""Why a meeting lost its time, by what the model keeps."""

BY = {
    "withdrawn": _l("%(who)s took the request back."),
    "expired": _l("Nobody answered in time."),
}

PROPOSED = {
    "move": _l("%(who)s suggested another time: %(times)s"),
    "time": _l("A time that came free was offered to %(to)s: %(times)s"),
    "repair": _l("%(to)s was asked for another time: %(times)s"),
}

ANSWERED = {
    "agreed": _l("%(to)s agreed to it."),
    "refused": _l("%(to)s refused it."),
    "expired": _l("Nobody answered the suggestion in time."),
    "withdrawn": _l("The suggestion was taken back."),
}


@dataclass(frozen=True)
class Happened:
    """A moment (UTC), a sentence, and what somebody said or wrote for it."""

    at: datetime
    sentence: str
    said: str = ""


@dataclass(frozen=True)
class Names:
    """What people and places are called that entries of the log name by their public ids."""

    people: Mapping[str, str]
    delegates: Mapping[str, str]
    places: Mapping[str, str]

    def delegate(self, ref: Any) -> str:
        """A delegate's name."""
        return self.delegates.get(str(ref), _("Former participant"))

    def place(self, ref: Any) -> str:
        """What a place is called, such as "table A4"."""
        found = self.places.get(str(ref))
        return _("table %(name)s", name=found) if found else _("no table")


def history(meeting: Meeting) -> list[Happened]:
    """Everything that happened to a meeting, newest first; what the two wrote to each other stays theirs."""
    rows = db.session.execute(
        sa.select(AuditEntry, AuditDetail)
        .outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.object_kind == "meeting", AuditEntry.object_ref == meeting.public_id)
        .order_by(AuditEntry.id)
    ).all()
    after = [(entry, (detail.after or {}) if detail is not None else {}) for entry, detail in rows]
    names = _names(meeting, after)
    told = [_logged(entry, given, names, meeting) for entry, given in after if entry.action in LOGGED]
    return sorted([*_remembered(meeting), *told], key=lambda each: each.at)[::-1]


# -- what the log tells

Sentence = Callable[[str, dict[str, Any], Names, Meeting], tuple[str, str]]


def _when(given: dict[str, Any], key: str, meeting: Meeting) -> str:
    """A moment that the log keeps, on the event's clock; a dash where its detail was erased."""
    found = given.get(key)
    if not found:
        return "–"
    zone = db.session.get_one(Event, meeting.event_id).zone
    moment = datetime.fromisoformat(str(found))
    return f"{day(moment, 'short', zone)}, {time(moment, zone)}"


def _cancelled(who: str, given: dict[str, Any], _names: Names, _meeting: Meeting) -> tuple[str, str]:
    return _("%(who)s cancelled the meeting.", who=who), str(given.get("reason") or "")


def _booked(who: str, given: dict[str, Any], _names: Names, _meeting: Meeting) -> tuple[str, str]:
    return _("%(who)s booked it at the desk, with spoken consent.", who=who), str(given.get("consent") or "")


def _unplaced(_who: str, given: dict[str, Any], _names: Names, _meeting: Meeting) -> tuple[str, str]:
    why = UNPLACED.get(str(given.get("reason")), UNPLACED["time_lost"])
    return " ".join((_("The meeting lost its time."), str(why))), ""


def _moved(who: str, given: dict[str, Any], names: Names, meeting: Meeting) -> tuple[str, str]:
    words = {"who": who, "was": _when(given, "was", meeting), "now": _when(given, "starts_at", meeting)}
    return _("%(who)s moved it from %(was)s to %(now)s, %(place)s.", place=names.place(given.get("place")), **words), ""


def _placed(who: str, given: dict[str, Any], names: Names, meeting: Meeting) -> tuple[str, str]:
    now, place = _when(given, "starts_at", meeting), names.place(given.get("place"))
    return _("%(who)s gave it a time: %(now)s, %(place)s.", who=who, now=now, place=place), ""


def _table(who: str, given: dict[str, Any], names: Names, _meeting: Meeting) -> tuple[str, str]:
    return _("%(who)s changed the table to %(place)s.", who=who, place=names.place(given.get("place"))), ""


def _joined(who: str, given: dict[str, Any], names: Names, _meeting: Meeting) -> tuple[str, str]:
    return _("%(who)s added %(name)s.", who=who, name=names.delegate(given.get("delegate"))), ""


def _left(who: str, given: dict[str, Any], names: Names, _meeting: Meeting) -> tuple[str, str]:
    return _("%(who)s took %(name)s out.", who=who, name=names.delegate(given.get("delegate"))), ""


def _replaced(who: str, given: dict[str, Any], names: Names, _meeting: Meeting) -> tuple[str, str]:
    old, new = names.delegate(given.get("old")), names.delegate(given.get("new"))
    return _("%(who)s let %(new)s come instead of %(old)s.", who=who, new=new, old=old), ""


def _acted_for(who: str, given: dict[str, Any], names: Names, _meeting: Meeting) -> tuple[str, str]:
    return _("%(who)s acted in the name of %(name)s.", who=who, name=names.delegate(given.get("delegate"))), ""


def _forwarded(who: str, given: dict[str, Any], names: Names, _meeting: Meeting) -> tuple[str, str]:
    return _("%(who)s passed the request on to %(name)s.", who=who, name=names.delegate(given.get("to"))), ""


def _undone(who: str, _given: dict[str, Any], _names: Names, _meeting: Meeting) -> tuple[str, str]:
    return _("%(who)s took the answer back.", who=who), ""


def _disputed(who: str, given: dict[str, Any], _names: Names, meeting: Meeting) -> tuple[str, str]:
    side = next((each for each in meeting.sides if each.side == given.get("side")), None)
    if side is None:
        return _("%(who)s said that the meeting did take place.", who=who), ""
    return _("%(who)s said that %(name)s was there after all.", who=who, name=side.profile.organisation.name), ""


def _revived(who: str, _given: dict[str, Any], _names: Names, _meeting: Meeting) -> tuple[str, str]:
    return _("%(who)s asked to hold the meeting after all.", who=who), ""


LOGGED: dict[str, Sentence] = {
    "meeting.cancelled": _cancelled,
    "meeting.booked": _booked,
    "meeting.unplaced": _unplaced,
    "meeting.moved": _moved,
    "meeting.placed": _placed,
    "meeting.table_changed": _table,
    "meeting.joined": _joined,
    "meeting.left": _left,
    "meeting.replaced": _replaced,
    "meeting.forwarded": _forwarded,
    "meeting.acted_for": _acted_for,
    "meeting.undone": _undone,
    "meeting.revived": _revived,
    "meeting.disputed": _disputed,
}
"""How entries of the log read on the page of their meeting."""


def _logged(entry: AuditEntry, given: dict[str, Any], names: Names, meeting: Meeting) -> Happened:
    known = {"system": _("The system"), "anonymous": _("A guest")}
    who = names.people.get(entry.actor_ref) or known.get(entry.actor_kind) or _("Somebody")
    return Happened(entry.at, *LOGGED[entry.action](who, given, names, meeting))


def _names(meeting: Meeting, rows: Sequence[tuple[AuditEntry, dict[str, Any]]]) -> Names:
    people = _found(Person, (entry.actor_ref for entry, _after in rows), selectinload(Person.addresses))
    refs = [given.get(key) for _entry, given in rows for key in ("delegate", "old", "new", "to")]
    delegates = _found(Delegate, refs, joinedload(Delegate.participant))
    places = _found(Location, (given.get("place") for _entry, given in rows))
    return Names(
        {person.public_id: person.display_name for person in people},
        {delegate.public_id: name(delegate) for delegate in delegates},
        {place.public_id: bi(place.name) for place in places if place.event_id == meeting.event_id},
    )


def _found(model: Any, refs: Iterable[Any], *options: Any) -> Sequence[Any]:
    wanted = {str(ref) for ref in refs if ref}
    if not wanted:
        return []
    return db.session.scalars(sa.select(model).where(model.public_id.in_(wanted)).options(*options)).all()


# -- what the meeting remembers


def _remembered(meeting: Meeting) -> list[Happened]:
    sides = {side.side: side for side in meeting.sides}
    asking = sides["requester"].profile.organisation.name
    found = [Happened(note.at, _("%(who)s wrote a message.", who=name(note.author))) for note in meeting.messages]
    if meeting.origin in ("asked", "live") and meeting.sent_at is not None:
        whom = name(sides["invitee"].lead)
        found.append(Happened(meeting.sent_at, _("%(who)s asked %(whom)s for a meeting.", who=asking, whom=whom)))
    answer = _answer(meeting)
    if meeting.answered_at is not None and answer:
        found.append(Happened(meeting.answered_at, answer))
    if meeting.closed_at is not None and meeting.request_state in BY:
        found.append(Happened(meeting.closed_at, str(BY[meeting.request_state]) % {"who": asking}))
    if meeting.live_at is not None:
        found.append(Happened(meeting.live_at, _("The first of them was at the table.")))
    for said, missed in (("requester", "invitee"), ("invitee", "requester")):
        moment, firm = sides[said].missed_at, sides[said].profile.organisation.name
        if moment is not None:
            other = sides[missed].profile.organisation.name
            found.append(Happened(moment, _("%(who)s said that %(name)s did not come.", who=firm, name=other)))
    return [*found, *(each for proposal in meeting.proposals for each in _proposed(proposal))]


def _answer(meeting: Meeting) -> str:
    """Who answered a request, and how; nothing for what the desk booked or organisers planned."""
    if meeting.origin in ("desk", "plan"):
        return ""
    turn = next((side for side in meeting.sides if side.lead_id == meeting.turn_id), None)
    who = turn.profile.organisation.name if turn is not None else _("Somebody")
    if meeting.request_state == "declined":
        reason = REASONS.get(meeting.decline_reason or "")
        text = _("%(who)s declined.", who=who)
        return " ".join((text, _("Reason: %(reason)s.", reason=reason))) if reason else text
    return _("%(who)s accepted.", who=who) if meeting.request_state in ("accepted", "cancelled") else ""


def _proposed(proposal: MeetingProposal) -> list[Happened]:
    zone = db.session.get_one(Event, proposal.event_id).zone
    times = "; ".join(
        f"{day(slot.starts_at, 'short', zone)}, {time(slot.starts_at, zone)}" for slot in proposing.slots_of(proposal)
    )
    who = name(proposal.by) if proposal.by is not None else _("The system")
    words = {"who": who, "to": name(proposal.to), "times": times}
    found = [Happened(proposal.created_at, str(PROPOSED[proposal.kind]) % words)]
    if proposal.answered_at is not None:
        found.append(Happened(proposal.answered_at, str(ANSWERED[proposal.state]) % words))
    return found
