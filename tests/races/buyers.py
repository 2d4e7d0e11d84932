"""Buyers in a process of their own: `python -m tests.races.buyers URL SLUG TICKET FIRST COUNT [ADDRESS]`.

Each opens the ticket page and is then ready; a line on stdin lets all of them choose at once. Those who get a place
register, all with one ADDRESS where it is given. At the end the process prints, as JSON, what each was told:
[status, sentence].
"""

import http.cookiejar
import json
import re
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from html import unescape

REGISTERED = "registered"


class Visitor:
    """A browser without script: cookies, forms, redirects."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({})
        ).open
        self.page, self.at = "", ""

    def get(self, path: str) -> int:
        """Open a page."""
        return self._go(urllib.request.Request(urllib.parse.urljoin(self.base, path)))

    def post(self, path: str, **answers: str) -> int:
        """Send a form with the hidden fields of the page that is open."""
        hidden = dict(
            re.findall(r'<input id="(?:csrf_token|key)" name="(\w+)" type="hidden" value="([^"]*)"', self.page)
        )
        body = urllib.parse.urlencode({**hidden, **answers}).encode()
        return self._go(urllib.request.Request(urllib.parse.urljoin(self.base, path), body))

    def _go(self, request: urllib.request.Request) -> int:
        try:
            answer = self.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.page, self.at = answer.read().decode(), answer.url
            return int(answer.status)

    @property
    def problem(self) -> str:
        """What the error summary says."""
        found = re.search(r'<div class="summary".*?<ul>(.*?)</ul>', self.page, re.DOTALL)
        return unescape(re.sub("<[^>]+>", "", found[1])).strip() if found else ""


def buy(base: str, slug: str, ticket: str, number: int, ready: threading.Barrier, address: str) -> tuple[int, str]:
    """One buyer from the ticket page to the end; the status and sentence they were left with."""
    visitor, path = Visitor(base), f"/e/{slug}/register"
    visitor.get(f"{path}?lang=en")
    ready.wait(60)
    status = visitor.post(f"{path}?lang=en", ticket=ticket, quantity="1")
    if status != 200:
        return status, visitor.problem
    guest = {"given_name": "Ada", "family_name": f"Buyer {number}", "email": address or f"buyer{number}@example.org"}
    visitor.post(f"{path}/people", **{f"people-0-{name}": value for name, value in guest.items()})
    status = visitor.post(f"{path}/check", terms="y", privacy="y")
    return status, REGISTERED if visitor.at.partition("?")[0].endswith("/register/done") else visitor.problem


def main(base: str, slug: str, ticket: str, first: int, count: int, address: str = "") -> None:
    """All buyers of this process, each in a thread."""
    ready = threading.Barrier(count + 1)
    with ThreadPoolExecutor(count) as threads:
        answers = [threads.submit(buy, base, slug, ticket, first + n, ready, address) for n in range(count)]
        print("ready", flush=True)  # noqa: T201 -- the parent waits for it
        sys.stdin.readline()
        ready.wait(60)
        print(json.dumps([answer.result() for answer in answers]), flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), *sys.argv[6:])
