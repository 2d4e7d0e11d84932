"""Stopping letters about sessions that one has chosen, by the secret address in each of them."""

from flask import flash, g, redirect, render_template, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import BrokenLink, require
from ...events.models import Participant
from ...guards import GuardedBlueprint, secret_link
from ...headers import csrf
from ...i18n import _
from .. import chosen_letters
from ..release_forms import OneClick, WantForm

bp = GuardedBlueprint("chosen_letters", __name__, guard=secret_link, url_prefix="/chosen-letters")


@bp.get("/<token>")
def show(token: str) -> str:
    """Whether these letters come; looking changes nothing, so that scanners of links stop nobody's letters."""
    reader = _reader_of(token)
    return render_template(
        "programme/chosen_letters.html",
        event=reader.event,
        token=token,
        wanted=chosen_letters.wants(reader),
        form=WantForm(formdata=None),
    )


@bp.post("/<token>")
def choose(token: str) -> Response:
    """Stop them with the button on the page, or let them come again."""
    form = WantForm()
    require(form.validate_on_submit())
    with transaction():
        chosen_letters.choose(_reader_of(token), wanted=form.wanted.data == "yes")
    flash(_("Saved. This holds from now on."), "ok")
    return redirect(url_for(".show", token=token), 303)


@bp.route("/<token>/stop", methods=["GET", "POST"])
@csrf.exempt  # the mail program sends this: no page of ours, no cookie; the secret in the address is what counts
def stop(token: str) -> Response | tuple[str, int]:
    """Stop them by one POST (RFC 8058); whoever only looks is shown the page."""
    form = OneClick()
    if form.is_submitted() and not form.validate():
        raise BadRequest
    _reader_of(token)
    if not form.is_submitted():
        return redirect(url_for(".show", token=token))
    with transaction():
        chosen_letters.choose(_reader_of(token), wanted=False)
    return "", 204


def _reader_of(token: str) -> Participant:
    """Whose letters the secret is about. Raises `BrokenLink`."""
    reader = chosen_letters.reader_of(token)
    if reader is None:
        raise BrokenLink
    g.event = reader.event
    return reader
