"""What a verdict says, shows and sounds like: one mapping for pages and programs."""

from dataclasses import dataclass
from typing import Any

from .. import clock, i18n
from ..db import BilingualText
from ..i18n import LazyText, _, _l
from ..registration.models import Registration
from .electing import LET_THROUGH
from .models import CheckinList, Scan
from .verdicts import Asked, First, Guest, Verdict

SHAPES = {"ok": "tick", "warn": "triangle", "bad": "octagon"}
SOUNDS = {"ok": "high", "warn": "middle", "bad": "low"}

REFUSALS: dict[str, tuple[str, LazyText, LazyText]] = {
    "incomplete": ("warn", _l("Answers are missing"), _l("Please send to the help desk.")),
    "unknown": (
        "bad",
        _l("Unknown code"),
        _l("This is no ticket of ours. Search for the name or send to the help desk."),
    ),
    "revoked": (
        "bad",
        _l("Code no longer valid"),
        _l("The ticket was passed on or printed anew. Ask for the newest ticket, or search for the name."),
    ),
    "wrong_event": (
        "bad",
        _l("Ticket of another event"),
        _l("Ask for the ticket of this event, or search for the name."),
    ),
    "wrong_ticket_type": (
        "bad",
        _l("Not for this door"),
        _l("This ticket does not include what happens here. Please send to the help desk."),
    ),
    "wrong_day": (
        "bad",
        _l("Not on this day"),
        _l("This door does not let in on this day. Please send to the help desk."),
    ),
    "cancelled": ("bad", _l("Ticket cancelled"), _l("Do not let in. Please send to the help desk.")),
    "not_approved": (
        "bad",
        _l("Not approved yet"),
        _l("The organisers have not approved this registration. Please send to the help desk."),
    ),
    "unpaid": ("bad", _l("Not paid yet"), _l("Do not let in here. Please send to the help desk.")),
    "blocked": ("bad", _l("Ticket blocked"), _l("Do not let in. Please call the organisers.")),
    "not_yet_valid": ("bad", _l("Too early"), _l("This door does not let in yet.")),
    "no_longer_valid": ("bad", _l("Too late"), _l("This door does not let in any more. Please send to the help desk.")),
    "rules": (
        "warn",
        _l("Not checked in here"),
        _l("Nobody goes out who was not let in at this door. Nothing was noted."),
    ),
    "already_in": ("warn", _l("Already checked in"), _l("Look at the badge or ask for an ID.")),
}
"""By answer: tone, headline, and what to do."""


@dataclass(frozen=True)
class Shown:
    """A verdict in words, as pages and programs get it. `scan`, `person` are public ids; `first_at` is ISO 8601."""

    answer: str
    headline: str
    instruction: str
    tone: str
    shape: str
    sound: str
    name: str
    organisation: str
    ticket: str
    first_at: str | None
    first_door: str
    scan: str
    at: str
    type: str
    person: str
    undo: bool
    force: bool
    note: str
    attention: bool
    extras: list[str]
    questions: list[dict[str, Any]]


def shown(verdict: Verdict, zone: str, may_force: bool = True) -> Shown:
    """`verdict` in the language in force, times in `zone`, for somebody who may overrule refusals, or not."""
    tone, headline, instruction = _sentences(verdict, zone)
    guest, first = verdict.guest, verdict.first
    return Shown(
        answer=verdict.answer,
        headline=headline,
        instruction=instruction,
        tone=tone,
        shape=SHAPES[tone],
        sound=SOUNDS[tone],
        name=(guest.name or _("Former participant")) if guest is not None else "",
        organisation=guest.organisation if guest is not None else "",
        ticket=i18n.bi(guest.ticket) if guest is not None else "",
        first_at=i18n.iso(first.at, zone) if first is not None else None,
        first_door=i18n.bi(first.door) if first is not None else "",
        scan=verdict.scan,
        at=i18n.time(verdict.received_at, zone, oclock=False),
        type=verdict.type,
        person=guest.public_id if guest is not None and guest.live else "",
        undo=verdict.state in LET_THROUGH and verdict.scan != "",
        force=may_force and verdict.may_force,
        note=guest.note if guest is not None else "",
        attention=guest is not None and guest.attention,
        extras=_extras(guest) if guest is not None else [],
        questions=[_question(each) for each in verdict.questions],
    )


def _extras(guest: Guest) -> list[str]:
    """What the list shows of a guest: add-ons, and that they refuse to be photographed."""
    named = [i18n.bi(each) for each in guest.extras]
    return [*named, _("No photos")] if guest.no_photos else named


def _question(asked: Asked) -> dict[str, Any]:
    """A question in the language in force: {"id", "label", "kind", "required", "options": [{"key", "label"}]}."""
    return {
        "id": asked.public_id,
        "label": i18n.bi(asked.label),
        "kind": asked.kind,
        "required": asked.required,
        "options": [
            {"key": each["key"], "label": i18n.bi(BilingualText(each.get("de", ""), each.get("en", "")))}
            for each in asked.options
        ],
    }


def _sentences(verdict: Verdict, zone: str) -> tuple[str, str, str]:
    """(tone, headline, what to do)."""
    first, guest = verdict.first, verdict.guest
    if verdict.admitted and verdict.state == "annulled":
        return "warn", _("Undone"), _("This scan does not count any more. Scan again to let the guest in.")
    if verdict.admitted and verdict.type == "exit":
        return "ok", _("Goodbye"), _("Noted as gone out.")
    if verdict.admitted and verdict.forced:
        return "ok", _("Let in anyway"), _("Let in. This is marked in the log.")
    if verdict.admitted and verdict.warn:
        return "warn", _("Welcome, invoice open"), _("Let in. Please remind the guest of the open invoice.")
    if verdict.admitted:
        return "ok", _("Welcome back") if first is not None else _("Welcome"), _("Let in and hand out the badge.")
    tone, headline, instruction = REFUSALS[verdict.answer]
    if verdict.answer == "already_in" and first is not None:
        return tone, str(headline), f"{_first_seen(first, zone)} {instruction}"
    if verdict.answer == "cancelled" and guest is not None and guest.ended_at:
        day = i18n.day(guest.ended_at, in_zone=zone)
        cancelled_on = _("Cancelled on %(day)s.", day=day)
        return tone, str(headline), f"{cancelled_on} {instruction}"
    if verdict.answer == "wrong_day" and guest is not None and guest.days:
        valid = _("This ticket is valid: %(days)s.", days=i18n.some_days(list(guest.days)))
        if clock.in_zone(verdict.bounded_at, zone).date().isoformat() not in guest.days:
            return tone, str(headline), " ".join((valid, _("Please send to the help desk.")))
    return tone, str(headline), str(instruction)


def _first_seen(first: First, zone: str) -> str:
    """ "At 8:42, south door, by Jonas Helm."; with the day where it was not today."""
    facts = {
        "time": i18n.time(first.at, zone),
        "door": i18n.bi(first.door),
        "who": first.device,
    }
    if clock.in_zone(first.at, zone).date() == clock.in_zone(clock.now(), zone).date():
        return _("At %(time)s, %(door)s, by %(who)s.", **facts)
    day = i18n.day(first.at, in_zone=zone)
    return _("On %(day)s at %(time)s, %(door)s, by %(who)s.", day=day, **facts)


def headline_of(scan: Scan) -> str:
    """What an attempt in the log was answered."""
    if scan.state == "annulled":
        return _("Undone")
    if scan.state == "review":
        return _("To be checked")
    if scan.state == "duplicate":
        return _("Came in twice")
    if scan.answer == "ok":
        if scan.type == "exit":
            return _("Went out")
        return _("Let in anyway") if scan.forced else _("Admitted")
    return str(REFUSALS[scan.answer][1])


def well_of(scan: Scan) -> tuple[str, str]:
    """(tone, well) of an attempt in the log."""
    if scan.state in LET_THROUGH:
        return ("ok" if scan.state == "counted" else "warn"), "taken"
    return (REFUSALS[scan.answer][0] if scan.answer in REFUSALS else "warn"), "off"


def name_of(registration: Registration | None) -> str:
    """Who a registration is for."""
    if registration is None:
        return ""
    return registration.participant.name or _("Former participant")


def door_name(checkin_list: CheckinList) -> str:
    """A list as people at the door know it."""
    return i18n.bi(checkin_list.name)


STANDINGS: dict[str, tuple[LazyText, str, str]] = {
    "good": (_l("In use"), "ok", "taken"),
    "waiting": (_l("Not enrolled yet"), "", "free"),
    "lease_over": (_l("Not seen for twelve hours"), "warn", "pending"),
    "rolled": (_l("Passed on"), "warn", "off"),
    "revoked": (_l("Revoked"), "bad", "off"),
}


def standing_words(standing: str) -> tuple[str, str, str]:
    """(word, tone, well) for how a device stands."""
    word, tone, well = STANDINGS[standing]
    return str(word), tone, well
