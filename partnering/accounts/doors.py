"""Guards that ask only who somebody is, and how lately they have shown it."""

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from ..i18n import _
from . import second_factors, sessions


def to_sign_in() -> Response:
    """Send a visitor to sign in and back here afterwards."""
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.login", next=target))


def signed_in() -> Response | None:
    """Any signed-in person."""
    return None if g.get("person") is not None else to_sign_in()


def fresh() -> Response | None:
    """People who showed a short while ago who they are: with their second factor if they have one, else by link.

    Whoever changes how to sign in passes here, so that a browser left open is not enough for that.
    """
    if g.get("person") is None:
        return to_sign_in()
    enrolled = second_factors.is_enrolled(g.person)
    if sessions.is_fresh(g.user_session) and (g.user_session.second_factor_at or not enrolled):
        return None
    target = request.full_path.rstrip("?") if request.method == "GET" else url_for("accounts.settings")
    flash(_("Please show once more that it is you. Then you can change how you sign in."), "info")
    if enrolled:
        return redirect(url_for("accounts.second_factor", next=target))
    return redirect(url_for("accounts.login", again=1, next=target))
