"""What participants do with a session: put it into their schedule, book a place in it, and back."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ... import links
from ...db import transaction
from ...events.routing import current_event, current_participant, participant, within_event
from ...guards import guarded
from ...i18n import _, bi
from ...registration import offers, waiting_queries, workshops
from ...registration.models import Registration
from ...tickets import services as tickets
from .. import booking, choosing, services
from .blueprints import pages, shown_or_404


def back(public_id: str) -> Response:
    """To the session's page."""
    return redirect(url_for("programme.session", public_id=public_id))


@pages.post("/programme/<public_id>/choose")
@guarded(within_event(participant))
def choose(public_id: str) -> Response:
    """Put a session into my schedule; what of mine is at the same time is said, and is mine to decide."""
    try:
        with transaction():
            found, me = shown_or_404(public_id), current_participant()
            services.bookmark(found.session, me)
            beside = choosing.beside(found, me)
    except services.IsCancelled as error:
        flash(str(error.message), "warn")
    else:
        if beside:
            names = ", ".join(each.title for each in beside)
            flash(_("The session is in your schedule. At the same time you have: %(names)s", names=names), "warn")
        else:
            flash(_("The session is in your schedule."), "ok")
    return back(public_id)


@pages.post("/programme/<public_id>/drop")
@guarded(within_event(participant))
def drop(public_id: str) -> Response:
    """Take a session out of my schedule."""
    with transaction():
        services.forget(shown_or_404(public_id).session, current_participant())
    flash(_("The session is no longer in your schedule."), "ok")
    return back(public_id)


@pages.post("/programme/<public_id>/book")
@guarded(within_event(participant))
def book(public_id: str) -> Response:
    """Book a place in a session with my ticket."""
    if waiting_queries.anybody(current_event().id):
        with transaction():  # who waits comes first
            offers.serve(current_event().id)
    try:
        with transaction():
            found = shown_or_404(public_id)
            name = bi(found.title)
            booking.book(found, current_participant())
    except (
        booking.NoPlaces,
        booking.NoTicket,
        booking.HasPrice,
        booking.ChangesClosed,
        workshops.TimeConflict,
        workshops.NotOffered,
        tickets.SoldOut,
        tickets.NotOnSale,
        tickets.LimitPerOrder,
    ) as error:
        flash(str(error.message), "bad")
    else:
        flash(_("“%(name)s” is booked.", name=name), "ok")
    return back(public_id)


@pages.post("/programme/<public_id>/give-up")
@guarded(within_event(participant))
def give_up(public_id: str) -> Response:
    """Give my place in a session back."""
    try:
        with transaction():
            booking.give_up(shown_or_404(public_id), current_participant())
    except (
        booking.NoPlaces,
        booking.NoTicket,
        booking.HasPrice,
        booking.ChangesClosed,
        workshops.NotBooked,
    ) as error:
        flash(str(error.message), "bad")
    else:
        flash(_("It is given up."), "ok")
    return back(public_id)


def ticket_token(registration: Registration) -> str:
    """The secret of the page on which its holder books what costs something, or waits for what is sold out."""
    return links.token("ticket", registration.public_id, registration.generation)
