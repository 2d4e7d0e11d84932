"""What lets the scanner open without network: its service worker, its manifest, and what they keep.

A shell is a page of the door without the name of any guest; beside shells only static files are kept.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app, jsonify, url_for
from werkzeug.wrappers import Response

from ... import i18n
from ...events.routing import current_event
from ...i18n import _
from .. import alone, queries
from ..models import CheckinList
from .door import bp
from .guarding import doors_of_asker

SCRIPTS = ("checkin/scanner.js", "js/forms.js")
FILES = (
    "css/tokens.css",
    "css/components.css",
    "css/scanner.css",
    "checkin/checkin.css",
    "icons/mark.svg",
    "icons/door-192.png",
    "vendor/zxing/reader/index.js",
    "vendor/zxing/zxing_reader.wasm",
)
FONTS = ("fonts/hanken-latin.woff2", "fonts/hanken-latin-ext.woff2")
IMPORT = re.compile(r'from "(\.{1,2}/[\w./-]+)"')


@bp.get("/worker.js")
def worker() -> Response:
    """The service worker of this event's doors, and of no other page."""
    response = current_app.response_class(
        (_root() / "checkin/worker.js").read_bytes(), content_type="text/javascript; charset=utf-8"
    )
    response.headers["Service-Worker-Allowed"] = scope()
    return response


@bp.get("/manifest.json")
def manifest() -> Response:
    """By which phones put the scanner among their programs."""
    event = current_event()
    asset_url = current_app.extensions["asset_url"]
    response = jsonify(
        id=scope(),
        name=_("Check-in, %(event)s", event=i18n.bi(event.name)),
        short_name=_("Check-in"),
        lang=i18n.locale(),
        start_url=scope(),
        scope=scope(),
        display="standalone",
        orientation="portrait",
        background_color="#0d0b16",
        theme_color="#0d0b16",
        icons=[
            {"src": asset_url(f"icons/door-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": use}
            for size in (192, 512)
            for use in ("any", "maskable")
        ],
    )
    response.content_type = "application/manifest+json"
    return response


def scope() -> str:
    """The addresses that belong to the doors of this event."""
    return url_for("checkin.doors")


def setup(door: CheckinList) -> dict[str, Any]:
    """What the script of the scanner has to know."""
    return {
        "event": current_event().public_id,
        "list": door.public_id,
        "sync": url_for("checkin.sync"),
        "scans": url_for("checkin.take_scans"),
        "worker": url_for("checkin.worker"),
        "scope": scope(),
        "shells": shells(),
        "files": files(),
        "said": alone.sentences(),
    }


def shells() -> list[str]:
    """The pages that are kept without names."""
    found = [scope()]
    for each in doors_of_asker(current_event()):
        address = url_for("checkin.scan", list_id=each.public_id)
        found += [address, f"{address}?type=exit"] if queries.notes_exits(each) else [address]
    return found


def files() -> list[str]:
    """The static files of these pages, by the addresses at which browsers ask for them."""
    asset_url = current_app.extensions["asset_url"]
    return [
        *(asset_url(path) for path in (*FILES, *SCRIPTS)),
        *(url_for("static", filename=path, v="1") for path in FONTS),
        *(url_for("static", filename=path) for path in imported((*SCRIPTS, "vendor/zxing/reader/index.js"))),
    ]


@cache
def imported(scripts: tuple[str, ...]) -> tuple[str, ...]:
    """What these modules import, and what that imports."""
    found: dict[str, None] = {}
    waiting = list(scripts)
    while waiting:
        path = waiting.pop()
        for name in IMPORT.findall((_root() / path).read_text()):
            other = (_root() / path).parent.joinpath(name).resolve().relative_to(_root()).as_posix()
            if other not in found and other not in scripts:
                found[other] = None
                waiting.append(other)
    return tuple(sorted(found))


def _root() -> Path:
    return (Path(current_app.root_path).parent / "static").resolve()
