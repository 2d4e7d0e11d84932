"""How people of an agreed meeting reach each other: the only way to an address or a phone number.

They stand on the page of the meeting and in no list, file or answer to a program.
"""

from dataclasses import dataclass
from datetime import timedelta

from .. import clock
from ..db import db
from ..delegates.models import Delegate
from ..delegates.queries import blocked
from ..delegates.visibility import contact_of
from . import queries, steps
from .errors import NotYours, RequestNotOpen
from .models import Meeting, MeetingSide
from .states import UNDO_SECONDS


@dataclass(frozen=True)
class Contact:
    """How somebody can be reached; the phone number is empty where they give none."""

    name: str
    email: str
    phone: str


def may_swap(meeting: Meeting) -> bool:
    """Whether a meeting lets people see each other's addresses at all: once it is agreed for good, until called off."""
    return meeting.request_state == "accepted" and not is_fresh(meeting)


def is_fresh(meeting: Meeting) -> bool:
    """Whether an acceptance can still be taken back: nobody accepts for a moment to read an address or a number."""
    return (
        meeting.placement in ("none", "published")
        and meeting.answered_at is not None
        and clock.now() - meeting.answered_at < timedelta(seconds=UNDO_SECONDS)
    )


def of(viewer: Delegate, meeting: Meeting) -> list[Contact]:
    """Those of the other side whom `viewer` may reach, the lead first.

    Everybody who lets all whom they meet reach them; and both leads, once both give their address, see `gives`.
    Never who has left, and nobody where one of the two has blocked the other.
    """
    mine = queries.side_of(meeting, viewer)
    if mine is None or not may_swap(meeting):
        return []
    theirs = queries.other_side(meeting, mine)
    both = gives(mine) and gives(theirs)
    found = []
    for other in queries.seats_of(meeting, theirs.side):
        if other.left_at is not None or other.participant.erased_at is not None or blocked(viewer, other):
            continue
        contact = _contact(other, agreed_here=both and other.id == theirs.lead_id)
        if contact is not None:
            found.append(contact)
    return found


def gives(side: MeetingSide) -> bool:
    """Whether who leads a side gives their address: for this meeting, or to everybody whom they meet."""
    return side.contact_at is not None or contact_of(side.lead) is not None


def may_agree(meeting: Meeting, me: Delegate) -> bool:
    """Whether I can give my address for this meeting: whoever leads a side gives their own, nobody a colleague's."""
    side = queries.side_of(meeting, me)
    return side is not None and side.lead_id == me.id and may_swap(meeting) and not _apart(meeting, side)


def agree(meeting: Meeting, by: Delegate) -> MeetingSide:
    """Let the other side's lead have one's address as soon as they give theirs. Raises `NotYours`, `RequestNotOpen`."""
    side = _own(meeting, by)
    if not may_agree(meeting, by):
        raise RequestNotOpen(meeting=meeting)
    side.contact_at = side.contact_at or clock.now()
    db.session.flush()
    return side


def take_back(meeting: Meeting, by: Delegate) -> MeetingSide:
    """Give one's address no longer for this meeting, from this moment. Raises `NotYours`."""
    side = _own(meeting, by)
    side.contact_at = None
    db.session.flush()
    return side


def _own(meeting: Meeting, by: Delegate) -> MeetingSide:
    steps.take(meeting)
    side = queries.side_of(meeting, by)
    if side is None or side.lead_id != by.id:
        raise NotYours
    return side


def _apart(meeting: Meeting, side: MeetingSide) -> bool:
    other = queries.other_side(meeting, side).lead
    return other.left_at is not None or blocked(side.lead, other)


def _contact(other: Delegate, *, agreed_here: bool) -> Contact | None:
    consented = contact_of(other)
    if consented is not None:
        return Contact(other.participant.name, consented.email, consented.phone)
    person = other.participant.person
    return Contact(other.participant.name, person.email, other.phone) if agreed_here and person is not None else None
