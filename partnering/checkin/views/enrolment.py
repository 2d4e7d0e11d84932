"""A phone becomes a device of the door: its page reads the secret behind the # of the address, and sends it once."""

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ... import limits
from ...accounts.cookies import sign_out
from ...db import db, transaction
from ...events.models import Event
from ...guards import GuardedBlueprint, public
from .. import devices
from ..forms import EnrolForm
from .guarding import give_token

TRIES_A_MINUTE = 20

bp = GuardedBlueprint("checkin_enrol", __name__, guard=public, url_prefix="/checkin")


@bp.get("/enrol")
def start(form: EnrolForm | None = None, said: str = "") -> str:
    """What a phone opens that read the organisers' code."""
    return render_template("checkin/enrol.html", form=form or EnrolForm(formdata=None), said=said)


@bp.post("/enrol")
def enrol() -> str | Response | tuple[str, int]:
    """Make this browser the device whose secret it sends."""
    limits.hit("door.enrol", limits.caller(), limit=TRIES_A_MINUTE, seconds=60)
    form = EnrolForm()
    if not form.validate_on_submit():
        return start(form, "unread"), 422
    try:
        with transaction():
            device, token = devices.enrol((form.secret.data or "").strip())
            event = db.session.get_one(Event, device.event_id)
            page = "checkin_kiosk.start" if device.kind == "kiosk" else "checkin.doors"
            answer = make_response(redirect(url_for(page, event_slug=event.slug), 303))
            if device.kind == "kiosk":
                sign_out(answer)  # whoever sets a tablet up leaves no door open on it
            return give_token(answer, event, token)
    except devices.EnrolmentOver as error:
        return start(form, str(error.message)), error.status
