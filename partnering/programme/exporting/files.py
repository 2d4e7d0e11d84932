"""The files in which the public programme is handed on."""

import hashlib
from dataclasses import dataclass

from ...events.models import Event
from ...i18n import locale
from ...mail import letters
from . import json, plain, xml

FORMS = ("json", "xml")


@dataclass(frozen=True)
class File:
    """What is handed on: the same programme in the same language gives the same file."""

    content: bytes
    media_type: str
    name: str
    etag: str


def of(event: Event, form: str) -> File:
    """The public programme as "json" or "xml", in the language in force."""
    programme = plain.of(event)
    if form == "json":
        content, media_type = json.write(programme), json.MEDIA_TYPE
    else:
        url = letters.url("programme.schedule_xml", event_slug=event.slug, lang=locale())
        content, media_type = xml.write(programme, url), xml.MEDIA_TYPE
    return File(content, media_type, f"{event.slug}-{locale()}.{form}", hashlib.sha256(content).hexdigest()[:32])
