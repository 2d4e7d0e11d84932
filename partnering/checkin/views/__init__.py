"""The crew's pages at the door, what scanners send, and the organisers' view of it."""

from . import (
    carrying,
    conflicts,
    desk,
    devices,
    door,
    enrolment,
    group,
    live,
    names,
    past,
    printing,
    scanning,
    shell,
    walkin,
)

blueprints = (door.bp, desk.bp, enrolment.bp)

__all__ = [
    "blueprints",
    "carrying",
    "conflicts",
    "desk",
    "devices",
    "door",
    "enrolment",
    "group",
    "live",
    "names",
    "past",
    "printing",
    "scanning",
    "shell",
    "walkin",
]
