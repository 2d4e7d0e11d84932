"""What the link in a letter leads to: to whom a visitor gave their details, and a button that takes them back."""

from flask import flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ... import links
from ...db import transaction
from ...errors import BrokenLink, require
from ...guards import GuardedBlueprint, secret_link
from ...i18n import _
from .. import leads, mails, queries
from ..forms import ButtonForm
from ..models import Lead

secret = GuardedBlueprint("given", __name__, guard=secret_link, url_prefix="/given")


@secret.get("/<token>")
def show(token: str) -> str:
    """What I gave, to whom and when, without signing in; looking changes nothing."""
    lead = lead_of(token)
    card = queries.cards_of([lead.participant])[lead.participant_id] if lead.withdrawn_at is None else None
    return render_template(
        "contacts/given.html", event=lead.participant.event, lead=lead, card=card, token=token, form=ButtonForm()
    )


@secret.post("/<token>")
def withdraw(token: str) -> Response:
    """Take it back, with the button on the page."""
    require(ButtonForm().validate_on_submit())
    with transaction():
        lead = lead_of(token)
        leads.withdraw(lead)
        name = lead.profile.organisation.name
    flash(_("Withdrawn. %(name)s no longer sees your details here.", name=name), "ok")
    return redirect(url_for(".show", token=token), 303)


def lead_of(token: str) -> Lead:
    """The lead that the secret is about. Raises `BrokenLink`."""
    parts = links.read(mails.GIVEN, token)
    lead = queries.lead_anywhere(parts[0]) if parts is not None else None
    if lead is None or lead.participant.erased_at is not None:
        raise BrokenLink
    g.event = lead.participant.event
    return lead
