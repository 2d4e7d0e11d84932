"""Static files: under an address that carries their content, kept by browsers for as long as it stays the same."""

import hashlib
import re

import pytest

from tests.support.servers import ROOT

pytestmark = pytest.mark.engine("sqlite")


@pytest.fixture
def asset_url(app):
    """The function that templates call."""
    with app.test_request_context():
        yield app.jinja_env.globals["asset_url"]


def test_an_address_carries_the_content(asset_url):
    content = (ROOT / "static/css/tokens.css").read_bytes()

    assert asset_url("css/tokens.css") == f"/static/css/tokens.css?v={hashlib.sha256(content).hexdigest()[:12]}"


def test_a_file_that_is_not_there_is_noticed_when_the_page_is_made(asset_url):
    with pytest.raises(FileNotFoundError):
        asset_url("css/never.css")


@pytest.mark.parametrize(
    ("query", "rule"),
    [("?v=0123", "public, max-age=31536000, immutable"), ("", "no-cache")],
    ids=["versioned", "plain"],
)
def test_only_a_versioned_address_is_kept(client, query, rule):
    with client.get(f"/static/css/tokens.css{query}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == rule
        assert answer.data == (ROOT / "static/css/tokens.css").read_bytes()
        assert "Set-Cookie" not in answer.headers


def test_an_unchanged_file_is_not_sent_again(client):
    with client.get("/static/css/tokens.css") as first:
        tag = first.headers["ETag"]
    with client.get("/static/css/tokens.css", headers={"If-None-Match": tag}) as second:
        assert (second.status_code, second.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["../wsgi.py", "css/../../wsgi.py", "%2e%2e/wsgi.py", "css/..%2f..%2fwsgi.py", "/etc/passwd", "css/", ""]
)
def test_nothing_else_is_served(client, path):
    with client.get(f"/static/{path}", follow_redirects=True) as answer:
        assert answer.status_code == 404


def test_files_have_the_types_that_browsers_need(app, client):
    suffixes = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".wasm": "application/wasm"}
    found = {}
    for suffix in suffixes:
        path = min((ROOT / "static").rglob(f"*{suffix}"))
        with client.get(f"/static/{path.relative_to(ROOT / 'static')}") as answer:
            found[suffix] = answer.mimetype

    assert found == suffixes


def test_every_asset_that_templates_name_is_there():
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"""asset_url\(["']([^"']+)["']\)""", template.read_text())
    }

    assert len(named) > 5
    assert [name for name in sorted(named) if not (ROOT / "static" / name).is_file()] == []
