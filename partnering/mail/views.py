"""The mailbox of the sample set-up: every letter that left, for newcomers to read and to follow its links.

It exists in the sample set-up only, which answers on loopback alone. A letter's HTML is shown in a frame without
scripts, forms or an origin of its own.
"""

import re
from email.message import EmailMessage
from typing import Literal

from flask import Flask, Response, g, render_template, url_for

from ..errors import NotFound
from ..guards import GuardedBlueprint, public
from ..headers import as_file
from ..i18n import _
from . import carriers, queries

bp = GuardedBlueprint("mailbox", __name__, guard=public, url_prefix="/mailbox")

LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
)
SHOWN_AS_IS = {"image/png", "application/pdf", "text/calendar", "application/ics"}


@bp.get("/")
def index() -> str:
    """The letters that left, newest first."""
    return render_template(
        "mail/mailbox.html", letters=queries.sent_letters(), waiting=queries.counts()["waiting"], one=None
    )


@bp.get("/<letter>/")
def show(letter: str) -> str:
    """One letter: its head, its HTML in a frame, its text, its files."""
    found = queries.letter_by_id(letter)
    message = carriers.kept_message(letter)
    if found is None or message is None:
        raise NotFound
    files = [
        (number, part.get_filename() or _("calendar part"), part.get_content_type())
        for number, part in carriers.leaves(message)
        if part.is_attachment() or part.get_content_maintype() != "text" or part.get_content_subtype() == "calendar"
    ]
    return render_template(
        "mail/letter.html",
        letter=found,
        head=[(name, str(message[name])) for name in ("From", "To", "Subject", "Date", "Message-ID") if message[name]],
        text=_said(message, "plain"),
        files=files,
    )


@bp.get("/<letter>/html")
def html(letter: str) -> Response:
    """The HTML of a letter, for the frame; its pictures come from here, its links open in the whole window."""
    message = carriers.kept_message(letter)
    if message is None:
        raise NotFound
    pictures = {
        str(part["Content-ID"]).strip("<>"): url_for(".part", letter=letter, number=number)
        for number, part in carriers.leaves(message)
        if part["Content-ID"]
    }
    body = _said(message, "html")
    body = re.sub(r'(?<=src=")cid:([^"]+)(?=")', lambda match: pictures.get(match[1], ""), body)
    body = body.replace("<head>", '<head><base target="_top">', 1)
    g.policy = LETTER_POLICY
    return Response(body, content_type="text/html; charset=utf-8")


@bp.get("/<letter>/part/<int:number>")
def part(letter: str, number: int) -> Response:
    """One part of a letter, to download."""
    message = carriers.kept_message(letter)
    found = dict(carriers.leaves(message)).get(number) if message is not None else None
    if found is None:
        raise NotFound
    kind = found.get_content_type()
    name = found.get_filename() or ("part.ics" if kind == "text/calendar" else "part")
    shown_as = kind if kind in SHOWN_AS_IS else "application/octet-stream"
    content = found.get_payload(decode=True)
    assert isinstance(content, bytes)  # a leaf, and decoded
    response = as_file(content, shown_as, name, inline=kind == "image/png")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _said(message: EmailMessage, form: Literal["plain", "html"]) -> str:
    """What the letter says, as plain text or as HTML."""
    body = message.get_body((form,))
    return str(body.get_content()) if body is not None else ""


def install(app: Flask) -> None:
    """Open the mailbox in the sample set-up, and nowhere else."""
    if app.extensions["settings"].sample:
        app.register_blueprint(bp)
