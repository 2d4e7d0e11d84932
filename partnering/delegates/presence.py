"""When somebody is at the event, and how they are met who are not: arrival, departure, video room, time zone."""

import zoneinfo
from datetime import datetime

from .. import audit
from ..db import db
from ..errors import DomainError
from ..i18n import _l
from .models import Delegate

TIMES = "times"
"""The topic of who is there and free when, see `stands`."""


class LeavesBeforeArriving(DomainError):
    """A departure that is not after the arrival."""

    message = _l("You would leave before you arrive.")
    status = 422


class BadLink(DomainError):
    """A link that browsers should not follow."""

    message = _l("A link begins with https://")
    status = 422


def arrive(delegate: Delegate, arrives_at: datetime | None) -> None:
    """Set when a delegate arrives (UTC): nothing can be booked before. Raises `LeavesBeforeArriving`."""
    _be_there(delegate, arrives_at, delegate.departs_at)


def depart(delegate: Delegate, departs_at: datetime | None) -> None:
    """Set when a delegate leaves (UTC): nothing can be booked beyond. Raises `LeavesBeforeArriving`."""
    _be_there(delegate, delegate.arrives_at, departs_at)


def call(delegate: Delegate, video_url: str, zone: str) -> None:
    """Set a delegate's own room for video calls, and the IANA zone in which they read times too; "" for none.

    Raises `BadLink` unless the link begins with https. A zone that does not exist counts as none.
    """
    if video_url and not video_url.startswith("https://"):
        raise BadLink
    delegate.video_url = video_url
    delegate.zone = zone if zone in zoneinfo.available_timezones() else ""
    db.session.flush()


def share_agenda(delegate: Delegate, shares: bool) -> None:
    """Let colleagues see a delegate's agenda in the team's, or not, from this moment."""
    if delegate.shares_agenda == shares:
        return
    delegate.shares_agenda = shares
    db.session.flush()
    audit.record(
        "delegate.agenda_shared" if shares else "delegate.agenda_kept", delegate, event=delegate.participant.event
    )


def _be_there(delegate: Delegate, arrives_at: datetime | None, departs_at: datetime | None) -> None:
    if arrives_at is not None and departs_at is not None and departs_at <= arrives_at:
        raise LeavesBeforeArriving
    delegate.arrives_at, delegate.departs_at = arrives_at, departs_at
    db.session.flush()
