"""A phone at a door in a real browser: the guests it knows, what it types, and everything that it stores."""

import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from partnering.checkin import devices
from partnering.checkin.models import CheckinQuestion, Device, Scan
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from tests.factories import make_crew, make_event
from tests.factories.checkin import make_attendee, make_door, ticket_text
from tests.factories.questions import make_question, make_sheet
from tests.support.servers import Site

GUESTS = (
    ("Jana", "Wittkowski", "Lumenfold GmbH"),
    ("Mehmet", "Aydın", "Elster Radiopharm GmbH"),
    ("Łucja", "Wójcik-Straßer", "Zellwerk AG"),
    ("Carla", "Stein", "Kolibri MedTech UG"),
)

EVERYTHING_STORED = """
async () => {
  const text = (value) => {
    if (value instanceof CryptoKey) return `key, ${value.extractable ? "can" : "cannot"} be taken out`;
    if (value instanceof ArrayBuffer) return [...new Uint8Array(value)].map((n) => String.fromCharCode(n)).join("");
    if (ArrayBuffer.isView(value)) return text(new Uint8Array(value).buffer);
    if (Array.isArray(value)) return value.map(text);
    if (!value || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, text(each)]));
  };
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const databases = {};
  for (const { name } of await indexedDB.databases()) {
    const db = await answer(indexedDB.open(name));
    databases[name] = {};
    for (const store of db.objectStoreNames) {
      const held = () => db.transaction(store).objectStore(store);
      const [keys, values] = [await answer(held().getAllKeys()), await answer(held().getAll())];
      databases[name][store] = keys.map((key, number) => [key, text(values[number])]);
    }
    db.close();
  }
  const pages = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) pages[request.url] = await (await cache.match(request)).text();
  }
  return {
    databases,
    pages,
    local: { ...localStorage },
    session: { ...sessionStorage },
    workers: (await navigator.serviceWorker.getRegistrations()).map((each) => each.scope),
  };
}
"""

UNSEALED = """
async (name) => {
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const db = await answer(indexedDB.open(name));
  const all = (store) => answer(db.transaction(store).objectStore(store).getAll());
  const keyOf = (use) => answer(db.transaction("keys").objectStore("keys").get(use));
  const found = {};
  for (const store of ["guests", "state", "log", "scans"]) {
    const key = await keyOf(store === "scans" ? "scans" : "guests");
    found[store] = await Promise.all((await all(store)).map(async ({ iv, sealed }) =>
      JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed)))));
  }
  db.close();
  return found;
}
"""

MOBILE, DIET = "+49 351 4711 0815", "Erdnussallergie"
"""What guests answered when they registered."""


@dataclass
class Foyer:
    """An event with a door, its crew, a phone that is still to be enrolled, and guests with tickets."""

    site: Site
    door: dict[str, Any] = field(default_factory=dict)
    tickets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.site.app.app_context():
            event = make_event(days=0)
            self.event_id, self.slug, self.public_id = event.id, event.slug, event.public_id
            self.crew = make_crew(event)
            door = make_door(event, **self.door)
            self.list_id, self.list_row = door.public_id, door.id
            asked = {make_question(event, "phone", "Mobil"): MOBILE, make_question(event, label="Essen"): DIET}
            for given_name, family_name, company in GUESTS:
                guest = make_attendee(event, given_name=given_name, family_name=family_name, company=company)
                sheet = make_sheet(event, asked)
                with transaction():
                    guest.sheet_id = sheet.id
                self.tickets.append(ticket_text(guest))
            with transaction():
                device = devices.make(event, "Telefon Nord", by=None, may_force=True)
                self.secret, self.device_id = devices.offer(device, None), device.id

    @property
    def scanner(self) -> str:
        """The address of the scanner."""
        return f"/e/{self.slug}/door/{self.list_id}/scan"

    def ask(self, label: str, kind: str, *options: str, required: bool = True) -> None:
        """The list asks one more question."""
        with self.site.app.app_context(), transaction():
            db.session.add(
                CheckinQuestion(
                    event_id=self.event_id,
                    list_id=self.list_row,
                    label=BilingualText(label, label),
                    kind=kind,
                    required=required,
                    options=[{"key": each.lower(), "de": each, "en": each} for each in options],
                )
            )

    def revoke(self) -> None:
        """Organisers let the phone go."""
        with self.site.app.app_context(), transaction():
            device = db.session.get_one(Device, self.device_id)
            devices.revoke(db.session.get_one(Event, device.event_id), device)

    def scans(self) -> list[tuple[str, str, bool]]:
        """(answer, state, without network) of every attempt, in the order of its moment."""
        with self.site.app.app_context():
            rows = db.session.execute(
                sa.select(Scan.answer, Scan.state, Scan.offline)
                .where(Scan.event_id == self.event_id)
                .order_by(Scan.bounded_at, Scan.id)
            )
            return [(answer, state, offline) for answer, state, offline in rows]

    def answers(self) -> list[dict[str, Any]]:
        """What guests were asked, of those who were let in."""
        with self.site.app.app_context():
            found = sa.select(Scan.answers).where(Scan.event_id == self.event_id, Scan.answer == "ok")
            return list(db.session.scalars(found.order_by(Scan.id)))


def enrolled(context: BrowserContext, foyer: Foyer) -> Page:
    """A page of a phone that has just been enrolled, at the scanner, with the guest list and without a camera."""
    page = context.new_page()
    page.goto(f"/checkin/enrol#{foyer.secret}")
    page.locator("[data-with] button").click()
    page.wait_for_url("**/door/")
    page.goto(foyer.scanner)
    ready(page)
    return page


def ready(page: Page, *, kept: bool = True) -> None:
    """Wait until the phone knows its guests, and may be without network."""
    page.locator(f"#scanner[data-list=ready]{'[data-kept=yes]' if kept else ''}").wait_for()


def typed(page: Page, code: str, answer: str) -> Any:
    """Let a hand scanner read a code; the verdict, once it is this one."""
    before = page.locator("section.verdict")
    if before.count():
        page.locator("[data-next], [data-reload]").first.click()
        expect(before).to_have_count(0)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    found = page.locator(f"section.verdict[data-answer={answer}]")
    found.wait_for()
    return found


def stored(page: Page) -> dict[str, Any]:
    """Everything that this browser keeps for the site, raw."""
    found: dict[str, Any] = page.evaluate(EVERYTHING_STORED)
    return found | {"cookies": {each["name"]: each["value"] for each in page.context.cookies()}}


def unsealed(page: Page, foyer: Foyer) -> dict[str, list[Any]]:
    """What lies in the vault, as its page reads it."""
    found: dict[str, list[Any]] = page.evaluate(UNSEALED, f"door {foyer.public_id}")
    return found


def readable(found: Any) -> str:
    """The same as one text to search in."""
    return json.dumps(found, ensure_ascii=False)
