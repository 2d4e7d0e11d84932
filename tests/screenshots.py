"""Pictures of every page with the sample events: `python -m tests.screenshots [FOLDER] [WORD ...]`.

Each page is taken at 390 and 1280 px, light and dark, in German, and at 390 px in English. With words, only pages
whose name holds one of them.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page

from partnering import links
from partnering.accounts import tokens
from partnering.accounts.models import Person
from partnering.accounts.services import person_at
from partnering.agenda.models import Location
from partnering.checkin import devices, kiosk, queries
from partnering.checkin import services as checkin
from partnering.checkin.models import Device
from partnering.contributions.models import CallTopic, Criterion, Submission
from partnering.db import BilingualText, Model, db, transaction
from partnering.delegates.models import Delegate
from partnering.demo.arriving import REHEARSAL
from partnering.demo.cli import PERSONAS
from partnering.events.models import Event, Participant, TeamRole
from partnering.events.queries import event_by_slug
from partnering.invoices.models import Invoice
from partnering.mail.models import OutboxLetter
from partnering.meetings.models import Meeting, MeetingSide
from partnering.programme.models import ProgrammeSession, ReleaseLetter, SessionPerson, Track
from partnering.questions.models import Question, QuestionSection
from partnering.registration.codes import code_text
from partnering.registration.models import Registration
from partnering.tickets.models import Code, Pool, Product
from tests.factories import make_product
from tests.factories.contacts import in_person
from tests.factories.waiting import make_asked, make_sold_out, make_waiting
from tests.factories.world import Conference, World
from tests.flows.walker import MAIN
from tests.security.matrix import MATRIX
from tests.security.stage import COOKIE_OF_DOORS, NoValue, Stage, routes
from tests.support import browser as browsing
from tests.support import databases
from tests.support.servers import ROOT, Site, environment_of, running_site
from tests.support.signing_in import session_token, sign_in_browser
from tests.sweep.test_pages import Visit, is_page, viewer_of, with_language

EVENT = "bionection-next"
LOOKS = [
    (390, "de", "light"),
    (390, "de", "dark"),
    (1280, "de", "light"),
    (1280, "de", "dark"),
    (390, "en", "light"),
]
ROLES = {
    "founder": "attendee",
    "attendee": "other attendee",
    "speaker": "speaker",
    "exhibitor": "exhibitor",
    "crew": "crew",
    "committee": "committee",
    "organiser": "organiser",
}
"""The demo's personas, and who they are in the matrix."""


def main() -> None:
    """Start a site with the sample events and take all pictures."""
    parser = argparse.ArgumentParser(description="Pictures of every page with the sample events.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "screenshots")
    parser.add_argument("words", nargs="*", help="only pages whose name holds one of them")
    given = parser.parse_args()
    folder, words = given.folder, given.words
    folder.mkdir(parents=True, exist_ok=True)
    with sample_site() as site, browsing.chromium() as browser:
        stage = stage_of(site)
        for width, locale, scheme in LOOKS:
            take(Camera(browser, site, stage, folder, width, locale, scheme), words)


@contextmanager
def sample_site() -> Iterator[Site]:
    """A running site with what `flask demo` builds."""
    databases.make_folder()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            running_site("sqlite", Path(folder), processes=1, mode="sample") as site,
        ):
            command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo"]
            subprocess.run(command, cwd=ROOT, env=os.environ | environment_of(site.settings), check=True)
            yield site
    finally:
        databases.remove_folder()


def stage_of(site: Site) -> Stage:
    """The sample events as the sweep of pages sees its own world."""
    with site.app.app_context():
        with transaction():
            event = event_by_slug(EVENT)
            assert event is not None
            people = {ROLES[role]: person_at(address) for role, address, _page in PERSONAS}
            made = Conference(EVENT, str(event.name))
            made.people = {role: person.id for role, person in people.items() if person is not None}
            fill(made, event)
            world = World(made, made, made, made.people["organiser"])
            stage = Stage(site.app, world, site.engine, people=made.people)
            jana = db.session.get_one(Person, made.people["attendee"])
            for purpose in (tokens.SIGN_IN, tokens.ADDRESS):
                name = tokens.for_letter(purpose, person=jana, address="jana@elsewhere.example")
                stage.letters[purpose] = tokens.secret_of(purpose, name)
        for role, person_id in made.people.items():
            stage.sessions[role] = session_token(site.app, db.session.get_one(Person, person_id))
        db.session.remove()
    return stage


def fill(made: Conference, event: Event) -> None:
    """What the addresses of the event's pages are made of."""

    def first(model: type[Model], *where: sa.ColumnElement[bool]) -> str:
        found = db.session.scalars(
            sa.select(model).where(model.event_id == event.id, *where).order_by(model.id)  # type: ignore[attr-defined]  # all of them are in an event
        ).first()
        return str(getattr(found, "public_id", "")) if found is not None else ""

    jana = _participant(event, made.people["attendee"])
    ticket = db.session.scalars(
        sa.select(Registration).where(Registration.participant_id == jana.id, Registration.state == "live")
    ).one()
    mine = db.session.scalars(sa.select(Delegate).where(Delegate.participant_id == jana.id)).one()
    sides = sa.select(MeetingSide.meeting_id).where(MeetingSide.lead_id == mine.id)
    met = sa.select(Meeting.low_id).union(sa.select(Meeting.high_id))
    talk = sa.select(SessionPerson.session_id).where(SessionPerson.event_id == event.id)
    letter = db.session.scalars(
        sa.select(OutboxLetter).where(OutboxLetter.event_ref == event.public_id).order_by(OutboxLetter.id.desc())
    ).first()
    door = next(each for each in queries.lists_of(event) if each.name == REHEARSAL)  # where somebody was this morning
    crew = db.session.get_one(Person, made.people["crew"])
    device = checkin.browser_device(event, crew)
    tablet = devices.make(event, "Kiosk 1", by=None, kind="kiosk", lists=[door], may_add=True)
    kiosk.set_pin(event, tablet, "2468")
    pickup = BilingualText("Schalter 3 neben der Garderobe", "Counter 3 beside the cloakroom")
    kiosk.set_badges(event, tablet, pickup, at_once=False)
    assert isinstance(device, Device)
    role = db.session.scalars(sa.select(TeamRole).where(TeamRole.event_id == event.id)).first()
    tour, _taken = make_sold_out(event, name=BilingualText("Laborführung", "Lab tour"), gross=0, position=90)
    waits = make_waiting(tour, quantity=2, email="wanda.quast@zellwerk.example")
    asked = make_asked(
        event,
        product=make_product(event, name=BilingualText("Presse", "Press"), needs_approval=True, gross=0, position=91),
    )
    made.tokens = {
        "waiting": links.token("waiting", waits.public_id, waits.generation),
        "party": links.token("party", ticket.place.party.public_id, ticket.place.party.generation),
        "ticket": links.token("ticket", ticket.public_id, ticket.generation),
        "feed": links.token("feed", jana.public_id, jana.generation),
        "letters": links.token("letters", mine.public_id),
        "kiosk": devices.enrol(devices.offer(tablet, None))[1],
        "scanned": code_text(ticket.code) if ticket.code is not None else "",
        "chosen": links.token("chosen", jana.public_id),
    }
    made.things = {
        "kind": "terms",
        "area": "crew",
        "delegates.id": first(Delegate, Delegate.visibility == "name", Delegate.id != mine.id),
        "meetings.request_meeting.id": first(Delegate, Delegate.visibility == "name", Delegate.id.not_in(met)),
        "meetings.id": first(Meeting, Meeting.id.in_(sides), Meeting.request_state == "pending"),
        "registration.public_id": ticket.place.party.places[-1].public_id,
        "guest_id": ticket.public_id,
        "backoffice.public_id": jana.public_id,
        "backoffice.booking.public_id": ticket.place.party.public_id,
        "backoffice.waiting_entry.public_id": waits.public_id,
        "backoffice.change_waiting.public_id": waits.public_id,
        "backoffice.approval_request.public_id": asked.public_id,
        "backoffice.create_code.kind": "voucher",
        "backoffice.edit_code.public_id": first(Code),
        "backoffice.edit_add_on.public_id": first(Product, Product.appointment_id.is_not(None)),
        "backoffice.booked.public_id": first(Product, Product.appointment_id.is_not(None)),
        "backoffice.edit_section.public_id": first(QuestionSection),
        "backoffice.edit_question.public_id": first(Question),
        "invoices_desk.public_id": first(Invoice),
        "registration.place_extras.public_id": ticket.place.public_id,
        "registration.wait_for_add_on.public_id": first(Product, Product.kind == "add_on"),
        "backoffice.edit_product.public_id": first(Product, Product.kind == "ticket"),
        "backoffice.edit_pool.public_id": first(Pool),
        "backoffice.letter.public_id": letter.public_id if letter is not None else "",
        "list_id": door.public_id,
        "programme.public_id": first(ProgrammeSession, ProgrammeSession.id.in_(talk)),
        "contributions_committee.public_id": first(Submission, Submission.state == "submitted"),
        "contributions_desk.public_id": first(Submission, Submission.state == "submitted"),
        "contributions_desk.topic.public_id": first(CallTopic),
        "contributions_desk.criterion.public_id": first(Criterion),
        "programme_desk.public_id": first(ProgrammeSession, ProgrammeSession.id.in_(talk)),
        "programme_speakers.public_id": first(ProgrammeSession, ProgrammeSession.id.in_(talk)),
        "programme_speakers.speaker.public_id": first(
            Participant, Participant.id.in_(sa.select(SessionPerson.participant_id))
        ),
        "programme.speaker.public_id": first(Participant, Participant.id.in_(sa.select(SessionPerson.participant_id))),
        "programme_release.version.version": "1",
        "programme_release.letter.public_id": first(ReleaseLetter),
        "programme_desk.save_room.public_id": first(Location, Location.kind == "room"),
        "programme_desk.save_track.public_id": first(Track),
        "events_desk.remove.public_id": role.person.public_id if role is not None else "",
    }
    paul = db.session.scalars(
        sa.select(Delegate).where(
            Delegate.participant_id == _participant(event, made.people["exhibitor"]).id, Delegate.left_at.is_(None)
        )
    ).one()
    in_person(made, jana, _participant(event, made.people["other attendee"]), paul)


def _participant(event: Event, person_id: int) -> Participant:
    return db.session.scalars(
        sa.select(Participant).where(Participant.event_id == event.id, Participant.person_id == person_id)
    ).one()


class Camera:
    """A browser in one width, language and scheme, signed in as whoever a page is for."""

    def __init__(
        self, browser: Browser, site: Site, stage: Stage, folder: Path, width: int, locale: str, scheme: str
    ) -> None:
        self.browser, self.site, self.stage, self.locale = browser, site, stage, locale
        self.folder, self.width = folder, width
        self.options = {"width": width, "locale": locale, "scheme": scheme}
        self.look = f"{width}-{locale}-{scheme}"

    @contextmanager
    def visitor(self, role: str) -> Iterator[BrowserContext]:
        """A browser of this role."""
        try:
            with browsing.watched_context(self.browser, self.site.url, **self.options) as context:  # type: ignore[arg-type]  # width, locale, scheme
                if role == "kiosk":
                    kept = self.stage.world.own.tokens["kiosk"]
                    context.add_cookies([{"name": COOKIE_OF_DOORS, "value": kept, "url": self.site.url}])
                if role in self.stage.people:
                    with self.site.app.app_context():
                        person = db.session.get_one(Person, self.stage.people[role])
                        sign_in_browser(context, self.site, person)
                yield context
        except AssertionError as problems:  # the pictures matter here; the tests fail on this
            print(problems, file=sys.stderr)  # noqa: T201 -- a command

    def shoot(self, page: Page, name: str) -> None:
        """Write the whole page that is open."""
        width, height = self.width, page.evaluate("() => document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": max(height, 844)})  # so that fixed bars stand at the foot
        page.evaluate("document.fonts.ready")
        page.screenshot(path=self.folder / f"{name}.{self.look}.png")
        page.set_viewport_size({"width": width, "height": 844})


def take(camera: Camera, words: list[str]) -> None:
    """All pictures in one look."""
    visits: dict[str, list[Visit]] = {}
    for visit in visits_of(camera.stage):
        if not words or any(word in visit.name for word in words):
            visits.setdefault(visit.role, []).append(visit)
    for role, theirs in visits.items():
        with camera.visitor(role) as context:
            page = context.new_page()
            for visit in theirs:
                page.goto(with_language(visit.address, camera.locale))
                camera.shoot(page, visit.name)
    if not words or any(word in "checkin_kiosk" for word in words):
        with camera.visitor("kiosk") as context:
            check_in(camera, context.new_page())
    if not words or any(word in "registration" for word in words):
        with camera.visitor("visitor") as context:
            register(camera, context.new_page())


def visits_of(stage: Stage) -> list[Visit]:
    """Every page of the sample event, some of them in more than one state, and what is refused."""
    found = []
    for rule in routes(stage.app):
        if rule.endpoint not in MATRIX or not is_page(rule):
            continue
        role = viewer_of(rule.endpoint)
        try:
            found.append(Visit(role, stage.address(rule, role), rule.endpoint))
        except NoValue as missing:
            print(f"left out: {missing}", file=sys.stderr)  # noqa: T201 -- a command
    me, desk, door = f"/e/{EVENT}/me", f"/manage/{EVENT}", f"/e/{EVENT}/door/{stage.world.own.things['list_id']}"
    return [
        *found,
        *(Visit("attendee", f"{me}/meetings?tab={tab}", f"meetings.inbox.{tab}") for tab in TABS),
        Visit("attendee", f"{me}/partners?q=peptid&country=DE", "delegates.directory.filtered"),
        Visit("attendee", f"{me}/partners?q=zzzzzz", "delegates.directory.empty"),
        Visit("organiser", f"{desk}/people?q=zzzzzz", "backoffice.people.empty"),
        Visit("crew", f"{door}/search?q=an", "checkin.search.found"),
        Visit("exhibitor", f"{me}/stand/leads?q=zzzzzz", "leads.index.empty"),
        Visit("exhibitor", f"{me}/stand/leads/{stage.world.own.things['leads.gone.id']}", "leads.show.withdrawn"),
        Visit("exhibitor", f"{me}/contacts", "contacts.index.empty"),
        Visit("exhibitor", f"{me}/", "schedule.today.exhibitor"),
        Visit("speaker", f"{me}/", "schedule.today.speaker"),
        Visit("speaker", f"{me}/schedule", "schedule.agenda.speaker"),
        Visit("speaker", f"{me}/talks", "programme.talks.speaker"),
        Visit("visitor", f"/e/{EVENT}/programme?q=wirkstoff", "programme.index.found"),
        Visit("visitor", f"/e/{EVENT}/programme?view=now", "programme.index.now"),
        Visit("visitor", "/e/bionection-2018/", "events.show.over"),
        Visit("visitor", "/mailbox/", "mailbox.index"),
        Visit("visitor", "/nothing-here", "errors.404"),
        Visit("speaker", f"{me}/partners", "errors.403"),
        Visit("visitor", f"/login/{FORGED}", "errors.410"),
    ]


TABS = ("received", "sent", "confirmed", "closed")
FORGED = "aaaaaaaaaaaaaaaa1-1-aaaaaaaaaaaaaaaaaaaaaaaaaa"


def register(camera: Camera, page: Page) -> None:
    """The steps of registering, with their errors."""
    page.goto(with_language(f"/e/{EVENT}/register", camera.locale))
    page.locator("input[name=ticket]:enabled").first.check()
    _submit(page)
    camera.shoot(page, "registration.people")
    page.locator("main form").first.evaluate("form => { form.noValidate = true; }")
    _submit(page)
    camera.shoot(page, "registration.people.errors")
    page.locator("input[name=people-0-given_name]").fill("Annegret-Wilhelmine")
    page.locator("input[name=people-0-family_name]").fill("von der Ahé-Schwarzenberger")
    page.locator("input[name=people-0-email]").fill(f"ahe.{camera.look}.{date.max.year}@lumenfold.example")
    page.locator("input[name=company]").fill("Gesellschaft für Biotechnologieverfahrensentwicklung mbH")
    _submit(page)
    camera.shoot(page, "registration.extras")
    _submit(page)
    camera.shoot(page, "registration.questions")
    _submit(page)
    camera.shoot(page, "delegates.register_profile")
    page.locator("main form a[href$='/check']").click()
    camera.shoot(page, "registration.check")
    _submit(page)
    camera.shoot(page, "registration.check.errors")
    page.locator("input[name=street]").fill("Straße des 17. Juni 135")
    page.locator("input[name=postcode]").fill("10623")
    page.locator("input[name=city]").fill("Berlin")
    page.locator("input[name=terms]").check()
    page.locator("input[name=privacy]").check()
    _submit(page)
    camera.shoot(page, "registration.done")


def check_in(camera: Camera, page: Page) -> None:
    """The way of a guest at a kiosk: a code that is none, the name, and what is said once they are in."""
    start = with_language(f"/e/{EVENT}/door/kiosk/", camera.locale)
    page.goto(start)
    page.locator("input[name=code]").fill("AAAA-BBBB-CCCC-DDDD")
    _submit(page)
    camera.shoot(page, "checkin_kiosk.again")
    page.goto(start)
    page.locator("input[name=code]").fill(camera.stage.world.own.tokens["scanned"])
    _submit(page)
    camera.shoot(page, "checkin_kiosk.guest")
    if page.locator("input[name=given_name]").count():  # who is in already is told so at once
        _submit(page)
        camera.shoot(page, "checkin_kiosk.in")


def _submit(page: Page, selector: str = MAIN) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


if __name__ == "__main__":
    main()
