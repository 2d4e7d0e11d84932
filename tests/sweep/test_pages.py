"""Every page opens in both languages, at 390 and 1280 px, in light and dark, with error and empty states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page
from werkzeug.routing import Rule

from partnering.meetings.queries import TABS
from tests.conftest import NewVisitor
from tests.security.matrix import MATRIX
from tests.security.stage import COOKIE_OF_DOORS, Stage, methods_of, parameters, routes, set_up
from tests.support.browser import axe_violations
from tests.support.servers import Site
from tests.support.signing_in import cookie_of
from tests.sweep.looking import Glance

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite"), pytest.mark.timeout(600)]

VIEWERS = (
    "visitor",
    "attendee",
    "exhibitor",
    "crew",
    "organiser",
    "caterer",
    "committee",
    "speaker",
    "party link",
    "ticket link",
    "waiting link",
    "letters link",
    "chosen link",
    "given link",
    "feed link",
    "sign-in letter",
    "kiosk",
)
"""Who looks at a page: the first of these who may."""

Scheme = Literal["light", "dark"]

OPENED_IN: dict[tuple[int, str], tuple[Scheme, Scheme]] = {
    (390, "de"): ("light", "dark"),
    (390, "en"): ("dark", "light"),
    (1280, "de"): ("light", "dark"),
    (1280, "en"): ("dark", "light"),
}
"""The scheme that pages are opened in, and the one that they are switched to, at each width in each language."""

CHECKED_BY_AXE = {(390, "de", "light"), (1280, "en", "dark")}

FILES = {
    ".ics",
    ".pdf",
    ".csv",
    ".json",
    ".xml",
    ".xlsx",
    ".zip",
    ".css",
    ".vcf",
    "/answers/files/<public_id>",
    "/files/<file_id>",
    "/photo/<photo_id>",
}
NOT_PAGES = {
    "static",
    "subscriptions.stop",
    "chosen_letters.stop",
    "checkin_desk.now",
    "checkin_desk.devices_now",
    "checkin.sync",
    "checkin.worker",
    "lobby.gallery",
    "organisations.logo",
}
"""What is no page, or not on a real site."""
AFTER_A_STEP = {
    "accounts.login_sent",
    "registration.people",
    "registration.extras",
    "registration.questions",
    "registration.check",
    "registration.done",
    "delegates.register_profile",
}
"""Pages that the journeys open, since they need the step before."""


@dataclass
class Visit:
    """An address to open, by whom, and the status it answers."""

    role: str
    address: str
    name: str
    status: int = 200

    @property
    def named(self) -> str:
        """How problems call it."""
        return f"{self.name} ({self.address})"

    @property
    def awaited(self) -> int:
        """The status it should answer."""
        return 404 if self.name == "404" else self.status


@pytest.fixture(scope="module")
def stage(live_server: Site) -> Stage:
    """A world on a running site."""
    return set_up(live_server.app, live_server.engine)


def viewer_of(endpoint: str) -> str:
    """Who opens a page here."""
    return next(role for role in VIEWERS if role in MATRIX[endpoint])


def is_page(rule: Rule) -> bool:
    """Whether a route answers with a page that needs no step before it."""
    file = any(rule.rule.endswith(suffix) for suffix in FILES)
    return not file and "GET" in methods_of(rule) and rule.endpoint not in NOT_PAGES | AFTER_A_STEP


def pages(stage: Stage) -> list[Visit]:
    """Every page of the conference in which everything happened, and what is refused."""
    found = []
    for rule in routes(stage.app):
        if rule.endpoint in MATRIX and is_page(rule) and MATRIX[rule.endpoint] & set(VIEWERS):
            role = viewer_of(rule.endpoint)
            found.append(Visit(role, stage.address(rule, role), rule.endpoint))
    own, things = stage.world.own.slug, stage.world.own.things
    return [
        *found,
        Visit("visitor", "/nothing-here", "404"),
        Visit("visitor", f"/e/{own}/nothing-here", "404 in an event", 404),
        Visit("attendee", f"/manage/{own}/", "404 for others", 404),
        Visit("speaker", f"/e/{own}/me/partners", "403", 403),
        Visit("visitor", "/login/aaaaaaaaaaaaaaaa1-1-aaaaaaaaaaaaaaaaaaaaaaaaaa", "410", 410),
        Visit("visitor", f"/e/{own}/?lang=fr", "unknown language"),
        Visit("attendee", f"/e/{own}/me/partners?q=zzzzzz", "nobody found"),
        *(Visit("exhibitor", f"/e/{own}/me/meetings?tab={tab}", f"meetings {tab}") for tab in TABS),
        Visit("exhibitor", f"/e/{own}/me/meetings/{stage.world.own.things['meetings.id']}?other=1", "other times"),
        Visit("attendee", f"/e/{own}/me/meetings/decline", "nothing to decline"),
        Visit("attendee", f"/e/{own}/me/talks", "no talks"),
        Visit("exhibitor", f"/e/{own}/me/contacts", "nothing exchanged"),
        Visit("exhibitor", f"/e/{own}/me/stand/leads?q=zzzzzz", "no lead found"),
        Visit("exhibitor", f"/e/{own}/me/stand/leads/{things['leads.gone.id']}", "a lead withdrawn"),
        Visit("visitor", f"/e/{own}/programme?q=reaktor", "sessions found"),
        Visit("visitor", f"/e/{own}/programme?q=zzzzzz", "no session found"),
        Visit("visitor", f"/e/{own}/programme?q=%25", "nothing to look for in the programme"),
        Visit("visitor", f"/e/{own}/programme?track=gone&room=gone&day=gone", "filters that are gone"),
        Visit("visitor", f"/e/{own}/speakers?q=a", "speakers found"),
        Visit("visitor", f"/e/{own}/speakers?q=zzzzzz", "no speaker found by a guest"),
        Visit("visitor", f"/e/{own}/programme?view=list", "the programme as a list"),
        Visit("visitor", f"/e/{own}/programme?view=now", "what is on"),
        Visit("attendee", f"/e/{own}/programme/{things['programme.book.public_id']}", "a session with places"),
        Visit("visitor", f"/e/{own}/now?room={things['room']}", "the sign at a door"),
        Visit("organiser", f"/manage/{own}/programme/speakers?q=zzzzzz", "no speaker found"),
        Visit("organiser", f"/manage/{own}/programme?q=zzzzzz", "no session found"),
        Visit("organiser", f"/manage/{own}/programme/releases/letters?part=panellist", "no such letter"),
        Visit("organiser", f"/manage/{own}/programme/releases/letters?state=left_out", "no letter left out"),
        Visit("organiser", f"/manage/{own}/programme/grid?session={things['session']}", "a session opened in the grid"),
        Visit("organiser", f"/manage/{own}/people?q=zzzzzz", "no guest found"),
        Visit("organiser", f"/manage/{own}/invoices?q=zzzzzz", "no invoice found"),
        Visit("organiser", f"/manage/{own}/forms/questions/new?kind=multiple_choice", "a new question with choices"),
        Visit("organiser", f"/manage/{own}/forms/preview?in=en", "the form in English"),
        Visit("organiser", f"/manage/{own}/waiting?state=closed", "nobody left the list"),
        Visit("organiser", f"/manage/{own}/approvals?state=decided", "what was decided"),
        Visit("organiser", f"/manage/{own}/tables?table={things['table']}", "a picked table"),
        Visit(
            "organiser", f"/manage/{own}/tables/blocks/{things['block']}/remove?slot={things['slot']}", "times to go"
        ),
        Visit("party link", f"/r/{stage.world.own.tokens['request']}/request", "what was sent in"),
        Visit("waiting link", f"/e/{own}/waitlist/{stage.world.own.tokens['offer']}", "an offer"),
        Visit("visitor", "/organisations?q=zzzzzz", "no organisation found"),
        Visit("attendee", f"/e/{own}/call/start", "a contribution to begin"),
        Visit("organiser", f"/manage/{own}/contributions?q=zzzzzz", "no contribution found"),
        Visit("organiser", f"/manage/{own}/profiles?show=asked", "who asks to be public"),
        Visit("organiser", f"/manage/{own}/profiles?show=withheld", "nobody is withheld"),
        Visit("organiser", f"/manage/{own}/profiles?q=zzzzzz", "no profile found"),
        Visit("crew", f"/e/{own}/door/{stage.world.own.things['list_id']}/search?q=zzzzzz", "no name found"),
        Visit("crew", f"/e/{own}/door/{things['list_id']}/search?q=a", "guests found at a door"),
        Visit("organiser", f"/manage/{own}/badges/people?q=zzzzzz", "no badge found"),
        Visit("organiser", f"/manage/{own}/badges/layouts/new?paper=label-80x50", "a layout for labels"),
        Visit("organiser", f"/manage/{own}/door/log?q=zzzzzz", "no scan found"),
        Visit("organiser", f"/manage/{own}/door/conflicts?state=settled", "no scan settled"),
        Visit("organiser", f"/manage/{own}/door/devices/{things['device_id']}/code", "a phone that is enrolled"),
        *(
            Visit("organiser", f"/manage/{own}/door/lists/new?kind={kind}", f"a list for {kind}")
            for kind in ("door", "workshop", "dinner", "setup")
        ),
        Visit("organiser", f"/manage/{own}/door/lists/{things['list_id']}/attendance?q=zzzzzz", "nobody who came"),
    ]


def bare_pages(stage: Stage) -> list[Visit]:
    """The pages of a conference in which nothing happened yet."""
    found = []
    for rule in routes(stage.app):
        if rule.endpoint not in MATRIX or parameters(rule) != {"event_slug"} or not is_page(rule):
            continue
        role = viewer_of(rule.endpoint)
        if role in ("visitor", "attendee", "crew", "organiser"):
            address = stage.address(rule, role).replace(stage.world.own.slug, stage.world.bare.slug)
            status = 404 if rule.endpoint == "registration.find_contract" else 200  # nobody may withdraw there
            found.append(Visit(role, address, f"{rule.endpoint}, bare", status))
    return found


def forms(stage: Stage) -> list[Visit]:
    """Pages whose form is sent empty, to see what they say."""
    own = stage.world.own
    return [
        Visit("visitor", "/login", "login"),
        Visit("visitor", f"/e/{own.slug}/register", "ticket"),
        Visit("visitor", f"/e/{own.slug}/waitlist", "waiting list"),
        Visit("organiser", f"/manage/{own.slug}/waiting/{own.things['backoffice.change_waiting.public_id']}", "why"),
        Visit("attendee", "/account", "account"),
        Visit("attendee", f"/e/{own.slug}/me/scan", "badge"),
        Visit("attendee", f"/e/{own.slug}/me/contacts/scan", "badge for a card"),
        Visit("exhibitor", f"/e/{own.slug}/me/stand/leads/scan", "badge for a lead"),
        Visit("organiser", f"/manage/{own.slug}/door/devices/new", "new phone"),
        Visit("organiser", f"/manage/{own.slug}/door/devices/kiosk", "new kiosk"),
        Visit("kiosk", f"/e/{own.slug}/door/kiosk/", "code at a kiosk"),
        Visit("kiosk", f"/e/{own.slug}/door/kiosk/staff", "PIN of a kiosk"),
        Visit("organiser", f"/manage/{own.slug}/door/conflicts", "no scan ticked"),
        Visit("crew", f"/e/{own.slug}/door/{own.things['list_id']}/new", "new guest"),
        Visit("organiser", f"/manage/{own.slug}/door/lists/new?kind=door", "new list"),
        Visit("organiser", f"/manage/{own.slug}/door/lists/{own.things['list_id']}", "list"),
        Visit("organiser", f"/manage/{own.slug}/door/lists/{own.things['list_id']}/questions/new", "door question"),
        Visit("exhibitor", f"/e/{own.slug}/me/meetings/decline", "several requests"),
        Visit("ticket link", f"/t/{own.tokens['ticket']}", "ticket data"),
        Visit("ticket link", f"/t/{own.tokens['ticket']}/substitute", "substitute"),
        Visit("party link", f"/r/{own.tokens['party']}/billing", "billing address"),
        Visit("organiser", "/manage/new", "new event"),
        Visit("organiser", f"/manage/{own.slug}/team", "team"),
        Visit("organiser", f"/manage/{own.slug}/people/add", "add person"),
        Visit("organiser", f"/manage/{own.slug}/invoices/set-up", "set up invoices"),
        Visit("organiser", f"/manage/{own.slug}/tickets/new", "new ticket"),
        Visit("organiser", f"/manage/{own.slug}/forms/sections/new", "new section"),
        Visit("organiser", f"/manage/{own.slug}/forms/questions/new?kind=single_choice", "new question"),
        Visit("organiser", f"/manage/{own.slug}/tickets/pools/new", "new pool"),
        Visit("organiser", f"/manage/{own.slug}/tickets/add-ons/new", "new add-on"),
        Visit("organiser", f"/manage/{own.slug}/tickets/codes/new/voucher", "new code"),
        Visit("organiser", f"/manage/{own.slug}/tickets/members/new", "new member list"),
        Visit("organiser", f"/manage/{own.slug}/badges/layouts/new", "new layout"),
        Visit("organiser", f"/manage/{own.slug}/badges/people", "choose badges"),
        Visit("organiser", f"/manage/{own.slug}/clone", "new conference like this one"),
        Visit("organiser", f"/manage/{own.slug}/programme/new", "new session"),
        Visit("organiser", f"/manage/{own.slug}/programme/release", "nothing ticked to be released"),
        Visit("organiser", f"/manage/{own.slug}/programme/grid?session={own.things['session']}", "no place"),
        Visit(
            "organiser",
            f"/manage/{own.slug}/programme/{own.things['programme_speakers.public_id']}/files",
            "no file chosen",
        ),
        Visit("speaker", f"/e/{own.slug}/me/talks/{own.things['programme.public_id']}", "no slides chosen"),
        Visit("organiser", f"/manage/{own.slug}/tables/blocks", "new block of meetings"),
        Visit("visitor", f"/e/{own.slug}/call/start", "a link to begin with"),
        Visit("committee", f"/e/{own.slug}/committee/{own.things['contributions.public_id']}", "points"),
        Visit("organiser", f"/manage/{own.slug}/contributions/settings", "rules of the call"),
        Visit("organiser", f"/manage/{own.slug}/contributions/topics", "new topic"),
        Visit("attendee", f"/e/{own.slug}/me/opportunities/new", "new opportunity"),
        Visit("attendee", f"/e/{own.slug}/me/organisation", "logo"),
        Visit(
            "organiser",
            f"/manage/{own.slug}/profiles/{own.things['delegates_profiles.id']}",
            "take out of the directory",
        ),
    ]


def overtaken(stage: Stage) -> list[tuple[Visit, int]]:
    """Pages whose form somebody else has changed meanwhile, and which of their forms that is."""
    desk = f"/manage/{stage.world.own.slug}"
    block = f"{desk}/tables/blocks/{stage.world.own.things['block']}"
    return [
        (Visit("organiser", f"{desk}/meetings/rules", "rules, late"), 0),
        (Visit("organiser", block, "block, late"), 0),
        (Visit("organiser", block, "phase of a block, late"), 1),
        (Visit("organiser", f"{desk}/tables/zones", "hall, late"), 0),
        (Visit("organiser", f"{desk}/tables/zones", "video room, late"), -1),
        (Visit("organiser", f"{desk}/tables/lunch", "lunch, late"), 0),
        (Visit("organiser", f"{desk}/door/lists/{stage.world.own.things['list_id']}", "list, late"), 0),
    ]


class Eye(Glance):
    """Looks at pages in one language and width, in both schemes, each with the eyes of who may see it."""

    def __init__(self, stage: Stage, new_visitor: NewVisitor, site: Site, width: int, locale: str) -> None:
        super().__init__(locale)
        self.stage = stage
        self.schemes: tuple[Scheme, Scheme] = OPENED_IN[width, locale]
        self._open = lambda: new_visitor(site.url, width=width, locale=locale, scheme=self.schemes[0])
        self._site = site
        self._contexts: dict[str, BrowserContext] = {}

    def page(self, role: str) -> Page:
        """A page of this role's browser, kept."""
        if role not in self._contexts:
            context = self._open()
            token = self.stage.sessions.get(role)
            if token is not None:
                context.add_cookies([{"name": cookie_of(self.stage.app), "value": token, "url": self._site.url}])
            if role == "kiosk":
                kept = self.stage.world.own.tokens[role]
                context.add_cookies([{"name": COOKIE_OF_DOORS, "value": kept, "url": self._site.url}])
            context.new_page()
            self._contexts[role] = context
        return self._contexts[role].pages[0]

    def visit(self, visit: Visit, axe: Mapping[Scheme, Callable[[Page], list[str]]]) -> None:
        """Open a page in one scheme, look at it, switch to the other, and look again."""
        page = self.page(visit.role)
        first, then = self.schemes
        response = page.goto(with_language(visit.address, self.locale))
        self.look(page, response, f"{visit.named} {first}", axe.get(first), visit.awaited)
        page.emulate_media(color_scheme=then)
        self.look(page, response, f"{visit.named} {then}", axe.get(then), visit.awaited)
        page.emulate_media(color_scheme=first)


SEND_EMPTY = """() => {
  const form = [...document.querySelectorAll("main form")].find(form => form.method === "post"
    && form.querySelector("input:not([type=hidden]), textarea, select"));
  for (const field of form.querySelectorAll("input:not([type=hidden]), textarea")) {
    if (["checkbox", "radio"].includes(field.type)) field.checked = false;
    else field.value = "";
  }
  form.noValidate = true;
  form.requestSubmit();
}"""


SEND_LATE = """number => {
  const marks = document.querySelectorAll("main form input[type=hidden][name*=seen]");
  const seen = [...marks].filter(field => field.value).at(number), form = seen.form;
  seen.value = seen.value.replace(/-[0-9a-f]{12}/g, "-000000000000");
  const field = form.querySelector("input:not([type=hidden], [type=date], [type=time], [type=checkbox], :checked)");
  if (field.type === "radio") field.checked = true;
  else field.value = /^[0-9]+$/.test(field.value) ? Number(field.value) + 1 : `${field.value} 2`;
  form.requestSubmit();
}"""
"""Change a form and send it as if everything on it had been changed since by somebody else."""


def with_language(address: str, locale: str) -> str:
    """The address with `?lang=`, which outweighs what a person has chosen."""
    if "lang=" in address:
        return address
    return f"{address}{'&' if '?' in address else '?'}lang={locale}"


def look_at_every_page(stage: Stage, live_server: Site, new_visitor: NewVisitor, width: int, locale: str) -> list[str]:
    """What is wrong with the pages of both conferences."""
    eye = Eye(stage, new_visitor, live_server, width, locale)
    axe = {scheme: axe_violations for scheme in eye.schemes if (width, locale, scheme) in CHECKED_BY_AXE}
    for visit in [*pages(stage), *bare_pages(stage)]:
        eye.visit(visit, axe)
    return eye.problems


def look_at_every_empty_form(
    stage: Stage, live_server: Site, new_visitor: NewVisitor, width: int, locale: str
) -> list[str]:
    """What is wrong with what forms say that were sent empty."""
    eye = Eye(stage, new_visitor, live_server, width, locale)
    for visit in forms(stage):
        page = eye.page(visit.role)
        page.goto(with_language(visit.address, locale))
        with page.expect_navigation() as sent:
            page.evaluate(SEND_EMPTY)
        eye.look(page, sent.value, visit.named, axe_violations, 422)
        if page.locator("[role=alert]").count() == 0:
            eye.problems.append(f"{visit.name}: no summary of errors")
    return eye.problems


def look_at_what_was_overtaken(
    stage: Stage, live_server: Site, new_visitor: NewVisitor, width: int, locale: str
) -> list[str]:
    """What is wrong with pages that say what somebody else has changed meanwhile."""
    eye = Eye(stage, new_visitor, live_server, width, locale)
    for visit, number in overtaken(stage):
        page = eye.page(visit.role)
        page.goto(with_language(visit.address, locale))
        with page.expect_navigation() as sent:
            page.evaluate(SEND_LATE, number)
        eye.look(page, sent.value, visit.named, axe_violations, 409)
        if page.locator("[role=alert] a").count() == 0:
            eye.problems.append(f"{visit.name}: no summary of what was changed")
    return eye.problems


class TestOnPhones:
    """A class of its own for each width, so that two workers share the work."""

    @pytest.mark.parametrize("locale", ["de", "en"])
    def test_every_page(self, stage: Stage, live_server: Site, new_visitor: NewVisitor, locale: str):
        assert look_at_every_page(stage, live_server, new_visitor, 390, locale) == []

    def test_every_form_says_what_is_missing(self, stage: Stage, live_server: Site, new_visitor: NewVisitor):
        assert look_at_every_empty_form(stage, live_server, new_visitor, 390, "de") == []

    def test_every_form_says_what_was_changed_meanwhile(self, stage: Stage, live_server: Site, new_visitor: NewVisitor):
        assert look_at_what_was_overtaken(stage, live_server, new_visitor, 390, "de") == []


class TestOnWideScreens:
    """The same at a desk."""

    @pytest.mark.parametrize("locale", ["de", "en"])
    def test_every_page(self, stage: Stage, live_server: Site, new_visitor: NewVisitor, locale: str):
        assert look_at_every_page(stage, live_server, new_visitor, 1280, locale) == []

    def test_every_form_says_what_is_missing(self, stage: Stage, live_server: Site, new_visitor: NewVisitor):
        assert look_at_every_empty_form(stage, live_server, new_visitor, 1280, "en") == []

    def test_every_form_says_what_was_changed_meanwhile(self, stage: Stage, live_server: Site, new_visitor: NewVisitor):
        assert look_at_what_was_overtaken(stage, live_server, new_visitor, 1280, "en") == []
