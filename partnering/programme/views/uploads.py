"""Slides, handouts and portraits as files: sent by speakers, read by whoever may."""

from collections.abc import Iterator

from flask import Response, flash, g, redirect, request, stream_with_context, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...accounts.models import Person
from ...db import end_reading, transaction
from ...errors import or_404, require
from ...events import permissions
from ...events.models import Participant
from ...events.routing import current_event, current_participant, current_person, participant, within_event
from ...guards import guarded
from ...headers import as_file, cacheable, takes
from ...i18n import _
from .. import files, photos, queries, stage
from ..file_types import MEGABYTE, MOST_BYTES, FileRefused, Looked, look
from ..models import SessionFile
from ..speaker_forms import ShownForm, SpeakerDeedForm, UploadForm
from .blueprints import pages
from .talks import own_part, talk_page

ROOM_FOR_THE_FORM = MEGABYTE
"""What a form with a file needs besides the file."""


@pages.post("/me/talks/<public_id>/files")
@guarded(within_event(participant))
@takes(MOST_BYTES + ROOM_FOR_THE_FORM)
def upload(public_id: str) -> AnyResponse | tuple[str, int]:
    """Send slides or a handout for my session."""
    part, form = own_part(public_id), UploadForm()
    require(part.role != "chair" and part.state != "cancelled")
    if not form.validate_on_submit():
        return talk_page(part, uploading=form), 422
    try:
        looked = looked_at(form)
        with transaction():
            file = files.upload(
                own_part(public_id).session,
                current_participant(),
                looked,
                kind=str(form.kind.data),
                public=bool(form.public.data),
                by=current_person(),
            )
    except (FileRefused, files.TooManyFiles) as refused:
        form.file.errors = [str(refused.message)]
        return talk_page(own_part(public_id), uploading=form), refused.status
    flash(_("%(name)s is here, as version %(number)s.", name=file.name, number=file.number), "ok")
    return redirect(url_for(".talk", public_id=public_id, _anchor="h-slides"), 303)


def looked_at(form: UploadForm) -> Looked:
    """The file of a form, looked at before anything is stored. Raises `FileRefused`."""
    if not form.file.data:
        raise FileRefused
    return look(form.file.data.stream, form.file.data.filename)


@pages.post("/me/talks/<public_id>/files/<file_id>/public")
@guarded(within_event(participant))
def file_public(public_id: str, file_id: str) -> AnyResponse:
    """Let guests download a version of my slides, or no longer."""
    form = ShownForm()
    require(form.validate_on_submit())
    shown = form.on.data == "yes"
    with transaction():
        files.set_public(_mine(public_id, file_id), shown)
    flash(_("Guests can download it now.") if shown else _("Guests can no longer download it."), "ok")
    return redirect(url_for(".talk", public_id=public_id, _anchor="h-slides"), 303)


@pages.post("/me/talks/<public_id>/files/<file_id>/take-back")
@guarded(within_event(participant))
def file_take_back(public_id: str, file_id: str) -> AnyResponse:
    """Delete a version of my slides."""
    require(SpeakerDeedForm().validate_on_submit())
    with transaction():
        before = files.take_back(_mine(public_id, file_id))
    said_taken_back(before)
    return redirect(url_for(".talk", public_id=public_id, _anchor="h-slides"), 303)


def said_taken_back(before: SessionFile | None) -> None:
    """Say what is current once a version is gone."""
    if before is None:
        flash(_("The file is deleted."), "ok")
    else:
        flash(_("The file is deleted. Version %(number)s is the current one again.", number=before.number), "ok")


@pages.get("/me/talks/<public_id>/files/<file_id>")
@guarded(within_event(participant))
def own_file(public_id: str, file_id: str) -> Response:
    """Read a file of my session: my own of any version; as its chair everybody's."""
    part = own_part(public_id)
    file = or_404(files.file_at(current_event(), file_id))
    require(file.session_id == part.session.id)
    require(file.participant_id == current_participant().id or part.role == "chair")
    return send(file)


@pages.get("/programme/<public_id>/files/<file_id>")
def file(public_id: str, file_id: str) -> Response:
    """Slides that their speaker lets everybody have."""
    found = or_404(files.file_at(current_event(), file_id))
    require(found.session.public_id == public_id and found.public and found.current)
    require(stage.is_public(found.session))
    if current_event().state != "draft":
        cacheable()
    return send(found)


@pages.get("/speakers/<public_id>/photo/<photo_id>")
def photo(public_id: str, photo_id: str) -> Response:
    """A portrait: to everybody with its owner's consent, asked each time; else to them and the organisers."""
    whose = or_404(queries.participant_by_ref(current_event(), public_id))
    is_public = photos.is_public(whose) and stage.is_on_public_stage(whose)
    require(is_public or _may_see(g.get("person"), whose))
    found = or_404(photos.photo_at(whose, photo_id))
    ending = "png" if found.media_type == "image/png" else "jpg"
    response = as_file(found.content, found.media_type, f"photo.{ending}", inline=True)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if is_public and g.get("person") is None:
        response.headers["Cache-Control"] = "no-cache"  # asked each time: a consent that ends, ends at once
        response.headers["Vary"] = "Cookie"
        response.add_etag()
        response.make_conditional(request)
    return response


def _may_see(person: Person | None, whose: Participant) -> bool:
    if person is None:
        return False
    return person.id == whose.person_id or permissions.may_organise(person, current_event())


def _mine(public_id: str, file_id: str) -> SessionFile:
    """A file of mine in a session of mine. Raises `NotFound`."""
    part = own_part(public_id)
    found = or_404(files.file_at(current_event(), file_id))
    require(found.session_id == part.session.id and found.participant_id == current_participant().id)
    return found


def send(file: SessionFile) -> Response:
    """A file to be saved, piece by piece; it is never shown in the page's own place."""
    response = as_file(stream_with_context(_in_pieces(file.id)), file.media_type, file.name)
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(file.digest)
    return response


def _in_pieces(file_id: int) -> Iterator[bytes]:
    end_reading()  # whoever reads slowly holds no connection
    yield from files.pieces(file_id)
