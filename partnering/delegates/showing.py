"""Who stands on a page of the directory, read anew each time: nobody who has hidden since, nothing kept back since."""

from collections.abc import Sequence

import sqlalchemy as sa

from ..events.models import Participant
from ..organisations.models import Organisation, OrganisationImage
from ..rows import Reader, ask
from .models import Delegate, OrganisationProfile


def people(event_id: int, ids: Sequence[int]) -> list[Delegate]:
    """Those of these delegates who let themselves be found, with what cards say of them, in this order."""
    profiles: dict[int, OrganisationProfile] = {}
    organisations: dict[int, Organisation] = {}
    images: dict[int, OrganisationImage] = {}
    found = []
    for row in ask(_SHOWN, {"event": event_id, "ids": list(ids)}):
        delegate, profile = _DELEGATES.thing(row), _PROFILES.once(profiles, row, _AT_PROFILE)
        assert delegate is not None  # nothing is joined to it from outside
        organisation = _ORGANISATIONS.once(organisations, row, _AT_ORGANISATION)
        vars(delegate).update(participant=_PARTICIPANTS.thing(row, _AT_PARTICIPANT), profile=profile)
        vars(profile)["organisation"] = organisation
        vars(organisation)["logo"] = _IMAGES.once(images, row, _AT_IMAGE)
        found.append(delegate)
    places = {one: place for place, one in enumerate(ids)}
    return sorted(found, key=lambda delegate: places[delegate.id])


_DELEGATES = Reader(
    Delegate,
    only=(
        Delegate.public_id,
        Delegate.event_id,
        Delegate.participant_id,
        Delegate.profile_id,
        Delegate.group_id,
        Delegate.visibility,
        Delegate.shows_function,
        Delegate.shows_languages,
        Delegate.shows_seeks,
        Delegate.languages,
        Delegate.seeks,
    ),
)
_PARTICIPANTS = Reader(
    Participant, only=(Participant.title, Participant.given_name, Participant.family_name, Participant.function)
)
_PROFILES = Reader(
    OrganisationProfile,
    only=(
        OrganisationProfile.organisation_id,
        OrganisationProfile.offers,
        OrganisationProfile.seeks,
        OrganisationProfile.organisation_type,
        OrganisationProfile.country,
        OrganisationProfile.language,
    ),
)
_ORGANISATIONS = Reader(Organisation, only=(Organisation.public_id, Organisation.name))
_IMAGES = Reader(
    OrganisationImage, only=(OrganisationImage.public_id, OrganisationImage.width, OrganisationImage.height)
)
_AT_PARTICIPANT = len(_DELEGATES.columns)
_AT_PROFILE = _AT_PARTICIPANT + len(_PARTICIPANTS.columns)
_AT_ORGANISATION = _AT_PROFILE + len(_PROFILES.columns)
_AT_IMAGE = _AT_ORGANISATION + len(_ORGANISATIONS.columns)
_SHOWN = (
    sa.select(
        *_DELEGATES.columns, *_PARTICIPANTS.columns, *_PROFILES.columns, *_ORGANISATIONS.columns, *_IMAGES.columns
    )
    .join(Participant, Participant.id == Delegate.participant_id)
    .join(OrganisationProfile, OrganisationProfile.id == Delegate.profile_id)
    .join(Organisation, Organisation.id == OrganisationProfile.organisation_id)
    .outerjoin(
        OrganisationImage, sa.and_(OrganisationImage.organisation_id == Organisation.id, OrganisationImage.current)
    )
    .where(
        Delegate.event_id == sa.bindparam("event"),
        Delegate.id.in_(sa.bindparam("ids", expanding=True)),
        Delegate.left_at.is_(None),
        Delegate.visibility != "hidden",
        OrganisationProfile.withheld_at.is_(None),
    )
)
