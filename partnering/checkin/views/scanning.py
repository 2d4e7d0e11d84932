"""The scanner: the page with the camera, the form for typed codes, and what the page's script sends."""

from typing import Any

from flask import abort, render_template, request

from ... import limits
from ...db import transaction
from ...events.routing import current_event
from ...guards import guarded
from ...headers import allow_wasm
from .. import knowing, queries, redeeming, words
from ..forms import CodeForm, ScanRequest, answers_in, read_scan
from .door import answer_of, at_the_door, bp, new_scan_id, rows, the_door, verdict_page
from .guarding import (
    asker,
    at_door_in_deed,
    enter_door,
    may_add,
    may_force,
    note_contact_in_deed,
    own_device,
    person_asking,
)
from .shell import setup

TYPED_A_MINUTE = 60
MOST_OCTETS = 4096


@bp.get("/<list_id>/scan")
def scan(list_id: str, form: CodeForm | None = None) -> str:
    """The scanner of one door; `?type=exit` notes guests who go out, `?shell=1` is what phones keep: without names."""
    allow_wasm()
    door = the_door(list_id)
    bare = request.args.get("shell") == "1"
    kind = "exit" if request.args.get("type") == "exit" else "entry"
    if form is None:
        form = CodeForm(formdata=None, scan_id=new_scan_id(), type=kind)
    arrived, expected = queries.counts(current_event(), [door])[door.id]
    return render_template(
        "checkin/scan.html",
        door=words.door_name(door),
        form=form,
        type=kind,
        may_add=may_add(),
        exits=queries.notes_exits(door),
        arrived=arrived,
        expected=expected,
        last=[] if bare else rows(queries.last_of(own_device(), door)),
        shell=bare,
        setup=setup(door),
    )


@bp.post("/<list_id>/scan")
def redeem_typed(list_id: str) -> str | tuple[str, int]:
    """The answer to a code that was typed, or read by a hand scanner."""
    form = CodeForm()
    if not form.validate_on_submit():
        return scan(list_id, form), 422
    limits.hit("door.typed", asker(), limit=TYPED_A_MINUTE, seconds=60)
    with transaction():
        door, device = at_the_door(list_id)
        asked = knowing.asked_at(door)
        answers = answers_in(request.form, asked)
        verdict = redeeming.redeem_code(
            current_event(),
            door,
            device,
            form.code.data or "",
            scan_id=form.scan_id.data or "",
            type=form.type.data or "entry",
            force=form.force.data == "1" and may_force(),
            by=person_asking(),
            answers=answers or {},
            asked=asked,
            typed=True,
        )
        again = {"code": form.code.data or "", "type": form.type.data or "entry"}
        return verdict_page(verdict, door, device, again, answers)


@bp.post("/<list_id>/redeem")
@guarded(at_door_in_deed)
def redeem(list_id: str) -> dict[str, Any]:
    """The answer to a scanner: JSON in, JSON out."""
    with transaction():
        entered = enter_door(list_id)
        sent = _sent()
        door, device = (entered.checkin_list, entered.device) if entered is not None else at_the_door(list_id)
        verdict = redeeming.redeem_code(
            current_event(),
            door,
            device,
            sent.code,
            asked=[] if entered is not None and not entered.asks else None,
            scan_id=sent.scan_id,
            scanned_at=sent.scanned_at,
            type=sent.type,
            force=sent.force and may_force(),
            by=person_asking(),
            answers=sent.answers,
            simulate=sent.simulate,
        )
        answer = answer_of(verdict, door)
        note_contact_in_deed()
    return answer


def _sent() -> ScanRequest:
    """What a scanner sent, read once it is known who asks."""
    if not request.is_json:
        abort(415)
    if (request.content_length or 0) > MOST_OCTETS:
        abort(413)
    return read_scan(request.get_data())
