"""One's own account: name, language, colours, addresses, second factors, browsers."""

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import audit, limits
from ...db import transaction
from ...errors import Gone, NotFound, require
from ...guards import guarded, public
from ...headers import secret_path
from ...i18n import _, locale
from .. import cookies, queries, second_factors, services, sessions, signing_in, tokens
from ..browsers import browser_name
from ..doors import fresh
from ..forms import AddressForm, ButtonForm, ProfileForm
from ..models import EmailAddress
from .blueprint import bp
from .signing_in import Answer


@bp.get("/account")
def settings() -> Answer:
    """Show my account."""
    return show(ProfileForm(formdata=None, obj=g.person), AddressForm(formdata=None))


@bp.post("/account")
def describe() -> Answer:
    """Change my name, language and colours."""
    form = ProfileForm()
    if not form.validate_on_submit():
        return show(form, AddressForm(formdata=None)), 422
    with transaction():
        services.describe(
            g.person,
            given_name=form.given_name.data or "",
            family_name=form.family_name.data or "",
            locale=form.locale.data,
            theme=form.theme.data,
        )
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".settings", lang=None), 303)


@bp.post("/account/addresses")
@guarded(fresh)
def ask_for_address() -> Answer:
    """Have a letter sent to a further address of mine."""
    form = AddressForm()
    if not form.validate_on_submit():
        return show(ProfileForm(formdata=None, obj=g.person), form), 422
    address = form.email.data or ""
    signing_in.count_try(address, limits.caller())
    with transaction():
        services.ask_for_address(g.person, address, locale())
    flash(_("We have sent a link to %(address)s. Open it to add the address.", address=address), "ok")
    return redirect(url_for(".settings"), 303)


@bp.get("/confirm/<token>")
@guarded(public)
def confirm_address(token: str) -> Answer:
    """Show the button that adds an address; looking uses nothing up."""
    secret_path()
    waiting = tokens.waiting(tokens.ADDRESS, token)
    if waiting is None:
        raise Gone
    mine = g.person is not None and waiting.person_id == g.person.id
    page = render_template("accounts/confirm.html", address=waiting.address, form=ButtonForm(formdata=None), mine=mine)
    return page if mine else (page, 403)


@bp.post("/confirm/<token>")
@guarded(public)
def add_address(token: str) -> Answer:
    """Add an address to my account, and only to mine: who reads the letter must be signed in to it."""
    secret_path()
    if g.person is None:
        return confirm_address(token)
    with transaction():
        waiting = tokens.waiting(tokens.ADDRESS, token)
        if waiting is None:
            raise Gone
        if waiting.person_id != g.person.id or tokens.take(tokens.ADDRESS, token) is None:
            raise NotFound
        services.add_address(g.person, waiting.address)
    flash(_("You can now sign in with %(address)s, too.", address=waiting.address), "ok")
    return redirect(url_for(".settings"), 303)


@bp.post("/account/addresses/prefer")
@guarded(fresh)
def prefer_address() -> Response:
    """Let letters go to another address of mine."""
    with transaction():
        services.prefer_address(g.person, my_address())
    flash(_("Letters now go to %(address)s.", address=g.person.email), "ok")
    return redirect(url_for(".settings"), 303)


@bp.post("/account/addresses/remove")
@guarded(fresh)
def remove_address() -> Response:
    """Forget an address of mine."""
    try:
        with transaction():
            services.remove_address(g.person, my_address())
    except services.LastAddress as error:
        flash(str(error.message), "bad")
    else:
        flash(_("The address is removed."), "ok")
    return redirect(url_for(".settings"), 303)


@bp.post("/account/factors/<public_id>/remove")
@guarded(fresh)
def remove_factor(public_id: str) -> Response:
    """Take one of my second factors away."""
    with transaction():
        found = [factor for factor in queries.factors_of(g.person) if factor.public_id == public_id]
        require(found)
        second_factors.remove(g.person, found[0])
    flash(_("It is removed. We have told you by email."), "ok")
    return redirect(url_for(".settings"), 303)


@bp.post("/account/sessions/<public_id>/end")
def end_session(public_id: str) -> Response:
    """Sign one of my browsers out."""
    with transaction():
        found = [session for session in sessions.sessions_of(g.person) if session.public_id == public_id]
        require(found)
        sessions.end(found[0])
    flash(_("That browser is signed out."), "ok")
    return redirect(url_for(".settings"), 303)


@bp.post("/account/sessions/end")
def end_sessions() -> Response:
    """Sign me out everywhere, here too."""
    response = redirect(url_for(".login"), 303)
    with transaction():
        sessions.end_all(g.person)
        tokens.end_all(g.person)
        audit.record("person.signed_out_everywhere", g.person)
        cookies.sign_out(response)
    flash(_("You are signed out everywhere."), "ok")
    return response


def my_address() -> EmailAddress:
    """The address that was named, if it is mine. Raises `NotFound`."""
    named = request.form.get("address", "")
    for row in g.person.addresses:
        if row.address == named:
            return row
    raise NotFound


def show(profile: ProfileForm, address: AddressForm) -> str:
    """The account page."""
    return render_template(
        "accounts/settings.html",
        profile=profile,
        address_form=address,
        addresses=g.person.addresses,
        factors=queries.factors_of(g.person),
        codes_left=queries.codes_left(g.person),
        sessions=sessions.sessions_of(g.person),
        browser_name=browser_name,
    )
