"""Markdown from organisers and speakers, as safe HTML: a small subset, no raw HTML, links that give nothing away."""

import re

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markupsafe import Markup

from .db import BilingualText
from .i18n import locale

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).disable(["image", "html_block"])

SCHEMES = re.compile(r"(?:https?|mailto):", re.IGNORECASE)

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "code", "pre", "hr"}


def rich(text: str) -> Markup:
    """Markdown as HTML. Headings begin at the third level; only http, https and mailto links survive."""
    html = _markdown.render(text)
    for level in ("1", "2"):
        html = html.replace(f"<h{level}>", "<h3>").replace(f"</h{level}>", "</h3>")
    safe = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        attribute_filter=_only_full_addresses,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(safe)  # cleaned by the line above


def _only_full_addresses(tag: str, attribute: str, value: str) -> str | None:
    """Addresses without a scheme would lead to our own pages under somebody else's words."""
    return value if attribute != "href" or SCHEMES.match(value) else None


def rich_bi(text: BilingualText | None) -> Markup:
    """An organiser's Markdown in the language in force, marked with its `lang` where it falls back."""
    if not text:
        return Markup("")
    language = text.language(locale())
    body = rich(text.in_(locale()))
    return body if language == locale() else Markup('<div lang="{}">{}</div>').format(language, body)


BESIDE_NAMES = {"Dr", "Prof", "von", "van", "de", "zu", "der"}


def initials(name: str) -> tuple[str, int]:
    """The letters of a round picture that stands for somebody, and its hue, 1 to 5."""
    words = [word for word in name.replace(",", " ").replace("-", " ").split() if word not in BESIDE_NAMES]
    letters = [word[0].upper() for word in words if not word.endswith(".") and word[0].isalpha()]
    hue = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(letters[0] if letters else "A") + len(name)) % 5 + 1
    return "".join(letters[:1] + letters[1:][-1:]), hue


def install(app: Flask) -> None:
    """Give templates the filters `rich`, `rich_bi` and `initials`."""
    app.add_template_filter(initials, "initials")
    app.add_template_filter(rich, "rich")
    app.add_template_filter(rich_bi, "rich_bi")
