"""A look at the page that is open: what is wrong with it is noted instead of ending the sweep."""

from collections.abc import Callable

from playwright.sync_api import Page, Response

FACTS = """() => {
  const root = document.documentElement, wide = [];
  if (root.scrollWidth > root.clientWidth) {
    for (const element of document.body.querySelectorAll("*")) {
      if (element.getBoundingClientRect().right > root.clientWidth + 1 && wide.length < 5)
        wide.push(`${element.tagName}.${element.className} ${Math.round(element.getBoundingClientRect().right)}`);
    }
    wide.push(String(root.scrollWidth));
  }
  return {
    title: document.title.trim(),
    headings: document.querySelectorAll("h1").length,
    language: root.lang,
    wide,
  };
}"""


class Glance:
    """Notes what is wrong with pages in one language."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self.problems: list[str] = []

    def look(
        self,
        page: Page,
        response: Response | None,
        name: str,
        axe: Callable[[Page], list[str]] | None = None,
        status: int = 200,
    ) -> None:
        """Note what is wrong with the page that is open: status, headings, language, width, title, what axe finds."""
        facts = page.evaluate(FACTS)
        wanted = {
            "status": (response.status if response else 0, status),
            "headings": (facts["headings"], 1),
            "language": (facts["language"], self.locale),
            "wider than the screen": (facts["wide"], []),
        }
        for what, (is_so, should_be) in wanted.items():
            if is_so != should_be:
                self.problems.append(f"{name}: {what} {is_so}, not {should_be}")
        if not facts["title"]:
            self.problems.append(f"{name}: no title")
        if axe is not None:
            self.problems += [f"{name}: {line}" for line in axe(page)]
