"""R02, R03, R05, R12, R16: whatever people write is shown as text; lists and numbers take what they should, no more."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from tests.support.letters import deliver_all, text_of

from .matrix import MATRIX
from .stage import Stage, methods_of, on_stage, outcome, routes

PLANTED = "\"'><planted onplanted=1 src=x>{{7*7}}%(x)s{x.__class__} [k](javascript:planted) https://evil.example"

LISTS = ("q", "sort", "page", "state", "tab", "day", "slot", "table", "ticket", "country", "field", "free", "type")
CORPUS = (
    "'",
    '"; DROP TABLE person; --',
    "1 OR 1=1",
    "id DESC, (SELECT 1)",
    "%00",
    "\x00",
    "%",
    "_" * 300,
    "-1",
    "9" * 40,
    "١٢",
    "1e3",
    "{{7*7}}",
    "<script>",
    "\u202e\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "../../etc/passwd",
    "[",
    "a" * 5000,
)
NUMBERS = ("١٢", "1_000", "1e3", "0x10", "+5", "５", "1.5.2", "nan", "inf", "--1", "1 0", "9" * 30)
"""No plain decimal number, though Python would take some of them for one."""


class Reader(HTMLParser):
    """Notes planted elements, attributes and links, and every form with its fields."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.planted: list[str] = []
        self.forms: list[dict] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        values = {name: value or "" for name, value in attrs}
        bad = [name for name in values if name.startswith("on")]
        bad += [value for value in (values.get("href", ""), values.get("src", "")) if "planted" in value]
        bad += [values["href"]] if "evil.example" in values.get("href", "") else []
        if tag == "planted" or bad:
            self.planted.append(f"<{tag} {bad}>")
        if tag == "form":
            self.forms.append({"action": values.get("action", ""), "method": values.get("method", "get"), "fields": {}})
            self.forms[-1]["numbers"] = set()
        if tag in ("input", "textarea", "select") and self.forms and "name" in values:
            self._field(tag, values)

    def _field(self, tag: str, values: dict[str, str]) -> None:
        form = self.forms[-1]
        if values.get("type") in ("checkbox", "radio") and "checked" not in values:
            return
        form["fields"].setdefault(values["name"], values.get("value", "") or ("1" if tag != "input" else ""))
        if values.get("type") == "number" or values.get("inputmode") in ("numeric", "decimal"):
            form["numbers"].add(values["name"])


@pytest.fixture(scope="module")
def hostile(engine: str) -> Iterator[Stage]:
    """A world in which everybody writes like this."""
    with on_stage(engine, words=lambda text: f"{text} {PLANTED}") as stage:
        yield stage


@pytest.fixture(scope="module")
def shared_stage(engine: str) -> Iterator[Stage]:
    """A world as it should be."""
    with on_stage(engine) as stage:
        yield stage


@pytest.fixture
def stage(shared_stage: Stage) -> Stage:
    """It, as it was at first."""
    shared_stage.restore()
    return shared_stage


def pages_of(stage: Stage) -> Iterator[tuple[str, str, FlaskClient, str]]:
    """(endpoint, role, client, address) of every page."""
    for rule in routes(stage.app):
        if "GET" not in methods_of(rule) or rule.endpoint == "static":
            continue
        for role in sorted(MATRIX[rule.endpoint]):
            yield rule.endpoint, role, stage.visitor(role), stage.address(rule, role)


def test_nothing_that_people_write_becomes_part_of_a_page(hostile: Stage):
    found, shown = {}, 0
    for endpoint, role, client, address in pages_of(hostile):
        for language in ("de", "en"):
            response = client.get(address, query_string={"lang": language}, buffered=True)
            if response.mimetype != "text/html":
                continue
            shown += "&lt;planted" in response.text
            planted = Reader(response.text).planted
            if planted or response.status_code >= 500:
                found[endpoint, role, language] = planted or response.status_code

    assert found == {}
    assert shown > 50, "the planted words were on the pages"


def test_nothing_that_people_write_becomes_part_of_a_letter(hostile: Stage):
    letters = deliver_all(hostile.app)
    found = {}
    for letter in letters:
        html = letter.get_body(("html",))
        assert html is not None
        planted = Reader(str(html.get_content())).planted
        if planted:
            found[str(letter["Subject"])] = planted
        assert "49" not in text_of(letter).split("evil.example")[0][-20:]

    assert found == {}
    assert len(letters) > 5
    assert any("planted" in text_of(letter) for letter in letters)


def test_lists_answer_whatever_they_are_asked(stage: Stage):
    before, broken = stage.contents(), {}
    for rule in routes(stage.app):
        if "GET" not in methods_of(rule) or rule.endpoint == "static" or "token" in rule.arguments:
            continue
        lookers = ("visitor", "attendee", "exhibitor", "speaker", "crew", "organiser", "caterer", "committee", "kiosk")
        role = next(role for role in lookers if role in MATRIX[rule.endpoint])
        client, address = stage.visitor(role), stage.address(rule, role)
        for word in CORPUS:
            response = client.get(address, query_string=dict.fromkeys(LISTS, word), buffered=True)
            if outcome(response) == "broken":
                broken[rule.endpoint, word[:30]] = response.status_code

    assert broken == {}
    assert stage.contents() == before


def test_numbers_are_plain_ones(stage: Stage):
    taken, tried = {}, set()
    for endpoint, role, client, address in pages_of(stage):
        if role not in ("visitor", "attendee", "organiser") or endpoint == "lobby.gallery":
            continue
        page = client.get(address, buffered=True)
        if page.mimetype != "text/html":
            continue
        for form in Reader(page.text).forms:
            for name in sorted(form["numbers"]) if form["method"] == "post" else ():
                for word in NUMBERS:
                    key = (form["action"] or address, name, word)
                    if key in tried:
                        continue
                    tried.add(key)
                    response = client.post(key[0], data={**form["fields"], name: word}, buffered=True)
                    if response.status_code < 400:
                        taken[key] = response.status_code
                        stage.restore()

    assert taken == {}
    assert len({name for _action, name, _word in tried}) >= 4
