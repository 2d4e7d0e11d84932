"""Who may see whom, and who may write a profile."""

from . import directory, queries
from .models import Delegate


def may_edit(me: Delegate) -> bool:
    """Who partnered for the organisation first, and their colleagues."""
    return queries.keeps_profile(me)


def may_see(me: Delegate, other: Delegate) -> bool:
    """Whom the directory shows; hidden people and people of other events do not exist."""
    return other.id == me.id or directory.may_be_seen(me, other)
