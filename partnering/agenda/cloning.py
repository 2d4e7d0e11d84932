"""Rooms, tables and stands of an event that is made from another one."""

from ..events.cloning import Copies, taken_along
from .models import Location, Zone


@taken_along("places", floor=4)
def places(copies: Copies) -> None:
    """Zones and locations; a table that was closed from a moment on is open again."""
    copies.copy(copies.rows(Zone))
    copies.copy(copies.rows(Location), closed_from=None)
