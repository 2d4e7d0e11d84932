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


def install(app: Flask) -> None:
    """Give templates the filters `rich` and `rich_bi`."""
    app.add_template_filter(rich, "rich")
    app.add_template_filter(rich_bi, "rich_bi")
