"""The scanner without network: it decides by itself, loses nothing, doubles nothing, and forgets when it has to."""

import time
from collections.abc import Iterator
from dataclasses import fields

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from partnering.checkin.syncing import Told
from tests.support.servers import Site
from tests.support.signing_in import sign_in_browser
from tests.support.waiting import until

from .phone_pages import DIET, GUESTS, MOBILE, Foyer, enrolled, readable, ready, stored, typed, unsealed

pytestmark = [pytest.mark.browser, pytest.mark.engine("sqlite")]


ANSWERS_LATE = """
() => {
  const real = window.fetch;
  window.fetch = (address, options) => {
    if (!String(address).endsWith("/redeem")) return real(address, options);
    const heard = real(address, { ...options, signal: undefined });
    return new Promise((resolve, reject) => {
      options.signal.addEventListener("abort", () => reject(options.signal.reason));
      setTimeout(() => resolve(heard), 5000);
    });
  };
}
"""
"""The server hears of a scan at once, and its answer comes too late."""


TOLD = {each.name for each in fields(Told)} - {"rows"} | {"heard_at"}
WHICH = {"scan_id", "list", "type", "since", "contact", "forced"}
NAMED = {"name", "organisation", "ticket", "guest"}
LOGGED = WHICH | NAMED | {"at", "answer", "state", "settled", "public", "undone", "became", "before", "fresh"}
WAITING = WHICH | {"said", "via", "answers", "code"}
"""What is kept of the event, of each attempt, and of each scan that waits, by name."""


@pytest.fixture
def foyer(live_server: Site) -> Foyer:
    return Foyer(live_server)


@pytest.fixture
def context(foyer: Foyer, new_visitor) -> BrowserContext:
    """The browser of a phone whose next guest does not come by itself."""
    context = new_visitor(foyer.site.url, width=390)
    context.add_init_script("if (location.host) localStorage.setItem('door.auto', 'off')")
    return context


@pytest.fixture
def phone(context: BrowserContext, foyer: Foyer) -> Page:
    """A phone at the door that knows its guests."""
    return enrolled(context, foyer)


@pytest.fixture
def let_go(browser: Browser, foyer: Foyer) -> Iterator[BrowserContext]:
    """The browser of a phone that the server is going to turn away, which is no problem here."""
    with browser.new_context(base_url=foyer.site.url, viewport={"width": 390, "height": 844}, locale="de-DE") as made:
        made.set_default_timeout(20_000)
        yield made


def pill(page: Page, text: str) -> None:
    expect(page.locator("[data-net-text]")).to_have_text(text)


def test_the_network_goes_and_comes_back_and_nothing_is_lost_or_doubled(foyer, context, phone, axe):
    jana, mehmet, lucja, carla = foyer.tickets
    expect(typed(phone, jana, "ok").locator("[data-off]")).to_have_text("")

    context.set_offline(True)
    welcome = typed(phone, mehmet, "ok")
    expect(welcome.locator(".verdict__name")).to_have_text("Mehmet Aydın")
    expect(welcome.locator("[data-off]")).to_contain_text("Offline geprüft. Liste von ")
    expect(welcome.locator("[data-do]")).to_contain_text("Wird übertragen, sobald wieder Netz da ist.")
    axe(phone)
    expect(typed(phone, mehmet, "already_in").locator("[data-do]")).to_contain_text("Tür Nord, von Telefon Nord.")
    typed(phone, jana, "already_in")  # let in while the network was there
    typed(phone, "EV1:NOBODYSTICKET0000000000000000", "unknown")
    pill(phone, "Offline, 4 warten")
    phone.close()

    phone = context.new_page()
    phone.goto(foyer.scanner)
    ready(phone, kept=False)
    pill(phone, "Offline, 4 warten")
    expect(phone.locator("[data-count]")).to_have_text("2")
    typed(phone, mehmet, "already_in")
    typed(phone, carla, "ok")
    phone.locator(".scan__act [data-undo-this]").click()
    expect(phone.locator("[data-say]")).to_have_text("Rückgängig gemacht: Carla Stein")
    typed(phone, lucja, "ok")
    phone.reload()
    ready(phone, kept=False)
    pill(phone, "Offline, 7 warten")
    assert len(foyer.scans()) == 1

    context.set_offline(False)
    pill(phone, "Online")
    assert sorted(foyer.scans()) == sorted(
        [
            ("ok", "counted", False),
            ("ok", "counted", True),
            ("already_in", "refused", True),
            ("already_in", "refused", True),
            ("unknown", "refused", True),
            ("already_in", "refused", True),
            ("ok", "annulled", True),
            ("ok", "counted", True),
        ]
    )
    typed(phone, lucja, "already_in")
    typed(phone, carla, "ok")


def test_a_server_that_says_nothing_for_a_second_is_not_waited_for(foyer, context, phone):
    phone.evaluate(ANSWERS_LATE)

    began = time.monotonic()
    expect(typed(phone, foyer.tickets[0], "ok").locator("[data-off]")).to_contain_text("Offline geprüft")
    assert time.monotonic() - began < 3

    until(lambda: phone.locator("#scanner").get_attribute("data-waiting") == "0", what="the scan to be handed in")
    assert foyer.scans() == [("ok", "counted", False)]  # the same scan, which the server had let in itself


def test_a_guest_is_found_let_in_and_taken_back_without_network(foyer, context, phone, axe):
    context.set_offline(True)
    pill(phone, "Offline")
    phone.locator("[data-opens-search]").click()
    phone.get_by_label("Name oder Organisation").fill("z")
    expect(phone.locator("[data-found-status]")).to_have_text("Bitte mindestens zwei Buchstaben eingeben.")
    phone.get_by_label("Name oder Organisation").fill("wojcik zell")
    expect(phone.locator("[data-found] li")).to_have_count(1)
    axe(phone)
    phone.locator("[data-found] button").first.click()
    phone.locator("[data-let-in]").click()
    expect(phone.locator("section.verdict[data-answer=ok] .verdict__name")).to_have_text("Łucja Wójcik-Straßer")
    phone.locator("[data-next]").click()

    phone.locator("[data-opens-log]").click()
    expect(phone.locator("[data-own-log] li")).to_contain_text("wartet auf Übertragung")
    axe(phone)
    phone.locator("[data-own-log] li button").click()
    context.set_offline(False)
    pill(phone, "Online")
    assert foyer.scans() == [("ok", "annulled", True)]


def test_a_guest_let_in_online_is_taken_back_without_network(foyer, context, phone):
    typed(phone, foyer.tickets[0], "ok")
    context.set_offline(True)
    pill(phone, "Offline")
    phone.locator(".scan__act [data-undo-this]").click()
    pill(phone, "Offline, 1 warten")
    typed(phone, foyer.tickets[0], "ok")

    context.set_offline(False)
    pill(phone, "Online")
    assert foyer.scans() == [("ok", "annulled", False), ("ok", "counted", True)]


@pytest.mark.parametrize("away", [False, True], ids=["online", "offline"])
def test_what_a_list_asks_is_asked_in_the_verdict(foyer, context, axe, away):
    foyer.ask("Haftungsausschluss unterschrieben?", "yes_no")
    foyer.ask("Größe des T-Shirts", "choice", "Klein", "Gross")
    foyer.ask("Bemerkung", "text", required=False)
    phone = enrolled(context, foyer)
    if away:
        context.set_offline(True)
        pill(phone, "Offline")

    typed(phone, foyer.tickets[0], "incomplete")
    phone.locator("[data-answer-save]").click()
    expect(phone.locator(".asking__error:visible")).to_have_count(2)
    axe(phone)
    phone.get_by_label("Nein").check()
    phone.get_by_label("Gross").check()
    phone.get_by_label("Bemerkung").fill("Kommt mit Hund")
    phone.locator("[data-answer-save]").click()
    phone.locator("section.verdict[data-answer=ok]").wait_for()

    context.set_offline(False)
    until(lambda: len(foyer.scans()) == 2, what="both attempts")
    assert [answer for answer, _state, _offline in foyer.scans()] == ["incomplete", "ok"]
    assert sorted(map(str, foyer.answers()[0].values())) == ["False", "Kommt mit Hund", "gross"]


def test_force_without_network_is_marked(foyer, context, phone):
    context.set_offline(True)
    typed(phone, foyer.tickets[0], "ok")
    typed(phone, foyer.tickets[0], "already_in")
    phone.locator("[data-force]").click()
    expect(phone.locator(".verdict__head")).to_have_text("Trotzdem einlassen")
    context.set_offline(False)
    pill(phone, "Online")
    assert foyer.scans() == [("ok", "counted", True), ("already_in", "refused", True), ("ok", "counted", True)]


# -- what a phone stores, and when it forgets


def test_what_a_phone_stores_names_nobody(foyer, context, phone):
    typed(phone, foyer.tickets[0], "ok")
    context.set_offline(True)
    typed(phone, foyer.tickets[1], "ok")
    found = stored(phone)
    text = readable(found)

    vault = found["databases"][f"door {foyer.public_id}"]
    assert sorted(vault) == ["guests", "keys", "log", "scans", "state"]
    assert dict(vault["keys"]) == {"guests": "key, cannot be taken out", "scans": "key, cannot be taken out"}
    kept = [value for name in ("guests", "state", "log", "scans") for _key, value in vault[name]]
    assert len(kept) >= 5
    assert all(sorted(value) == ["iv", "sealed"] for value in kept)
    assert found["local"] == {"door.auto": "off"}
    assert found["session"] == {}
    assert set(found["cookies"]) == {"door", "form"}
    for given_name, family_name, company in GUESTS:
        for word in (given_name, family_name, company):
            assert word not in text
    for ticket in foyer.tickets:
        assert ticket not in text
    assert "@example.org" not in text
    assert {url.split("?")[0].removeprefix(foyer.site.url) for url in found["pages"] if "/static/" not in url} == {
        f"/e/{foyer.slug}/door/",
        foyer.scanner,
    }


PLANTED = {
    "pages": "() => caches.open('door').then((cache) => cache.put('/planted', new Response('Jana Wittkowski')))",
    "local": "() => localStorage.setItem('planted', 'Jana Wittkowski')",
    "session": "() => sessionStorage.setItem('planted', 'Jana Wittkowski')",
    "cookies": "() => { document.cookie = 'planted=Jana Wittkowski'; }",
    "databases": """() => new Promise((done) => {
      const opening = indexedDB.open("planted");
      const octets = new TextEncoder().encode("Jana Wittkowski");
      opening.onupgradeneeded = () => opening.result.createObjectStore("names").put({ deep: [octets] }, 1);
      opening.onsuccess = () => done(opening.result.close());
    })""",
}


def test_a_name_would_be_seen_wherever_it_lay(foyer, context, phone):
    """The negative control of the test above."""
    for plant in PLANTED.values():
        phone.evaluate(plant)

    found = stored(phone)

    assert [part for part in PLANTED if "Wittkowski" not in readable(found[part])] == []


def test_what_lies_in_the_vault_is_no_more_than_the_door_needs(foyer, context, phone):
    typed(phone, foyer.tickets[0], "ok")
    context.set_offline(True)
    typed(phone, foyer.tickets[1], "ok")

    found = unsealed(phone, foyer)
    text = readable(found)
    assert "Jana Wittkowski" in text  # so that it was read at all
    assert [word for word in ("@", MOBILE, MOBILE.replace(" ", ""), DIET, foyer.tickets[0]) if word in text] == []
    rows = [row for piece in found["guests"] for row in piece]
    names = {f"{given_name} {family_name}" for given_name, family_name, _ in GUESTS}
    assert {row[2] for row in rows} == names
    assert all([type(part) for part in row] == [str, str, str, str, int, int, list, list] for row in rows)
    assert {name for each in found["state"] for name in each} == TOLD
    assert {name for each in found["log"] for name in each} == LOGGED
    assert [sorted(each) for each in found["scans"]] == [sorted(WAITING)]


def test_a_revoked_phone_forgets_and_what_it_brings_is_reviewed(foyer, let_go):
    context, phone = let_go, enrolled(let_go, foyer)
    typed(phone, foyer.tickets[0], "ok")
    context.set_offline(True)
    typed(phone, foyer.tickets[1], "ok")
    assert "guests" in dict(stored(phone)["databases"][f"door {foyer.public_id}"]["keys"])
    foyer.revoke()
    context.set_offline(False)

    phone.locator("#scanner[data-gone=revoked]").wait_for()
    expect(phone.locator(".verdict__head")).to_have_text("Dieses Telefon scannt nicht mehr")
    expect(phone.locator("[data-last] li")).to_have_count(0)
    assert foyer.scans() == [("ok", "counted", False), ("ok", "review", True)]
    phone.locator("[data-reload]").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Dieses Telefon scannt nicht mehr")
    phone.locator("#turned-away[data-state=empty]").wait_for()

    found = stored(phone)
    assert (found["databases"], found["pages"], found["workers"]) == ({}, {}, [])
    assert (found["local"], found["session"]) == ({}, {})
    assert "Wittkowski" not in readable(found) + phone.content()


def test_a_phone_that_reloads_after_it_was_revoked_forgets_as_well(foyer, let_go):
    context, phone = let_go, enrolled(let_go, foyer)
    context.set_offline(True)
    typed(phone, foyer.tickets[0], "ok")
    phone.goto("about:blank")
    foyer.revoke()
    context.set_offline(False)

    phone.goto(foyer.scanner)
    phone.locator("#turned-away[data-state=empty]").wait_for()

    found = stored(phone)
    assert (found["databases"], found["pages"], found["workers"]) == ({}, {}, [])
    assert foyer.scans() == [("ok", "review", True)]


def test_twelve_hours_without_network_end_the_lease(foyer, context):
    context.clock.install()
    phone = enrolled(context, foyer)
    context.set_offline(True)
    typed(phone, foyer.tickets[0], "ok")
    phone.clock.fast_forward("12:01:00")

    phone.locator("#scanner[data-list=none]").wait_for()
    expect(phone.locator(".verdict__head")).to_have_text("Bitte suchen Sie ein Netz")
    vault = stored(phone)["databases"][f"door {foyer.public_id}"]
    assert [key for key, _value in vault["keys"]] == ["scans"]
    assert (vault["guests"], vault["state"], vault["log"]) == ([], [], [])
    assert len(vault["scans"]) == 1

    context.set_offline(False)
    phone.clock.run_for(30_000)
    until(lambda: len(foyer.scans()) == 1, what="the scan to be handed in")


def test_crew_who_sign_out_leave_no_list(foyer, context):
    sign_in_browser(context, foyer.site, foyer.crew)
    phone = context.new_page()
    phone.goto(foyer.scanner)
    ready(phone)
    name = f"door {foyer.public_id}"
    assert stored(phone)["databases"][name]["guests"] != []

    phone.goto("/account")
    phone.get_by_role("button", name="Ausloggen").first.click()
    phone.wait_for_url("**/login*")

    vault = stored(phone)["databases"][name]
    assert (vault["keys"], vault["guests"], vault["state"], vault["log"]) == ([], [], [], [])


# -- the first list, and being installed


def test_the_first_list_shows_how_far_it_is(foyer, context):
    sign_in_browser(context, foyer.site, foyer.crew)
    phone = context.new_page()
    held: list[Route] = []
    phone.route("**/sync*", lambda route: held.append(route))
    phone.goto(foyer.scanner)

    expect(phone.locator("[data-loading] label")).to_have_text("Gästeliste für die Zeit ohne Netz: 0\u00a0%")
    expect(phone.locator("[data-loading] progress")).to_be_visible()
    until(lambda: held, what="the list to be asked for")
    held[0].continue_()
    ready(phone)
    expect(phone.locator("[data-loading]")).to_be_hidden()


def test_the_scanner_can_be_installed(foyer, context, phone):
    manifest = phone.evaluate("() => fetch(document.querySelector('link[rel=manifest]').href).then((a) => a.json())")
    door = f"/e/{foyer.slug}/door/"

    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (door, door, "standalone")
    assert {each["sizes"] for each in manifest["icons"]} == {"192x192", "512x512"}
    for each in manifest["icons"]:
        assert phone.request.get(each["src"]).headers["content-type"] == "image/png"
    worker = phone.request.get(f"{door}worker.js")
    assert worker.headers["service-worker-allowed"] == door
    assert worker.headers["content-type"] == "text/javascript; charset=utf-8"
    assert stored(phone)["workers"] == [f"{foyer.site.url}{door}"]
