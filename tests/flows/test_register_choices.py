"""Three places with a member code, extras and questions: with script and without people are asked and kept the same."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering.db import BilingualText, db, transaction
from partnering.questions.queries import answers_of
from partnering.registration.models import Item, Party, Place, Registration
from partnering.tickets.models import PriceTier
from tests.conftest import NewVisitor
from tests.factories import make_code, make_event, make_member_list, make_product, make_workshop
from tests.factories.questions import make_question
from tests.support.servers import Site
from tests.support.waiting import until

from .walker import LOOKS, MAIN, Walker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


class LookedAt(set[str]):
    """Every page counts as looked at: axe is a script, and the same pages are looked at with script."""

    def __contains__(self, title: object) -> bool:
        return True


@pytest.fixture(scope="module")
def shop(live_server: Site) -> dict[str, str]:
    """An event that sells with codes, extras and questions: the ids of what is chosen in the journey."""
    with live_server.app.app_context():
        event = make_event("fruehjahr")
        members = make_member_list(event, entries=["verein.example"])
        ticket = make_product(
            event, name=BilingualText("Start-up", "Start-up"), seats=3, gross=30_000, capacity=30, partnering=False
        )
        with transaction():
            db.session.add(PriceTier(event_id=event.id, product_id=ticket.id, gross=24_000, audience="member"))
        make_code(event, "VEREIN-27", "member", audience="member", member_list_id=members.id)
        first = make_workshop(event, "Patente", event.opens_at + timedelta(hours=1), gross=4_500)
        second = make_workshop(event, "Zulassung", event.opens_at + timedelta(hours=2))
        member = {"fact": "audience", "is": "member"}
        how = make_question(event, "single_choice", "Woher kennen Sie uns?", asks="buyer", required=True)
        through = {"fact": f"question:{how.public_id}", "is": "b"}
        which = make_question(event, "short_text", "Welches Netzwerk?", asks="buyer", required=True, rule=through)
        guests = make_question(event, "number", "Wie viele Gäste?", asks="buyer", rule=member)
        many = {"all": [through, {"fact": f"question:{guests.public_id}", "least": 2}]}
        bus = make_question(event, "yes_no", "Bus?", asks="buyer", rule=many)
        stop = make_question(
            event, "short_text", "Ab wo?", asks="buyer", rule={"fact": f"question:{bus.public_id}", "is": True}
        )
        none = make_question(event, "short_text", "Ohne Code?", asks="buyer", rule={"not": member})
        meal = make_question(event, "multiple_choice", "Essen?", rule={"fact": "places", "least": 3})
        why = make_question(event, "short_text", "Was?", rule={"fact": f"question:{meal.public_id}", "has": "b"})
        asked = {"how": how, "which": which, "guests": guests, "bus": bus, "stop": stop}
        asked |= {"none": none, "meal": meal, "why": why}
        found = {
            "ticket": ticket.public_id,
            "first": first.public_id,
            "second": second.public_id,
            **{name: question.public_id for name, question in asked.items()},
        }
        db.session.remove()
    return found


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_three_places_are_bought_with_a_code_extras_and_questions(
    live_server: Site, shop: dict[str, str], new_visitor: NewVisitor, script: bool
):
    width, locale = LOOKS[live_server.engine]
    context = new_visitor(live_server.url, width=width, locale=locale, java_script_enabled=script)
    jana = Walker(live_server, context, locale, set() if script else LookedAt())
    email = f"jana.{'mit' if script else 'ohne'}@verein.example"

    jana.open("/e/fruehjahr/register")
    jana.fill(code="verein 27")
    jana.press("button[name=apply]")
    assert jana.page.locator("s.num").count() == 1
    jana.tick("ticket", shop["ticket"])
    jana.press()

    jana.fill(people__0__given_name="Jana", people__0__family_name="Wittkowski", people__0__email="jana@other.example")
    jana.fill(people__1__given_name="Ben", people__1__family_name="Adeyemi", people__1__email=f"ben.{email}")
    jana.press()
    assert jana.page.locator("[role=alert] li").count() == 1
    jana.fill(people__0__email=email)
    jana.press()

    assert "/register/extras" in jana.page.url
    jana.tick("extra_0", shop["first"])
    jana.tick("extra_0", shop["second"])
    jana.press()
    assert jana.page.locator("[role=alert] li").count() == 1
    jana.page.locator(f"input[name=extra_0][value='{shop['second']}']").set_checked(False, force=True)
    jana.tick("extra_1", shop["second"])
    jana.press()

    assert "/register/questions" in jana.page.url
    _answer(jana, shop, script)

    assert "/register/check" in jana.page.url
    jana.fill(street="Weg 1", postcode="01067", city="Dresden")
    jana.tick("terms")
    jana.tick("privacy")
    jana.press(MAIN, twice=script)
    assert "/register/done" in jana.page.url
    jana.page.go_back()
    jana.open("/e/fruehjahr/register/done")

    with live_server.app.app_context():
        [party] = db.session.scalars(sa.select(Party).where(Party.contact_email == email)).all()
        lines = db.session.execute(
            sa.select(Item.kind, Item.gross, Item.code_text).where(Item.party_id == party.id).order_by(Item.id)
        ).all()
        assert [tuple(line) for line in lines] == [
            ("ticket", 24_000, "VEREIN-27"),
            *sorted([("add_on", 4_500, ""), ("add_on", 0, "")], key=lambda line: _order(shop, line)),
        ]
        assert answers_of(party.sheet) == {
            shop["how"]: "b",
            shop["which"]: "Hefenetz",
            shop["guests"]: 2,
            shop["bus"]: False,
        }
        mine = db.session.scalars(
            sa.select(Registration).join(Place).where(Place.party_id == party.id).order_by(Place.position)
        ).all()
        assert answers_of(mine[0].sheet) == {shop["meal"]: ["a"]}
        db.session.remove()


def _order(shop: dict[str, str], line: tuple[str, int, str]) -> str:
    """Extras are held in the order of their public ids."""
    return shop["first"] if line[1] else shop["second"]


def _answer(jana: Walker, shop: dict[str, str], script: bool) -> None:
    """Answer, change one's mind, and answer again: what is asked after each change is the same without script.

    There it is sent to see it; what is missing keeps it from going on.
    """

    def asked() -> set[str]:
        ids = {shop[name]: name for name in ("how", "which", "guests", "bus", "stop", "none", "meal", "why")}
        shown = jana.page.locator("[data-question]:visible").evaluate_all("all => all.map(one => one.dataset.question)")
        return {ids[name.partition("_")[2]] for name in shown}

    def expect(*names: str) -> None:
        if not script:
            jana.press()
            assert "/register/questions" in jana.page.url
        until(lambda: asked() == set(names), 10, f"{names}, not {asked()}")

    until(lambda: asked() == {"how", "guests", "meal"}, 10, "the questions that depend on no answer")
    jana.fill(**{f"o__q_{shop['guests']}": "2"})
    jana.tick(f"o-q_{shop['how']}", "b")
    jana.tick(f"p0-q_{shop['meal']}", "b")
    expect("how", "which", "guests", "bus", "meal", "why")
    jana.fill(**{f"p0__q_{shop['why']}": "Nüsse"})
    jana.tick(f"o-q_{shop['bus']}", "yes")
    expect("how", "which", "guests", "bus", "stop", "meal", "why")
    jana.fill(**{f"o__q_{shop['stop']}": "Neustadt"})
    jana.tick(f"o-q_{shop['bus']}", "no")
    jana.tick(f"p0-q_{shop['meal']}", "a")
    jana.page.locator(f"input[name='p0-q_{shop['meal']}'][value='b']").press("Space")
    expect("how", "which", "guests", "bus", "meal")
    jana.fill(**{f"o__q_{shop['which']}": "Hefenetz"})
    jana.press()
