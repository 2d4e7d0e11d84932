"""Whether one may ask another for a meeting, and for whom one may act."""

from collections.abc import Sequence

import sqlalchemy as sa

from .. import clock
from ..checkin import queries as door
from ..db import db
from ..delegates import groups
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from ..events.models import Event
from .errors import NoCommonDay, NotAllowed, NotBookable, NotPaid, NotYours, PartneringClosed, SameOrganisation
from .models import Meeting
from .rules import rules_of


def check(event: Event, requester: Delegate, invitee: Delegate, *, live: bool = False) -> None:
    """Refuse where the requester may not ask the invitee; `live` on the spot, where asking ahead may have ended.

    Raises `PartneringClosed`, `SameOrganisation`, `NotAllowed`, `NoCommonDay`, `NotPaid`, or `NotBookable`, the one
    answer for whoever has left, is hidden or withheld, takes no requests, or wants nothing to do with the other.
    """
    now = clock.now()
    if event.partnering_from and now < event.partnering_from:
        raise PartneringClosed
    if event.partnering_until and now > event.partnering_until and not live:
        raise PartneringClosed
    check_pair(event, requester, invitee)
    if not invitee.takes_requests or (invitee.visibility == "hidden" and not _known(requester, invitee)):
        raise NotBookable
    if not groups.may_ask(requester, invitee):
        raise NotAllowed
    if requester.days and invitee.days and set(requester.days).isdisjoint(invitee.days):
        raise NoCommonDay
    if not rules_of(event).unpaid_may_ask and door.owes(requester.registration.place):
        raise NotPaid


def check_pair(event: Event, one: Delegate, other: Delegate) -> None:
    """Refuse a meeting of two that can never be. Raises `SameOrganisation`, `NotBookable`."""
    if one.event_id != event.id or other.event_id != event.id or one.id == other.id:
        raise NotBookable
    if one.profile_id == other.profile_id and not rules_of(event).same_organisation:
        raise SameOrganisation
    if (
        one.left_at
        or other.left_at
        or one.profile.withheld_at
        or other.profile.withheld_at
        or partnering.blocked(one, other)
    ):
        raise NotBookable


def acts_for(me: Delegate) -> list[Delegate]:
    """Me, and the colleagues for whom I may answer and ask, where the organisation lets colleagues act."""
    return [me, *(partnering.colleagues(me) if me.profile.team_acts else ())]


def require_acting(by: Delegate, *whom: Delegate) -> None:
    """Refuse where `by` may act for none of these. Raises `NotYours`."""
    ids = {delegate.id for delegate in whom}
    if by.id not in ids and not any(one.id in ids for one in acts_for(by)):
        raise NotYours


def team(lead: Delegate, companions: Sequence[Delegate]) -> list[Delegate]:
    """Those of `companions` whom `lead` may bring along: colleagues who partner for the same profile."""
    wanted = {companion.id for companion in companions}
    return [other for other in partnering.colleagues(lead) if other.id in wanted] if wanted else []


def _known(requester: Delegate, invitee: Delegate) -> bool:
    """Whether a hidden invitee has met the requester, or has asked them before."""
    low, high = sorted((requester.id, invitee.id))
    return (
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    Meeting.event_id == requester.event_id,
                    Meeting.low_id == low,
                    Meeting.high_id == high,
                    Meeting.sent_at.is_not(None),
                    sa.or_(Meeting.requester_id == invitee.id, Meeting.request_state == "accepted"),
                )
            )
        )
        or False
    )
