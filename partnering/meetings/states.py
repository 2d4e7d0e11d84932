"""The two axes of a meeting read as one label, and which deed leads from which state to which."""

from dataclasses import dataclass

from ..i18n import LazyText, _l
from .models import Meeting

OPEN = ("pending", "countered")

DEEDS: dict[str, tuple[tuple[str, ...], str]] = {
    "send": (("draft",), "pending"),
    "accept": (OPEN, "accepted"),
    "counter": (OPEN, "countered"),
    "forward": (("pending",), "pending"),
    "decline": (OPEN, "declined"),
    "withdraw": (OPEN, "withdrawn"),
    "expire": (OPEN, "expired"),
    "undo": (("accepted", "declined"), "pending"),
    "cancel": (("accepted",), "cancelled"),
    "revive": (("cancelled",), "pending"),
}
"""Each deed: the request states it may begin in, and the one it ends in. Everything else is refused."""

UNDO_SECONDS = 30
"""How long an answer can be taken back; letters wait as long."""

AHEAD = ("none", "published", "live")
"""Placements of a meeting that nobody has finished yet."""

PLACED = ("published", "live")
"""Placements that hold time and a table."""


@dataclass(frozen=True)
class Label:
    """What people read of a meeting's state: a word with its tone and its well."""

    code: str
    text: LazyText
    tone: str
    well: str


LABELS = {
    label.code: label
    for label in (
        Label("draft", _l("Draft"), "line", "free"),
        Label("requested", _l("Requested"), "warn", "pending"),
        Label("countered", _l("Another time suggested"), "warn", "pending"),
        Label("accepted", _l("Accepted, time follows"), "info", "pending"),
        Label("reserve", _l("Reserve, as soon as a time is free"), "info", "pending"),
        Label("confirmed", _l("Confirmed"), "ok", "taken"),
        Label("live", _l("Taking place now"), "ok", "taken"),
        Label("declined", _l("Declined"), "bad", "off"),
        Label("withdrawn", _l("Withdrawn"), "", "off"),
        Label("expired", _l("Expired"), "", "off"),
        Label("cancelled", _l("Called off"), "bad", "off"),
        Label("unplaced", _l("No place found"), "bad", "off"),
        Label("held", _l("Held"), "ok", "taken"),
        Label("missed", _l("Missed"), "bad", "off"),
    )
}


def label(meeting: Meeting) -> Label:
    """The one label of a meeting."""
    return LABELS[_code(meeting)]


def declined_by(meeting: Meeting) -> str:
    """The side that declined, "requester" or "invitee"; "" of whatever was not declined.

    It is the side whose turn it was. Where no reason was asked for, the invitee no longer takes part.
    """
    if meeting.request_state != "declined":
        return ""
    if meeting.decline_reason is None:
        return "invitee"
    return next((side.side for side in meeting.sides if side.lead_id == meeting.turn_id), "invitee")


def _code(meeting: Meeting) -> str:
    state, placement = meeting.request_state, meeting.placement
    if state == "accepted":
        if placement == "none":
            waiting = "reserve" if meeting.reserve_rank is not None else "accepted"
            return waiting if meeting.closed_at is None else "unplaced"
        return {"published": "confirmed", "live": "live", "held": "held"}.get(placement, "missed")
    return {"pending": "requested"}.get(state, state)
