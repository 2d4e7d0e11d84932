"""What the directory knows of people: a row for each delegate, written in the transaction that changes what it says.

It says no more than they show, see `models.DirectoryDocument`. Who has always been hidden has no row.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .. import clock
from ..db import db, table_of
from ..events.models import Event, Participant
from ..organisations.models import Organisation
from ..text import words
from . import vocabulary
from .models import (
    Delegate,
    DelegateTerm,
    DirectoryDocument,
    Opportunity,
    OpportunityTerm,
    OrganisationProfile,
    ProfileTerm,
)
from .reasons import Known
from .words import FIELDS, country_words, label_words

AT_ONCE = 500
"""So many rows are written with one statement."""

Held = dict[int, list[tuple[str, ...]]]
"""Terms by the row that holds them."""


def write(delegate: Delegate) -> None:
    """Write down anew what the directory knows of one delegate."""
    write_ids([delegate.id])


def write_for_profile(profile: OrganisationProfile) -> None:
    """The same for everybody of an organisation who can be found."""
    write_ids(
        db.session.scalars(
            sa.select(Delegate.id).where(Delegate.profile_id == profile.id, Delegate.visibility != "hidden")
        ).all()
    )


def write_for_participant(participant: Participant) -> None:
    """The same for one participant, if they partner and can be found."""
    write_ids(
        db.session.scalars(
            sa.select(Delegate.id).where(Delegate.participant_id == participant.id, Delegate.visibility != "hidden")
        ).all()
    )


def write_all(event: Event) -> int:
    """The same for everybody at an event; how many there are."""
    ids = db.session.scalars(sa.select(Delegate.id).where(Delegate.event_id == event.id).order_by(Delegate.id)).all()
    write_ids(ids)
    return len(ids)


def lacking(most: int) -> Sequence[int]:
    """Delegates whose row says less or more than they show, or is missing: at most so many ids."""
    document = sa.func.coalesce(DirectoryDocument.shown, sa.false())
    to_be_found = sa.and_(
        Delegate.left_at.is_(None), Delegate.visibility != "hidden", OrganisationProfile.withheld_at.is_(None)
    )
    return db.session.scalars(
        sa.select(Delegate.id)
        .join(OrganisationProfile, OrganisationProfile.id == Delegate.profile_id)
        .join(DirectoryDocument, DirectoryDocument.delegate_id == Delegate.id, isouter=True)
        .where(sa.or_(sa.and_(to_be_found, sa.not_(document)), sa.and_(sa.not_(to_be_found), document)))
        .order_by(Delegate.id)
        .limit(most)
    ).all()


def right(delegate_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """By what words those of these delegates who can be found should be found, and by what name they are sorted."""
    rows = [row for row in db.session.execute(_ABOUT.where(Delegate.id.in_(sorted(set(delegate_ids))))) if _open(row)]
    held = _terms_held(rows)
    made = [_document(row, *held) for row in rows]
    return {each["delegate_id"]: (each["text"], each["sort_name"]) for each in made}


def known(delegates: Iterable[Delegate], me: Delegate | None = None) -> dict[int, Known]:
    """What reasons to meet go by, by the delegates' ids: of `me` everything, of the others what they let others read.

    A constant number of queries. Who is hidden shows no more than their organisation.
    """
    ids = sorted({delegate.id for delegate in delegates} | ({me.id} if me is not None else set()))
    rows = db.session.execute(_ABOUT.where(Delegate.id.in_(ids))).all()
    held = _terms_held(rows)
    mine = me.id if me is not None else None
    return {row.id: _known(row, *held, everything=row.id == mine) for row in rows}


def write_ids(delegate_ids: Iterable[int]) -> None:
    """Write down anew what the directory knows of these delegates."""
    ids = sorted(set(delegate_ids))
    db.session.flush()
    for start in range(0, len(ids), AT_ONCE):
        _write(ids[start : start + AT_ONCE])


def _write(ids: Sequence[int]) -> None:
    rows = db.session.execute(_ABOUT.where(Delegate.id.in_(ids))).all()
    link = db.session.connection()
    found = [row for row in rows if _open(row)]
    hidden = sorted({row.id for row in rows} - {row.id for row in found})
    if hidden:
        link.execute(_forget().where(DirectoryDocument.delegate_id.in_(hidden)), {"changed_at": clock.now()})
    if found:
        held = _terms_held(found)
        link.execute(_keep(link.dialect.name), [_document(row, *held) for row in found])


def _open(row: Any) -> bool:
    """Whether somebody can be found."""
    return row.visibility != "hidden" and row.left_at is None and row.withheld_at is None


def _terms_held(rows: Sequence[Any]) -> tuple[Held, Held, dict[int, list["_Opportunity"]]]:
    """The terms of profiles and of people, and the opportunities of profiles."""
    profiles = sorted({row.profile_id for row in rows})
    return (
        _held(ProfileTerm.profile_id, ProfileTerm.side, ProfileTerm.facet, ProfileTerm.term, of=profiles),
        _held(DelegateTerm.delegate_id, DelegateTerm.facet, DelegateTerm.term, of=[row.id for row in rows]),
        _opportunities(profiles),
    )


def _document(row: Any, held: Held, own: Held, opportunities: dict[int, list["_Opportunity"]]) -> dict[str, Any]:
    """The row of somebody who can be found."""
    named = row.visibility == "name"
    texts = [row.name, row.offers, row.seeks, row.description]
    terms = held.get(row.profile_id, [])
    known_of_them = _known(row, held, own, opportunities)
    labels = [(side, facet, code) for side, facet, code in terms]
    if row.organisation_type:
        labels.append(("is", "organisation_type", row.organisation_type))
    if row.country:
        texts.append(country_words(row.country))
    if named:
        texts += [row.given_name, row.family_name, row.function if row.shows_function else ""]
        if row.shows_seeks:
            texts.append(row.own_seeks)
            labels += [("seek", facet, code) for facet, code in own.get(row.id, [])]
    for opportunity in opportunities.get(row.profile_id, []):
        texts += [opportunity.title, opportunity.summary]
        labels += [(opportunity.side, facet, code) for facet, code in opportunity.terms]
    texts += [label_words(*label) for label in dict.fromkeys(labels)]
    return {
        "event_id": row.event_id,
        "delegate_id": row.id,
        "profile_id": row.profile_id,
        "shown": True,
        "sort_name": row.sort_name if named else row.folded_name,
        "visible_at": row.visible_at,
        "text": words(" ".join(texts)),
        "codes": sorted(known_of_them.codes),
        "facts": known_of_them.facts,
        "changed_at": clock.now(),
    }


def _known(
    row: Any, held: Held, own: Held, opportunities: dict[int, list["_Opportunity"]], *, everything: bool = False
) -> Known:
    """What filters and reasons go by, as far as they show it, or `everything`."""
    named = everything or row.visibility == "name"
    terms = held.get(row.profile_id, [])
    codes = {".".join(term) for term in terms}
    codes |= {f"{name}.{value}" for name, value in (("country", row.country), ("region", row.region)) if value}
    if row.organisation_type:
        codes.add(f"is.organisation_type.{row.organisation_type}")
    if everything or (named and row.shows_languages):
        codes |= {f"language.{code}" for code in row.languages.split(",") if code}
    seeks = row.seeks
    if named and (everything or row.shows_seeks):
        codes |= {f"person.{facet}.{code}" for facet, code in own.get(row.id, [])}
        seeks = f"{seeks}\n{row.own_seeks}"
    codes |= _spoken_of("offer", row.offers) | _spoken_of("seek", seeks) | _spoken_of("is", row.description)
    deals = opportunities.get(row.profile_id, [])
    for deal in deals:
        codes.add(f"opportunity.{deal.kind}")
        codes |= {f"opportunity.{facet}.{code}" for facet, code in deal.terms}
        codes |= {f"deal.{deal.side}.{facet}.{code}" for facet, code in deal.terms}
        codes |= _spoken_of(deal.side, f"{deal.title}\n{deal.summary}")
    return Known(frozenset(codes), {"opportunities": [deal.fact for deal in deals]} if deals else {})


def _spoken_of(side: str, text: str) -> set[str]:
    """The codes of what a text says; what it is about says in which field one works, and nothing more."""
    found = vocabulary.terms_in(text)
    return {f"{side}.~{facet}.{code}" for facet, code in found if side != "is" or facet in FIELDS}


class _Opportunity:
    """An opportunity with its terms."""

    def __init__(self, row: Any, terms: Sequence[tuple[str, ...]]) -> None:
        self.kind, self.side = row.kind, row.side
        self.title, self.summary = row.title, row.summary
        self.terms = [("stage", code) for code in (row.stage, row.ip) if code] + [(term[0], term[1]) for term in terms]

    @property
    def fact(self) -> dict[str, Any]:
        """What a reason quotes of it."""
        terms = [f"{facet}.{code}" for facet, code in self.terms]
        return {"side": self.side, "kind": self.kind, "title": self.title, "terms": terms}


def _opportunities(profiles: Sequence[int]) -> dict[int, list[_Opportunity]]:
    shown = db.session.execute(
        sa.select(*table_of(Opportunity).c)
        .where(Opportunity.profile_id.in_(profiles), Opportunity.shown)
        .order_by(Opportunity.id)
    ).all()
    if not shown:
        return {}
    terms = _held(
        OpportunityTerm.opportunity_id, OpportunityTerm.facet, OpportunityTerm.term, of=[row.id for row in shown]
    )
    found: dict[int, list[_Opportunity]] = {}
    for row in shown:
        found.setdefault(row.profile_id, []).append(_Opportunity(row, terms.get(row.id, [])))
    return found


def _held(key: Any, *columns: Any, of: Sequence[int]) -> Held:
    found: Held = {}
    for number, *term in db.session.execute(sa.select(key, *columns).where(key.in_(of))):
        found.setdefault(number, []).append(tuple(term))
    return found


_ABOUT = (
    sa.select(
        Delegate.id,
        Delegate.event_id,
        Delegate.profile_id,
        Delegate.visibility,
        Delegate.visible_at,
        Delegate.left_at,
        Delegate.languages,
        Delegate.shows_function,
        Delegate.shows_languages,
        Delegate.shows_seeks,
        Delegate.seeks.label("own_seeks"),
        Participant.given_name,
        Participant.family_name,
        Participant.function,
        Participant.sort_name,
        Organisation.name,
        Organisation.folded_name,
        OrganisationProfile.offers,
        OrganisationProfile.seeks,
        OrganisationProfile.description,
        OrganisationProfile.organisation_type,
        OrganisationProfile.country,
        OrganisationProfile.region,
        OrganisationProfile.withheld_at,
    )
    .join(Participant, Participant.id == Delegate.participant_id)
    .join(OrganisationProfile, OrganisationProfile.id == Delegate.profile_id)
    .join(Organisation, Organisation.id == OrganisationProfile.organisation_id)
    .order_by(Delegate.id)
)


def _forget() -> sa.Update:
    """Nothing is known of somebody any more, but that something was changed."""
    return sa.update(table_of(DirectoryDocument)).values(
        number=DirectoryDocument.number + 1,
        shown=False,
        sort_name="",
        visible_at=None,
        text="",
        codes=[],
        facts={},
        changed_at=sa.bindparam("changed_at"),
    )


@cache
def _keep(dialect: str) -> sa.Insert:
    """A row, or what is there written anew."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table_of(DirectoryDocument))
    new = statement.excluded
    names = ("profile_id", "shown", "sort_name", "visible_at", "text", "codes", "facts", "changed_at")
    kept = statement.on_conflict_do_update(
        index_elements=["delegate_id"],
        set_={"number": DirectoryDocument.number + 1, **{name: new[name] for name in names}},
    )
    return kept
