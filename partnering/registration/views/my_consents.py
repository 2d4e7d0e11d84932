"""What somebody agreed to, with or without a ticket: withdrawing is as easy as agreeing, at any time."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ...consents import services as consents
from ...db import transaction
from ...errors import or_404
from ...events import queries as events
from ...events.models import Participant
from ...events.routing import current_event, current_participant, current_person, participant, within_event
from ...guards import guarded
from ...i18n import _
from ..change_forms import TakeBackForm
from .blueprint import bp, page


@bp.get("/e/<event_slug>/me/consents")
@guarded(within_event(participant))
def my_consents(status: int = 200) -> tuple[str, int]:
    """Everything that the signed-in participant agreed to at this event, also after their ticket has ended."""
    return page("my_consents", current_event(), status=status, given=consents.in_force(current_participant()))


@bp.post("/e/<event_slug>/me/consents")
@guarded(within_event(participant))
def take_back_consent() -> Response | tuple[str, int]:
    """End one consent, with immediate effect; ending it twice is ending it once."""
    form = TakeBackForm()
    if not form.validate_on_submit():
        return my_consents(422)
    with transaction():
        consents.take_back(_fresh(), form.purpose.data or "", form.recipient.data or "")
    flash(_("You agree no longer. This holds from now on."), "ok")
    return redirect(url_for(".my_consents"), 303)


def _fresh() -> Participant:
    """Whoever is signed in, as they are inside this transaction."""
    return or_404(events.participant_of(current_person(), current_event()))
