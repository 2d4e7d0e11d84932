"""The second factor: asked for before the back office, and set up."""

from flask import g, jsonify, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from ... import limits
from ...db import new_public_id, transaction
from ...errors import require
from ...guards import guarded
from ...headers import single
from ...i18n import _
from ...qr import svg
from .. import browsers, cookies, mails, queries, second_factors, signing_in, totp
from ..doors import fresh
from ..forms import ButtonForm, CodeForm
from ..second_factors import PasskeyRefused, Site, WrongCode
from ..targets import target
from .blueprint import bp, passkey_site
from .signing_in import Answer, json_of


@bp.get("/second-factor")
def second_factor() -> Answer:
    """Ask for the second factor, or lead to where one is set up."""
    if not second_factors.is_enrolled(g.person):
        return redirect(url_for(".choose_factor", next=onward() or None))
    return ask(CodeForm(formdata=None, next=onward()))


@bp.post("/second-factor")
def confirm() -> Answer:
    """Take a code of the app, or a recovery code."""
    form = CodeForm()
    if not form.validate_on_submit():
        return ask(form), 422
    count_try()
    typed = form.code.data or ""
    response = redirect(target(form.next.data, url_for(".settings")), 303)
    try:
        with transaction():
            if len("".join(typed.split())) == totp.DIGITS:
                second_factors.check_app(g.person, typed)
            else:
                second_factors.use_code(g.person, typed)
            cookies.confirm(response, g.user_session)
    except WrongCode as error:
        form.code.errors = [str(error.message)]
        return ask(form), 422
    return response


@bp.post("/second-factor/passkey/question")
def factor_question() -> Response:
    """What the browser needs to answer with one of this person's passkeys."""
    site = site_or_404()
    count_try()
    with transaction():
        options = second_factors.passkey_options(site, g.person)
    return jsonify(options)


@bp.post("/second-factor/passkey")
def factor_answer() -> Response:
    """Take the answer of a passkey."""
    site, sent = site_or_404(), json_of("credential", "next")
    asked = sent["next"] if isinstance(sent["next"], str) else None
    response = jsonify(next=target(asked, url_for(".settings")))
    with transaction():
        second_factors.check_passkey(site, sent["credential"], g.person)
        cookies.confirm(response, g.user_session)
    return response


@bp.get("/second-factor/new")
@guarded(fresh)
def choose_factor() -> Answer:
    """Offer the kinds of second factor."""
    form = ButtonForm(formdata=None, next=onward())
    return render_template("accounts/choose_factor.html", form=form, passkeys=passkey_site() is not None)


@bp.get("/second-factor/app")
@guarded(fresh)
def new_app() -> Answer:
    """Show the key that an authenticator app is to share with us."""
    session.setdefault("new_app", new_public_id())
    return show_key(CodeForm(formdata=None, next=onward()))


@bp.post("/second-factor/app")
@guarded(fresh)
def add_app() -> Answer:
    """Add the app once it shows a right code."""
    name, form = session.get("new_app"), CodeForm()
    if name is None:
        return redirect(url_for(".new_app"), 303)
    if not form.validate_on_submit():
        return show_key(form), 422
    count_try()
    response = after_enrolment(form.next.data)
    try:
        with transaction():
            second_factors.add_app(g.person, name, form.code.data or "")
            cookies.confirm(response, g.user_session)
    except WrongCode as error:
        form.code.errors = [str(error.message)]
        return show_key(form), 422
    session.pop("new_app")
    return response


@bp.post("/second-factor/passkey/new/question")
@guarded(fresh)
def new_passkey_question() -> Response:
    """What the browser needs to make a passkey."""
    site = site_or_404()
    count_try()
    with transaction():
        options = second_factors.new_passkey_options(g.person, site)
    return jsonify(options)


@bp.post("/second-factor/passkey/new")
@guarded(fresh)
def add_passkey() -> Response:
    """Add the passkey that the browser has made."""
    site, sent = site_or_404(), json_of("credential", "next")
    asked = sent["next"] if isinstance(sent["next"], str) else None
    response = jsonify(next=after_enrolment(asked).location)
    with transaction():
        label = browsers.browser_name(request.user_agent.string)
        second_factors.add_passkey(g.person, site, sent["credential"], label)
        cookies.confirm(response, g.user_session)
    return response


@bp.get("/second-factor/codes")
@guarded(fresh)
def codes() -> Answer:
    """Say what recovery codes are for, before they are shown."""
    require(second_factors.is_enrolled(g.person))
    form = ButtonForm(formdata=None, next=onward())
    return render_template(
        "accounts/codes.html", form=form, codes=(), left=queries.codes_left(g.person), onward=onward()
    )


@bp.post("/second-factor/codes")
@guarded(fresh)
def show_codes() -> Answer:
    """Make new recovery codes and show them, this once."""
    require(second_factors.is_enrolled(g.person))
    form = ButtonForm()
    onward = target(form.next.data, url_for(".settings"))
    with transaction():
        made = second_factors.new_codes(g.person)
        mails.account_changed(g.person, "recovery_made")
    return render_template("accounts/codes.html", form=form, codes=made, left=len(made), onward=onward)


def onward() -> str:
    """Where this page was asked to lead on to, or nothing."""
    return target(single(request.args, "next"), "")


def after_enrolment(asked: str | None) -> Response:
    """The way on with a new factor: to recovery codes if there are none, then to where one wanted to go."""
    goal = target(asked, "")
    if queries.codes_left(g.person):
        return redirect(goal or url_for(".settings"), 303)
    return redirect(url_for(".codes", next=goal or None), 303)


def count_try() -> None:
    """Count one try of this person's second factor. Raises `TooMany`."""
    limits.hit("second factor", g.person.public_id, limit=second_factors.TRY_LIMIT, seconds=signing_in.WINDOW)


def site_or_404() -> Site:
    """Whom passkeys belong to. Raises `NotFound` where there can be none."""
    site = passkey_site()
    require(site)
    if site is None:
        raise PasskeyRefused
    return site


def ask(form: CodeForm) -> str:
    """The page that asks for the second factor."""
    kinds = second_factors.kinds_of(queries.factors_of(g.person))
    passkeys = "passkey" in kinds and passkey_site() is not None
    return render_template("accounts/second_factor.html", form=form, passkeys=passkeys, app="totp" in kinds)


def show_key(form: CodeForm) -> str:
    """The page with the QR code of a new app's key."""
    key = second_factors.app_key(g.person, session["new_app"])
    site = request.host.partition(":")[0]
    address = totp.address_of(key, issuer=site, account=g.person.email)
    picture = svg(address, _("QR code for the authenticator app"))
    return render_template("accounts/new_app.html", form=form, qr=picture, key=totp.text_of(key), address=address)
