"""Whoever bought the places asks a colleague to keep the company's partnering profile; opened by the party's link."""

from flask import flash, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from ... import links
from ...errors import NotFound
from ...guards import GuardedBlueprint, secret_link
from ...i18n import _
from ...registration.change_forms import OnceForm
from ...registration.models import Party, Place
from ...registration.views.deeds import count_letter, once, place_of
from .. import queries, services
from ..models import Delegate, OrganisationProfile

bp = GuardedBlueprint("party_profiles", __name__, guard=secret_link)


def profile_of(party: Party) -> OrganisationProfile | None:
    """The profile of the company that a party was booked for, if its buyer may say who keeps it."""
    profile = queries.profile_for(party.event, party.organisation_id) if party.organisation_id else None
    return profile if profile is not None and queries.may_hand_over(party, profile) else None


def section(party: Party) -> Markup | None:
    """For the page of the party: who keeps the profile, and who else could."""
    profile = profile_of(party) if party.cancelled_at is None else None
    if profile is None:
        return None
    html = render_template(
        "delegates/of_party.html",
        profile=profile,
        keeper=queries.keeper_of(profile),
        partners=queries.partners_of(party, profile),
        token=links.token("party", party.public_id, party.generation),
    )
    return Markup(html)  # a template of ours, which escapes


@bp.route("/r/<token>/places/<public_id>/profile", methods=["GET", "POST"])
def hand_over(token: str, public_id: str) -> Response | tuple[str, int]:
    """Ask whoever holds a place to keep the profile; asks first."""
    party, place = place_of(token, public_id)
    profile, delegate = _asked(party, place)
    form = OnceForm()
    if not form.validate_on_submit():
        html = render_template(
            "delegates/hand_over.html",
            event=party.event,
            profile=profile,
            delegate=delegate,
            form=form,
            token=token,
            place=place,
        )
        return html, 200
    count_letter(party)
    name = delegate.participant.name

    def deed() -> None:
        services.hand_over(*_asked(*place_of(token, public_id)))

    once(party.public_id, form, deed)
    flash(_("We have written to %(name)s.", name=name), "ok")
    return redirect(url_for("registration.manage", token=token), 303)


def _asked(party: Party, place: Place) -> tuple[OrganisationProfile, Delegate]:
    """The profile, and whoever holds the place. Raises `NotFound` unless the buyer may let them keep it."""
    profile = profile_of(party)
    partners = queries.partners_of(party, profile) if profile is not None else []
    delegate = next((one for one in partners if one.registration.place_id == place.id), None)
    if profile is None or delegate is None:
        raise NotFound
    return profile, delegate
