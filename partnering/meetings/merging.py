"""Two registrations of the same person become one: meetings move to the one that is kept."""

from dataclasses import dataclass, field

from .. import clock
from ..agenda import services as agenda
from ..db import db
from ..delegates.models import Delegate
from . import ending, queries, seats, steps
from .errors import NotBookable
from .models import Meeting


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
    if kept.event_id != gone.event_id or kept.id == gone.id:
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
        elif _moves(meeting, kept, gone):
            merged.moved.append(meeting)
        else:
            merged.clashes.append(meeting)
    return merged


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
    if stays.id == meeting.id and not _moves(meeting, kept, gone):
        merged.clashes.append(meeting)


def _weight(meeting: Meeting) -> tuple[bool, bool, int]:
    """What is kept first: with a time, then agreed, then the older one."""
    return meeting.placement == "none", meeting.request_state != "accepted", meeting.id


def _moves(meeting: Meeting, kept: Delegate, gone: Delegate) -> bool:
    """Whether `kept` sits where `gone` sat; nothing is written when they have no time or sit across already."""
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
