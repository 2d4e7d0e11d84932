"""What a delegate shows of themselves, to whom, and what they agreed to for that (law.md L03, L04).

`shown` is the one answer for cards, letters and lists; `contact_of` the only way to an address or a phone number.
"""

from dataclasses import dataclass
from typing import Any

from .. import audit, clock
from ..consents import services as consents
from ..db import BilingualText
from . import documents
from .errors import UnknownTerm
from .models import VISIBILITIES, Delegate

DIRECTORY_CONSENT = BilingualText(
    de="Andere Gäste dieser Veranstaltung, die am Partnering teilnehmen, dürfen mich im Verzeichnis so finden, wie ich "
    "es hier gewählt habe: nur meine Organisation, oder auch meinen Namen und meine Funktion. Ich kann das jederzeit "
    "ändern; die Änderung gilt sofort. E-Mail-Adresse und Telefonnummer werden nie gezeigt.",
    en="Other guests of this event who take part in partnering may find me in the directory as I have chosen here: "
    "my organisation only, or my name and function too. I can change this at any time, with immediate effect. "
    "E-mail address and phone number are never shown.",
)
MATCHMAKING_CONSENT = BilingualText(
    de="Die Veranstaltungssoftware darf mein Profil mit den Profilen anderer Gäste vergleichen und uns einander "
    "vorschlagen. Jeder Vorschlag nennt seine Gründe, und niemand entscheidet für mich. Ich kann das jederzeit "
    "beenden; das gilt sofort.",
    en="The event’s software may compare my profile with those of other guests and suggest us to each other. Each "
    "suggestion names its reasons, and nobody decides for me. I can end this at any time, with immediate effect.",
)
CONTACT_CONSENT = BilingualText(
    de="Wer ein Gespräch mit mir fest vereinbart hat, darf meine E-Mail-Adresse und, wenn ich sie angebe, meine "
    "Telefonnummer sehen. Ich kann das jederzeit beenden; das gilt sofort.",
    en="Whoever has agreed a meeting with me may see my e-mail address and, if I give it, my phone number. I can end "
    "this at any time, with immediate effect.",
)
TEXTS = {"matchmaking": MATCHMAKING_CONSENT, "contact": CONTACT_CONSENT}
"""What is agreed to beside being found, each by itself."""

FIELDS = ("function", "languages", "seeks")
"""What somebody who shows their name may still keep back."""


@dataclass(frozen=True)
class Shown:
    """What one person may read of another; empty is what they may not read, or what nobody has written."""

    name: str = ""
    function: str = ""
    languages: tuple[str, ...] = ()
    seeks: str = ""


@dataclass(frozen=True)
class Contact:
    """How somebody can be reached."""

    email: str
    phone: str


def shown(delegate: Delegate, to: Delegate | None = None, *, agreed: bool = False) -> Shown:
    """What `to` may read of a delegate, without one what any guest may; `agreed`: the two have agreed a meeting.

    Colleagues read everything. Whoever shows their organisation only, or nothing, gives their name with a meeting they
    agreed, and no more than that without the fields they let others read.
    """
    everything = to is not None and to.profile_id == delegate.profile_id
    if not everything and not agreed and delegate.visibility != "name":
        return Shown()
    participant = delegate.participant
    return Shown(
        name=participant.name,
        function=participant.function if everything or delegate.shows_function else "",
        languages=spoken(delegate) if everything or delegate.shows_languages else (),
        seeks=delegate.seeks if everything or delegate.shows_seeks else "",
    )


def spoken(delegate: Delegate) -> tuple[str, ...]:
    """The codes of the languages somebody speaks."""
    return tuple(delegate.languages.split(",")) if delegate.languages else ()


def contact_of(delegate: Delegate) -> Contact | None:
    """Address and phone for somebody with whom they have agreed a meeting, as long as they consent to that."""
    person = delegate.participant.person
    if person is None or consents.current(delegate.participant, "contact") is None:
        return None
    return Contact(person.email, delegate.phone)


def show(
    delegate: Delegate,
    level: str,
    *,
    function: bool | None = None,
    languages: bool | None = None,
    seeks: bool | None = None,
    channel: str = "profile",
) -> None:
    """Let a delegate be found "name" and all, as "organisation" only, or not at all ("hidden"), from this moment.

    Being found at all stands on their consent, which is recorded with the text they saw. `function`, `languages` and
    `seeks` say what else stands beside the name; those not given stay as they were. Raises `UnknownTerm`.
    """
    if level not in VISIBILITIES:
        raise UnknownTerm
    wanted = {"function": function, "languages": languages, "seeks": seeks}
    fields = {f"shows_{name}": value for name, value in wanted.items() if value is not None}
    before = {"visibility": delegate.visibility or "hidden"} | {name: getattr(delegate, name) for name in fields}
    after: dict[str, Any] = {"visibility": level} | fields
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return
    if "visibility" in changed:
        _consent(delegate, level, channel)
        delegate.visible_at = (delegate.visible_at or clock.now()) if level != "hidden" else None
    for name in changed:
        setattr(delegate, name, after[name])
    audit.record(
        "delegate.shown",
        delegate,
        event=delegate.participant.event,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    documents.write(delegate)


def agree(delegate: Delegate, purpose: str, *, channel: str) -> None:
    """Consent to be suggested ("matchmaking") or to be reached ("contact"); agreeing twice is agreeing once.

    Raises `KeyError` for any other purpose.
    """
    participant = delegate.participant
    text = consents.text_for(participant.event, purpose, TEXTS[purpose])
    consents.give(participant, text, channel=channel, locale=participant.locale)


def _consent(delegate: Delegate, level: str, channel: str) -> None:
    participant = delegate.participant
    consents.withdraw(participant, "directory")
    if level != "hidden":
        text = consents.text_for(participant.event, "directory", DIRECTORY_CONSENT)
        consents.give(participant, text, channel=channel, locale=participant.locale, proof=level)
