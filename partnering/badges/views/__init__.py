"""Printing badges, drawing their layouts, and printing one at the door."""

from . import designer, door, people, printing

blueprints = (printing.bp, door.bp)

__all__ = ["blueprints", "designer", "door", "people", "printing"]
