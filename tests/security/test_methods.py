"""R32: a page answers to the methods it declares and to no header that pretends another one."""

import pytest

from tests.factories import make_event

UNDECLARED = ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def plain_rules(app):
    """Rules without parameters beyond the event, with their methods."""
    for rule in app.url_map.iter_rules():
        if set(rule.arguments) <= {"event_slug"}:
            yield rule, rule.methods or set()


def test_undeclared_methods_are_refused(ctx, client):
    event = make_event()
    answers = {}
    for rule, methods in plain_rules(ctx):
        address = rule.rule.replace("<event_slug>", event.slug)
        for method in set(UNDECLARED) - methods:
            status = client.open(address, method=method).status_code
            if status not in (405, 501):
                answers[address, method] = status

    assert answers == {}


@pytest.mark.parametrize("header", OVERRIDES)
def test_no_header_changes_the_method(ctx, client, header):
    event = make_event()

    answer = client.get(f"/e/{event.slug}/", headers={header: "DELETE"})

    assert (answer.status_code, event.name.de in answer.text) == (200, True)


def test_options_names_the_declared_methods(ctx, client):
    event = make_event()

    assert set(client.options(f"/e/{event.slug}/").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
