"""What people agreed to, as organisers see it: by purpose with numbers, as a file of those who agree, and as proof."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from .. import clock
from ..accounts.models import EmailAddress
from ..consents import recipients
from ..consents import services as consents
from ..consents.models import Consent, ConsentText
from ..db import db
from ..events.models import Event, Participant
from ..i18n import _
from ..registration.models import Registration

ALWAYS = ("photo", "newsletter")
"""Purposes that are asked about at every event."""


class Purpose(NamedTuple):
    """Something people agree to. `key` names it in addresses; `recipient` is empty but for sponsors and exhibitors."""

    key: str
    purpose: str
    recipient: str
    label: str
    agree: int = 0


class Shown(NamedTuple):
    """A consent as proof: what for, the text as it was shown and in which language, when, how, and its end."""

    label: str
    version: int
    text: str
    language: str
    given_at: datetime
    how: str
    withdrawn_at: datetime | None


def purpose_words() -> dict[str, str]:
    """What purposes are called."""
    return {
        "photo": _("Photos"),
        "newsletter": _("News"),
        "directory": _("Being found in the partner directory"),
        "matchmaking": _("Suggestions of partners"),
        "contact": _("Contact details for partners"),
        "speaker_page": _("Photo in the programme"),
        "recording": _("Recording of the talks"),
    }


def channel_words() -> dict[str, str]:
    """How a consent was given."""
    return {
        "registration": _("when registering"),
        "ticket": _("on the page of the ticket"),
        "profile": _("on the page of the partnering profile"),
        "talks": _("on the page of the talks"),
    }


def purposes(event: Event, *, numbers: bool = True) -> list[Purpose]:
    """Everything that people at an event were asked about, with how many agree now."""
    found = consents.counts(event) if numbers else {}
    words = purpose_words()
    listed = [*ALWAYS, *sorted({purpose for purpose, _recipient in found} & set(words) - set(ALWAYS))]
    if not numbers:
        listed = list(words)
    known = [Purpose(purpose, purpose, "", words[purpose], found.get((purpose, ""), 0)) for purpose in listed]
    named = recipients.recipients_of(event)
    return known + [
        Purpose(one.public_id, recipients.PURPOSE, one.name, one.name, found.get((recipients.PURPOSE, one.name), 0))
        for one in named
    ]


def purpose_at(event: Event, key: str) -> Purpose | None:
    """The purpose of a key."""
    return next((one for one in purposes(event, numbers=False) if one.key == key), None)


def agreeing(purpose: Purpose) -> sa.Select[int | None]:
    """The ids of the participants who agree now, as a part of a larger question that asks for an event."""
    return sa.select(Consent.participant_id).where(
        Consent.purpose == purpose.purpose,
        Consent.recipient == purpose.recipient,
        Consent.withdrawn_at.is_(None),
        Consent.participant_id.is_not(None),
    )


def shown_of(participant: Participant) -> list[Shown]:
    """Everything that somebody ever agreed to, newest first."""
    words, channels = purpose_words(), channel_words()
    return [
        Shown(
            one.recipient or words.get(one.purpose, one.purpose),
            one.text.number,
            one.text.text.in_(one.locale),
            one.text.text.language(one.locale),
            one.given_at,
            channels.get(one.channel, one.channel),
            one.withdrawn_at,
        )
        for one in consents.history(participant)
    ]


# -- as a file


def heads() -> list[str]:
    """The headings of the file."""
    return [
        _("Last name"),
        _("First name"),
        _("Title"),
        _("Function"),
        _("Organisation"),
        _("Email address"),
        _("Language"),
        _("Holds a ticket"),
        _("Agreed at"),
        _("How"),
        _("Version of the text"),
        _("Text as it was shown"),
    ]


def rows(event_id: int, purpose: Purpose) -> Iterator[Sequence[object]]:
    """Who agrees to one purpose now, by name: nobody else, and what they were shown."""
    event = db.session.get_one(Event, event_id)
    channels, yes, no = channel_words(), _("yes"), _("no")
    holds = sa.exists().where(Registration.participant_id == Participant.id, Registration.state == "live")
    for one in db.session.execute(
        sa.select(
            Participant.family_name,
            Participant.given_name,
            Participant.title,
            Participant.function,
            Participant.company,
            EmailAddress.address,
            Participant.locale,
            holds.label("holds"),
            Consent.given_at,
            Consent.channel,
            Consent.locale.label("language"),
            ConsentText.number,
            ConsentText.text,
        )
        .select_from(Consent)
        .join(ConsentText, ConsentText.id == Consent.text_id)
        .join(Participant, Participant.id == Consent.participant_id)
        .outerjoin(
            EmailAddress, sa.and_(EmailAddress.person_id == Participant.person_id, EmailAddress.is_primary.is_(True))
        )
        .where(
            Participant.event_id == event.id,
            Participant.erased_at.is_(None),
            Consent.purpose == purpose.purpose,
            Consent.recipient == purpose.recipient,
            Consent.withdrawn_at.is_(None),
        )
        .order_by(Participant.sort_name, Participant.id)
        .execution_options(yield_per=500)
    ):
        yield [
            one.family_name,
            one.given_name,
            one.title,
            one.function,
            one.company,
            one.address or "",
            one.locale,
            yes if one.holds else no,
            clock.in_zone(one.given_at, event.zone).isoformat(" ", "minutes")[:16],
            channels.get(one.channel, one.channel),
            one.number,
            one.text.in_(one.language),
        ]
