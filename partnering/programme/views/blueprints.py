"""The blueprints of this room, and what their pages share."""

from ...errors import NotFound, or_404
from ...events.routing import current_event, event_blueprint, manage_blueprint
from ...guards import public
from ...headers import answer_unchanged, cacheable
from .. import queries
from ..models import ProgrammeSession, ReleasedSession

pages = event_blueprint("programme", __name__, guard=public)
desk = manage_blueprint("programme_desk", __name__, "programme")
releases = manage_blueprint("programme_release", __name__, "programme")

pages.after_request(answer_unchanged)


def session_or_404(public_id: str) -> ProgrammeSession:
    """The session of this event, read anew."""
    session = queries.session_by_ref(current_event(), public_id)
    if session is None:
        raise NotFound
    return session


def shown_or_404(public_id: str) -> ReleasedSession:
    """The session of the public programme, read anew."""
    return or_404(queries.shown(current_event(), public_id))


def share(seconds: int = 60) -> None:
    """Let everybody's copy be the same for so long, unless the event is a draft."""
    if current_event().state != "draft":
        cacheable(seconds)
