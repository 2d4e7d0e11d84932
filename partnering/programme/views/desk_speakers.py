"""The organisers' view of those who speak: what is missing, letters about it, and files sent for somebody."""

from datetime import date, datetime, time

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ... import clock
from ...consents import services as consent_services
from ...db import BilingualText, transaction
from ...errors import or_404, require
from ...events.models import Event, Participant
from ...events.pages import fresh_event, page
from ...events.routing import current_event, current_person, manage_blueprint
from ...headers import single, takes
from ...i18n import _, _n
from ...text import fold
from .. import availability, files, lacking, needs, photos, profiles, queries, speaker_mails, words
from ..file_types import MOST_BYTES, FileRefused
from ..lacking import Speaker
from ..models import ProgrammeSession, SessionFile
from ..speaker_forms import AskingForm, DeskUploadForm, SpeakerDeedForm, SpeakerNoteForm, SpeakersForm
from ..speaker_mails import Written
from ..speaker_words import EQUIPMENT, FILE_KINDS, LACKS
from .blueprints import session_or_404
from .uploads import ROOM_FOR_THE_FORM, looked_at, said_taken_back, send

bp = manage_blueprint("programme_speakers", __name__, "programme")


@bp.get("/speakers")
def index() -> str:
    """Everybody who speaks, with what is missing."""
    event = current_event()
    everybody = lacking.speakers(event)
    lack, sought = single(request.args, "lack") or "", " ".join((single(request.args, "q") or "").split())[:80]
    shown = [one for one in everybody if _lacks(one, lack) and _is_called(one, sought)]
    return render_template(
        "programme/desk/speakers.html",
        everybody=everybody,
        shown=shown,
        numbers=lacking.numbers(everybody),
        complete=sum(not one.codes for one in everybody),
        lack=lack,
        sought=sought,
        words_of=LACKS,
        settings=profiles.settings_of(event),
        form=SpeakersForm(formdata=None, refs=[]),
    )


def _lacks(speaker: Speaker, lack: str) -> bool:
    if lack == "anything":
        return bool(speaker.codes)
    if lack == "nothing":
        return not speaker.codes
    return lack not in lacking.CODES or lack in speaker.codes


def _is_called(speaker: Speaker, sought: str) -> bool:
    said = fold(f"{speaker.participant.name} {speaker.participant.company}")
    return all(word in said for word in fold(sought).split())


@bp.post("/speakers")
def write() -> AnyResponse:
    """Write to those who were ticked: what is missing, or when they can come."""
    people = {one.participant.public_id: one.participant for one in lacking.speakers(current_event())}
    form = SpeakersForm(refs=list(people))
    if not form.validate_on_submit() or not form.pick.data:
        flash(_("Tick at least one person."), "warn")
        return redirect(url_for(".index"), 303)
    with transaction():
        event = fresh_event()
        ticked = [one for ref in form.pick.data if (one := queries.participant_by_ref(event, ref)) is not None]
        ticked = sorted((one for one in ticked if one.erased_at is None), key=lambda one: one.id)
        done = (speaker_mails.remind if form.deed.data == "lacking" else speaker_mails.ask_when)(event, ticked)
        _say(done)
    return redirect(url_for(".index", lack=single(request.args, "lack"), q=single(request.args, "q")), 303)


def _say(done: Written) -> None:
    if done.sent:
        flash(_n("One letter is on its way.", "%(num)s letters are on their way.", done.sent), "ok")
    for people, sentence in (
        (done.needless, _("Nothing is missing of %(names)s.", names=_names(done.needless))),
        (done.too_soon, _("Written to not long ago, so not again: %(names)s.", names=_names(done.too_soon))),
        (
            done.unreachable,
            _("Without an email address, please reach by hand: %(names)s.", names=_names(done.unreachable)),
        ),
    ):
        if people:
            flash(sentence, "warn")


def _names(people: list[Participant]) -> str:
    named = ", ".join(one.name for one in people[:8])
    return named if len(people) <= 8 else _("%(names)s and %(num)s more", names=named, num=len(people) - 8)


@bp.route("/speakers/settings", methods=["GET", "POST"])
def settings() -> AnyResponse | str | tuple[str, int]:
    """Until when speakers are asked for what, and what every stage has."""
    event, held = current_event(), profiles.settings_of(current_event())
    data = {}
    if held is not None:
        data = {
            "availability_until": _day(held.availability_until, event),
            "slides_until": _day(held.slides_until, event),
            "contact_de": held.contact.de,
            "contact_en": held.contact.en,
            "equipment_de": held.equipment.de,
            "equipment_en": held.equipment.en,
        }
    form = AskingForm(data=data)
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            profiles.ask_for(
                event,
                profiles.settings_for(event),
                availability_until=_end_of(form.availability_until.data, event),
                slides_until=_end_of(form.slides_until.data, event),
                contact=BilingualText(form.contact_de.data or "", form.contact_en.data or ""),
                equipment=BilingualText(form.equipment_de.data or "", form.equipment_en.data or ""),
            )
        flash(_("Your answers are saved."), "ok")
        return redirect(url_for(".index"), 303)
    return page("programme/desk/asking.html", form)


def _end_of(day: date | None, event: Event) -> datetime | None:
    """The last minute of a day in the event's zone."""
    if day is None:
        return None
    return clock.from_zone(datetime.combine(day, time(23, 59)), event.zone)


def _day(until: datetime | None, event: Event) -> date | None:
    return clock.in_zone(until, event.zone).date() if until is not None else None


# -- one speaker


@bp.route("/speakers/<public_id>", methods=["GET", "POST"])
def speaker(public_id: str) -> AnyResponse | str | tuple[str, int]:
    """Everything that somebody gave as a speaker, and a note of one's own."""
    event = current_event()
    found = or_404(next((one for one in lacking.speakers(event) if one.participant.public_id == public_id), None))
    profile = profiles.profile_of(found.participant)
    form = SpeakerNoteForm(data={"note": profile.desk_note if profile is not None else ""})
    if form.validate_on_submit():
        with transaction():
            fresh_event()
            profiles.note(or_404(queries.participant_by_ref(event, public_id)), form.note.data or "")
        flash(_("The note is saved."), "ok")
        return redirect(url_for(".speaker", public_id=public_id), 303)
    ids = [part.session_id for part in found.parts]
    return page(
        "programme/desk/speaker.html",
        form,
        speaker=found,
        profile=profile,
        portrait=photos.photo_of(found.participant),
        portrait_public=photos.is_public(found.participant),
        said=availability.said_by(found.participant),
        files={file.session_id: file for file in files.files_of(ids, found.participant) if file.current},
        needs=needs.of(ids),
        equipment=EQUIPMENT,
        roles=words.ROLES,
        words_of=LACKS,
        agreed=[consent.purpose for consent in consent_services.in_force(found.participant)],
    )


# -- files of a session


@bp.get("/<public_id>/files")
def session_files(public_id: str) -> str:
    """The files of a session, and a form to send one for somebody."""
    return _files_page(session_or_404(public_id))


def _files_page(session: ProgrammeSession, form: DeskUploadForm | None = None) -> str:
    form = form or DeskUploadForm(formdata=None, people=_people(session), data={"kind": "slides"})
    return render_template(
        "programme/desk/files.html",
        session=session,
        held=files.files_of([session.id]),
        stored=needs.of([session.id]).get(session.id),
        file_kinds=FILE_KINDS,
        equipment=EQUIPMENT,
        form=form,
        form_errors=form.errors,
    )


def _people(session: ProgrammeSession) -> list[tuple[str, str]]:
    return [(part.participant.public_id, part.participant.name) for part in queries.people_of(session)]


@bp.post("/<public_id>/files")
@takes(MOST_BYTES + ROOM_FOR_THE_FORM)
def upload(public_id: str) -> AnyResponse | tuple[str, int]:
    """Send slides or a handout for one of the session's people."""
    session = session_or_404(public_id)
    form = DeskUploadForm(people=_people(session))
    if not form.validate_on_submit():
        return _files_page(session, form), 422
    try:
        looked = looked_at(form)
        with transaction():
            event, session = fresh_event(), session_or_404(public_id)
            file = files.upload(
                session,
                or_404(queries.participant_by_ref(event, str(form.whose.data))),
                looked,
                kind=str(form.kind.data),
                public=bool(form.public.data),
                by=current_person(),
            )
    except (FileRefused, files.TooManyFiles) as refused:
        form.file.errors = [str(refused.message)]
        return _files_page(session_or_404(public_id), form), refused.status
    flash(_("%(name)s is here, as version %(number)s.", name=file.name, number=file.number), "ok")
    return redirect(url_for(".session_files", public_id=public_id), 303)


@bp.get("/<public_id>/files/<file_id>")
def download(public_id: str, file_id: str) -> Response:
    """A file of a session, of any version."""
    return send(_file(public_id, file_id))


@bp.post("/<public_id>/files/<file_id>/take-back")
def take_back(public_id: str, file_id: str) -> AnyResponse:
    """Delete a version that was sent."""
    require(SpeakerDeedForm().validate_on_submit())
    with transaction():
        fresh_event()
        before = files.take_back(_file(public_id, file_id))
    said_taken_back(before)
    return redirect(url_for(".session_files", public_id=public_id), 303)


def _file(public_id: str, file_id: str) -> SessionFile:
    found = or_404(files.file_at(current_event(), file_id))
    require(found.session.public_id == public_id)
    return found
