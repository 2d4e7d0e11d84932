"""The organisers' desk: the profiles of the event, who stands in its directory, and who wants to be public."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import or_404
from ...events.routing import current_event, manage_blueprint
from ...headers import page_in, single, words_in
from ...i18n import _, bi
from ...organisations import publishing
from .. import desk_profiles as found
from .. import public, queries, stands, withholding
from ..models import OrganisationProfile
from ..organisation_forms import DomainsForm, RefuseForm, StandForm, WithholdForm

desk = manage_blueprint("delegates_profiles", __name__, "profiles")

LONGEST = 100


@desk.get("")
def index() -> str:
    """All profiles by name, those that ask to be public, or those that are withheld."""
    event = current_event()
    words = words_in(request.args, most=LONGEST)
    show = single(request.args, "show") or "all"
    show = show if show in found.SHOWN else "all"
    page = page_in(request.args, most=1000)
    return render_template(
        "delegates/desk_profiles.html",
        event=event,
        words=words,
        show=show,
        page=found.page(event, words=words, show=show, page=page),
        numbers=found.numbers(event),
    )


@desk.get("/<id>")
def show(id: str) -> str:
    """One profile with everything that organisers decide about it."""
    return _page(_profile(id))


@desk.post("/<id>/withhold")
def withhold(id: str) -> Response | tuple[str, int]:
    """Take the profile out of the directory, with a reason that its keeper reads."""
    form = WithholdForm()
    if not form.validate_on_submit():
        return _page(_profile(id), withhold=form), 422
    with transaction():
        withholding.withhold(_profile(id), form.reason.data or "")
    flash(_("Nobody finds this organisation in the directory any more. We write to who keeps its profile."), "ok")
    return redirect(url_for(".show", id=id), 303)


@desk.post("/<id>/admit")
def admit(id: str) -> Response:
    """Let the profile into the directory again."""
    with transaction():
        withholding.admit(_profile(id))
    flash(_("This organisation can be found again, as far as its people show themselves."), "ok")
    return redirect(url_for(".show", id=id), 303)


@desk.post("/<id>/stand")
def set_stand(id: str) -> Response | tuple[str, int]:
    """Give the organisation a stand or table of its own, or take it back."""
    profile = _profile(id)
    form = _stand_form(profile)
    if not form.validate_on_submit():
        return _page(profile, stand=form), 422
    with transaction():
        profile = _profile(id)
        chosen = next((one for one in stands.places_for(profile) if one.public_id == form.place.data), None)
        stands.give(profile, chosen, walk_in=form.walk_in.data)
    flash(_("Saved. New meetings follow it from now on."), "ok")
    return redirect(url_for(".show", id=id), 303)


@desk.post("/<id>/domains")
def set_domains(id: str) -> Response | tuple[str, int]:
    """Set whose addresses speak for the organisation."""
    form = DomainsForm()
    if not form.validate_on_submit():
        return _page(_profile(id), domains=form), 422
    try:
        with transaction():
            public.set_domains(_profile(id), current_event(), (form.domains.data or "").split())
    except publishing.NoDomain as refused:
        form.domains.errors = [str(refused.message)]
        return _page(_profile(id), domains=form), refused.status
    flash(_("Saved."), "ok")
    return redirect(url_for(".show", id=id), 303)


@desk.post("/<id>/public")
def approve(id: str) -> Response:
    """Show the organisation in the public directory, as it asked."""
    with transaction():
        public.approve(_profile(id), current_event())
    flash(_("The organisation stands in the public directory now."), "ok")
    return redirect(url_for(".show", id=id), 303)


@desk.post("/<id>/public/refuse")
def refuse(id: str) -> Response | tuple[str, int]:
    """Do not show the organisation in the public directory, with a reason that whoever keeps its profile reads."""
    form = RefuseForm(prefix="refuse")
    if not form.validate_on_submit():
        return _page(_profile(id), refuse=form), 422
    with transaction():
        public.refuse(_profile(id), current_event(), form.reason.data or "")
    flash(_("The organisation does not stand in the public directory. We write to who keeps its profile."), "ok")
    return redirect(url_for(".show", id=id), 303)


@desk.post("/<id>/public/end")
def end_public(id: str) -> Response:
    """Take the organisation, or its wish, out of the public directory."""
    with transaction():
        public.unpublish(_profile(id), current_event())
    flash(_("The organisation does not stand in the public directory."), "ok")
    return redirect(url_for(".show", id=id), 303)


def _profile(id: str) -> OrganisationProfile:
    return or_404(queries.profile_by_ref(current_event(), id))


def _stand_form(profile: OrganisationProfile) -> StandForm:
    place = profile.location
    return StandForm(
        places=[(one.public_id, bi(one.name)) for one in stands.places_for(profile)],
        data={"place": place.public_id if place is not None else "", "walk_in": profile.walk_in},
    )


def _page(
    profile: OrganisationProfile,
    *,
    withhold: WithholdForm | None = None,
    stand: StandForm | None = None,
    domains: DomainsForm | None = None,
    refuse: RefuseForm | None = None,
) -> str:
    """The page, with a form that failed or what is stored."""
    organisation = profile.organisation
    withhold = withhold or WithholdForm(formdata=None, data={"reason": profile.withheld_reason})
    stand = stand or _stand_form(profile)
    refuse = refuse or RefuseForm(formdata=None, prefix="refuse")
    domains = domains or DomainsForm(formdata=None, data={"domains": "\n".join(organisation.domains)})
    return render_template(
        "delegates/desk_profile.html",
        event=current_event(),
        profile=profile,
        organisation=organisation,
        team=queries.team_of(profile.id),
        keeper=queries.keeper_of(profile),
        terms=queries.terms_of(profile),
        opportunities=queries.opportunities_of(profile),
        withhold=withhold,
        stand=stand,
        domains=domains,
        refuse=refuse,
        form_errors=withhold.errors or stand.errors or domains.errors or refuse.errors,
    )
