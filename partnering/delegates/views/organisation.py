"""How my organisation appears: its logo, who acts for whom, and its entry in the public directory."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import require
from ...events.routing import current_event
from ...i18n import _
from ...organisations import images
from .. import permissions, public, queries, services
from ..errors import NothingToPublish
from ..models import Delegate
from ..organisation_forms import LogoForm, PublishForm, SwitchForm, address_of
from .blueprint import bp, me


@bp.get("/me/organisation")
def organisation() -> str:
    """Everything about my organisation that is not its profile."""
    mine = me()
    return page(mine)


@bp.post("/me/organisation/logo")
def set_logo() -> Response | tuple[str, int]:
    """Take a new logo."""
    mine, form = _editing(), LogoForm()
    require(form.validate_on_submit())
    try:
        if not form.image.data:
            raise images.ImageRefused
        drawn = images.read(form.image.data.stream)
    except images.ImageRefused as refused:
        form.image.errors = [str(refused.message)]
        return page(mine, logo=form), refused.status
    with transaction():
        images.keep(_editing().profile.organisation, drawn)
    flash(_("The logo is saved."), "ok")
    return redirect(url_for(".organisation", _anchor="h-logo"), 303)


@bp.post("/me/organisation/logo/delete")
def remove_logo() -> Response:
    """Show no logo any more."""
    with transaction():
        images.take_away(_editing().profile.organisation)
    flash(_("The logo is gone."), "ok")
    return redirect(url_for(".organisation", _anchor="h-logo"), 303)


@bp.post("/me/organisation/team")
def set_team_acts() -> Response:
    """Let colleagues act for each other, or no longer."""
    form = SwitchForm()
    require(form.validate_on_submit())
    with transaction():
        services.let_team_act(_editing().profile, form.on.data == "yes")
    flash(_("Saved. This holds from now on."), "ok")
    return redirect(url_for(".organisation", _anchor="h-team"), 303)


@bp.post("/me/organisation/public")
def publish() -> Response | tuple[str, int]:
    """Put what the profile says into the public directory, or ask the host for that."""
    mine, form = _editing(), PublishForm()
    if not form.validate_on_submit():
        return page(mine, publish=form), 422
    try:
        with transaction():
            mine = _editing()
            at_once = public.publish(mine.profile, mine, website=address_of(form.website.data or ""))
    except NothingToPublish as refused:
        flash(str(refused.message), "warn")
        return redirect(url_for(".profile"), 303)
    if at_once:
        flash(_("Your organisation stands in the public directory now."), "ok")
    else:
        flash(_("The organisers look at it first. We write to you as soon as it is shown."), "ok")
    return redirect(url_for(".organisation", _anchor="h-public"), 303)


@bp.post("/me/organisation/public/end")
def unpublish() -> Response:
    """Take the entry out of the public directory at once."""
    with transaction():
        public.unpublish(_editing().profile, current_event())
    flash(_("Your organisation no longer stands in the public directory."), "ok")
    return redirect(url_for(".organisation", _anchor="h-public"), 303)


def _editing() -> Delegate:
    """Me, as one who may write the profile."""
    mine = me()
    require(permissions.may_edit(mine))
    return mine


def page(mine: Delegate, *, logo: LogoForm | None = None, publish: PublishForm | None = None) -> str:
    """The page, with a form that failed or what is stored."""
    held = mine.profile.organisation
    publish = publish or PublishForm(formdata=None, website=held.website)
    logo = logo or LogoForm(formdata=None)
    return render_template(
        "delegates/my_organisation.html",
        me=mine,
        organisation=held,
        logo=logo,
        publish=publish,
        form_errors=logo.errors or publish.errors,
        may_edit=permissions.may_edit(mine),
        team=queries.colleagues(mine),
        at_once=public.speaks_for(mine, held),
        unentered=sum(one.public_at is None for one in queries.opportunities_of(mine.profile, shown=True)),
    )
