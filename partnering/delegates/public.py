"""The public directory of organisations: what an entry is made of, and who is found in it by words and filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import selectinload

from .. import audit, clock
from ..accounts.addresses import FREE_MAIL
from ..db import db, table_of
from ..events.models import Event
from ..memory import remembered_part
from ..organisations import publishing
from ..organisations.models import Organisation, OrganisationDocument
from ..text import word_forms, words
from . import mails, queries
from .documents import country_words, label_words
from .errors import NothingToPublish
from .models import Delegate, Opportunity, OrganisationProfile
from .searching import MOST_WORDS
from .words import REGIONS

PAGE = 24
LISTS = ("kind", "sector", "technology", "therapeutic_area", "region", "offers", "seeks")
"""The filters: within one a match is enough, and every one that names something must match."""


def speaks_for(delegate: Delegate, organisation: Organisation) -> bool:
    """Whether somebody's address is at a domain that the host knows as the organisation's own."""
    person = delegate.participant.person
    domain = person.email.rpartition("@")[2].casefold() if person is not None else ""
    return domain in organisation.domains and domain not in FREE_MAIL


def publish(profile: OrganisationProfile, by: Delegate, *, website: str) -> bool:
    """Put what a profile says into the public directory; False if the host has to look first.

    Raises `NothingToPublish` for an empty profile.
    """
    terms = queries.terms_of(profile)
    if not profile.description and not terms:
        raise NothingToPublish
    organisation = profile.organisation
    at_once = speaks_for(by, organisation)
    publishing.ask(
        organisation,
        description=profile.description,
        kind=profile.organisation_type,
        region=profile.region,
        country=profile.country,
        website=website,
        language=profile.language,
        terms=terms,
        at_once=at_once,
    )
    _show_opportunities(profile)
    write(organisation)
    action = "organisation.published" if at_once else "organisation.publish_asked"
    audit.record(action, organisation, event=by.participant.event, after={"website": website})
    return at_once


def _show_opportunities(profile: OrganisationProfile) -> None:
    """Let those of this profile that others read stand in the entry as they are now, and those of no other one."""
    table = table_of(Opportunity)
    sisters = sa.select(OrganisationProfile.id).where(OrganisationProfile.organisation_id == profile.organisation_id)
    mine = sa.and_(table.c.profile_id == profile.id, table.c.shown)
    db.session.flush()
    db.session.execute(
        sa.update(table)
        .where(table.c.profile_id.in_(sisters))
        .values(public_at=sa.case((mine, clock.now()), else_=sa.null()))
    )


def approve(profile: OrganisationProfile, event: Event) -> None:
    """Show the entry that was asked for, and tell who keeps the profile."""
    organisation = profile.organisation
    if organisation.public_asked_at is None:
        return
    asked_at = organisation.public_asked_at
    publishing.approve(organisation)
    write(organisation)
    audit.record("organisation.approved", organisation, event=event)
    mails.published(profile, asked_at)


def refuse(profile: OrganisationProfile, event: Event, reason: str) -> None:
    """Do not show the entry that was asked for, and tell who keeps the profile why; without a wish nothing happens."""
    organisation = profile.organisation
    if organisation.public_asked_at is None:
        return
    asked_at = organisation.public_asked_at
    publishing.refuse(organisation, reason)
    write(organisation)
    audit.record("organisation.refused", organisation, event=event, after={"reason": reason})
    mails.refused(profile, asked_at)


def unpublish(profile: OrganisationProfile, event: Event) -> None:
    """Take an entry, or the wish for one, out of the public directory at once."""
    organisation = profile.organisation
    if organisation.public_at is None and organisation.public_asked_at is None:
        return
    publishing.unpublish(organisation)
    write(organisation)
    audit.record("organisation.unpublished", organisation, event=event)


def set_domains(profile: OrganisationProfile, event: Event, typed: Sequence[str]) -> None:
    """Set whose addresses speak for an organisation; those of big mail services speak for nobody.

    Raises `publishing.NoDomain`.
    """
    organisation = profile.organisation
    before = list(organisation.domains)
    if any(one.removeprefix("@").casefold() in FREE_MAIL for one in typed):
        raise publishing.NoDomain
    publishing.set_domains(organisation, typed)
    if organisation.domains != before:
        audit.record(
            "organisation.domains_set",
            organisation,
            event=event,
            before={"domains": before},
            after={"domains": organisation.domains},
        )


# -- what an entry is found by


def write(organisation: Organisation) -> None:
    """Write down anew what the public directory knows of an organisation."""
    db.session.flush()
    shown = organisation.public_at is not None
    said = _document(organisation) if shown else {"text": "", "codes": []}
    link = db.session.connection()
    insert = postgresql.insert if link.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table_of(OrganisationDocument)).values(
        organisation_id=organisation.id, number=1, shown=shown, **said
    )
    new = statement.excluded
    link.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id"],
            set_={
                "number": OrganisationDocument.number + 1,
                "shown": new.shown,
                "text": new.text,
                "codes": new.codes,
            },
        )
    )


def write_all() -> int:
    """The same for everybody who was ever in the directory; how many there are."""
    known = sa.select(OrganisationDocument.organisation_id)
    found = db.session.scalars(
        sa.select(Organisation)
        .where(sa.or_(Organisation.public_at.is_not(None), Organisation.id.in_(known)))
        .options(selectinload(Organisation.terms))
        .order_by(Organisation.id)
    ).all()
    for organisation in found:
        write(organisation)
    return len(found)


def _document(organisation: Organisation) -> dict[str, Any]:
    terms = [(term.side, term.facet, term.term) for term in organisation.terms]
    codes = {code for code in (_code(*term) for term in terms) if code}
    texts = [organisation.name, organisation.city, organisation.description]
    texts += [label_words(*term) for term in terms]
    if organisation.kind:
        codes.add(f"kind.{organisation.kind}")
        texts.append(label_words("is", "organisation_type", organisation.kind))
    if organisation.region:
        codes.add(f"region.{organisation.region}")
        texts += REGIONS.get(organisation.region, ())
    if organisation.country:
        texts.append(country_words(organisation.country))
    for one in opportunities_of(organisation):
        texts += [one.title, one.summary]
        texts += [label_words(one.side, "stage", code) for code in (one.stage, one.ip) if code]
        texts += [label_words(one.side, term.facet, term.term) for term in one.terms]
    return {"text": words(" ".join(texts)), "codes": sorted(codes)}


def _code(side: str, facet: str, term: str) -> str:
    """Under which filter a term stands, or ""."""
    if facet == "goal":
        return {"offer": f"offers.{term}", "seek": f"seeks.{term}"}.get(side, "")
    return f"{facet}.{term}" if side == "is" and facet in LISTS else ""


# -- who is found


@dataclass(frozen=True)
class Search:
    """What a visitor looks for."""

    words: str = ""
    kind: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    technology: tuple[str, ...] = ()
    therapeutic_area: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    seeks: tuple[str, ...] = ()
    page: int = 1

    @property
    def active(self) -> list[tuple[str, str]]:
        """The filters in force as (list, code), the words last."""
        found = [(name, code) for name in LISTS for code in getattr(self, name)]
        return found + [("words", self.words)] * bool(self.words)

    def without(self, name: str, code: str) -> "Search":
        """The same without one filter, from the first page."""
        if name == "words":
            return replace(self, words="", page=1)
        changes: dict[str, Any] = {name: tuple(one for one in getattr(self, name) if one != code)}
        return replace(self, page=1, **changes)

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """What the address of this search carries after `?`."""
        search = replace(self, **changes)
        found: dict[str, Any] = {name: list(getattr(search, name)) for name in LISTS if getattr(search, name)}
        if search.words:
            found["q"] = search.words
        if search.page > 1:
            found["page"] = search.page
        return found


@dataclass(frozen=True)
class Found:
    """One page of the directory, with the numbers beside the filters."""

    organisations: Sequence[Organisation]
    total: int
    first: int
    everybody: int
    facets: Mapping[str, list[tuple[str, int]]] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The number of the last one on this page."""
        return self.first + len(self.organisations) - 1


@dataclass(frozen=True)
class Entry:
    """What filters go by."""

    organisation_id: int
    codes: frozenset[str]


def find(search: Search) -> Found:
    """The entries that match, in order of names; a constant number of queries, one more for each word."""
    entries: dict[int, Entry] = remembered_part(("organisations",), _entries)
    by_words = set(entries)
    for forms in word_forms(search.words)[:MOST_WORDS]:
        by_words &= set(_beginning(forms)) & set(entries) or set(_within(forms)) & set(entries)
    if search.words and not word_forms(search.words):
        by_words = set()  # signs only find nobody
    found = [number for number in entries if number in by_words and _fits(entries[number], search)]
    first = (search.page - 1) * PAGE
    ids = [entries[number].organisation_id for number in found[first : first + PAGE]]
    return Found(_shown(ids), len(found), first + 1, len(entries), _facets(entries, by_words, search))


def by_ref(public_id: str) -> Organisation | None:
    """The organisation of this public id, if the public directory shows it."""
    found = queries.organisation_by_ref(public_id)
    return found if found is not None and found.public_at is not None else None


def opportunities_of(organisation: Organisation) -> Sequence[Opportunity]:
    """What stands in an organisation's entry of products, technologies and projects, in its order; without people."""
    return db.session.scalars(
        sa.select(Opportunity)
        .join(OrganisationProfile, OrganisationProfile.id == Opportunity.profile_id)
        .where(
            OrganisationProfile.organisation_id == organisation.id,
            Opportunity.public_at.is_not(None),
            Opportunity.shown,
        )
        .options(selectinload(Opportunity.terms))
        .order_by(Opportunity.position, Opportunity.id)
    ).all()


def events_of(organisation: Organisation) -> Sequence[Event]:
    """The host's public events in which somebody partners or partnered for an organisation, newest first."""
    partnered = sa.exists().where(
        OrganisationProfile.event_id == Event.id,
        OrganisationProfile.organisation_id == organisation.id,
        Delegate.profile_id == OrganisationProfile.id,
        Delegate.left_at.is_(None),
    )
    return db.session.scalars(
        sa.select(Event)
        .where(Event.host_id == organisation.host_id, Event.state != "draft", partnered)
        .order_by(Event.first_day.desc(), Event.id.desc())
    ).all()


def _entries() -> dict[int, Entry]:
    """Everybody who is shown by the number of their document, in order of names."""
    rows = db.session.execute(
        sa.select(OrganisationDocument.id, OrganisationDocument.organisation_id, OrganisationDocument.codes)
        .join(Organisation, Organisation.id == OrganisationDocument.organisation_id)
        .where(OrganisationDocument.shown)
        .order_by(Organisation.folded_name, Organisation.id)
    )
    return {row.id: Entry(row.organisation_id, frozenset(row.codes)) for row in rows}


def _fits(entry: Entry, search: Search, *, besides: str = "") -> bool:
    """Whether an entry matches every list that names something, but the one `besides`."""
    for name in LISTS:
        wanted = getattr(search, name)
        if wanted and name != besides and not any(f"{name}.{code}" in entry.codes for code in wanted):
            return False
    return True


def _facets(entries: Mapping[int, Entry], by_words: set[int], search: Search) -> dict[str, list[tuple[str, int]]]:
    """How many would be found with each code, all other lists applied; the most frequent first."""
    found = {}
    for name in LISTS:
        numbers: dict[str, int] = {}
        for number in by_words:
            if _fits(entries[number], search, besides=name):
                for code in entries[number].codes:
                    head, _dot, term = code.partition(".")
                    if head == name:
                        numbers[term] = numbers.get(term, 0) + 1
        found[name] = sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
    return found


def _shown(ids: Sequence[int]) -> Sequence[Organisation]:
    """Those of these organisations that are shown at this very moment, in this order."""
    rows = db.session.scalars(
        sa.select(Organisation)
        .where(Organisation.id.in_(ids), Organisation.public_at.is_not(None))
        .options(selectinload(Organisation.terms), selectinload(Organisation.logo))
    )
    return sorted(rows, key=lambda one: ids.index(one.id))


def _beginning(forms: Sequence[str]) -> Sequence[int]:
    """Documents in which one of these forms begins a word."""
    if db.session.get_bind().dialect.name == "sqlite":
        return db.session.scalars(_MATCH, {"forms": " OR ".join(f'"{form}"*' for form in forms)}).all()
    return db.session.scalars(_TSQUERY, {"forms": " | ".join(f"'{form}':*" for form in forms)}).all()


_MATCH = sa.text("SELECT rowid FROM organisation_document_words WHERE organisation_document_words MATCH :forms")
_TSQUERY = sa.text(
    "SELECT id FROM organisation_document WHERE to_tsvector('simple', text) @@ to_tsquery('simple', :forms)"
)


def _within(forms: Sequence[str]) -> Sequence[int]:
    """Documents that hold one of these forms anywhere: German joins words."""
    return db.session.scalars(
        sa.select(OrganisationDocument.id).where(
            OrganisationDocument.shown,
            sa.or_(*(OrganisationDocument.text.contains(form, autoescape=True) for form in forms)),
        )
    ).all()
