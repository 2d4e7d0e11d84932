"""What the organisers' page of open scans says: what happened, why a scan waits, and what became of it."""

from ..i18n import LazyText, _, _l
from .conflicts import Conflict
from .models import Scan

REASONS: dict[str, LazyText] = {
    "unknown": _l("The device let in a code that is none of ours."),
    "revoked": _l("The code had been replaced by a new one: the ticket was passed on or printed anew."),
    "wrong_event": _l("The ticket is of another event."),
    "wrong_ticket_type": _l("This ticket is not let in at this door."),
    "wrong_day": _l("The ticket or the door was not for this day."),
    "cancelled": _l("The ticket had been cancelled before."),
    "not_approved": _l("The registration was not approved."),
    "unpaid": _l("The invoice was open, and this door lets in only who has paid."),
    "blocked": _l("The guest was blocked by the organisers."),
    "not_yet_valid": _l("The door was not open yet."),
    "no_longer_valid": _l("The door was closed by then."),
    "rules": _l("The rules of the door were against it, or the device was not meant for this door."),
    "device_revoked": _l("The device had been revoked or passed on."),
    "lease_over": _l("The device had had no contact with us for more than twelve hours."),
    "no_contact": _l("The device could not prove when it scanned; the time shown is that of its arrival."),
}
"""Why a scan waits for an organiser, though a device had let the guest through."""


def headline(conflict: Conflict) -> tuple[str, str]:
    """(what it is, tone)."""
    if conflict.kind == "duplicate":
        times = len(conflict.open) + 1
        return (_("Came in %(num)s times", num=times) if times > 2 else _("Came in twice")), "warn"
    return (_("Exit to be checked") if conflict.first.type == "exit" else _("Entry to be checked")), "warn"


def why(conflict: Conflict) -> str:
    """In a sentence, what is wrong."""
    if conflict.kind == "duplicate":
        return _("This ticket was let in more than once, at doors that did not know of each other. One entry counts.")
    return str(REASONS[conflict.first.reason])


def nameless(scan: Scan) -> str:
    """What stands for a guest whom nobody knows: the code that was read, or that there is none."""
    return scan.code_text or _("Unknown guest")


def mark(scan: Scan) -> tuple[str, str, str]:
    """(word, tone, well) for one scan in a conflict."""
    if scan.state == "review":
        return _("does not count yet"), "warn", "pending"
    if scan.state == "duplicate":
        return _("came in once more"), "warn", "off"
    if scan.type == "exit":
        return _("went out"), "", "free"
    return _("counts"), "ok", "taken"


def settled(scan: Scan) -> tuple[str, str, str]:
    """(word, tone, well) for what was decided of a scan, and what it is now."""
    if scan.state == "annulled":
        return _("Undone since"), "", "off"
    if scan.settlement == "counted":
        return (
            (_("Let in; another entry counts"), "warn", "off")
            if scan.state == "duplicate"
            else (
                _("Counts"),
                "ok",
                "taken",
            )
        )
    if scan.state == "review":
        return _("Does not count"), "", "off"
    return _("Left as it is"), "", "free"
