"""Chromium, and pages that remember everything that went wrong on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
    sync_playwright,
)

WITHOUT_WINDOWS, WITH_WINDOWS = "/usr/bin/chromium-headless-shell", "/usr/bin/chromium"
CHROMIUM = WITHOUT_WINDOWS if Path(WITHOUT_WINDOWS).exists() else WITH_WINDOWS
"""The same browser built without windows draws the same pages at a quarter of the cost."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event => {
  window.reportViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`);
});
"""


@dataclass
class Watch:
    """What a browser context did that it must not do.

    Pages of the site may answer with an error status, since tests open what is refused on purpose; anything that a
    page itself asks for may not.
    """

    host: str
    problems: list[str] = field(default_factory=list)

    def attach(self, context: BrowserContext) -> None:
        """Watch everything in a context."""
        context.expose_binding("reportViolation", lambda source, text: self.problems.append(f"CSP: {text}"))
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        told_by_status = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not told_by_status:
            self.problems.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.netloc != self.host:
            self.problems.append(f"foreign request: {request.url}")

    def _response(self, response: Response) -> None:
        wanted = response.request.is_navigation_request() and response.status < 500
        if response.status >= 400 and not wanted:
            self.problems.append(f"{response.status}: {response.request.method} {response.url}")


_playwrights: list[Playwright] = []
"""The one Playwright of this process: a second one cannot start in the same thread."""


@contextmanager
def playwright_of_process() -> Iterator[Playwright]:
    """Playwright, started by whoever comes first and ended when they leave."""
    if _playwrights:
        yield _playwrights[0]
        return
    with sync_playwright() as playwright:
        _playwrights.append(playwright)
        try:
            yield playwright
        finally:
            _playwrights.clear()


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A headless Chromium; `more` are further arguments, such as those of a fake camera."""
    with playwright_of_process() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*ARGUMENTS, *more])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched_context(
    browser: Browser,
    base_url: str,
    *,
    width: int = 1280,
    locale: str = "de",
    scheme: str = "light",
    **options: Any,
) -> Iterator[BrowserContext]:
    """A fresh visitor of the site at `base_url`; at the end everything must have gone well.

    `width` in CSS pixels: 390 stands for a phone. `locale` is "de" or "en", `scheme` "light" or "dark"; `options` are
    Playwright's.
    """
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": width, "height": 844 if width < 600 else 900},
        locale={"de": "de-DE", "en": "en-GB"}[locale],
        timezone_id="Europe/Berlin",
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(20_000)
    watch = Watch(urlsplit(base_url).netloc)
    watch.attach(context)
    try:
        yield context
    finally:
        context.close()
    if watch.problems:
        raise AssertionError("pages did what they must not:\n" + "\n".join(watch.problems))


@contextmanager
def phone_with_camera(film: Path, base_url: str) -> Iterator[BrowserContext]:
    """A phone at the site at `base_url`, whose camera sees a film over and over again."""
    flags = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    with (
        chromium(*flags) as browser,
        watched_context(browser, base_url, width=390, permissions=["camera"]) as context,
    ):
        context.set_default_timeout(25_000)
        yield context


AXE = Axe().axe_script
WHOLE_PAGE = {"resultTypes": ["violations"], "iframes": False}
"""Frames have no axe in them that would answer."""


def axe_violations(page: Page) -> list[str]:
    """What axe finds on a page: rule, what it says, and where, one line each."""
    page.evaluate(AXE)
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", WHOLE_PAGE)
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found
        for node in violation["nodes"]
    ]
