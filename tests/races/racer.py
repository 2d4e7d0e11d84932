"""One process of a race: reads requests from its standard input, says that it is ready, and sends them at the signal.

Everything slow comes before the signal: each request fetches its form's token first and waits at the line in a thread
of its own. Standard library only, so that a racer starts quickly.
"""

import json
import re
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are answers here."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow nothing."""
        return


def browser() -> urllib.request.OpenerDirector:
    """A browser that keeps cookies and follows no redirect."""
    return urllib.request.build_opener(Stay, urllib.request.HTTPCookieProcessor(CookieJar()))


def fetch(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> tuple[int, str]:
    """Status and text of an answer."""
    try:
        with opener.open(request, timeout=100) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def race(lane: list[dict[str, Any]], started: threading.Event) -> list[int]:
    """Send every request of this lane once `started` is set."""
    answers = [0] * len(lane)
    at_the_line = threading.Barrier(len(lane) + 1)

    def send(index: int, deed: dict[str, Any]) -> None:
        opener = browser()
        form = deed["url"] if deed["url"].endswith("/request") else deed["page"]
        token = TOKEN.search(fetch_form(opener, form, deed["cookie"]))
        body = urllib.parse.urlencode({**deed["data"], "csrf_token": token[1] if token else ""}, doseq=True).encode()
        request = with_cookies(opener, urllib.request.Request(deed["url"], data=body), deed["cookie"])
        at_the_line.wait(60)
        started.wait(60)
        answers[index] = fetch(opener, request)[0]

    threads = [threading.Thread(target=send, args=pair) for pair in enumerate(lane)]
    for thread in threads:
        thread.start()
    at_the_line.wait(60)
    print("ready", flush=True)  # noqa: T201 -- how the test hears of it
    sys.stdin.readline()
    started.set()
    for thread in threads:
        thread.join()
    return answers


def fetch_form(opener: urllib.request.OpenerDirector, url: str, cookie: str) -> str:
    """A page with a form."""
    return fetch(opener, with_cookies(opener, urllib.request.Request(url), cookie))[1]


def with_cookies(
    opener: urllib.request.OpenerDirector, request: urllib.request.Request, cookie: str
) -> urllib.request.Request:
    """The request with the session's cookie beside those the jar holds."""
    jar = next(h.cookiejar for h in opener.handlers if isinstance(h, urllib.request.HTTPCookieProcessor))
    kept = "; ".join(f"{each.name}={each.value}" for each in jar)
    request.add_unredirected_header("Cookie", f"{cookie}; {kept}" if kept else cookie)
    return request


if __name__ == "__main__":
    print(json.dumps(race(json.loads(sys.stdin.readline()), threading.Event())))  # noqa: T201 -- its answer
