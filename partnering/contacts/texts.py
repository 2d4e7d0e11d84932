"""What people agree to when badges are read, whole: changed words become a new version (see `consents.text_for`)."""

from ..consents.models import ConsentText
from ..consents.services import text_for
from ..db import BilingualText
from ..delegates.models import OrganisationProfile
from ..events.models import Event
from ..i18n import _, speaking

CARD = BilingualText(
    de="Wir tauschen unsere Kontaktdaten: Name, Funktion, Organisation, E-Mail-Adresse und, wenn angegeben, "
    "Telefonnummer. Jede Seite sieht die der anderen erst, wenn beide zugestimmt haben. Ich kann das jederzeit "
    "beenden; das gilt sofort.",
    en="We exchange our contact details: name, function, organisation, email address and, if given, phone number. "
    "Each side sees those of the other only once both have agreed. I can end this at any time, with immediate effect.",
)


def lead_sentence(profile: OrganisationProfile) -> BilingualText:
    """What a visitor agrees to at a stand: who gets what, what for, and how it ends."""
    spoken = {}
    for language in ("de", "en"):
        with speaking(language):
            spoken[language] = _(
                "I give %(name)s my contact details: name, function, organisation, email address and, if I have "
                "entered one, phone number. %(name)s uses them to get back to me about our conversation, and is itself "
                "responsible for them from then on. I can withdraw this at any time, by the link in the email that I "
                "get about it or on my contacts page.",
                name=profile.organisation.name,
            )
    return BilingualText(**spoken)


def lead_text(event: Event, profile: OrganisationProfile) -> ConsentText:
    """The version in force of that sentence, inside a transaction."""
    return text_for(event, "lead", lead_sentence(profile), profile.public_id)


def card_text(event: Event) -> ConsentText:
    """The version in force of what two guests agree to, inside a transaction."""
    return text_for(event, "card", CARD)
