"""Who came to a list, as a page and as files, with what they answered."""

from collections.abc import Callable, Iterator

from flask import render_template, request
from werkzeug.wrappers import Response

from ... import audit, clock, workbook
from ...db import transaction
from ...errors import or_404
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import as_file, page_in, words_in
from ...tables import CSV, pieces
from .. import attendance as rows_of
from .. import queries, words
from .desk import bp
from .lists import list_or_404

PER_PAGE = 100


@bp.get("/lists/<list_id>/attendance")
def attendance(list_id: str) -> str:
    """Who was let in at a list, by name."""
    event, door = current_event(), list_or_404(list_id)
    asked = words_in(request.args)
    questions = rows_of.asked_of(door)
    rows = rows_of.came(event, door, questions, words=asked, now=clock.now())
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = page_in(request.args, most=pages)
    return render_template(
        "checkin/desk/attendance.html",
        list_id=list_id,
        door=words.door_name(door),
        daily=door.window_kind == "day",
        certificate=door.certificate,
        questions=questions,
        rows=rows[(page - 1) * PER_PAGE : page * PER_PAGE],
        number=len(rows),
        asked=asked,
        page=page,
        pages=pages,
        first=(page - 1) * PER_PAGE + 1,
    )


@bp.get("/lists/<list_id>/attendance.csv")
def attendance_file(list_id: str) -> Response:
    """The same as a file for spreadsheets."""
    return _as_file(list_id, "csv", CSV, pieces)


@bp.get("/lists/<list_id>/attendance.xlsx")
def attendance_workbook(list_id: str) -> Response:
    """The same as a workbook."""
    return _as_file(list_id, "xlsx", workbook.MEDIA_TYPE, workbook.as_xlsx)


def _as_file(list_id: str, kind: str, media_type: str, write: Callable[..., Iterator[bytes]]) -> Response:
    """Write down who takes the list along, then send it."""
    with transaction():
        event = fresh_event()
        door = or_404(queries.list_at(event, list_id))
        audit.record("checkin_list.exported", door, event=event, after={"format": kind})
    event, door = current_event(), list_or_404(list_id)
    questions = rows_of.asked_of(door)
    rows = rows_of.came(event, door, questions, now=clock.now())
    content = write(rows_of.heads(questions), rows_of.cells(event, rows, questions))
    return as_file(b"".join(content), media_type, f"{event.slug}-{words.door_name(door)}.{kind}")
