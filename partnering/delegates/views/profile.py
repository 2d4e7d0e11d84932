"""My profile: what my organisation offers and seeks, my languages, and who may find me."""

from types import SimpleNamespace
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import jobs
from ...consents import services as consents
from ...db import transaction
from ...errors import Stale, require
from ...i18n import _, locale
from .. import carrying, permissions, queries, services
from ..cards import Card
from ..forms import LISTS, PartneringForm, ProfileForm, VisibilityForm
from ..models import Delegate
from ..visibility import DIRECTORY_CONSENT
from .blueprint import bp, me


@bp.get("/me/profile", endpoint="profile")
def show_profile() -> str:
    """My profile as it is, to be edited."""
    mine = me()
    return page(mine, filled(mine))


@bp.post("/me/profile")
def save_profile() -> Response | str | tuple[str, int]:
    """Save my profile, or show how its card would look."""
    form = ProfileForm()
    mine = me()
    if request.form.get("preview"):
        return preview(form, mine) if request.headers.get("X-Preview") else page(mine, form)
    if not form.validate_on_submit():
        return page(mine, form), 422
    with transaction():
        mine = me()
        if permissions.may_edit(mine):
            if form.version.data and form.version.data != str(mine.profile.version):
                raise Stale
            services.edit(
                mine.profile,
                offers=form.offers.data or "",
                seeks=form.seeks.data or "",
                terms=form.terms,
                description=form.description.data or "",
                organisation_type=form.organisation_type.data or "",
                country=form.country.data or "",
                region=form.region.data or "",
                language=locale(),
            )
        services.introduce(mine, languages=form.languages.data or [], seeks=form.own_seeks.data or "")
        services.show(mine, form.visibility.data)
        jobs.defer("delegates.suggest_to", event_ref=g.event.public_id, delegate=mine.public_id)
    flash(_("Your profile is saved."), "ok")
    return redirect(url_for("delegates.profile"))


@bp.post("/me/profile/visibility")
def set_visibility() -> Response:
    """Let myself be found, or not, from this moment."""
    form = VisibilityForm()
    require(form.validate_on_submit())
    with transaction():
        services.show(me(), form.visibility.data)
    flash(
        _("Nobody finds you in the directory any more.")
        if form.visibility.data == "hidden"
        else _("Others can find you in the directory now."),
        "ok",
    )
    return redirect(url_for("delegates.profile"))


def page(mine: Delegate, form: ProfileForm) -> str:
    """The page with the form and the card others see."""
    return render_template(
        "delegates/profile.html",
        me=mine,
        form=form,
        form_errors=form.errors,
        may_edit=permissions.may_edit(mine),
        team=queries.colleagues(mine),
        carried=carrying.unchecked(mine.profile),
        consent=consents.current(mine.participant, "directory"),
        consent_text=DIRECTORY_CONSENT,
        card=own_card(form, mine),
    )


def preview(form: PartneringForm, mine: Delegate) -> str:
    """The card alone, for the script that keeps it current."""
    return render_template("delegates/preview.html", card=own_card(form, mine))


def own_card(form: PartneringForm, mine: Delegate) -> Card:
    """My card as it would be with what the form says."""
    name, function = mine.participant.name, mine.participant.function
    return card_of(form, name=name, function=function, company=mine.profile.organisation.name, shows=mine)


def filled(mine: Delegate) -> ProfileForm:
    """The form with what is stored."""
    profile = mine.profile
    terms = queries.terms_of(profile)
    stored: dict[str, Any] = {
        name: [code for s, f, code in terms if (s, f) == (side, facet)] for name, (side, facet) in LISTS.items()
    }
    return ProfileForm(
        obj=SimpleNamespace(
            offers=profile.offers,
            seeks=profile.seeks,
            description=profile.description,
            organisation_type=profile.organisation_type,
            country=profile.country,
            region=profile.region,
            languages=mine.languages.split(",") if mine.languages else [],
            own_seeks=mine.seeks,
            visibility=mine.visibility,
            version=str(profile.version),
            **stored,
        ),
        formdata=None,
    )


def card_of(form: PartneringForm, *, name: str, function: str, company: str, shows: Delegate | None = None) -> Card:
    """What others would see if the form were saved as it stands. Nothing is stored."""
    organisation = SimpleNamespace(name=company or _("Your organisation"), public_id="", logo=None)
    profile: Any = SimpleNamespace(
        organisation=organisation,
        offers=form.offers.data or "",
        seeks=form.seeks.data or "",
        organisation_type=form.organisation_type.data or "",
        country=form.country.data or "",
        language=locale(),
    )
    delegate: Any = SimpleNamespace(
        participant=SimpleNamespace(name=name or _("Your name"), function=function),
        profile=profile,
        languages=",".join(form.languages.data or []),
        visibility=form.visibility.data or "hidden",
        shows_function=shows.shows_function if shows else True,
        shows_languages=shows.shows_languages if shows else True,
        shows_seeks=False,
        seeks="",
        public_id="",
    )
    return Card(delegate, form.terms, [], None)
