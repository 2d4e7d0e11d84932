"""Member lists of the host: addresses and domains, typed or from a file."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import Stale, or_404
from ...events.pages import fresh_event, once, page
from ...events.routing import current_event
from ...i18n import _, _n
from ...tickets.models import MemberList
from .. import coding, typed
from ..code_forms import MemberListForm
from .blueprint import bp

Answer = str | Response | tuple[str, int]
MOST_BYTES = 900_000
NAMED = 5
"""How many lines a sentence names."""


@bp.get("/tickets/members")
def member_lists() -> str:
    """The host's member lists, how many stand on them, and which codes ask for them."""
    event = current_event()
    lists = coding.lists_of(event)
    return render_template(
        "backoffice/member_lists.html", lists=lists, sizes=coding.sizes(lists), codes=coding.codes_with(event)
    )


@bp.route("/tickets/members/new", methods=["GET", "POST"])
def create_member_list() -> Answer:
    """A new list."""
    form = MemberListForm()
    if form.validate_on_submit():
        found = _read(form)
        if found is not None:
            try:
                with transaction():
                    event = fresh_event()
                    once(form, lambda: coding.create_list(event, form.name.data or "", found.values))
            except coding.NameTaken as error:
                form.name.errors = [str(error.message)]
            else:
                _say(found)
                return redirect(url_for(".member_lists"))
    return page("backoffice/member_list.html", form, members=None)


@bp.route("/tickets/members/<public_id>", methods=["GET", "POST"])
def edit_member_list(public_id: str) -> Answer:
    """A list: its name and who stands on it."""
    members = _list_or_404(public_id)
    form = MemberListForm(
        version=str(members.version), name=members.name, entries="\n".join(entry.value for entry in members.entries)
    )
    status = 200
    if form.validate_on_submit():
        found = _read(form)
        if found is not None:
            try:
                with transaction():
                    coding.edit_list(
                        fresh_event(),
                        _list_or_404(public_id),
                        form.name.data or "",
                        found.values,
                        typed.whole(form.version.data),
                    )
            except coding.NameTaken as error:
                form.name.errors = [str(error.message)]
            except Stale as error:
                flash(str(error.message), "bad")
                status = error.status
            else:
                _say(found)
                return redirect(url_for(".member_lists"))
    return page("backoffice/member_list.html", form, status, members=_list_or_404(public_id))


def _read(form: MemberListForm) -> coding.Members | None:
    """What was typed and what is in the file, as one text; None when something in it is no address and no domain."""
    text = form.entries.data or ""
    upload: Any = form.file.data
    if upload:
        content = upload.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            form.file.errors = [_("The file is too large")]
            return None
        text = "\n".join(part for part in (text.rstrip("\n"), _text_of(content)) if part)
    found = coding.read_members(text)
    form.entries.data = text
    if not found.wrong:
        return found
    named = ", ".join(
        _("line %(number)s: “%(text)s”", number=number, text=word[:60]) for number, word in found.wrong[:NAMED]
    )
    rest = len(found.wrong) - NAMED
    sentence = _("These are neither addresses nor domains: %(lines)s", lines=named)
    more = _n("and %(num)s more", "and %(num)s more", rest)
    form.entries.errors = [f"{sentence} {more}" if rest > 0 else sentence]
    return None


def _text_of(content: bytes) -> str:
    """The text of a file: UTF-8, else what Western European spreadsheets write."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return text.replace("\x00", "").replace('"', "")


def _say(found: coding.Members) -> None:
    flash(_n("Saved: %(num)s member.", "Saved: %(num)s members.", len(found.values)), "ok")
    if found.twice:
        named = ", ".join(found.twice[:NAMED]) + (" …" if len(found.twice) > NAMED else "")
        flash(_("Named twice and kept once: %(names)s", names=named), "info")


def _list_or_404(public_id: str) -> MemberList:
    return or_404(coding.list_at(current_event(), public_id))
