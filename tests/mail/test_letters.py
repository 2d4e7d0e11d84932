"""What letters say, and how rooms make them."""

import pytest

from partnering.mail import letters
from tests.factories import make_event
from tests.support.kinds import post_letter
from tests.support.letters import letters_to


def test_a_full_address_begins_with_the_base_address_and_needs_no_request(make_app):
    app = make_app(base_url="https://events.example/")
    with app.app_context():
        assert letters.url("static", filename="css/tokens.css", v="1") == (
            "https://events.example/static/css/tokens.css?v=1"
        )


def test_a_full_address_keeps_the_path_of_the_base_address(make_app):
    app = make_app(base_url="https://events.example/conferences")
    with app.app_context():
        assert letters.url("static", filename="a.css") == "https://events.example/conferences/static/a.css"


def test_letters_of_an_event_come_from_its_sender(ctx):
    own = make_event(sender_name="bionection", sender_address="team@bionection.example")
    nameless = make_event(sender_name="", sender_address="")

    assert letters.sender_of(own) == ("bionection", "team@bionection.example")
    assert letters.sender_of(nameless)[1] == "noreply@partnering.example"
    assert letters.sender_of() == ("", "noreply@partnering.example")


def test_a_kind_that_no_room_renders_is_named(ctx):
    post_letter("test.unknown", address="a@people.example")

    with pytest.raises(letters.UnknownKind, match=r"test\.unknown"):
        letters.render(letters_to("a@people.example")[0])
