"""Who may see whom, and who may write a profile."""

from . import booking, directory, queries
from .models import Delegate


def may_edit(me: Delegate) -> bool:
    """Who partnered for the organisation first, and their colleagues."""
    return queries.keeps_profile(me)


def may_see(me: Delegate, other: Delegate) -> bool:
    """Whom the directory shows; hidden people and people of other events do not exist."""
    return other.id == me.id or directory.may_be_seen(me, other)


def may_block(me: Delegate, other: Delegate) -> bool:
    """Whoever I can see, and whoever hides but has something open or agreed with me; not my own organisation."""
    if other.profile_id == me.profile_id:
        return False
    known = ("requested", "asked", "confirmed")
    standing = booking.bookings().standings(me, [other]).get(other.id)
    return may_see(me, other) or (standing is not None and standing.kind in known)
