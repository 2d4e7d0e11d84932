"""Parts of pages that are drawn once for the same values, and never for others."""

import pytest
from flask import Flask, g, render_template_string
from jinja2 import UndefinedError

from partnering import fragments
from partnering.i18n import speaking
from tests.factories import make_event

PART = '{% call drawn_once("part", *values) %}{{ next(draw) }} {{ _("Sign in") }}{% endcall %}'


def draw(numbers, *values) -> str:
    """The part for these values; what it draws counts on."""
    return render_template_string(PART, draw=numbers, next=next, values=values)


def test_a_part_is_drawn_once_for_the_same_values_in_each_language(app: Flask):
    numbers = iter(range(100))
    with app.test_request_context("/"):
        with speaking("en"):
            first = draw(numbers, "a", 1)
            assert draw(numbers, "a", 1) == first == "0 Sign in"
            assert draw(numbers, "a", 2) == "1 Sign in"
        with speaking("de"):
            assert draw(numbers, "a", 1) == "2 Einloggen"


def test_addresses_within_belong_to_one_event_and_one_choice_of_language(ctx: Flask):
    one, other = make_event(), make_event()
    numbers = iter(range(100))
    drawn = []
    for event, path in ((one, "/"), (other, "/"), (one, "/?lang=de"), (one, "/")):
        with ctx.test_request_context(path):
            g.event = event
            drawn.append(draw(numbers, "addresses").split()[0])
    assert drawn == ["0", "1", "2", "0"]


def test_no_more_parts_are_kept_than_fit(app: Flask, monkeypatch):
    monkeypatch.setattr(fragments, "MOST", 2)
    numbers = iter(range(100))
    with app.test_request_context("/?lang=en"):
        drawn = [draw(numbers, "few", value).split()[0] for value in (1, 2, 1, 3, 1, 2)]
    assert drawn == ["0", "1", "0", "2", "0", "3"]


def test_what_a_part_says_is_escaped_once(app: Flask):
    with app.test_request_context("/"):
        said = [
            render_template_string('{% call drawn_once("b", x) %}{{ x }}{% endcall %}', x="<b>") for _turn in range(2)
        ]
    assert said == ["&lt;b&gt;", "&lt;b&gt;"]


def test_a_value_that_is_not_there_is_refused_rather_than_taken_for_another(app: Flask):
    with app.test_request_context("/"), pytest.raises(UndefinedError):
        render_template_string('{% call drawn_once("c", thing.missing) %}x{% endcall %}', thing={})


def fill(drawn, *words: str, more: str = "") -> str:
    """A part of these words, by its pattern; what it draws counts on."""
    part = (
        '{% call(w) filled("words", more, of=words) %}<b title="{{ w[0] }}">{{ w[0] }}</b>{% if w[1] %} 100% {{ w[1] }}'
        "{% endif %}{{ more }}{{ next(drawn) }}{% endcall %}"
    )
    return render_template_string(part, words=words, more=more, drawn=drawn, next=next)


def test_words_are_put_into_what_was_drawn_once_of_the_same_shape(app: Flask):
    drawn = iter(range(100))
    with app.test_request_context("/"), speaking("en"):
        assert fill(drawn, "Ada", "%s <i>") == '<b title="Ada">Ada</b> 100% %s &lt;i&gt;0'
        assert fill(drawn, '"Ben"', "qzx0xzq") == '<b title="&#34;Ben&#34;">&#34;Ben&#34;</b> 100% qzx0xzq0'
        assert fill(drawn, "Ada", "") == '<b title="Ada">Ada</b>1'
        assert fill(drawn, "Ada", "", more="!") == '<b title="Ada">Ada</b>!2'
        with speaking("de"):
            assert fill(drawn, "Ada", "") == '<b title="Ada">Ada</b>3'
        with pytest.raises(UndefinedError, match="is not there"):
            render_template_string('{% call(w) filled("x", of=card.face) %}{{ w[0] }}{% endcall %}', card={})
