"""Sponsors and exhibitors to whom people may let their details be passed on, each by name and apart (law.md L03)."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from .. import audit, clock
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event, Participant
from ..i18n import _, _l, speaking
from . import services
from .models import Consent, ConsentRecipient, ConsentText

PURPOSE = "sponsor"
"""What consents to recipients are kept under."""


class RecipientKnown(DomainError):
    """The event has a recipient of this name."""

    message = _l("This name is on the list already")
    status = 422


class RecipientInUse(DomainError):
    """Somebody has agreed to it, so what they agreed to stays."""

    message = _l("Somebody has agreed to this already, so it stays on record. You can stop asking.")


class Offered(NamedTuple):
    """A recipient as somebody is asked: the sentence, and whether they agree now."""

    recipient: ConsentRecipient
    sentence: BilingualText
    given: bool

    @property
    def field(self) -> str:
        """The name of its box on pages."""
        return field_of(self.recipient)


def field_of(recipient: ConsentRecipient) -> str:
    """The name of a recipient's box on pages."""
    return f"to_{recipient.public_id}"


def recipients_of(event: Event) -> Sequence[ConsentRecipient]:
    """All recipients of an event, also those of whom nobody is asked any more, by name."""
    return db.session.scalars(
        sa.select(ConsentRecipient)
        .where(ConsentRecipient.event_id == event.id)
        .order_by(ConsentRecipient.name, ConsentRecipient.id)
    ).all()


def recipient_at(event: Event, public_id: str) -> ConsentRecipient | None:
    """The event's recipient of a public id."""
    return db.session.scalars(
        sa.select(ConsentRecipient).where(
            ConsentRecipient.event_id == event.id, ConsentRecipient.public_id == public_id
        )
    ).one_or_none()


def sentence(recipient: ConsentRecipient) -> BilingualText:
    """What somebody agrees to, whole: who gets what, and what for."""
    spoken = {}
    for language in ("de", "en"):
        aim = recipient.aim.in_(language).rstrip(". ")
        with speaking(language):
            spoken[language] = _(
                "The organiser may pass my name, function, organisation and email address on to %(name)s. "
                "Purpose: %(aim)s. I can end this at any time.",
                name=recipient.name,
                aim=aim,
            )
    return BilingualText(**spoken)


def offered(event: Event, participant: Participant | None = None) -> list[Offered]:
    """Whom somebody is asked about: all who are asked for now, and those they agreed to before."""
    given = {one.recipient for one in services.in_force(participant) if one.purpose == PURPOSE} if participant else ()
    return [
        Offered(each, sentence(each), each.name in given)
        for each in recipients_of(event)
        if each.ended_at is None or each.name in given
    ]


# -- set up by organisers


def add(event: Event, name: str, aim: BilingualText) -> ConsentRecipient:
    """Ask people from now on whether their details may be passed on. Raises `RecipientKnown`."""
    if any(each.name.casefold() == name.casefold() for each in recipients_of(event)):
        raise RecipientKnown
    recipient = ConsentRecipient(event_id=event.id, name=name, aim=aim, created_at=clock.now())
    db.session.add(recipient)
    db.session.flush()
    audit.record("consent_recipient.added", recipient, event=event, after={"name": name, **_plain(aim)})
    return recipient


def describe(recipient: ConsentRecipient, aim: BilingualText) -> None:
    """Say anew what for; whoever agreed before agreed to the sentence of then, which stays with their consent."""
    if recipient.aim == aim:
        return
    before, recipient.aim = recipient.aim, aim
    db.session.flush()
    _record("consent_recipient.changed", recipient, before=_plain(before), after=_plain(aim))


def stop(recipient: ConsentRecipient) -> None:
    """Ask nobody any more."""
    if recipient.ended_at is None:
        recipient.ended_at = clock.now()
        db.session.flush()
        _record("consent_recipient.stopped", recipient, after={"name": recipient.name})


def resume(recipient: ConsentRecipient) -> None:
    """Ask again."""
    if recipient.ended_at is not None:
        recipient.ended_at = None
        db.session.flush()
        _record("consent_recipient.resumed", recipient, after={"name": recipient.name})


def remove(recipient: ConsentRecipient) -> None:
    """Take one off that nobody ever agreed to. Raises `RecipientInUse`."""
    shown = sa.select(ConsentText.id).where(
        ConsentText.event_id == recipient.event_id,
        ConsentText.purpose == PURPOSE,
        ConsentText.recipient == recipient.name,
    )
    if db.session.scalar(sa.select(sa.exists().where(Consent.text_id.in_(shown)))):
        raise RecipientInUse
    _record("consent_recipient.removed", recipient, before={"name": recipient.name})
    db.session.delete(recipient)
    db.session.flush()


def _record(
    action: str,
    recipient: ConsentRecipient,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    event = db.session.get_one(Event, recipient.event_id)
    audit.record(action, recipient, event=event, before=before, after=after)


def _plain(aim: BilingualText) -> dict[str, str]:
    return {"aim_de": aim.de, "aim_en": aim.en}


# -- given and withdrawn


def agree(participant: Participant, chosen: Collection[str], *, channel: str, locale: str) -> None:
    """Agree to the recipients of these public ids, as far as people are asked about them."""
    for each in recipients_of(participant.event):
        if each.public_id in chosen and each.ended_at is None:
            _give(participant, each, channel, locale)


def choose(participant: Participant, chosen: Collection[str], *, channel: str, may_give: bool = True) -> None:
    """Agree to exactly these recipients, by public id; all others are withdrawn with immediate effect."""
    for recipient, _sentence, given in offered(participant.event, participant):
        if recipient.public_id not in chosen:
            services.withdraw(participant, PURPOSE, recipient.name)
        elif not given and may_give:
            _give(participant, recipient, channel, participant.locale)


def _give(participant: Participant, recipient: ConsentRecipient, channel: str, locale: str) -> None:
    text = services.text_for(participant.event, PURPOSE, sentence(recipient), recipient.name)
    services.give(participant, text, channel=channel, locale=locale)
