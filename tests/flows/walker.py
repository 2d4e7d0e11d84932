"""Somebody who uses the pages: clicks, types, reads letters, and looks at every page with axe."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image
from playwright.sync_api import BrowserContext, Error, Locator, Page

from tests.readers import calendars, codes
from tests.support.browser import axe_violations
from tests.support.servers import Site
from tests.support.smtp import Arrived
from tests.support.waiting import until

MAIN = "main form button.btn--main:visible, button.btn--main[form]:visible"
"""The main button of a page, in the form or in the bar at the foot of a phone."""

LOOKS = {"sqlite": (390, "de"), "postgresql": (1280, "en")}
"""Each database is walked in one language and at one width."""


@dataclass
class Walker:
    """A visitor with a browser of their own; with `touch` they tap with a finger."""

    site: Site
    context: BrowserContext
    locale: str
    looked: set[str] = field(default_factory=set)
    touch: bool = False

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()

    def open(self, path: str) -> Page:
        """Go to an address."""
        self.page.goto(path if path.startswith("http") else self.site(path))
        return self.look()

    def look(self) -> Page:
        """Check the page that is open: its language, its one heading, axe, nothing beyond the edge."""
        facts = self.page.evaluate(
            "() => [document.documentElement.lang, document.querySelectorAll('h1').length,"
            " document.documentElement.scrollWidth <= document.documentElement.clientWidth]"
        )
        assert facts == [self.locale, 1, True], self.page.url
        seen = self.page.title()
        if seen not in self.looked:
            self.looked.add(seen)
            assert axe_violations(self.page) == []
        return self.page

    def press(self, selector: str = MAIN, *, twice: bool = False) -> Page:
        """Click something that leads to another page, or double-click it as impatient people do."""
        button = self.page.locator(selector).first
        with self.page.expect_navigation():
            if twice and self.touch:
                self._tap_twice(button)
            elif twice:
                button.dblclick(no_wait_after=True)
            elif self.touch:
                button.tap()
            else:
                button.click()
        self.page.wait_for_load_state()
        return self.look()

    def _tap_twice(self, button: Locator) -> None:
        """Two fingertips, the second before anything can have answered."""
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box is not None
        for _tap in range(2):
            self.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def go_back(self, selector: str = MAIN, **answers: str) -> bool:
        """Go back, and send once more what is there to be sent; whether there was something."""
        self.page.go_back()
        self.look()
        if not self.page.locator(selector).count():
            return False
        self.fill(**answers)
        self.press(selector)
        return True

    def fill(self, **answers: str) -> None:
        """Type into fields by name; `__` stands for a hyphen."""
        for name, text in answers.items():
            self.page.locator(f"[name='{name.replace('__', '-')}']:visible").first.fill(text)

    def tick(self, name: str, value: str = "") -> None:
        """Choose a radio button or tick a box, by its label as people do."""
        box = self.page.locator(f"input[name='{name}']" + (f"[value='{value}']" if value else "")).first
        try:
            box.set_checked(True, force=True)
        except Error:  # a question came up above it, and the page moved away under the finger
            self.page.wait_for_selector("form[data-asking]", state="detached")
            box.set_checked(True, force=True)

    def sign_in(self, address: str, path: str) -> Page:
        """Ask for a page that needs an account, get a letter, follow its link, press the button."""
        before = len(letters_to(self.site, address))
        self.open(path)
        assert "/login?next=" in self.page.url
        self.fill(email=address)
        self.press()
        self.open(until(lambda: link_to_sign_in(self.site, address, before), 30, f"a link for {address}"))
        page = self.press()
        assert page.url.partition("?")[0].removeprefix(self.site.url) == path
        return page


def link_to_sign_in(site: Site, address: str, before: int) -> str:
    """The link of the newest letter to sign in with, whatever else is in the post; "" until it is there."""
    texts = [letter.text() for letter in reversed(letters_to(site, address)[before:])]
    found = (re.search(r"http\S+/login/\S+", text) for text in texts)
    return next((link[0] for link in found if link is not None), "")


def letters_to(site: Site, address: str) -> list[Arrived]:
    """What the post office took for an address, oldest first."""
    return [letter for letter in list(site.post.arrived) if letter.recipients == [address]]


def new_letters(site: Site, address: str, before: int = 0, seconds: float = 30) -> list[Arrived]:
    """The letters to an address after the first `before`, once there is one."""
    return until(lambda: letters_to(site, address)[before:], seconds, f"a letter to {address}")


def letter_where(site: Site, address: str, fits: Callable[[Arrived], bool], seconds: float = 30) -> Arrived:
    """The newest letter to an address that fits, as soon as there is one."""
    found = until(
        lambda: [letter for letter in letters_to(site, address) if fits(letter)], seconds, f"a letter to {address}"
    )
    return found[-1]


def method_of(letter: Arrived) -> str:
    """The METHOD of a letter's calendar part, or nothing."""
    parts = [part for part in letter.message.walk() if part.get_content_type() == "text/calendar"]
    return str(parts[0].get_param("method", "")) if parts else ""


def calendar_in(letter: Arrived) -> bytes:
    """A letter's calendar part, which ical.js and libical read alike."""
    content = letter.part("text/calendar").get_payload(decode=True)
    assert isinstance(content, bytes)
    read = calendars.libical(content)
    assert read.errors == 0
    assert read.allowed
    assert len(read.events) == 1
    return content


def code_in(letter: Arrived) -> str:
    """The text of the QR code in a letter, on which both readers agree."""
    pictures = [part for part in letter.message.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 1
    content = pictures[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    image = Image.open(io.BytesIO(content))
    assert codes.zbar(image) == codes.zxing(image)
    return codes.zbar(image)[0]


def link_in(letter: Arrived, segment: str) -> str:
    """The address in a letter's text whose path begins with this segment."""
    found = re.search(rf"https?://[^/\s]+/{segment}/[^\s>)]+", letter.text())
    assert found is not None, letter.text()
    return found[0]
