"""The organisers' desk: tables put into other halls; places, halls and blocks deleted that nothing hangs on."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...agenda.models import Location
from ...db import transaction
from ...errors import or_404
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...i18n import _, _n
from .. import block_queries, furnishing, plate, removing
from ..removing import Removal, StillNeeded
from ..table_forms import PlacesForm
from .desk_blueprint import desk, table_tabs
from .desk_places import zone_or_404


@desk.post("/tables/places/hall")
def put_tables() -> Response:
    """Put the ticked tables and stands into another hall, or into none."""
    form = PlacesForm()
    if not form.validate_on_submit():
        return nothing_ticked()
    with transaction():
        event = fresh_event()
        zone = zone_or_404(event, form.zone.data) if form.zone.data else None
        places = [place for place in ticked(event, form) if place.kind != "virtual"]
        number = furnishing.put_tables(places, zone)
    if number:
        flash(
            _n("%(num)s place has its new hall.", "%(num)s places have their new hall.", number)
            + " "
            + _("Meetings that are booked stay there."),
            "ok",
        )
    else:
        flash(_("They stand there already."), "info")
    return redirect(url_for(".places", _anchor="tables"))


@desk.post("/tables/places/remove")
def remove_places() -> Response | str:
    """First what would be deleted and what stays, and why; then, when it is sent once more, the deed itself."""
    form = PlacesForm()
    if not form.validate_on_submit():
        return nothing_ticked()
    if "sure" not in request.form:
        places = ticked(current_event(), form)
        return removal_page(removing.sorted_out(places)) if places else nothing_ticked()
    with transaction():
        done = removing.remove_places(ticked(fresh_event(), form))
        gone = len(done.gone)
    if gone:
        flash(_n("%(num)s place is deleted.", "%(num)s places are deleted.", gone), "ok")
    if done.kept:
        flash(_n("%(num)s place stays.", "%(num)s places stay.", len(done.kept)) + " " + done.kept[0][1], "warn")
    return redirect(url_for(".places", _anchor="tables"))


@desk.post("/tables/zones/<id>/remove")
def remove_zone(id: str) -> Response:
    """Delete a hall in which nothing stands."""
    try:
        with transaction():
            removing.remove_zone(zone_or_404(fresh_event(), id))
    except StillNeeded as error:
        flash(str(error.message), "warn")
    else:
        flash(_("The hall is deleted."), "ok")
    return redirect(url_for(".places", _anchor="halls"))


@desk.post("/tables/blocks/<id>/delete")
def remove_block(id: str) -> Response:
    """Delete a block of which no time was offered or held."""
    try:
        with transaction():
            removing.remove_block(or_404(block_queries.block_by_ref(fresh_event(), id)))
    except StillNeeded as error:
        flash(str(error.message), "warn")
        return redirect(url_for(".block", id=id))
    flash(_("The block is deleted."), "ok")
    return redirect(url_for(".blocks"))


def ticked(event: Event, form: PlacesForm) -> Sequence[Location]:
    """The places that were ticked and are still there, in their order."""
    wanted = set(form.pick.data or ())
    return [place for place in plate.places_of(event) if place.public_id in wanted]


def nothing_ticked() -> Response:
    """Back to the halls, with a sentence."""
    flash(_("Tick the tables and stands first."), "warn")
    return redirect(url_for(".places", _anchor="tables"))


def removal_page(found: Removal) -> str:
    """The question before places are deleted."""
    return render_template("meetings/desk_deletion.html", found=found, tabs=table_tabs())
