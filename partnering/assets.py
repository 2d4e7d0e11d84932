"""Static files under addresses that carry their content's hash, so that browsers keep them for a year."""

import hashlib
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for

from .guards import guarded, public


def install(app: Flask) -> None:
    """Serve `static/`, and offer `asset_url("css/tokens.css")` to templates and, as an extension, to views."""
    root = Path(app.root_path).parent / "static"
    versions: dict[str, str] = {}

    def asset_url(path: str) -> str:
        if path not in versions:
            versions[path] = hashlib.sha256((root / path).read_bytes()).hexdigest()[:12]
        return url_for("static", filename=path, v=versions[path])

    @guarded(public)
    def static(filename: str) -> Response:
        response = send_from_directory(root, filename)
        if filename.endswith(".wasm"):
            response.headers["Content-Type"] = "application/wasm"
        versioned = "v" in request.args
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response

    app.add_url_rule("/static/<path:filename>", "static", static)
    app.jinja_env.globals["asset_url"] = app.extensions["asset_url"] = asset_url
