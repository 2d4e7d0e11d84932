"""Texts of other systems as the Markdown that our pages show: known HTML becomes lines, lists and addresses."""

import re
from html.parser import HTMLParser

from ...text import clean_lines

_BLOCKS = {"p", "div", "ul", "ol", "blockquote", "pre", "table", "tr", "section", "article", "header", "footer"}
_BLOCKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd"}
_INLINE = {"a", "b", "i", "em", "strong", "u", "s", "span", "code", "small", "sub", "sup", "font", "tt", "td", "th"}
_INLINE |= {"tbody", "thead", "img", "cite", "q", "abbr", "del", "ins", "mark", "center"}
_SILENT = {"script", "style", "iframe", "object", "noscript", "template", "svg"}
_KNOWN = _BLOCKS | _INLINE | _SILENT | {"br", "hr", "li"}
_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_KNOWN))})\b", re.IGNORECASE)
_SAFE = re.compile(r"(?:https?://|mailto:)[^\s<>()]+\Z")


class _Reader(HTMLParser):
    """Collects text; what is no known tag stays as it was typed ("a <b> c" in a talk on generics would not)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "hr" or tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag not in _INLINE:
            self.parts.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)
        if tag == "a" and self.links:
            self.links.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.links:
            href, start = self.links.pop()
            said = "".join(self.parts[start:]).strip()
            if _SAFE.match(href) and href != said:
                self.parts.append(f" ({href})" if said else href)
        elif tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag not in _KNOWN:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def plain(text: str) -> str:
    """`text` without HTML: paragraphs and list items as lines, addresses of links after their words, scripts gone."""
    if _TAG.search(text):
        reader = _Reader()
        reader.feed(text)
        reader.close()
        text = "".join(reader.parts)
    return clean_lines(text)
