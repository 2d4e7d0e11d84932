"""What a card of the directory says of somebody, and of how one stands with them."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from ..i18n import locale
from ..markup import initials
from . import visibility
from .booking import Standing
from .models import Delegate
from .reasons import MOST, Reason, Term
from .visibility import Shown
from .words import country_name, language_name, term_label


class Face(NamedTuple):
    """The words on a card's face in the language in force, whoever looks; "" is what it does not say.

    `title` is a name, or that of the organisation where the person shows none; then `organisation` is empty. `spoken`
    are languages by name, `codes` the same in short; `foreign` is the language of `offers` and `seeks` unless it is the
    one in force. `logo` is the id of a picture.
    """

    ref: str
    title: str
    letters: str
    hue: str
    function: str
    organisation: str
    owner: str
    logo: str
    width: str
    height: str
    kind: str
    country: str
    spoken: str
    codes: str
    offers: str
    offered: str
    seeks: str
    sought: str
    foreign: str


class Foot(NamedTuple):
    """The words below: whom a button is about, and what there is between us."""

    ref: str
    title: str
    meeting: str
    sentence: str


@dataclass(frozen=True)
class Card:
    """One delegate as the directory shows them: name and function only to those they show them to.

    Without a standing nobody can be booked: a card that shows how a profile would look.
    """

    delegate: Delegate
    terms: set[Term]
    reasons: list[Reason]
    standing: Standing | None
    dismissed: bool = False
    saved: bool = False

    @property
    def named(self) -> bool:
        """Whether the name may be shown."""
        return bool(self.shown.name)

    @cached_property
    def shown(self) -> Shown:
        """What of the person themselves may be read."""
        return visibility.shown(self.delegate)

    @cached_property
    def face(self) -> Face:
        """What the card says of somebody."""
        shown, profile, language = self.shown, self.delegate.profile, locale()
        organisation = profile.organisation
        logo, title = organisation.logo, shown.name or organisation.name
        letters, hue = initials(title)
        return Face(
            ref=self.delegate.public_id,
            title=title,
            letters=letters,
            hue=str(hue),
            function=shown.function,
            organisation=organisation.name if shown.name else "",
            owner=organisation.public_id,
            logo=logo.public_id if logo is not None else "",
            width=str(logo.width) if logo is not None else "",
            height=str(logo.height) if logo is not None else "",
            kind=term_label("organisation_type", profile.organisation_type, None, language)
            if profile.organisation_type
            else "",
            country=country_name(profile.country) if profile.country else "",
            spoken=", ".join(map(language_name, shown.languages)),
            codes=", ".join(shown.languages).upper(),
            offers=profile.offers,
            offered=" · ".join(self.words("offer")),
            seeks=profile.seeks,
            sought=" · ".join(self.words("seek")),
            foreign="" if profile.language == language else profile.language,
        )

    @cached_property
    def foot(self) -> Foot:
        """What the card says of how one stands with them."""
        known, face = self.standing or Standing("closed"), self.face
        return Foot(face.ref, face.title, known.meeting or "", known.sentence)

    @property
    def why(self) -> tuple[str, ...]:
        """The sentences of its reasons, three parts each."""
        return tuple(part for reason in self.reasons[:MOST] for part in reason.parts)

    def words(self, side: str) -> list[str]:
        """What the terms of one side of their profile are called, in their order."""
        return list(_words(frozenset(self.terms), side, locale()))


@lru_cache(10_000)
def _words(terms: frozenset[Term], side: str, language: str) -> tuple[str, ...]:
    return tuple(term_label(facet, code, side, language) for of, facet, code in sorted(terms) if of == side)
