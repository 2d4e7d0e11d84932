"""What I show, to whom, what I agreed to, and whom I want nothing to do with: all of it with immediate effect."""

from collections.abc import Callable

from flask import flash, g, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from ... import jobs
from ...consents import services as consents
from ...db import transaction
from ...errors import or_404, require
from ...events.models import Participant
from ...events.routing import current_participant
from ...i18n import _
from .. import blocking, permissions, queries, services, suggestions, visibility
from ..forms import AgreeForm, BlockForm, PhoneForm, PrivacyForm, UnblockForm
from ..models import Delegate
from .blueprint import bp, me

Section = Callable[[Participant], Markup]

_sections: list[Section] = []


def add_section(section: Section) -> None:
    """Let a room above say on everybody's page what else they gave away, once however often it is added."""
    if section not in _sections:
        _sections.append(section)


@bp.get("/me/privacy")
def privacy() -> str:
    """Everything that decides who reads what of me, on one page."""
    mine = me()
    return page(mine, chosen(mine), PhoneForm(formdata=None, phone=mine.phone))


@bp.post("/me/privacy")
def set_privacy() -> Response | tuple[str, int]:
    """Choose who finds me and what they read, from this moment."""
    form = PrivacyForm()
    mine = me()
    if not form.validate_on_submit():
        return page(mine, form, PhoneForm(formdata=None, phone=mine.phone)), 422
    with transaction():
        visibility.show(
            me(),
            form.visibility.data,
            function=form.function.data,
            languages=form.languages.data,
            seeks=form.seeks.data,
            channel="privacy",
        )
    flash(_("Saved. This holds from now on."), "ok")
    return redirect(url_for(".privacy"), 303)


@bp.post("/me/privacy/consents")
def set_consent() -> Response:
    """Agree to be suggested or to be reached, or no longer; the latter takes the same one click."""
    form = AgreeForm()
    require(form.validate_on_submit())
    purpose = str(form.purpose.data)
    with transaction():
        if form.agreed.data == "yes":
            visibility.agree(me(), purpose, channel="privacy")
            if purpose == suggestions.PURPOSE:
                jobs.defer("delegates.suggest_to", event_ref=g.event.public_id, delegate=me().public_id)
        else:
            consents.take_back(me().participant, purpose)
    flash(
        _("You agree from now on.") if form.agreed.data == "yes" else _("You agree no longer. This holds from now on."),
        "ok",
    )
    return redirect(url_for(".privacy", _anchor=f"h-{purpose}"), 303)


@bp.post("/me/privacy/phone")
def set_phone() -> Response | tuple[str, int]:
    """Write down or take off a phone number."""
    form = PhoneForm()
    mine = me()
    if not form.validate_on_submit():
        return page(mine, chosen(mine), form), 422
    with transaction():
        services.reachable(me(), form.phone.data or "")
    flash(_("Saved. This holds from now on."), "ok")
    return redirect(url_for(".privacy", _anchor="h-contact"), 303)


@bp.route("/me/partners/<id>/block", methods=["GET", "POST"])
def block(id: str) -> Response | str | tuple[str, int]:
    """Hide somebody, or everybody of their organisation, and myself from them; asks first."""
    mine = me()
    other = or_404(queries.delegate_by_ref(g.event, id))
    require(permissions.may_block(mine, other))
    shown = visibility.shown(other)
    organisation = other.profile.organisation.name
    form = BlockForm(person=shown.name or _("This person"), organisation=organisation)
    if not form.is_submitted():
        form.whom.data = "person"
    if not form.validate_on_submit():
        html = render_template("delegates/block.html", me=mine, other=other, form=form, name=shown.name or organisation)
        return (html, 422) if form.is_submitted() else html
    with transaction():
        mine, other = me(), or_404(queries.delegate_by_ref(g.event, id))
        if form.whom.data == "organisation":
            blocking.block(mine, profile=other.profile)
        else:
            blocking.block(mine, other=other)
    flash(_("Done. You no longer see each other here."), "ok")
    return redirect(url_for(".privacy", _anchor="h-blocks"), 303)


@bp.post("/me/privacy/blocks")
def unblock() -> Response:
    """Take a person or an organisation off my list; what is not on it changes nothing."""
    form = UnblockForm()
    require(form.validate_on_submit())
    with transaction():
        for pair in blocking.blocked_by(me()):
            if form.whom.data in {one.public_id for one in (pair.other, pair.other_profile) if one is not None}:
                blocking.unblock(pair)
    flash(_("Taken off the list. You can see each other again."), "ok")
    return redirect(url_for(".privacy", _anchor="h-blocks"), 303)


def chosen(mine: Delegate) -> PrivacyForm:
    """The form with what holds now."""
    return PrivacyForm(
        formdata=None,
        data={
            "visibility": mine.visibility,
            "function": mine.shows_function,
            "languages": mine.shows_languages,
            "seeks": mine.shows_seeks,
        },
    )


def page(mine: Delegate, form: PrivacyForm, phone: PhoneForm) -> str:
    """The page, with forms that failed or hold what is stored."""
    given = {consent.purpose: consent for consent in consents.in_force(current_participant())}
    person = mine.participant.person
    return render_template(
        "delegates/privacy.html",
        me=mine,
        form=form,
        phone=phone,
        form_errors=form.errors or phone.errors,
        given=given,
        texts=visibility.TEXTS,
        directory_text=visibility.DIRECTORY_CONSENT,
        blocks=blocking.blocked_by(mine),
        shown_of=visibility.shown,
        email=person.email if person is not None else "",
        sections=[section(mine.participant) for section in _sections],
    )
