"""The entry of an organisation in the public directory: asked for, approved, and taken out at once.

What stands in it comes from above as plain values; the rooms that keep profiles know what they mean.
"""

import re
from collections.abc import Iterable

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..errors import DomainError
from ..i18n import _l
from ..text import clean, clean_lines
from .models import Organisation, OrganisationTerm

DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
MOST_DOMAINS = 20

OwnTerm = tuple[str, str, str]
"""Side ("offer", "seek", "is"), facet and code."""


class NoDomain(DomainError):
    """What was typed is no domain."""

    message = _l("Enter domains such as lumenfold.example, one a line.")
    status = 422


def ask(
    organisation: Organisation,
    *,
    description: str,
    kind: str,
    region: str,
    country: str,
    website: str,
    language: str,
    terms: Iterable[OwnTerm],
    at_once: bool,
) -> None:
    """Write down the entry; it is shown `at_once`, or as soon as the host has looked at it.

    An entry that was shown is not, until then: what the host has not seen stands nowhere.
    """
    organisation.description = clean_lines(description)
    organisation.kind, organisation.region, organisation.country = kind, region, country
    organisation.website, organisation.language = clean(website), language
    now = clock.now()
    organisation.public_at = (organisation.public_at or now) if at_once else None
    organisation.public_asked_at = None if at_once else now
    organisation.public_refusal = ""
    db.session.flush()
    _set_terms(organisation, set(terms))


def approve(organisation: Organisation) -> None:
    """Show an entry that was asked for; one that is shown already stays so."""
    organisation.public_at = organisation.public_at or clock.now()
    organisation.public_asked_at = None
    organisation.public_refusal = ""
    db.session.flush()


def refuse(organisation: Organisation, reason: str) -> None:
    """Do not show an entry that was asked for; whoever asked reads the reason, and may ask again."""
    organisation.public_at = organisation.public_asked_at = None
    organisation.public_refusal = clean_lines(reason)
    db.session.flush()


def unpublish(organisation: Organisation) -> None:
    """Show the organisation no longer, and forget that it asked."""
    organisation.public_at = organisation.public_asked_at = None
    organisation.public_refusal = ""
    db.session.flush()


def set_domains(organisation: Organisation, typed: Iterable[str]) -> None:
    """Set whose addresses speak for the organisation. Raises `NoDomain`."""
    domains = list(dict.fromkeys(one.strip().removeprefix("@").casefold() for one in typed if one.strip()))
    if len(domains) > MOST_DOMAINS or not all(DOMAIN.fullmatch(domain) for domain in domains):
        raise NoDomain
    organisation.domains = domains
    db.session.flush()


def _set_terms(organisation: Organisation, chosen: set[OwnTerm]) -> None:
    held = {(term.side, term.facet, term.term): term.id for term in organisation.terms}
    gone = [number for key, number in held.items() if key not in chosen]
    db.session.execute(sa.delete(OrganisationTerm).where(OrganisationTerm.id.in_(gone)))
    db.session.add_all(
        OrganisationTerm(organisation_id=organisation.id, side=side, facet=facet, term=code)
        for side, facet, code in sorted(chosen - held.keys())
    )
    db.session.flush()
    db.session.expire(organisation, ["terms"])
