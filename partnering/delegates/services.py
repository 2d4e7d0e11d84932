"""What can happen to profiles: people join and leave, write down what they offer and seek, show or hide themselves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from .. import audit, clock, stands
from ..db import db
from ..events.models import Event
from ..organisations.models import Organisation
from ..organisations.services import organisation_for
from ..registration.models import Registration
from ..rows import new_row, write
from ..text import clean, clean_lines, fold
from . import carrying, documents, groups, mails, queries, signals, taxonomy
from .errors import TooManyTerms, UnknownTerm
from .models import Delegate, OrganisationProfile, ProfileTerm
from .presence import TIMES
from .reasons import Term
from .visibility import agree, show
from .words import LANGUAGES, REGIONS, SIDES, is_term


def join(
    registration: Registration,
    *,
    offers: str = "",
    seeks: str = "",
    terms: Iterable[Term] = (),
    description: str = "",
    organisation_type: str = "",
    country: str = "",
    languages: Iterable[str] = (),
    visibility: str = "hidden",
    matchmaking: bool = False,
    channel: str = "registration",
) -> Delegate:
    """Whoever holds this registration partners from now on; joining twice changes nothing.

    The organisation's profile is made, or where it exists its empty answers are filled in; what colleagues wrote
    stays. A new one takes over what the organisation wrote at an earlier event, see `carrying.earlier`.

    `terms` are (side, facet, code) with side "offer", "seek" or "is". Raises `TooManyTerms`, `UnknownTerm`.
    """
    participant, product = registration.participant, registration.place.product
    event = participant.event
    organisation = registration.organisation
    if organisation is None:
        known = queries.delegate_for(registration)
        if known is not None:
            return known
        organisation = _organisation_of(registration)
    found = queries.joining(registration, organisation.id)
    if found.delegate is not None:
        return found.delegate
    typed: dict[str, Any] = {
        "offers": offers,
        "seeks": seeks,
        "terms": terms,
        "description": description,
        "organisation_type": organisation_type,
        "country": country,
    }
    profile = found.profile
    if profile is None:
        profile = _new_profile(event, organisation, participant.locale, **typed)
    else:
        fill(profile, **typed)
    delegate = new_row(
        Delegate,
        event_id=event.id,
        registration_id=registration.id,
        participant_id=participant.id,
        profile_id=profile.id,
        group_id=groups.group_for(event.id, product.id, profile.organisation_type) if found.grouped else None,
        languages=_languages(languages or [participant.locale]),
        remote=product.online,
        days=list(product.days),
        created_at=clock.now(),
    )
    write(delegate)
    _say_when_there(delegate)
    if found.profile is None:
        _take_over(profile, delegate, found.earlier)
    show(delegate, visibility, channel=channel)
    if matchmaking:
        agree(delegate, "matchmaking", channel=channel)
    return delegate


def join_all(registrations: Sequence[Registration]) -> None:
    """The same for many at once who have said nothing yet, each once: found by nobody, until they choose themselves.

    New profiles take over what their organisation wrote before if one of the newcomers may speak for it.
    """
    if not registrations:
        return
    event = registrations[0].participant.event
    organisations = [registration.organisation or _organisation_of(registration) for registration in registrations]
    known = queries.profiles_of_organisations(event, [organisation.id for organisation in organisations])
    languages = {one.organisation_id: one.participant.locale for one in reversed(registrations)}
    new = {one.id: one for one in organisations if one.id not in known}
    for organisation in new.values():
        kind = organisation.kind if is_term("organisation_type", organisation.kind) else ""
        known[organisation.id] = OrganisationProfile(
            event_id=event.id,
            organisation_id=organisation.id,
            organisation=organisation,
            language=languages.get(organisation.id, registrations[0].participant.locale),
            offers="",
            seeks="",
            description="",
            organisation_type=kind,
            country=organisation.country.upper()[:2],
            updated_at=clock.now(),
        )
    db.session.add_all([known[organisation_id] for organisation_id in new])
    db.session.flush()
    delegates = [
        Delegate(
            event_id=event.id,
            registration_id=registration.id,
            participant_id=registration.participant_id,
            profile_id=known[organisation.id].id,
            languages=_languages([registration.participant.locale]),
            remote=registration.place.product.online,
            days=list(registration.place.product.days),
            created_at=clock.now(),
        )
        for registration, organisation in zip(registrations, organisations, strict=True)
    ]
    db.session.add_all(delegates)
    db.session.flush()
    _say_when_there(*delegates)
    _take_over_all(event, [known[organisation_id] for organisation_id in new], delegates)
    if groups.groups_of(event.id):
        groups.assign_all(event.id)


def _say_when_there(*new: Delegate) -> None:
    """Tell those who keep who is free when, if somebody new is not there all the time."""
    if any(delegate.days for delegate in new):
        stands.mark(TIMES)


def hand_over(profile: OrganisationProfile, delegate: Delegate) -> None:
    """Let a delegate keep their organisation's profile from now on, and tell them; doing it again tells nobody."""
    if profile.lead_id == delegate.participant_id:
        return
    profile.lead_id = delegate.participant_id
    event = delegate.participant.event
    audit.record("profile.handed_over", profile, event=event, after={"to": delegate.participant.public_id})
    db.session.flush()
    mails.handed_over(profile, delegate)


def let_team_act(profile: OrganisationProfile, on: bool) -> None:
    """Let colleagues ask and answer for each other from now on, or each for themselves alone."""
    if profile.team_acts == on:
        return
    profile.team_acts = on
    db.session.flush()
    event = db.session.get_one(Event, profile.event_id)
    audit.record("organisation.team_acts", profile.organisation, event=event, after={"on": on})


def leave(delegate: Delegate) -> None:
    """The delegate no longer takes part: found by nobody from now on, and their meetings end."""
    if delegate.left_at is not None:
        return
    delegate.left_at = clock.now()
    show(delegate, "hidden", channel="system")
    signals.delegate_left.send(delegate)


def fill(
    profile: OrganisationProfile,
    *,
    offers: str = "",
    seeks: str = "",
    terms: Iterable[Term] = (),
    description: str = "",
    organisation_type: str = "",
    country: str = "",
) -> None:
    """Write where nothing is written yet; who says nothing new leaves it as it is. Raises as `edit`."""
    terms = list(terms)
    said = {
        "offers": offers,
        "seeks": seeks,
        "description": description,
        "organisation_type": organisation_type or profile.organisation.kind,
        "country": country or profile.organisation.country,
    }
    if not terms and not any(text and not getattr(profile, name) for name, text in said.items()):
        return
    held = queries.terms_of(profile)
    edit(profile, terms=held or terms, **{name: getattr(profile, name) or text for name, text in said.items()})


def edit(
    profile: OrganisationProfile,
    *,
    offers: str,
    seeks: str,
    terms: Iterable[Term],
    description: str = "",
    organisation_type: str = "",
    country: str = "",
    region: str | None = None,
    language: str | None = None,
) -> None:
    """Write down what an organisation offers and seeks; without a `region` it stays.

    Raises `TooManyTerms`, `UnknownTerm`.
    """
    chosen = _checked(terms)
    kind = profile.organisation_type
    profile.language = language or profile.language
    if region is not None:
        profile.region = region if region in REGIONS and country.upper() in ("", "DE") else ""
    _write(
        profile,
        offers=offers,
        seeks=seeks,
        description=description,
        organisation_type=organisation_type,
        country=country,
    )
    _set_terms(profile, chosen)
    if profile.organisation_type != kind:
        groups.assign_all(profile.event_id, profile=profile)
    documents.write_for_profile(profile)


def _write(
    profile: OrganisationProfile,
    *,
    offers: str,
    seeks: str,
    description: str,
    organisation_type: str,
    country: str,
) -> None:
    """Put everything but the terms into a profile."""
    profile.offers, profile.seeks = clean(offers), clean(seeks)
    profile.description = clean_lines(description)
    profile.organisation_type = organisation_type if is_term("organisation_type", organisation_type) else ""
    profile.country = country.upper()[:2]
    profile.updated_at = clock.now()


def introduce(
    delegate: Delegate, *, languages: Iterable[str], seeks: str | None = None, departs_at: datetime | None = None
) -> None:
    """Set which languages a delegate speaks and, where given, what they seek themselves and when they leave."""
    delegate.languages = _languages(languages)
    if seeks is not None:
        delegate.seeks = clean(seeks)
    if departs_at is not None:
        delegate.departs_at = departs_at
    db.session.flush()
    if delegate.visibility != "hidden":
        documents.write(delegate)


def moved(delegate: Delegate) -> None:
    """Somebody holds another ticket now: where and on which days they are there follows it, and they are back."""
    product = delegate.registration.place.product
    delegate.left_at = None
    delegate.remote, delegate.days = product.online, list(product.days)
    db.session.flush()
    groups.assign(delegate)


def reachable(delegate: Delegate, phone: str) -> None:
    """Set the phone number that whoever agreed a meeting may see, if they agree to that."""
    delegate.phone = clean(phone)
    db.session.flush()


def drafted(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of `join` from what was typed while registering."""
    return {
        "offers": str(answers.get("offers", "")),
        "seeks": str(answers.get("seeks", "")),
        "terms": [tuple(term) for term in answers.get("terms", [])],
        "organisation_type": str(answers.get("organisation_type", "")),
        "country": str(answers.get("country", "")),
        "languages": list(answers.get("languages", [])),
        "visibility": str(answers.get("visibility", "hidden")),
        "matchmaking": answers.get("matchmaking") is True,
    }


def _new_profile(
    event: Event, organisation: Organisation, language: str, terms: Iterable[Term] = (), **typed: str
) -> OrganisationProfile:
    chosen = _checked(terms)
    profile = OrganisationProfile(event_id=event.id, organisation_id=organisation.id, language=language)
    set_committed_value(profile, "organisation", organisation)
    typed["organisation_type"] = typed["organisation_type"] or organisation.kind
    typed["country"] = typed["country"] or organisation.country
    _write(profile, **typed)
    write(profile)
    if chosen:
        _add_terms(profile, chosen)
    return profile


def _take_over(profile: OrganisationProfile, delegate: Delegate, known: int | None) -> bool:
    """Fill what is empty in a new profile with what the organisation wrote before; whether there was anything."""
    before = carrying.earlier(profile, delegate, known)
    if before is None:
        return False
    fill(profile, **carrying.said_by(before))
    carrying.bring_along(before, profile)
    profile.language = before.language
    db.session.flush()
    return True


def _take_over_all(event: Event, profiles: Sequence[OrganisationProfile], delegates: Sequence[Delegate]) -> None:
    """The same for many new profiles, each by the first of its people who may speak for what was written before."""
    earlier = queries.earlier_profiles(event, [profile.organisation_id for profile in profiles])
    for profile in profiles:
        known = earlier.get(profile.organisation_id)
        if known is not None:
            team = (one for one in delegates if one.profile_id == profile.id)
            any(_take_over(profile, delegate, known) for delegate in team)


def _organisation_of(registration: Registration) -> Organisation:
    """The company on the badge; who has none stands for themselves and shares a profile with nobody."""
    participant = registration.participant
    host_id = participant.event.host_id
    if participant.company:
        return organisation_for(host_id, participant.company)
    alone = Organisation(host_id=host_id, name=participant.name, folded_name=fold(participant.name))
    db.session.add(alone)
    db.session.flush()
    return alone


def _checked(terms: Iterable[Term]) -> set[Term]:
    chosen = {(side, facet, code) for side, facet, code in terms}
    sizes: dict[tuple[str, str], int] = {}
    for side, facet, code in chosen:
        if side not in SIDES or not is_term(facet, code):
            raise UnknownTerm
        sizes[side, facet] = sizes.get((side, facet), 0) + 1
    if max(sizes.values(), default=0) > taxonomy.MAX_PER_FACET:
        raise TooManyTerms
    return chosen


def _set_terms(profile: OrganisationProfile, chosen: set[Term]) -> None:
    held = queries.terms_of(profile)
    for side, facet, code in held - chosen:
        db.session.execute(
            sa.delete(ProfileTerm).where(
                ProfileTerm.profile_id == profile.id,
                ProfileTerm.side == side,
                ProfileTerm.facet == facet,
                ProfileTerm.term == code,
            )
        )
    _add_terms(profile, chosen - held)


def _add_terms(profile: OrganisationProfile, new: Iterable[Term]) -> None:
    db.session.add_all(
        ProfileTerm(event_id=profile.event_id, profile_id=profile.id, side=side, facet=facet, term=code)
        for side, facet, code in sorted(new)
    )
    db.session.flush()


def _languages(codes: Iterable[str]) -> str:
    given = set(codes)
    return ",".join(code for code in LANGUAGES if code in given)
