"""Two registrations of the same person become one: meetings move to the one that is kept."""

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit, clock
from ..agenda import services as agenda
from ..audit import AuditDetail, AuditEntry
from ..db import db
from ..delegates.models import Delegate
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from . import ending, queries, seats, steps
from .errors import NotBookable
from .models import Meeting


class SameRegistration(NotBookable):
    """One registration, chosen twice."""

    message = _l("That is the same registration twice. Choose two.")


@dataclass(frozen=True)
class Merged:
    """What became of the meetings: moved, closed for the same pair's older one, or clashing and left as they are."""

    moved: list[Meeting] = field(default_factory=list)
    closed: list[Meeting] = field(default_factory=list)
    clashes: list[Meeting] = field(default_factory=list)


def merge_delegates(kept: Delegate, gone: Delegate) -> Merged:
    """Move what `gone` has open or agreed to `kept`, who is the same person at the same event.

    What both have with the same counterpart becomes the older one of the two, with the texts of both, or the one that
    has a time; two that both have one, and what falls on a time that `kept` has not, are left as they are and listed
    for the organisers. Raises `NotBookable` for people of different events.
    """
    if kept.id == gone.id:
        raise SameRegistration
    if kept.event_id != gone.event_id:
        raise NotBookable
    mine = [meeting for meeting in queries.meetings_of(gone) if meeting.closed_at is None]
    mine = sorted((meeting for meeting in mine if meeting.request_state != "draft"), key=lambda meeting: meeting.id)
    twins = {meeting.id: _twin(meeting, kept, gone) for meeting in mine}
    steps.take_all([*mine, *(twin for twin in twins.values() if twin is not None)] or [], [kept, gone])
    merged = Merged()
    for meeting in mine:
        twin = twins[meeting.id]
        if twin is not None and twin.id != meeting.id:
            _merge(meeting, twin, kept, gone, merged)
        elif sits_instead(meeting, kept, gone):
            merged.moved.append(meeting)
        else:
            merged.clashes.append(meeting)
    audit.record("delegate.merged", gone, event=kept.participant.event, after={"into": kept.public_id})
    return merged


def try_out(kept: Delegate, gone: Delegate) -> Merged:
    """What `merge_delegates` would do; it is done and undone, and nothing of it stays. Raises the same."""
    nested = db.session.begin_nested()
    try:
        return merge_delegates(kept, gone)
    finally:
        nested.rollback()
        db.session.expire_all()


def merged_into(event: Event) -> dict[int, Delegate]:
    """The delegates that others were merged into, by the id of the one that was given up; in two queries.

    The log is what knows it: a registration that was given up needs no other mark.
    """
    rows = db.session.execute(
        sa.select(AuditEntry.object_ref, AuditDetail.after)
        .join(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.event_ref == event.public_id, AuditEntry.action == "delegate.merged")
        .order_by(AuditEntry.id)
    )
    into = {ref: str((after or {}).get("into", "")) for ref, after in rows}
    if not into:
        return {}
    known = {
        delegate.public_id: delegate
        for delegate in db.session.scalars(
            sa.select(Delegate)
            .where(Delegate.event_id == event.id, Delegate.public_id.in_({*into, *into.values()}))
            .options(joinedload(Delegate.participant))
        )
    }
    return {
        known[gone].id: known[kept] for gone, kept in into.items() if gone in known and kept in known and gone != kept
    }


def twin_of(meeting: Meeting, kept: Delegate) -> Meeting | None:
    """What `kept` has open with one of the two leads of a meeting in which they do not sit."""
    for side in meeting.sides:
        twin = queries.open_between(kept, side.lead) if side.lead_id != kept.id else None
        if twin is not None and twin.id != meeting.id:
            return twin
    return None


def _twin(meeting: Meeting, kept: Delegate, gone: Delegate) -> Meeting | None:
    """What `kept` has with the same counterpart."""
    side = queries.side_of(meeting, gone)
    if side is None or side.lead_id != gone.id:
        return None
    across = queries.other_side(meeting, side).lead
    return queries.open_between(kept, across) if across.id != kept.id else None


def _merge(meeting: Meeting, twin: Meeting, kept: Delegate, gone: Delegate, merged: Merged) -> None:
    """Keep one of two with the same counterpart; the other's texts go into it."""
    if meeting.placement != "none" and twin.placement != "none":
        merged.clashes.append(meeting)
        return
    stays, ends = (twin, meeting) if _weight(twin) < _weight(meeting) else (meeting, twin)
    for author, text in [(ends.requester, ends.message), *((note.author, note.text) for note in ends.messages)]:
        steps.say(stays, kept if author.id == gone.id else author, text)
    if ends.is_open:
        ending.withdraw(ends)
    else:
        ending.cancel(ends)
    merged.closed.append(ends)
    if stays.id == meeting.id and not sits_instead(meeting, kept, gone):
        merged.clashes.append(meeting)


def _weight(meeting: Meeting) -> tuple[bool, bool, int]:
    """What is kept first: with a time, then agreed, then the older one."""
    return meeting.placement == "none", meeting.request_state != "accepted", meeting.id


def sits_instead(meeting: Meeting, kept: Delegate, gone: Delegate) -> bool:
    """Whether `kept` sits where `gone` sat; nothing is written where they cannot: busy, absent, or across already."""
    try:
        with db.session.begin_nested():
            done = _sits(meeting, kept, gone)
    except DomainError:
        done = False
    if not done:
        steps.anew(meeting)
    return done


def _sits(meeting: Meeting, kept: Delegate, gone: Delegate) -> bool:
    steps.anew(meeting)
    side = queries.side_of(meeting, gone)
    other = queries.side_of(meeting, kept)
    if side is None or (other is not None and other.side != side.side):
        return False
    appointment = meeting.appointment
    if other is None and appointment is not None and meeting.placement != "none":
        atoms = clock.atoms(appointment.starts_at, appointment.ends_at)
        agenda.lock_people([kept.participant_id, gone.participant_id])
        if kept.participant_id != gone.participant_id and queries.taken_atoms(
            [kept.participant_id], min(atoms), max(atoms)
        ):
            return False
    if side.profile_id != kept.profile_id:
        side.profile_id = kept.profile_id
        db.session.flush()
    seats.replace(meeting, gone, kept)
    return True
