"""What views of every room do with answer forms: tell the page what is asked, and store what was sent."""

from collections.abc import Iterable
from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response

from .. import limits
from ..events.models import Event
from . import uploads
from .forms import AnswerForm, KeptFileField

FILES_A_CALLER = 300
"""Files that one network address may upload in a day: a university shares one, and nobody takes all the room alone."""


def shown_now(forms: Iterable[AnswerForm]) -> Response:
    """The answer to `conditions.js`: the names of all fields that these forms ask now. Nothing is stored."""
    names: list[str] = []
    for form in forms:
        for question in form.questions:
            field = form.field(question)
            if isinstance(field, KeptFileField) and field.kept is None and request.form.get(f"{field.name}-chosen"):
                field.kept = "chosen"  # the page says that a file was chosen and does not send it yet
        names += form.shown_names
    return jsonify(shown=names)


def keep_files(event: Event, forms: Iterable[AnswerForm]) -> None:
    """Store the files sent with valid forms, inside a transaction; then their `kept()` names them."""
    for form in forms:
        for question, upload in form.uploads():
            limits.hit("answer file", limits.caller(), limit=FILES_A_CALLER, seconds=86_400)
            stored = uploads.keep(event, question.id, upload)
            form.stored(question, stored.public_id, stored.name)


def kept(event: Event, form: AnswerForm) -> dict[str, Any]:
    """The plain answers of one valid form, its files stored; inside a transaction."""
    keep_files(event, [form])
    return form.kept()
