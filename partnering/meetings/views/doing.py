"""How the pages of a meeting do a deed: once, in one transaction, and what the rules refuse beside what it concerns."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ...db import db, transaction
from ...delegates import queries as partnering
from ...delegates.models import Delegate
from ...errors import DomainError, Forbidden, NotFound, or_404
from ...events.pages import once
from ...events.routing import current_event
from ...i18n import _
from .. import mails, permissions, queries
from ..errors import RequestNotOpen
from ..forms import Deed
from ..models import Meeting
from .blueprint import acting_for, me, meeting_or_404, meeting_to_act
from .showing import page

Answer = Response | str | tuple[str, int]
Done = Callable[[Delegate, Meeting], object]
Finder = Callable[[Delegate, str], Meeting]


def answer(
    id: str, name: str, form: Deed, deed: Done, said: str, *, find: Finder = meeting_to_act, versioned: bool = False
) -> Answer:
    """Do the deed of this name; what the rules refuse is said on the meeting's page, which shows its newest state.

    `versioned` deeds are those whose service asks for no version: here the page's one must still be the newest.
    """
    if not form.validate_on_submit():
        mine = me()
        return page(mine, meeting_or_404(mine, id), form=form, at=name), 422

    def act() -> dict[str, Any]:
        if versioned and form.version.data not in (None, meeting.version):
            raise RequestNotOpen(meeting=meeting)
        whom = acting_for(mine, meeting)
        told = deed(mine, meeting)
        now = told if isinstance(told, Meeting) else meeting
        stays = now in db.session  # a draft that was thrown away does not
        if whom is not None and stays:
            mails.acted_for(now, whom, mine, name)
        return {
            "said": told if isinstance(told, str) else said,
            "for": whom.participant.name if whom is not None else "",
            "show": now.public_id if stays and permissions.may_see(mine, now) else "",
        }

    try:
        with transaction():
            mine = me()
            meeting = find(mine, id)
            done = once(form, act)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return refused(id, name, form, error)
    acted = _("You acted for %(name)s.", name=done["for"]) if done["for"] else ""
    flash(f"{done['said']} {acted}".strip(), "ok")
    return redirect(url_for(".show", id=done["show"]) if done["show"] else url_for(".inbox"))


def refused(id: str, name: str, form: Deed, error: DomainError) -> Answer:
    """The meeting's page as it is now, with the sentence beside the deed it concerns.

    Whoever does not see the meeting, and had asked to join it, reads the sentence on their own page.
    """
    mine = me()
    meeting = or_404(queries.meeting_by_ref(current_event(), id))
    if not permissions.may_see(mine, meeting):
        flash(str(error.message), "warn")
        return redirect(url_for(".inbox"))
    return page(mine, meeting, form=form, at=name, refusal=str(error.message)), error.status


def companions_of(lead: Delegate, refs: Iterable[str] | None) -> list[Delegate]:
    """The colleagues who are ticked."""
    wanted = set(refs or ())
    if not wanted:
        return []
    return [colleague for colleague in partnering.colleagues(lead) if colleague.public_id in wanted]
