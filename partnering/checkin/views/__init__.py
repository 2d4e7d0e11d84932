"""The crew's pages at the door, what scanners send, and the organisers' view of it."""

from flask import Flask

from ...registration.views import extras
from . import (
    asking,
    attendance,
    carrying,
    certificates,
    conflicts,
    desk,
    devices,
    door,
    enrolment,
    group,
    kiosk,
    kiosks,
    lists,
    live,
    names,
    noting,
    past,
    printing,
    scanning,
    shell,
    walkin,
)

blueprints = (door.bp, kiosk.bp, desk.bp, enrolment.bp, certificates.own, certificates.by_link)

__all__ = [
    "asking",
    "attendance",
    "blueprints",
    "carrying",
    "certificates",
    "conflicts",
    "desk",
    "devices",
    "door",
    "enrolment",
    "group",
    "install",
    "kiosk",
    "kiosks",
    "lists",
    "live",
    "names",
    "noting",
    "past",
    "printing",
    "scanning",
    "shell",
    "walkin",
]


def install(app: Flask) -> None:
    """Let tickets show the certificates that their holders can have."""
    extras.add_for_guest(certificates.section)
