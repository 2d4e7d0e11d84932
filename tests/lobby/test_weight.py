"""Page weight: what a visitor's first look at an event costs."""

import gzip
import re
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.db import BilingualText
from tests.factories import make_event, make_product
from tests.factories.world import make_conference

MOST_BYTES = 60_000
MOST_REQUESTS = 6

LOADED = re.compile(r'<link[^>]*rel="(?:preload|stylesheet|icon)"[^>]*href="([^"]+)"|<(?:script|img)[^>]*src="([^"]+)"')
LATIN = "hanken-latin.woff2"
"""The font whose range every page needs; the other is fetched for names with rarer letters."""


def weights(client: FlaskClient, path: str) -> dict[str, int]:
    """Compressed sizes in bytes of a page and of everything it makes a browser load, by address."""
    page = client.get(path)
    assert page.status_code == 200
    found = {path: len(gzip.compress(page.data, 6))}
    waiting = [first or second for first, second in LOADED.findall(page.text)]
    while waiting:
        address = waiting.pop().replace("&amp;", "&")
        if address in found:
            continue
        answer = client.get(address)
        assert (address, answer.status_code) == (address, 200)
        packed = address.split("?")[0].endswith(".woff2")
        found[address] = len(answer.data) if packed else len(gzip.compress(answer.data, 6))
        if urlsplit(address).path.endswith(".css"):
            fonts = [urljoin(address, link) for link in re.findall(r'url\("([^")]+)"\)', answer.text)]
            waiting += [link for link in fonts if not link.endswith(".woff2?v=1") or LATIN in link]
        answer.close()
    return found


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_of_an_event_is_light(ctx: Flask, client: FlaskClient, language: str):
    make_conference("alpha-2027")
    event = make_event(
        "probe",
        description=BilingualText("Ein Absatz über die Tagung. " * 40, "A paragraph about the conference. " * 40),
        faq=[
            {
                "question": {"de": f"Frage {n}?", "en": f"Question {n}?"},
                "answer": {"de": "Ja. " * 30, "en": "Yes. " * 30},
            }
            for n in range(8)
        ],
    )
    until = clock.now() + timedelta(days=10)
    for _number in range(6):
        make_product(event, tiers=[(22_000, until), (29_000, None)], features=BilingualText("Ein Punkt\n" * 6, ""))

    for path in ("/e/probe/", "/e/alpha-2027/"):
        found = weights(client, f"{path}?lang={language}")
        assert sum(found.values()) <= MOST_BYTES, found
        assert len(found) <= MOST_REQUESTS, found


def test_the_measure_finds_what_a_page_loads(ctx: Flask, client: FlaskClient):
    make_event("probe")

    found = {urlsplit(address).path.rpartition("/")[2] for address in weights(client, "/e/probe/")}

    assert {"tokens.css", "components.css", LATIN} <= found
