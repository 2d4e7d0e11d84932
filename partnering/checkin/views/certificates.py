"""Certificates of attendance: all of a list made by the worker for organisers, one's own for each guest."""

from flask import abort, flash, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from ... import audit, clock, jobs, limits
from ...db import transaction
from ...errors import or_404, require
from ...events.models import Event
from ...events.pages import fresh_event, job_or_404
from ...events.routing import current_event, current_participant, current_person, event_blueprint, participant
from ...guards import GuardedBlueprint, secret_link
from ...headers import as_file
from ...i18n import _, bi
from ...jobs import queries as made
from ...registration import queries as registrations
from ...registration.models import Registration
from ...registration.views.ticket import registration_of
from .. import certificate_pdf, queries, words
from .. import certificates as found
from ..forms import DeedForm
from ..models import CheckinList
from ..tasks import subjects_of
from .desk import bp
from .lists import list_or_404

own = event_blueprint("certificates", __name__, "me/certificates", guard=participant)
by_link = GuardedBlueprint("certificates_link", __name__, guard=secret_link)

FILES_AN_HOUR = 60


# -- organisers


@bp.get("/lists/<list_id>/certificates")
def certificates(list_id: str) -> str:
    """Who gets one, and the files made so far."""
    event, door = current_event(), _giving(list_id)
    mine = [
        job
        for job in made.jobs_of_event(event.public_id, found.TASK, 20)
        if job.arguments.get("checkin_list") == list_id
    ]
    return render_template(
        "checkin/desk/certificates.html",
        list_id=list_id,
        door=words.door_name(door),
        number=len(found.attended(event, door)),
        subject=found.subject_of(event, door),
        jobs=mine[:5],
    )


@bp.post("/lists/<list_id>/certificates")
def make_certificates(list_id: str) -> Response:
    """Have them made, all in one file."""
    if not DeedForm().validate_on_submit():
        return redirect(url_for(".certificates", list_id=list_id))
    with transaction():
        event = fresh_event()
        door = or_404(queries.list_at(event, list_id))
        require(door.certificate)
        owner = current_person().public_id
        job = jobs.defer(found.TASK, event_ref=event.public_id, owner_ref=owner, checkin_list=list_id)
        audit.record("checkin_list.certified", door, event=event)
        public_id = job.public_id
    return redirect(url_for(".certificates_progress", public_id=public_id))


@bp.get("/certificates/<public_id>")
def certificates_progress(public_id: str) -> str:
    """How far they are; then the file."""
    job = job_or_404(public_id, found.TASK)
    door = queries.list_at(current_event(), job.arguments.get("checkin_list", ""))
    return render_template(
        "checkin/desk/certificates_progress.html",
        job=job,
        file=made.file_of(job),
        list_id=door.public_id if door is not None and door.certificate else "",
        door=words.door_name(door) if door is not None else _("Certificates"),
    )


@bp.get("/certificates/<public_id>/certificates.pdf")
def download_certificates(public_id: str) -> Response:
    """The file."""
    job = job_or_404(public_id, found.TASK)
    file = made.file_of(job)
    if file is None:
        flash(_("This file is no longer kept. Make the certificates again."), "warn")
        return redirect(url_for(".certificates_progress", public_id=public_id))
    return as_file(file.content, file.media_type, file.name)


@bp.get("/lists/<list_id>/certificates/<guest_id>.pdf")
def certificate_of(list_id: str, guest_id: str) -> Response:
    """The certificate of one guest, for organisers."""
    return _one(current_event(), _giving(list_id), guest_id)


def _giving(list_id: str) -> CheckinList:
    door = list_or_404(list_id)
    require(door.certificate)
    return door


def _one(event: Event, door: CheckinList, guest_id: str) -> Response:
    """A certificate as a file; 404 for whoever was not let in there."""
    attended = found.attended(event, door, guest_id)
    require(attended)
    content = certificate_pdf.pages(attended, subjects_of(event, door), attended[0].locale, clock.now())
    return as_file(content, "application/pdf", f"{found.name_of(door, event)}.pdf")


# -- guests


@own.get("/<list_id>.pdf")
def mine(list_id: str) -> Response:
    """One's own certificate, signed in."""
    registration = or_404(registrations.live_registration(current_participant()))
    return _own(registration, list_id)


@by_link.get("/t/<token>/certificates/<list_id>.pdf")
def by_ticket(token: str, list_id: str) -> Response:
    """The same by the link in the letter with the ticket."""
    return _own(registration_of(token), list_id)


def _own(registration: Registration, list_id: str) -> Response:
    limits.hit("certificates.own", registration.public_id, limit=FILES_AN_HOUR, seconds=3600)
    event = registration.participant.event
    can_have = found.lists_of_guest(event, registration, clock.now())
    door = next((each for each in can_have if each.public_id == list_id), None)
    if door is None:
        abort(404)
    return _one(event, door, registration.public_id)


def section(registration: Registration, token: str | None) -> Markup | None:
    """What stands on somebody's ticket once they can have certificates; links by `token` where the page has one."""
    event = registration.participant.event
    can_have = found.lists_of_guest(event, registration, clock.now())
    if not can_have:
        return None
    rows = []
    for door in can_have:
        link = (
            url_for("certificates_link.by_ticket", token=token, list_id=door.public_id)
            if token is not None
            else url_for("certificates.mine", event_slug=event.slug, list_id=door.public_id)
        )
        rows.append((found.name_of(door, event), bi(door.name), link))
    return Markup(render_template("checkin/own_certificates.html", rows=rows))
