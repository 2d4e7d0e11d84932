"""What the pages of this room share."""

import secrets
from typing import Any

from flask import g, render_template
from flask_wtf import FlaskForm

from ... import qr
from ...delegates.models import Delegate
from ...delegates.queries import delegate_of
from ...events.models import Participant
from ...events.routing import current_participant
from ...headers import allow_wasm
from ...i18n import _
from ...registration import codes
from ...registration.queries import live_registration
from .. import permissions
from ..errors import NoStand

BADGES_AN_HOUR = 60
"""So many badges may one account read in an hour, to exchange cards; what comes of it takes the other side's word."""

VISITORS_AN_HOUR = 120
"""So many badges may one account read in an hour at a stand; until the visitor agrees it learns no more than a name."""

LEADS_AN_HOUR = 60
"""So many leads may one account take in an hour: the most people it can collect without their own device."""


def my_delegate() -> Delegate | None:
    """The signed-in participant as a delegate, asked once for a page."""
    known: Delegate | None = g.get("delegate")
    mine: Participant = current_participant()
    if known is None or known.participant_id != mine.id:
        known = g.delegate = delegate_of(mine)
    return known


def takes_leads() -> bool:
    """Whether the signed-in participant takes leads."""
    if g.get("participant") is None:
        return False
    mine = my_delegate()
    return mine is not None and permissions.may_take_leads(mine)


def exhibitor() -> Delegate:
    """The signed-in participant as one who takes leads for their organisation. Raises `NoStand`."""
    mine = delegate_of(current_participant())
    if mine is None or not permissions.may_take_leads(mine):
        raise NoStand
    return mine


def new_scan() -> str:
    """A name for one scan."""
    return secrets.token_hex(16)


def reading_page(template: str, form: FlaskForm, **more: Any) -> str:
    """A page that reads a badge, by the camera or typed."""
    allow_wasm()
    return render_template(template, form=form, form_errors=form.errors, **more)


def own_code() -> dict[str, Any]:
    """One's own code, for the other side to read; nothing without a ticket."""
    registration = live_registration(current_participant())
    code = registration.code if registration is not None else None
    if code is None:
        return {"svg": None, "printed": ""}
    words = _("QR code of your ticket. The code as text stands below.")
    return {"svg": qr.svg(codes.code_text(code), words), "printed": codes.printed(code)}
