"""Those who speak: all of them by name, and a page for each."""

from flask import render_template, request

from ...errors import NotFound, or_404
from ...events.routing import current_event
from ...headers import single
from ...memory import remembered
from ...text import clean
from .. import photos, profiles, queries, searching, words
from .blueprints import pages, share


@pages.get("/speakers")
@remembered()
def speakers() -> str:
    """Everybody who speaks, by name; or whom words find."""
    share()
    event = current_event()
    everybody, q = queries.speakers(event), clean(single(request.args, "q") or "")[:100]
    return render_template(
        "programme/speakers.html",
        speakers=searching.speakers_found(everybody, q),
        total=len(everybody),
        q=q,
        portraits=photos.public_photos(event),
    )


@pages.get("/speakers/<public_id>")
@remembered()
def speaker(public_id: str) -> str:
    """Somebody who speaks: who they are, and their sessions."""
    event = current_event()
    found = or_404(queries.participant_by_ref(event, public_id))
    sessions = queries.speaks_in(found)
    if not sessions:
        raise NotFound
    share()
    profile = profiles.profile_of(found)
    return render_template(
        "programme/speaker.html",
        speaker=found,
        sessions=sessions,
        website=profile.website if profile is not None else "",
        photo=photos.public_photos(event).get(found.id),
        part_of={each.session_id: part.role for each in sessions for part in each.people if part.participant == found},
        kinds=words.KINDS,
        roles=words.ROLES,
    )
