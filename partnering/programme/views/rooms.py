"""The desk page for rooms and tracks."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...db import BilingualText, transaction
from ...errors import or_404, require
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...i18n import _, bi
from ...text import fold
from .. import desk_queries, listing, queries, services
from ..forms import listed
from ..room_forms import RoomForm, TrackForm
from .blueprints import desk as bp


@bp.get("/rooms")
def rooms() -> str:
    """Rooms and tracks, each to rename, and a form for a new one."""
    return _page(_room_form(), TrackForm(formdata=None, prefix="track-"))


@bp.post("/rooms/add")
@bp.post("/rooms/<public_id>")
def save_room(public_id: str = "") -> Response | tuple[str, int]:
    """Add a room, or rename one."""
    require(not public_id or queries.room_by_ref(current_event(), public_id))
    form = _room_form(formdata=request.form)
    if not form.validate_on_submit() or _is_taken(form, public_id):
        return _page(form, TrackForm(formdata=None, prefix="track-"), public_id), 422
    name = BilingualText(form.name_de.data or "", form.name_en.data or form.name_de.data or "")
    with transaction():
        event = fresh_event()
        if public_id:
            room = or_404(queries.room_by_ref(event, public_id))
        else:
            room = services.add_room(event, name, capacity=form.capacity.data)
        zone = next((each for each in desk_queries.zones_of(event) if each.public_id == form.zone.data), None)
        services.change_room(event, room, name, form.capacity.data, changeover=form.changeover.data, zone=zone)
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".rooms"))


@bp.post("/tracks/add")
@bp.post("/tracks/<public_id>")
def save_track(public_id: str = "") -> Response | tuple[str, int]:
    """Add a track, or rename or tint one."""
    require(not public_id or queries.track_by_ref(current_event(), public_id))
    form = TrackForm(prefix="track-")
    if not form.validate_on_submit():
        return _page(_room_form(), form, public_id), 422
    name = BilingualText(form.name_de.data or "", form.name_en.data or form.name_de.data or "")
    with transaction():
        event = fresh_event()
        if public_id:
            track = or_404(queries.track_by_ref(event, public_id))
            services.change_track(event, track, name, form.tint.data)
        else:
            services.add_track(event, name, form.tint.data)
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".rooms"))


def _is_taken(form: RoomForm, public_id: str) -> bool:
    """Whether another room has this name already, which then stands beside the field."""
    others = [room for room in queries.rooms_of(current_event()) if room.public_id != public_id]
    if fold(form.name_de.data or "") in {fold(room.name.de) for room in others}:
        form.name_de.errors = [_("Another room is called so already")]
        return True
    return False


def _page(room_form: RoomForm, track_form: TrackForm, public_id: str = "") -> str:
    """The page; a form that failed takes the place of the one it was sent from."""
    event = current_event()
    room_forms, track_forms = [], []
    in_use = {room.ref for room in listing.of(event).rooms}
    for room in queries.rooms_of(event):
        failed = public_id == room.public_id
        data = {
            "name_de": room.name.de,
            "name_en": room.name.en,
            "capacity": room.capacity,
            "changeover": room.changeover_minutes,
            "zone": room.zone.public_id if room.zone is not None else "",
        }
        form = room_form if failed else _room_form(data)
        room_forms.append((room, _own_ids(form, room.public_id)))
    for track in queries.tracks_of(event):
        failed = public_id == track.public_id
        data = {"name_de": track.name.de, "name_en": track.name.en, "tint": track.tint}
        form = track_form if failed else TrackForm(formdata=None, prefix="track-", data=data)
        track_forms.append((track, _own_ids(form, track.public_id)))
    blank_room = _room_form() if public_id else room_form
    blank_track = TrackForm(formdata=None, prefix="track-") if public_id else track_form
    failed_form = room_form if room_form.errors else track_form
    return render_template(
        "programme/desk/rooms.html",
        shown_rooms=in_use,
        rooms=room_forms,
        tracks=track_forms,
        room_form=blank_room,
        track_form=blank_track,
        failed=failed_form,
        form_errors=failed_form.errors if request.method == "POST" else {},
    )


def _room_form(data: dict[str, Any] | None = None, formdata: Any = None) -> RoomForm:
    """The form of a room, with the zones of the venue to choose from."""
    form = RoomForm(formdata=formdata, prefix="room-", data=data)
    zones = {zone.public_id: bi(zone.name) for zone in desk_queries.zones_of(current_event())}
    form.zone.choices = listed({"": _("no zone"), **zones})
    if formdata is not None and form.zone.data is None:
        form.zone.data = ""
    return form


def _own_ids(form: Any, suffix: str) -> Any:
    """Ids of fields that no other form of the page has."""
    for field in form:
        field.id = f"{field.id}-{suffix}"
        field.label.field_id = field.id
    return form
