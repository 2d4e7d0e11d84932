"""One letter of a release as its reader will get it: each letter that leaves, and what it tells their calendar."""

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from .. import ical, links
from ..agenda import calendars
from ..db import db
from ..i18n import speaking
from ..mail import letters
from ..mail.models import OutboxLetter
from . import news, queries
from .models import ReleaseLetter


class Told(NamedTuple):
    """What a calendar is told: the entry as it will hold it, or that it `ends`."""

    entry: ical.Entry
    ends: bool


@dataclass(frozen=True)
class Page:
    """One letter that leaves, in its reader's language, and what has become of it: a state of `OutboxLetter`, or ""."""

    subject: str
    text: str
    told: Told | None
    state: str


def of(letter: ReleaseLetter) -> list[Page]:
    """What leaves, or has left, for a letter of a release; secret links are their reader's alone and not shown."""
    found = [item for _letter, item in news.posts([letter])]
    states = {
        row[0]: row[1]
        for row in db.session.execute(
            sa.select(OutboxLetter.dedup_key, OutboxLetter.state).where(
                OutboxLetter.dedup_key.in_([item.key for item in found])
            )
        )
    }
    return [page for item in found if (page := _page(letter, item, states.get(item.key, ""))) is not None]


def _page(letter: ReleaseLetter, item: news.News, state: str) -> Page | None:
    locale = letter.participant.locale
    rendered = letters.render(OutboxLetter(kind=item.kind, locale=locale, payload=item.payload))
    if rendered is None:
        return None
    entry = queries.entry_at(str(item.payload.get("entry") or "")) if rendered.calendar else None
    told = None
    if entry is not None:
        with speaking(locale):
            thing = calendars.things([entry]).get(entry.id)
            told = Told(calendars.shown(entry, thing), rendered.method == "CANCEL") if thing is not None else None
    return Page(rendered.subject, links.without_secrets(rendered.text), told, state)
