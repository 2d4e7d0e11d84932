"""The form with conditions in a browser: with script and without it people are asked and kept the same."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from partnering.db import db
from partnering.events.models import Event
from tests.factories.events import make_event, make_organiser
from tests.factories.questions import make_question
from tests.factories.tickets import make_product
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser

pytestmark = pytest.mark.browser


@pytest.fixture
def form(live_server: Site) -> dict[str, Any]:
    """A form in which one answer brings up two questions, one of them required; and who may look at it."""
    with live_server.app.app_context():
        event = make_event()
        make_product(event)
        food = make_question(event, "single_choice", "Essen", choices={"all": "Alles", "other": "Anders"})
        rule = {"fact": f"question:{food.public_id}", "is": "other"}
        which = make_question(event, "short_text", "Was genau", required=True, rule=rule)
        often = make_question(event, "yes_no", "Jeden Tag", rule=rule)
        days = make_question(
            event, "number", "Wie oft", required=True, rule={"fact": f"question:{often.public_id}", "is": False}
        )
        organiser = make_organiser(event)
        names = {"food": food, "which": which, "often": often, "days": days}
        return {
            "organiser": organiser,
            "address": f"/manage/{db.session.get_one(Event, event.id).slug}/forms/preview?in=de&lang=de",
            **{name: f"guest-q_{question.public_id}" for name, question in names.items()},
        }


def opened(new_visitor: Callable[..., Any], site: Site, form: dict[str, Any], **options: Any) -> Page:
    """The preview, opened by the organiser."""
    visitor = new_visitor(site.url, locale="de", **options)
    with site.app.app_context():
        sign_in_browser(visitor, site, form["organiser"])
    page: Page = visitor.new_page()
    page.goto(form["address"])
    return page


def seen(page: Page, form: dict[str, Any]) -> list[str]:
    """The questions in sight."""
    names = ("food", "which", "often", "days")
    return [name for name in names if page.locator(f'[data-question="{form[name]}"]').is_visible()]


def sent(page: Page) -> None:
    """Send the answers, and wait for the page that says what they are worth."""
    page.get_by_role("button", name="Antworten ausprobieren").click()
    page.wait_for_load_state()


def test_with_script_questions_come_and_go_while_people_answer(live_server, new_visitor, form, axe):
    page = opened(new_visitor, live_server, form, width=390)
    assert seen(page, form) == ["food"]

    page.get_by_label("Anders").check()
    expect(page.get_by_label("Was genau")).to_be_visible()
    page.locator(f'[data-question="{form["often"]}"]').get_by_label("Nein").check()
    expect(page.get_by_label("Wie oft")).to_be_visible()
    assert seen(page, form) == ["food", "which", "often", "days"]
    axe(page)
    page.get_by_label("Alles").check()
    expect(page.get_by_label("Was genau")).to_be_hidden()
    assert seen(page, form) == ["food"]
    page.get_by_label("Anders").check()
    expect(page.get_by_label("Wie oft")).to_be_visible()
    page.get_by_label("Was genau").fill("Vegan")
    page.get_by_label("Wie oft").fill("2")
    sent(page)

    expect(page.get_by_text("Diese Antworten genügen.")).to_be_visible()
    expect(stored(page)).to_have_text(["Essen", "Was genau", "Jeden Tag", "Wie oft"])


def stored(page: Page) -> Locator:
    """What the preview says would be kept of the answers."""
    return page.locator("p:has-text('Gespeichert würden:') + ul > li")


def test_without_script_the_same_questions_come_up_when_it_is_sent(live_server, new_visitor, form, axe):
    page = opened(new_visitor, live_server, form, java_script_enabled=False)
    assert seen(page, form) == ["food"]

    page.get_by_label("Anders").check()
    sent(page)
    assert seen(page, form) == ["food", "which", "often"]
    expect(page.get_by_role("alert")).to_contain_text("Bitte prüfen Sie zwei Angaben")
    page.get_by_label("Was genau").fill("Vegan")
    page.locator(f'[data-question="{form["often"]}"]').get_by_label("Nein").check()
    sent(page)
    assert seen(page, form) == ["food", "which", "often", "days"]
    page.get_by_label("Wie oft").fill("2")
    sent(page)

    expect(page.get_by_text("Diese Antworten genügen.")).to_be_visible()
    expect(stored(page)).to_have_text(["Essen", "Was genau", "Jeden Tag", "Wie oft"])


@pytest.mark.parametrize("script", [True, False])
def test_what_was_typed_into_a_question_that_went_away_is_not_kept(live_server, new_visitor, form, script):
    page = opened(new_visitor, live_server, form, java_script_enabled=script)
    page.get_by_label("Anders").check()
    if not script:
        sent(page)
    page.get_by_label("Was genau").fill("Vegan")
    page.get_by_label("Alles").check()
    if script:
        expect(page.get_by_label("Was genau")).to_be_hidden()
    sent(page)

    expect(stored(page)).to_have_text(["Essen"])


def test_coming_back_shows_what_the_answers_ask_for(live_server, new_visitor, form):
    page = opened(new_visitor, live_server, form)
    page.get_by_label("Anders").check()
    expect(page.get_by_label("Was genau")).to_be_visible()
    page.goto("/")
    page.go_back()

    page.wait_for_function("document.readyState === 'complete'")
    checked = page.get_by_label("Anders").is_checked()
    expect(page.get_by_label("Was genau")).to_be_visible(visible=checked)
