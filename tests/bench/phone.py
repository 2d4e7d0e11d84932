"""A phone at a door in a real browser: the first list, verdicts without network, and opening the page anew without."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from ..support import browser as browsing
from .doors import Doors

FIRST = 50
"""So many scans come before those that count: the browser compiles what it runs often."""

WATCH = """
new MutationObserver((_changes, watch) => {
  if (!document.querySelector("#scanner[data-list=ready]")) return;
  window.readyAfter = performance.now();
  watch.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-list"] });
"""
"""When the page knew its guests, in milliseconds since somebody began to open it."""

SCAN = """
async (texts) => {
  let at = performance.now();
  const key = (name) => {
    const event = new KeyboardEvent("keydown", { key: name, bubbles: true });
    Object.defineProperty(event, "timeStamp", { value: (at += 1) }); // a key each millisecond, however busy all are
    document.dispatchEvent(event);
  };
  const answer = () => document.querySelector("section.verdict")?.dataset.answer;
  const shown = (wanted) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no verdict after ${answers.length}`)), 20_000);
    const look = () => {
      if (Boolean(answer()) !== wanted) return;
      clearTimeout(timer);
      resolve(watch.disconnect());
    };
    const watch = new MutationObserver(look);
    watch.observe(document.body, { subtree: true, childList: true, attributes: true });
    look();
  });
  const answers = [];
  const milliseconds = [];
  for (const text of texts) {
    at += 1000;
    [...text].forEach(key);
    const begun = performance.now();
    key("Enter");
    await shown(true);
    milliseconds.push(performance.now() - begun);
    answers.push(answer());
    document.querySelector("[data-next]").click();
    await shown(false);
  }
  return { answers, milliseconds };
}
"""
"""A hand scanner reads one code after the other; each counts from its Enter until the verdict stands on the screen."""


class Worked(NamedTuple):
    """Seconds until the page knew all guests, from the server (`learnt`) and from what it keeps (`opened`); sorted
    milliseconds of verdicts without network; and how many of them were wrong, lost or forgotten."""

    learnt: float
    taken: list[float]
    opened: float
    wrong: int


def worked(base: str, doors: Doors, scans: int) -> Worked:
    """Let a phone learn all guests, scan so many tickets without network, and open its page anew."""
    texts = [text if number % 10 else f"EV1:{number:029}" for number, text in enumerate(doors.texts[-scans - FIRST :])]
    expected = ["ok" if number % 10 else "unknown" for number in range(len(texts))]
    with browsing.chromium() as browser, phone(browser, base, doors) as context:
        page = context.new_page()
        page.goto(f"/e/{doors.slug}/door/{doors.door}/scan")
        page.locator("#scanner[data-list=ready][data-kept=yes]").wait_for(timeout=60_000)
        learnt = ready_after(page)
        context.set_offline(True)
        judged: dict[str, Any] = page.evaluate(SCAN, texts)
        wrong = sum(mine != theirs for mine, theirs in zip(judged["answers"], expected, strict=True))
        page.close()
        page = context.new_page()
        page.goto(f"/e/{doors.slug}/door/{doors.door}/scan")
        page.locator("#scanner[data-list=ready]").wait_for(timeout=60_000)
        opened = ready_after(page)
        waiting = page.locator("#scanner").get_attribute("data-waiting")
        again: dict[str, Any] = page.evaluate(SCAN, texts[1:10])
        wrong += abs(int(waiting or 0) - len(texts)) + again["answers"].count("ok")
    return Worked(learnt, sorted(judged["milliseconds"][FIRST:]), opened, wrong)


@contextmanager
def phone(browser: Any, base: str, doors: Doors) -> Iterator[BrowserContext]:
    """The browser of an enrolled phone whose next guest comes only when called."""
    with browsing.watched_context(browser, base, width=390) as context:
        at = urlsplit(base).hostname
        context.add_cookies([{"name": "door", "value": doors.tokens[1], "domain": at, "path": f"/e/{doors.slug}/door"}])
        context.add_init_script("if (location.host) localStorage.setItem('door.auto', 'off')")
        context.add_init_script(WATCH)
        yield context


def ready_after(page: Page) -> float:
    """Seconds from opening a page until it knew its guests."""
    return float(page.evaluate("() => window.readyAfter")) / 1000


def part(taken: Sequence[float], share: float) -> float:
    """What so large a share of sorted times stays below."""
    return taken[min(len(taken) - 1, int(len(taken) * share))]
