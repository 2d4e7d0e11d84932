"""A speaker's own pages: their sessions, what is missing, what they say of themselves, when they can come."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...errors import NotFound, Stale, or_404, require
from ...events.models import Participant
from ...events.queries import is_over, participant_of
from ...events.routing import current_event, current_participant, current_person, participant, within_event
from ...guards import guarded
from ...i18n import _
from ...organisations import images
from .. import availability as times
from .. import files, lacking, needs, photos, profiles, stage, words
from ..models import SessionNeeds
from ..speaker_forms import (
    AvailabilityForm,
    BiographyForm,
    NeedsForm,
    PhotoForm,
    SpeakerConsentsForm,
    SpeakerDeedForm,
    UploadForm,
    address_of,
)
from ..speaker_words import EQUIPMENT, FILE_KINDS, lack_line
from ..stage import OnStage
from .blueprints import pages


@pages.get("/me/talks")
@guarded(within_event(participant))
def talks() -> str:
    """My sessions, what is missing, and what stands of me in the programme."""
    return _talks_page()


def _talks_page(**forms: Any) -> str:
    event, me = current_event(), current_participant()
    parts = stage.parts_of(me)
    profile, agreed = profiles.profile_of(me), profiles.agreed_by(me)
    forms.setdefault(
        "biography",
        BiographyForm(
            formdata=None,
            data={"biography": me.biography, "website": profile.website if profile is not None else ""},
        ),
    )
    forms.setdefault("photo", PhotoForm(formdata=None))
    forms.setdefault("agreeing", SpeakerConsentsForm(formdata=None, data=dict.fromkeys(agreed, True)))
    lacks = lacking.of_one(me, parts)
    return render_template(
        "programme/talks.html",
        me=me,
        parts=parts,
        lacks=[(lack, lack_line(lack, event.zone), _where(lack.code, lack.session_id, parts)) for lack in lacks],
        given=_given(parts, {lack.code for lack in lacks}),
        roles=words.ROLES,
        kinds=words.KINDS,
        portrait=photos.photo_of(me),
        said=times.said_by(me),
        asked=profiles.settings_of(event),
        texts=profiles.TEXTS,
        over=is_over(event),
        form_errors=any(form.errors for form in forms.values()),
        **forms,
    )


def _where(code: str, session_id: int | None, parts: list[OnStage]) -> str:
    """Where something that is missing can be given."""
    part = next((part for part in parts if part.session.id == session_id), None)
    if part is not None:
        return url_for(".talk", public_id=part.public_id, _anchor=f"h-{code}")
    if code == "availability":
        return url_for(".availability")
    if code == "registration":
        return url_for("registration.ticket")
    return f"#h-{'photo' if code == 'consent' else code}"


def _given(parts: list[OnStage], missing: set[str]) -> list[str]:
    """What is there already, by code."""
    expected = {"biography", "photo", "registration"}
    if any(part.gives_slides for part in parts):
        expected |= {"slides", "needs"}
    return [code for code in lacking.CODES if code in expected - missing]


@pages.post("/me/talks/biography")
@guarded(within_event(participant))
def biography() -> Response | tuple[str, int]:
    """Set what stands beside my name."""
    form = BiographyForm()
    _speaking()
    if not form.validate_on_submit():
        return _talks_page(biography=form), 422
    with transaction():
        profiles.describe(current_event(), _speaking(), form.biography.data or "", address_of(form.website.data or ""))
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".talks", _anchor="h-biography"), 303)


@pages.post("/me/talks/photo")
@guarded(within_event(participant))
def photo_save() -> Response | tuple[str, int]:
    """Take a new portrait."""
    form = PhotoForm()
    _speaking()
    require(form.validate_on_submit())
    try:
        if not form.image.data:
            raise images.ImageRefused
        drawn = images.read(form.image.data.stream)
    except images.ImageRefused as refused:
        form.image.errors = [str(refused.message)]
        return _talks_page(photo=form), refused.status
    with transaction():
        photos.keep(_speaking(), drawn)
    flash(_("The photo is saved."), "ok")
    return redirect(url_for(".talks", _anchor="h-photo"), 303)


@pages.post("/me/talks/photo/remove")
@guarded(within_event(participant))
def photo_remove() -> Response:
    """Show no portrait any more."""
    require(SpeakerDeedForm().validate_on_submit())
    with transaction():
        photos.take_away(_speaking())
    flash(_("The photo is gone."), "ok")
    return redirect(url_for(".talks", _anchor="h-photo"), 303)


@pages.post("/me/talks/consents")
@guarded(within_event(participant))
def consents() -> Response:
    """Agree, or no longer; each by itself and with effect at once."""
    form = SpeakerConsentsForm()
    require(form.validate_on_submit())
    with transaction():
        profiles.agree(
            _speaking(), {"speaker_page": bool(form.speaker_page.data), "recording": bool(form.recording.data)}
        )
    flash(_("Saved. This holds from now on."), "ok")
    return redirect(url_for(".talks", _anchor="h-consents"), 303)


# -- when I can come


@pages.route("/me/talks/availability", methods=["GET", "POST"])
@guarded(within_event(participant))
def availability() -> Response | str | tuple[str, int]:
    """When I can come, as half hours to tick."""
    me = _speaking()
    days = times.days_of(current_event())
    steps = {str(int(begins.timestamp())): (begins, ends) for day in days for begins, ends in day.steps}
    said = times.said_by(me)
    ticked = [key for key, step in steps.items() if said is not None and said.covers(*step)]
    form = AvailabilityForm(data={"times": ticked, "note": said.note if said is not None else ""})
    form.times.choices = list(steps)
    if form.validate_on_submit():
        with transaction():
            times.say(current_event(), _speaking(), [steps[key] for key in form.times.data or ()], form.note.data or "")
        if form.times.data:
            flash(_("Thank you. We plan with these times."), "ok")
        else:
            flash(_("Saved: you can come at no time. Please tell us if that is not what you mean."), "warn")
        return redirect(url_for(".talks"), 303)
    page = render_template(
        "programme/availability.html",
        form=form,
        form_errors=form.errors,
        days=days,
        rows=_rows(days),
        ticked=frozenset(form.times.data or ()),
        said=said,
        asked=profiles.settings_of(current_event()),
        parts=stage.parts_of(me),
    )
    return (page, 422) if form.is_submitted() else page


def _rows(days: list[times.Day]) -> list[tuple[str, list[str | None]]]:
    """The half hours by wall clock, with the key of each day's, or None where a day has none then."""
    zone = current_event().zone
    table: dict[tuple[int, str], list[str | None]] = {}
    for column, day in enumerate(days):
        for begins, _ends in day.steps:
            local = clock.in_zone(begins, zone)
            late = (local.date() - day.day).days
            row = table.setdefault((late, f"{local:%H:%M}"), [None] * len(days))
            row[column] = row[column] or str(int(begins.timestamp()))
    return [(at.removeprefix("0") if at != "00:00" else "0:00", cells) for (_late, at), cells in sorted(table.items())]


# -- one session


@pages.get("/me/talks/<public_id>")
@guarded(within_event(participant))
def talk(public_id: str) -> str:
    """One of my sessions: when and with whom, slides in versions, what the stage needs."""
    return talk_page(own_part(public_id))


def talk_page(part: OnStage, **forms: Any) -> str:
    """The page of a session of mine, with forms as they were sent."""
    event, me = current_event(), current_participant()
    held = files.files_of([part.session.id], None if part.role == "chair" else me)
    stored = needs.of([part.session.id]).get(part.session.id)
    forms.setdefault("needing", needs_form(stored))
    current = next((file for file in held if file.current and file.participant_id == me.id), None)
    forms.setdefault(
        "uploading",
        UploadForm(formdata=None, data={"kind": "slides", "public": current is not None and current.public}),
    )
    return render_template(
        "programme/talk.html",
        me=me,
        part=part,
        roles=words.ROLES,
        kinds=words.KINDS,
        languages_spoken=words.LANGUAGES,
        file_kinds=FILE_KINDS,
        equipment=EQUIPMENT,
        own=[file for file in held if file.participant_id == me.id],
        others=[file for file in held if file.participant_id != me.id and file.current],
        stored=stored,
        asked=profiles.settings_of(event),
        over=is_over(event),
        form_errors=any(form.errors for form in forms.values()),
        **forms,
    )


def needs_form(stored: SessionNeeds | None, formdata: Mapping[str, Any] | None = None) -> NeedsForm:
    """The form of what a session needs, as it is stored."""
    data = {
        "version": stored.version if stored is not None else 0,
        "items": stored.items if stored is not None else [],
        "remarks": stored.remarks if stored is not None else "",
    }
    return NeedsForm(formdata=formdata, data=data)


@pages.post("/me/talks/<public_id>/needs")
@guarded(within_event(participant))
def need(public_id: str) -> Response | tuple[str, int]:
    """Say what my session needs on the stage."""
    part, form = own_part(public_id), NeedsForm()
    require(part.role != "chair" and part.state != "cancelled")
    if not form.validate_on_submit():
        return talk_page(part, needing=form), 422
    try:
        with transaction():
            part = own_part(public_id)
            needs.say(
                current_event(),
                part.session,
                form.items.data or [],
                form.remarks.data or "",
                by=current_person(),
                version=form.version.data,
            )
    except Stale as stale:
        flash(str(stale.message), "warn")
        return talk_page(own_part(public_id)), stale.status
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".talk", public_id=public_id, _anchor="h-needs"), 303)


# -- steps


def own_part(public_id: str) -> OnStage:
    """My part in a session of this event. Raises `NotFound` for sessions of others."""
    return or_404(stage.part_at(current_participant(), public_id))


def _speaking() -> Participant:
    """Whoever is signed in, read anew, if they are on the stage of any session. Raises `NotFound`."""
    me = or_404(participant_of(current_person(), current_event()))
    if not stage.parts_of(me):
        raise NotFound
    return me
