"""Printing badges, and drawing their layouts."""

from . import designer, people, printing

blueprints = (printing.bp,)

__all__ = ["blueprints", "designer", "people", "printing"]
