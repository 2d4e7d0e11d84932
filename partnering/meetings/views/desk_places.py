"""The organisers' desk: halls and how far they are, tables, stands, video rooms; and when lunch is protected."""

from datetime import date, datetime, time
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import Field
from wtforms.fields.choices import SelectChoice

from ... import clock
from ...agenda.models import Location, Zone
from ...db import BilingualText, transaction
from ...delegates.models import OrganisationProfile
from ...errors import DomainError, or_404, require
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...i18n import _, days_between
from ...text import clean
from .. import block_queries, furnishing, plate, removing, setting_up
from .. import lunch as lunches
from ..rules import rules_of, set_rules
from ..table_forms import HeldForm, HolderForm, LunchForm, PlacesForm, RoomForm, StandForm, TablesForm, ZoneForm
from .desk import called
from .desk_blueprint import desk, table_tabs

Forms = ZoneForm | TablesForm | RoomForm | StandForm


@desk.get("/tables/zones")
def places() -> str:
    """Halls with what stands in them, and forms for more."""
    return places_page()


@desk.post("/tables/zones")
def add_zone() -> Response | tuple[str, int]:
    """Add a hall."""
    return _set_zone(None)


@desk.post("/tables/zones/<id>")
def change_zone(id: str) -> Response | tuple[str, int]:
    """Give a hall another name or walk."""
    return _set_zone(id)


def _set_zone(public_id: str | None) -> Response | tuple[str, int]:
    if public_id is not None:
        zone_or_404(current_event(), public_id)
    form = ZoneForm(prefix=public_id or "new-zone")
    if not form.validate_on_submit():
        return places_page(form), 422
    try:
        with transaction():
            event = current_event()
            zone = zone_or_404(event, public_id) if public_id is not None else None
            if zone is not None and overtaken(form, zone_values(zone)):
                return places_page(form), 409
            setting_up.set_zone(event, named(form), walk_minutes=form.walk_minutes.data or 0, zone=zone)
    except setting_up.NameTaken as error:
        form.name_de.errors = [_("There is a hall of this name already.")]
        return places_page(form), error.status
    flash(_("The hall is saved."), "ok")
    return redirect(url_for(".places", _anchor="halls"))


@desk.post("/tables")
def add_tables() -> Response | tuple[str, int]:
    """Set up tables, rows by columns; those that are there stay."""
    form = TablesForm()
    if not form.validate_on_submit():
        return places_page(form), 422
    letters = [chr(ord("A") + n) for n in range(form.rows.data or 0)]
    zone = BilingualText(clean(form.zone_de.data or ""), clean(form.zone_en.data or ""))
    try:
        with transaction():
            setting_up.make_tables(current_event(), letters, form.columns.data or 0, zone=zone)
    except setting_up.TooMuch as error:
        form.columns.errors = [str(error.message)]
        return places_page(form), error.status
    flash(_("The tables are set up."), "ok")
    return redirect(url_for(".tables"))


@desk.post("/tables/rooms")
def add_room() -> Response | tuple[str, int]:
    """Add a room for video calls."""
    return _set_room(None)


@desk.post("/tables/rooms/<id>")
def change_room(id: str) -> Response | tuple[str, int]:
    """Give a room for video calls another name or link."""
    return _set_room(id)


def _set_room(public_id: str | None) -> Response | tuple[str, int]:
    if public_id is not None:
        room_or_404(current_event(), public_id)
    form = RoomForm(prefix=public_id or "new-room")
    if not form.validate_on_submit():
        return places_page(form), 422
    url = (form.url.data or "").strip()
    try:
        with transaction():
            event = current_event()
            if public_id is None:
                setting_up.add_virtual_room(event, named(form), url)
            else:
                room = room_or_404(event, public_id)
                if overtaken(form, room_values(room)):
                    return places_page(form), 409
                furnishing.change_room(room, named(form), url)
    except setting_up.BadLink as error:
        form.url.errors = [str(error.message)]
        return places_page(form), error.status
    except setting_up.NameTaken as error:
        form.name_de.errors = [_("There is a video room of this name already.")]
        return places_page(form), error.status
    flash(_("The video room is saved."), "ok")
    return redirect(url_for(".places", _anchor="rooms"))


@desk.post("/tables/stands")
def add_stand() -> Response | tuple[str, int]:
    """Add a stand."""
    form, event = StandForm(prefix="new-stand"), current_event()
    form.offer(block_queries.zones_of(event))
    if not form.validate_on_submit():
        return places_page(form), 422
    try:
        with transaction():
            event = current_event()
            zone = zone_or_404(event, form.zone.data) if form.zone.data else None
            furnishing.add_stand(event, named(form), zone)
    except setting_up.NameTaken:
        form.name_de.errors = [_("There is a stand of this name already.")]
        return places_page(form), 422
    flash(_("The stand is added."), "ok")
    return redirect(url_for(".places", _anchor="stands"))


@desk.post("/tables/stands/holders")
def give_stand() -> Response:
    """Let an organisation receive others at a stand."""
    form, event = HolderForm(), current_event()
    form.place.choices = [place.public_id for place in plate.places_of(event) if place.kind != "virtual"]
    form.organisation.choices = [profile.public_id for profile in furnishing.profiles_of(event)]
    if not form.validate_on_submit():
        flash(_("Choose a stand and an organisation."), "warn")
        return redirect(url_for(".places", _anchor="stands"))
    with transaction():
        event = current_event()
        place = or_404(plate.place_by_ref(event, form.place.data))
        profile = profile_or_404(event, form.organisation.data)
        name = profile.organisation.name
        furnishing.give_stand(profile, place)
    flash(_("%(name)s receives others at this place from now on.", name=name), "ok")
    return redirect(url_for(".places", _anchor="stands"))


@desk.post("/tables/stands/back")
def take_back() -> Response:
    """Let an organisation have no place of its own any more."""
    form = HeldForm()
    form.held.choices = [choice.value for choice in held_choices(current_event())]
    if not form.validate_on_submit():
        flash(_("Choose which place is taken back."), "warn")
        return redirect(url_for(".places", _anchor="stands"))
    place_ref, _colon, profile_ref = form.held.data.partition(":")
    with transaction():
        event = current_event()
        profile = profile_or_404(event, profile_ref)
        name = profile.organisation.name
        furnishing.take_back(profile, or_404(plate.place_by_ref(event, place_ref)))
    flash(_("%(name)s has no place of its own any more.", name=name), "ok")
    return redirect(url_for(".places", _anchor="stands"))


@desk.route("/tables/lunch", methods=["GET", "POST"])
def lunch() -> Response | str | tuple[str, int]:
    """When lunch is protected, day by day."""
    event = current_event()
    form = LunchForm(data=lunch_of(event))
    if not form.is_submitted():
        form.seen.note(lunch_values(lunch_of(event)))
        return _lunch_page(form)
    if not form.validate():
        return _lunch_page(form), 422
    windows, days = [], days_of(event)
    for row in form.days.data:
        day = days.get(row["day"])
        if day is not None and row["starts"] is not None and row["ends"] is not None:
            windows.append((instant(day, row["starts"], event.zone), instant(day, row["ends"], event.zone)))
    try:
        with transaction():
            event = fresh_event()
            lunches.take_turn(event)
            stored, fields = lunch_values(lunch_of(event)), lunch_fields(form)
            if form.seen.overtaken({name: fields[name] for name in fields if name in stored}, stored):
                form.days.errors = [row.errors for row in form.days]  # so that the summary names these too
                return _lunch_page(form), 409
            setting_up.set_lunch(event, windows)
            set_rules(event, lunch_minutes=form.lunch_minutes.data)
    except DomainError as error:
        flash(str(error.message), "bad")
        return _lunch_page(form), error.status
    flash(_("The lunch break is saved. Meetings that are booked stay."), "ok")
    return redirect(url_for(".lunch"))


def _lunch_page(form: LunchForm) -> str:
    days = days_of(current_event())
    return render_template(
        "meetings/desk_lunch.html",
        form=form,
        form_errors=form.errors,
        rows=[(row.form, days[row.form.day.data]) for row in form.days if row.form.day.data in days],
        tabs=table_tabs(),
    )


def lunch_of(event: Event) -> dict[str, object]:
    """The form's values: each window, and an empty row for each day without one."""
    rows = []
    for window in lunches.windows_of(event):
        starts, ends = (clock.in_zone(moment, event.zone) for moment in (window.starts_at, window.ends_at))
        rows.append({"day": starts.date().isoformat(), "starts": starts.time(), "ends": ends.time()})
    known = {row["day"] for row in rows}
    rows += [{"day": day, "starts": None, "ends": None} for day in days_of(event) if day not in known]
    rows.sort(key=lambda row: (str(row["day"]), str(row["starts"] or "")))
    return {"lunch_minutes": rules_of(event).lunch_minutes, "days": rows}


def lunch_values(found: dict[str, Any]) -> dict[str, object]:
    """Every single value of the lunch form: the minutes, and when each break of each day begins and ends."""
    values = {"lunch_minutes": found["lunch_minutes"]}
    for number, row in enumerate(found["days"]):
        values |= {f"{row['day']}_{number}_{end}": row[end] for end in ("starts", "ends")}
    return values


def lunch_fields(form: LunchForm) -> dict[str, Field]:
    """The fields of these values, by the same names."""
    fields = {"lunch_minutes": form.lunch_minutes}
    for number, row in enumerate(form.days):
        fields |= {f"{row.form.day.data}_{number}_{end}": row.form[end] for end in ("starts", "ends")}
    return fields


def places_page(sent: Forms | None = None) -> str:
    """Halls, tables, stands and rooms; `sent` is a form that did not pass."""
    event = current_event()
    zones = block_queries.zones_of(event)
    found = plate.places_of(event)
    rooms = [place for place in found if place.kind == "virtual"]
    holders = furnishing.holders_of(event)
    needed = removing.why_zones_stay(zones)
    ticks, held = PlacesForm(formdata=None), HeldForm(formdata=None)
    ticks.offer(zones)
    held.held.choices = held_choices(event)
    given = {sent._prefix.rstrip("-"): sent} if sent is not None else {}
    stand_form = given.get("new-stand") or StandForm(formdata=None, prefix="new-stand")
    if isinstance(stand_form, StandForm):
        stand_form.offer(zones)
    return render_template(
        "meetings/desk_places.html",
        zones=[
            {
                "zone": zone,
                "form": given.get(zone.public_id) or zone_form(zone),
                "tables": [place for place in found if place.kind == "table" and place.zone_id == zone.id],
                "stands": [place for place in found if place.kind == "stand" and place.zone_id == zone.id],
                "needed": needed.get(zone.id, ""),
            }
            for zone in zones
        ],
        elsewhere=[place for place in found if place.kind != "virtual" and place.zone_id is None],
        ticks=ticks,
        held=held,
        stands=[place for place in found if place.kind == "stand"],
        own=[place for place in found if place.kind != "virtual" and place.id in holders],
        rooms=[(room, given.get(room.public_id) or room_form(room)) for room in rooms],
        holders=holders,
        profiles=furnishing.profiles_of(event),
        zone_form=given.get("new-zone") or ZoneForm(formdata=None, prefix="new-zone", walk_minutes=5),
        room_form=given.get("new-room") or RoomForm(formdata=None, prefix="new-room"),
        stand_form=stand_form,
        tables_form=given.get("") or TablesForm(formdata=None),
        sent=sent,
        form_errors=sent.errors if sent is not None else {},
        tabs=table_tabs(),
    )


def zone_form(zone: Zone) -> ZoneForm:
    """The form of a hall that is there."""
    form = ZoneForm(formdata=None, prefix=zone.public_id, data=zone_values(zone))
    form.seen.note(zone_values(zone))
    return form


def zone_values(zone: Zone) -> dict[str, object]:
    """A hall as its form shows it."""
    return {"name_de": zone.name.de, "name_en": zone.name.en, "walk_minutes": zone.walk_minutes}


def room_form(room: Location) -> RoomForm:
    """The form of a video room that is there."""
    form = RoomForm(formdata=None, prefix=room.public_id, data=room_values(room))
    form.seen.note(room_values(room))
    return form


def room_values(room: Location) -> dict[str, object]:
    """A video room as its form shows it."""
    return {"name_de": room.name.de, "name_en": room.name.en, "url": room.url}


def overtaken(form: ZoneForm | RoomForm, stored: dict[str, object]) -> bool:
    """Whether somebody else has changed a hall or room since its form was shown; then the form says what."""
    return form.seen.overtaken({name: form[name] for name in stored}, stored)


def zone_or_404(event: Event, public_id: str | None) -> Zone:
    """The hall of this public id."""
    return or_404(next((zone for zone in block_queries.zones_of(event) if zone.public_id == public_id), None))


def room_or_404(event: Event, public_id: str) -> Location:
    """The video room of this public id."""
    room = or_404(plate.place_by_ref(event, public_id))
    require(room.kind == "virtual")
    return room


def named(form: ZoneForm | RoomForm | StandForm) -> BilingualText:
    """The name that somebody typed."""
    return BilingualText(clean(form.name_de.data or ""), clean(form.name_en.data or ""))


def profile_or_404(event: Event, public_id: str | None) -> OrganisationProfile:
    """The organisation of this public id."""
    return or_404(next((each for each in furnishing.profiles_of(event) if each.public_id == public_id), None))


def held_choices(event: Event) -> list[SelectChoice]:
    """Places that organisations have of their own, to take them back."""
    holders = furnishing.holders_of(event)
    return [
        SelectChoice(f"{place.public_id}:{profile.public_id}", f"{called(place)}: {profile.organisation.name}")
        for place in plate.places_of(event)
        for profile in holders.get(place.id, [])
    ]


def days_of(event: Event) -> dict[str | None, date]:
    """The event's days, and others on which lunch is protected, as the form names them."""
    days = {*days_between(event.first_day, event.last_day)}
    days |= {clock.in_zone(window.starts_at, event.zone).date() for window in lunches.windows_of(event)}
    return {day.isoformat(): day for day in sorted(days)}


def instant(day: date, wall: time, zone: str) -> datetime:
    """A wall-clock time of a day, as an instant."""
    return clock.from_zone(datetime.combine(day, wall), zone)
