"""After signing in people stay on this site, however the wish to leave is spelled."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.accounts.targets import target

ELSEWHERE = [
    "https://evil.example",
    "http://evil.example/account",
    "//evil.example",
    "///evil.example",
    "////evil.example/account",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/account\n",
    "/account\r\nLocation: https://evil.example",
    "%2F%2Fevil.example",
    "/%2F%2Fevil.example",
    "/%5Cevil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/account/..//evil.example",
    "/account//evil.example",
    "https:evil.example",
    "https:/evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "/@evil.example",
    "http://localhost@evil.example/",
    "http://localhost.evil.example/",
    "/account#@evil.example",
    "/account?next=//evil.example/\\",
    "／／evil.example",
    "/。evil.example",
    "\u2028//evil.example",
    "\x00//evil.example",
    "/login",
    "/login/aaaaaaaaaaaaaaaa",
    "/static/css/tokens.css",
    "/logout",
    "/no/such/page",
    "/account?" + "x" * 600,
    "",
]


@pytest.mark.parametrize("asked", ELSEWHERE, ids=range(len(ELSEWHERE)))
def test_no_spelling_leads_elsewhere(ctx: Flask, asked: str):
    assert target(asked) == "/"


@pytest.mark.parametrize("asked", ["/account", "/account?lang=en", "/second-factor/new?next=%2Faccount"])
def test_our_own_pages_are_kept(ctx: Flask, asked: str):
    assert target(asked) == asked


@pytest.mark.parametrize("asked", ELSEWHERE, ids=range(len(ELSEWHERE)))
@pytest.mark.engine("sqlite")
def test_no_page_passes_another_target_on(client: FlaskClient, asked: str):
    page = client.get("/login", query_string={"next": asked}).get_data(as_text=True)
    assert 'name="next" type="hidden" value=""' in page
