"""What devices carry: what they need for the time without network, and what they scanned in it.

See `syncing.Told` for what is told, and `forms.read_batch` for what is handed in.
"""

import gzip
import json
from dataclasses import asdict
from typing import Any

from flask import abort, current_app, g, request
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...errors import require
from ...events.permissions import may_check_in
from ...events.routing import current_event, current_person
from ...guards import guarded
from ...headers import csrf, single
from .. import devices, phones, services, syncing, uploading
from ..forms import read_batch
from ..models import Device
from .door import bp, device_in_deed
from .guarding import enrolled, handing_in

MOST_OCTETS = 512 * 1024


@bp.get("/sync")
def sync() -> Response:
    """What this device needs without network, since `?cursor=`; compressed."""
    with transaction():
        device = device_in_deed()
        devices.heard_of(device, clock.now())
        told = syncing.told(current_event(), device, single(request.args, "cursor") or "")
    said = json.dumps(asdict(told), ensure_ascii=False, separators=(",", ":")).encode()
    response = current_app.response_class(gzip.compress(said, 6), mimetype="application/json")
    response.headers["Content-Encoding"] = "gzip"
    response.headers["X-Door-Octets"] = str(len(said))  # unpacked, by which the device sees how far it is
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Cookie")
    return response


@bp.post("/scans")
@csrf.exempt  # a page that was without network for hours has none; cookies do not come along from another site
@guarded(handing_in)
def take_scans() -> dict[str, Any]:
    """A batch of what was scanned without network: JSON in, what became of each out.

    From a device that was let go too: an organiser looks at what it brings.
    """
    if not request.is_json:
        abort(415)
    if (request.content_length or 0) > MOST_OCTETS:
        abort(413)
    scans, waiting = read_batch(request.get_data())
    with transaction():
        device, doubted = _bringing()
        received = uploading.receive(current_event(), device, scans, waiting=waiting, doubted=doubted)
        good = enrolled() is None or (g.standing == "good" and not doubted)
        stamp = devices.stamp(device, clock.now()) if good else ""
    return {"scans": [asdict(each) for each in received], "stamp": stamp}


def _bringing() -> tuple[Device, bool]:
    """Within a transaction: the device of who brings scans, and whether it was let go meanwhile."""
    device = enrolled()
    if device is not None:
        now = phones.standing_of(devices.held(device))  # which may be another one than when the guard looked
        return device, g.standing in ("revoked", "rolled") or now in ("revoked", "waiting")
    require(may_check_in(current_person(), current_event()))
    return services.browser_device(current_event(), current_person()), False
