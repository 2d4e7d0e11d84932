"""Tracks of an event that is made from another one; its sessions are its own."""

from ..events.cloning import Copies, taken_along
from .models import ProgrammeSettings, Track


@taken_along("programme", floor=7)
def tracks(copies: Copies) -> None:
    """Tracks with their tints, in their order, and what speakers are asked for. Rooms come with the places."""
    copies.copy(copies.rows(Track))
    copies.copy(copies.rows(ProgrammeSettings), stand=0)
