"""What calendars say of a meeting, to each who sits in it."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..agenda import calendars
from ..agenda.calendars import Thing
from ..agenda.models import AgendaEntry
from ..db import db
from ..delegates.models import Delegate, OrganisationProfile
from ..i18n import _, bi
from ..mail import letters
from . import calls, queries
from .models import Meeting, MeetingSide


@calendars.describes("meeting")
def describe(entries: Sequence[AgendaEntry]) -> Mapping[int, Thing]:
    """Each meeting as its reader may read it; one whose time was given up is only called a meeting."""
    held = queries.meetings_at({entry.appointment_id for entry in entries})
    viewers = _viewers({entry.participant_id for entry in entries})
    return {
        entry.id: thing(viewers[entry.participant_id], held[entry.appointment_id])
        if entry.appointment_id in held and entry.participant_id in viewers
        else Thing(_("Meeting"), private=True)
        for entry in entries
    }


def _viewers(participant_ids: set[int]) -> dict[int, Delegate]:
    """What these participants partner as, or did last."""
    found = db.session.scalars(
        sa.select(Delegate)
        .where(Delegate.participant_id.in_(participant_ids))
        .options(joinedload(Delegate.profile).joinedload(OrganisationProfile.organisation))
        .order_by(Delegate.left_at.is_(None), Delegate.id)
    )
    return {delegate.participant_id: delegate for delegate in found}


def thing(viewer: Delegate, meeting: Meeting) -> Thing:
    """A meeting in the viewer's calendar."""
    url = letters.url("meetings.show", event_slug=viewer.participant.event.slug, id=meeting.public_id)
    return Thing(summary(viewer, meeting), description(viewer, meeting), url, private=True)


def name_of(viewer: Delegate, meeting: Meeting, other: MeetingSide) -> str:
    """The other side as `viewer` may read it: the lead's name, else the organisation."""
    if queries.shows_name(viewer, other.lead, meeting):
        return other.lead.participant.name or _("Former participant")
    return other.profile.organisation.name


def summary(viewer: Delegate, meeting: Meeting) -> str:
    """What the meeting is called in the viewer's calendar."""
    other = _across(viewer, meeting)
    name, organisation = name_of(viewer, meeting, other), other.profile.organisation.name
    shown = name if name == organisation else f"{name} ({organisation})"
    return _("Meeting: %(name)s", name=shown)


def description(viewer: Delegate, meeting: Meeting) -> str:
    """Who sits at the table, by name and organisation; nobody's address."""
    lines = []
    for side in meeting.sides:
        people = [
            each.participant.name
            for each in queries.seats_of(meeting, side.side)
            if queries.shows_name(viewer, each, meeting)
        ]
        lines.append(": ".join(part for part in (side.profile.organisation.name, ", ".join(people)) if part))
    event = viewer.participant.event
    return "\n".join([*lines, *calls.times_of(meeting, event.zone), bi(event.name)])


def _across(viewer: Delegate, meeting: Meeting) -> MeetingSide:
    side = side_name(viewer, meeting)
    return next(each for each in meeting.sides if each.side != side)


def side_name(delegate: Delegate, meeting: Meeting) -> str:
    """The side on which somebody sits or sat: their organisation's, else, as after merging, what their agenda keeps."""
    mine = queries.side_of(meeting, delegate)
    if mine is not None:
        return mine.side
    own = next((side.side for side in meeting.sides if side.profile_id == delegate.profile_id), None)
    if own is not None:
        return own
    role = sa.select(AgendaEntry.role).where(
        AgendaEntry.appointment_id == meeting.appointment_id, AgendaEntry.participant_id == delegate.participant_id
    )
    return "invitee" if db.session.scalar(role) == "invitee" else "requester"
