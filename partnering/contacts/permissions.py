"""Who takes and reads leads."""

from ..delegates import permissions as partnering
from ..delegates.models import Delegate
from . import queries


def may_take_leads(me: Delegate) -> bool:
    """Exhibitors who keep their organisation's profile, and their colleagues.

    Typing the name of an exhibitor makes nobody its colleague: they would read whom it met.
    """
    return queries.exhibits(me) and partnering.may_edit(me)
