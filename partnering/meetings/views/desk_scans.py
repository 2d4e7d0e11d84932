"""What desks send that had no network for a while: who was seen at which meeting."""

from typing import Any

from flask import abort, request

from ...db import transaction
from ...errors import require
from ...events.permissions import may_check_in
from ...events.routing import crew, current_event, current_person, within_event
from ...guards import guarded
from .. import on_site
from ..day_forms import read_scans
from .desk_blueprint import desk

MOST_OCTETS = 32_768


@desk.post("/meetings/scans")
@guarded(within_event(crew))
def take_scans() -> dict[str, Any]:
    """Take a queue of signs, JSON in and out: "counted", "late" or "unknown" for each, in their order."""
    if not request.is_json:
        abort(415)
    if (request.content_length or 0) > MOST_OCTETS:
        abort(413)
    scans = read_scans(request.get_data())
    with transaction():
        require(may_check_in(current_person(), current_event()))
        answers = on_site.upload(current_event(), scans, scanner=f"person:{current_person().public_id}")
    return {
        "scans": [{"scan_id": scan.scan_id, "outcome": answer} for scan, answer in zip(scans, answers, strict=True)]
    }
