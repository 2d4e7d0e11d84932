"""A visitor without script on one kept-alive connection: pages, forms, cookies. Standard library only."""

import http.client
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

INPUT = re.compile(r"<(?:input|button)\b[^>]*>")
ATTRIBUTE = re.compile(r'(\w[\w-]*)="([^"]*)"')


class Visitor:
    """One browser. `status`, `page` and `headers` are of the last answer."""

    def __init__(self, base: str) -> None:
        at = urlsplit(base)
        self.host = at.netloc
        self.connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.path, self.page, self.status = "/", "", 0
        self.headers: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> int:
        """Open a page, without following where it leads."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, answers: dict[str, str] | None = None) -> int:
        """Send a form with the hidden fields of the page that is open."""
        body = urlencode({**self.hidden(), **(answers or {})})
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def follow(self) -> int:
        """Open where the last answer leads to."""
        return self.get(urlsplit(urljoin(self.path, self.headers["location"])).path)

    def hidden(self) -> dict[str, str]:
        """The hidden fields of the open page, the first of each name."""
        found: dict[str, str] = {}
        for tag in INPUT.findall(self.page):
            said = dict(ATTRIBUTE.findall(tag))
            if said.get("type") == "hidden" and said.get("name"):
                found.setdefault(said["name"], unescape(said.get("value", "")))
        return found

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> int:
        if self.cookies:
            headers = {**headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except ConnectionError:  # kept alive for as long as the server keeps it, and others came first
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        self.page = answer.read().decode()
        self.path, self.status = path, answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return self.status


def asking(base: str, path: str, requests: int, *, unchanged: bool) -> Callable[[], int]:
    """Asks for a page or feed so many times, each time as somebody new, with what they hold or without; first once."""
    visitor = Visitor(base)
    assert visitor.get(path) == 200, path
    headers = {"If-None-Match": visitor.headers["etag"]} if unchanged else {}
    expected = 304 if unchanged else 200

    def ask() -> int:
        for _ in range(requests):
            visitor.cookies.clear()
            status = visitor.get(path, **headers)
            assert status == expected, (path, status)
        return requests

    return ask
