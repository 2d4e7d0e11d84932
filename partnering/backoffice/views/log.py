"""The log of every change."""

from typing import Any

from flask import render_template, request, url_for

from ...events.routing import current_event
from ...headers import single
from ...i18n import _
from .. import guests, log, typed
from .blueprint import argument, bp


@bp.get("/log")
def changes_log() -> str:
    """Who did what and when, newest first."""
    event = current_event()
    asked = log.Asked(
        words=argument("q"),
        person=argument("person"),
        kind=argument("kind", tuple(log.KINDS)),
        actor=argument("actor"),
    )
    before = typed.whole(single(request.args, "before"))
    deeds, later = log.deeds(event, asked, before=before)
    given = {"q": asked.words, "person": asked.person, "kind": asked.kind, "actor": asked.actor}
    kept: dict[str, Any] = {key: value for key, value in given.items() if value}
    return render_template(
        "backoffice/log.html",
        asked=asked,
        deeds=deeds,
        kinds={key: word for key, (word, _begins) in log.KINDS.items()},
        actors=[*log.actors(event), ("guest", _("Guests")), ("system", _("The system"))],
        whom=guests.guest_at(event, asked.person) if asked.person else None,
        newest=url_for(".changes_log", **kept) if before is not None else None,
        older=url_for(".changes_log", **kept, before=later) if later is not None else None,
    )
