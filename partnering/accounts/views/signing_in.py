"""Signing in, by a link or a passkey, and out."""

from typing import Any

from flask import flash, g, jsonify, redirect, render_template, request, session, url_for
from werkzeug.exceptions import UnprocessableEntity
from werkzeug.wrappers import Response

from ... import audit, limits
from ...db import transaction
from ...errors import require
from ...guards import guarded, public
from ...headers import secret_path
from ...i18n import _, locale
from .. import cookies, second_factors, signing_in, tokens
from ..forms import ButtonForm, LoginForm
from ..targets import target
from .blueprint import bp, passkey_site

Answer = Response | str | tuple[str, int]


@bp.get("/login")
@guarded(public)
def login() -> Answer:
    """Ask for an address, or lead on who is signed in already."""
    asked = request.args.get("next")
    if g.person is not None and "again" not in request.args:
        return redirect(target(asked, url_for(".settings")))
    form = LoginForm(formdata=None, next=target(asked, ""))
    if g.person is not None:
        form.email.data = g.person.email
    return render_template("accounts/login.html", form=form, passkeys=passkey_site() is not None)


@bp.post("/login")
@guarded(public)
def send_link() -> Answer:
    """Send a sign-in link; the answer is the same whether the address is known or not."""
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("accounts/login.html", form=form, passkeys=passkey_site() is not None), 422
    address, onward = form.email.data or "", target(form.next.data, "")
    signing_in.count_try(address, limits.caller())
    with transaction():
        signing_in.mail_link(address, onward, locale())
    session["link_sent"] = [address, onward]
    return redirect(url_for(".login_sent"), 303)


@bp.get("/login/sent")
@guarded(public)
def login_sent() -> Answer:
    """Say where the link went, and offer another one."""
    address, onward = session.get("link_sent") or ("", "")
    if not address:
        return redirect(url_for(".login"))
    return render_template(
        "accounts/sent.html", address=address, form=LoginForm(formdata=None, email=address, next=onward)
    )


@bp.get("/login/<token>")
@guarded(public)
def enter(token: str) -> Answer:
    """Show the button that signs in; looking uses nothing up."""
    secret_path()
    waiting = tokens.waiting(tokens.SIGN_IN, token)
    if waiting is None or waiting.person is None:
        return expired()
    return render_template("accounts/enter.html", address=waiting.address, form=ButtonForm(formdata=None))


@bp.post("/login/<token>")
@guarded(public)
def redeem(token: str) -> Answer:
    """Sign in and use the link up."""
    secret_path()
    signing_in.count_opening(limits.caller())
    with transaction():
        found = signing_in.redeem(token)
        if found is None:
            response = None
        else:
            person, onward = found
            response = cookies.sign_in(redirect(target(onward), 303), person)
    session.pop("link_sent", None)
    return expired() if response is None else response


def expired() -> tuple[str, int]:
    """The page for a link that was used, is too old or never was: a new one can be asked for."""
    return render_template("accounts/expired.html", form=LoginForm(formdata=None)), 410


@bp.post("/login/passkey/question")
@guarded(public)
def passkey_question() -> Response:
    """What the browser needs to sign in with a passkey."""
    site = passkey_site()
    require(site)
    assert site is not None
    limits.hit("passkey question", limits.caller(), limit=signing_in.CALLER_LIMIT, seconds=signing_in.WINDOW)
    with transaction():
        options = second_factors.passkey_options(site)
    return jsonify(options)


@bp.post("/login/passkey")
@guarded(public)
def passkey_answer() -> Response:
    """Sign in with a passkey, which is both factors at once."""
    site = passkey_site()
    require(site)
    assert site is not None
    sent = json_of("credential", "next")
    limits.hit("passkey answer", limits.caller(), limit=signing_in.CALLER_LIMIT, seconds=signing_in.WINDOW)
    onward = sent["next"] if isinstance(sent["next"], str) else None
    response = jsonify(next=target(onward))
    with transaction():
        person = second_factors.check_passkey(site, sent["credential"])
        audit.record("person.signed_in", person, actor=("person", person.public_id))
        cookies.sign_in(response, person, second_factor=True)
    return response


@bp.post("/logout")
@guarded(public)
def logout() -> Response:
    """Sign this browser out."""
    response = redirect(url_for(".login"), 303)
    with transaction():
        cookies.sign_out(response)
    flash(_("You are signed out."), "ok")
    return response


def json_of(*names: str) -> dict[str, Any]:
    """The JSON object that was sent, with exactly these keys; the credential among them is an object too.

    Raises 415 for what is not JSON, 400 and 422 for other shapes.
    """
    sent = request.get_json()
    if not isinstance(sent, dict) or set(sent) != set(names) or not isinstance(sent.get("credential", {}), dict):
        raise UnprocessableEntity
    return sent
