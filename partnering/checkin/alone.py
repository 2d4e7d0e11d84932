"""What a scanner says when it decides by itself: the sentences of `words`, with {gaps} for its script to fill in."""

from datetime import UTC, datetime
from typing import Any

from .. import i18n
from ..i18n import _
from .deciding import NEVER_FORCED
from .knowing import DoorGone
from .words import REFUSALS

SOME_TIME = datetime(2000, 1, 1, 10, 40, tzinfo=UTC)


def sentences() -> dict[str, Any]:
    """By what they are for, in the language in force; answers are [tone, headline, what to do]."""
    seen = {"time": "{time}", "door": "{door}", "who": "{who}"}
    return {
        "locale": i18n.locale(),
        "clock": i18n.time(SOME_TIME, "UTC").replace("10:40", "{time}"),
        "never": list(NEVER_FORCED),
        "refused": {
            answer: [tone, str(headline), str(instruction)]
            for answer, (tone, headline, instruction) in REFUSALS.items()
        },
        "admitted": {
            "welcome": ["ok", _("Welcome"), _("Let in and hand out the badge.")],
            "back": ["ok", _("Welcome back"), _("Let in and hand out the badge.")],
            "forced": ["ok", _("Let in anyway"), _("Let in. This is marked in the log.")],
            "owes": ["warn", _("Welcome, invoice open"), _("Let in. Please remind the guest of the open invoice.")],
            "exit": ["ok", _("Goodbye"), _("Noted as gone out.")],
        },
        "seen": _("At %(time)s, %(door)s, by %(who)s.", **seen),
        "seen_on": _("On %(day)s at %(time)s, %(door)s, by %(who)s.", day="{day}", **seen),
        "no_photos": _("No photos"),
        "list": _("Checked offline. List of %(time)s", time="{time}"),
        "later": _("Sent on as soon as there is a network."),
        "offline": _("Offline"),
        "offline_waiting": _("Offline, %(number)s waiting", number="{number}"),
        "online_waiting": _("Online, %(number)s waiting", number="{number}"),
        "loading": _("Guest list for the time without network: %(share)s", share="{share}"),
        "attention": _("There is a note about this guest. It can be read with a network: please ask the help desk."),
        "ask": _("Ask the guest, then let them in."),
        "ask_missing": _("Please answer this."),
        "ask_save": _("Save and let in"),
        "yes": _("Yes"),
        "no": _("No"),
        "optional": _("(optional)"),
        "short": _("Without a network only QR codes and whole codes count. Please search for the name."),
        "door_gone": str(DoorGone.message),
        "unsent": _("There is no network, so this was not sent. Please do it again here."),
        "signed_out": [_("Please sign in again"), _("The guest list is no longer on this phone. What waits is kept.")],
        "revoked": [_("This phone scans no more"), _("The guest list is no longer on this phone.")],
        "over": [_("Please find a network"), _("This phone had none for twelve hours. What waits is kept.")],
        "reload": _("Reload the page"),
        "camera": _("Camera %(number)s", number="{number}"),
        "found": {
            "here": _("Here"),
            "out": _("Went out"),
            "expected": _("Expected"),
            "none": _("Nobody of this name is on this phone's list. Try fewer letters, or send to the help desk."),
            "two": _("Type at least two letters."),
            "more": _("More than %(number)s guests. Type more letters.", number="{number}"),
            "in": _("Let in"),
            "exit": _("Note as gone out"),
        },
        "log": {
            "admitted": _("Admitted"),
            "forced": _("Let in anyway"),
            "exit": _("Went out"),
            "undone": _("Undone"),
            "duplicate": _("Came in twice"),
            "review": _("To be checked"),
            "waiting": _("waiting to be sent"),
            "empty": _("Nobody has been scanned with this phone yet."),
        },
    }
