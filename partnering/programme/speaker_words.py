"""Words for what speakers give, need and lack."""

from .. import clock
from ..i18n import LazyText, _, _l, bi, day
from .lacking import Lack

EQUIPMENT: dict[str, LazyText] = {
    "own_laptop": _l("I bring my own laptop"),
    "house_laptop": _l("I need a laptop from you"),
    "hdmi": _l("HDMI plug"),
    "usb_c": _l("USB-C plug"),
    "sound": _l("Sound from the laptop"),
    "clicker": _l("Remote for the slides"),
    "hand_microphone": _l("Hand microphone"),
    "headset": _l("Headset"),
    "flipchart": _l("Flip chart"),
    "internet": _l("Internet by cable"),
    "video_in": _l("Somebody speaks by video"),
}

FILE_KINDS: dict[str, LazyText] = {"slides": _l("Slides"), "handout": _l("Handout")}

LACKS: dict[str, LazyText] = {
    "biography": _l("Biography"),
    "photo": _l("Photo"),
    "consent": _l("Consent to show the photo"),
    "availability": _l("Availability"),
    "slides": _l("Slides"),
    "needs": _l("Technical needs"),
    "registration": _l("Registration"),
}
"""What can be missing, as lists and filters call it."""


def lack_line(lack: Lack, zone: str) -> str:
    """What is missing and until when, in the language in force."""
    title = bi(lack.title)
    lines = {
        "biography": _("A biography for the programme"),
        "photo": _("A photo of you"),
        "consent": _("Your consent to show the photo, or we leave it out"),
        "availability": _("When you can come"),
        "slides": _("Slides for “%(title)s”", title=title),
        "needs": _("What you need on the stage for “%(title)s”", title=title),
        "registration": _("Your registration: it brings your ticket and badge"),
    }
    if lack.until is None or lack.until < clock.now():
        return lines[lack.code]
    return _("%(what)s, until %(day)s", what=lines[lack.code], day=day(lack.until, "long", zone))
