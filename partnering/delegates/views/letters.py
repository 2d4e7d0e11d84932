"""Which letters I want and how often: signed in, or by the secret address in each letter that can be stopped."""

from flask import flash, g, redirect, render_template, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import BrokenLink
from ...guards import GuardedBlueprint, secret_link
from ...headers import csrf
from ...i18n import _
from .. import subscriptions
from ..forms import LettersForm, OneClick
from ..models import Delegate
from .blueprint import bp, me

secret = GuardedBlueprint("subscriptions", __name__, guard=secret_link, url_prefix="/letters")


@bp.route("/me/notifications", methods=["GET", "POST"])
def notifications() -> Response | str | tuple[str, int]:
    """How often letters come, and which."""
    mine = me()
    form = LettersForm(data=_chosen(mine))
    if not form.validate_on_submit():
        html = render_template("delegates/notifications.html", me=mine, form=form, **_more(mine))
        return (html, 422) if form.is_submitted() else html
    with transaction():
        _choose(me(), form)
    flash(_("Saved. This holds from now on."), "ok")
    return redirect(url_for("delegates.notifications"), 303)


@secret.get("/<token>")
def show(token: str) -> str:
    """The same without signing in; looking changes nothing, so that scanners of links stop nobody's letters."""
    reader = reader_of(token)
    return page(reader, token, LettersForm(formdata=None, data=_chosen(reader)))


@secret.post("/<token>")
def choose(token: str) -> Response | tuple[str, int]:
    """Choose, with the button on the page."""
    form, reader = LettersForm(), reader_of(token)
    if not form.validate_on_submit():
        return page(reader, token, form), 422
    with transaction():
        _choose(reader_of(token), form)
    flash(_("Saved. This holds from now on."), "ok")
    return redirect(url_for("subscriptions.show", token=token), 303)


@secret.route("/<token>/stop/<any(requests,searches):kind>", methods=["GET", "POST"])
@csrf.exempt  # the mail program sends this: no page of ours, no cookie; the secret in the address is what counts
def stop(token: str, kind: str) -> Response | tuple[str, int]:
    """Stop one kind of letters by one POST (RFC 8058); whoever only looks is shown the page."""
    form = OneClick()
    if form.is_submitted() and not form.validate():
        raise BadRequest
    reader_of(token)
    if not form.is_submitted():
        return redirect(url_for("subscriptions.show", token=token))
    with transaction():
        subscriptions.stop(reader_of(token), kind)
    return "", 204


def reader_of(token: str) -> Delegate:
    """Whose letters the secret is about. Raises `BrokenLink`."""
    reader = subscriptions.reader_of(token)
    if reader is None:
        raise BrokenLink
    g.event = reader.participant.event
    return reader


def page(reader: Delegate, token: str, form: LettersForm) -> str:
    """The page behind the secret address."""
    return render_template(
        "delegates/letters.html", event=reader.participant.event, reader=reader, token=token, form=form, **_more(reader)
    )


def _chosen(delegate: Delegate) -> dict[str, object]:
    return {"rhythm": subscriptions.chosen(delegate), "searches": subscriptions.wants(delegate, "searches")}


def _more(delegate: Delegate) -> dict[str, object]:
    return {"has_searches": subscriptions.has_searches(delegate)}


def _choose(delegate: Delegate, form: LettersForm) -> None:
    has = subscriptions.has_searches(delegate)
    subscriptions.choose(delegate, str(form.rhythm.data), searches=bool(form.searches.data) if has else None)
