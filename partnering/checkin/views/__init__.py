"""The crew's pages at the door, what scanners send, and the organisers' view of it."""

from . import desk, door, names, scanning

blueprints = (door.bp, desk.bp)

__all__ = ["blueprints", "desk", "door", "names", "scanning"]
