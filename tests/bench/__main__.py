"""Measures everything and prints it: `python -m tests.bench [sqlite] [postgresql] [CASE …] [--quick]`.

Cases are lists, pages, feeds, programme, releases, registering, claims, redeem, sync, reasons, accepts, directory,
papers and badges; all unless some are named.

CPU milliseconds are those of all server and database processes, from the operating system's accounting, and stand
beside a floor measured in the same run, in turns, three times; medians count. A figure grows with the floor where that
takes longer than on the machine for which it was set, see `reporting.Most`. Ends with 1 if a figure is missed, if
places were oversold, or if `flask verify` finds anything.
"""

import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask

from partnering.app import create_app
from partnering.db import db, transaction
from partnering.limits import RateLimit
from partnering.registration import services as registration
from partnering.tickets.models import Pool
from partnering.verify import results
from tests.factories import make_event, make_product

from ..support import crowds, databases
from ..support.servers import ROOT, environment_of
from ..support.smtp import free_port
from ..support.waiting import until
from . import accepts, at_doors, badges, feeds, floor, lists, papers, partnering, programme, reasons, releases
from .accounting import cpu_seconds
from .reporting import PAGE, QUICK, REGISTRATION, REPEATS, Bench, Most, say, url_of, verdict
from .settling import settle
from .visitor import Visitor, asking

REGISTRATIONS = 200 if QUICK else 5_000
VISITORS = 40 if QUICK else 80
REQUESTS = 100 if QUICK else 400
CLAIM_SECONDS = 1.0 if QUICK else 4.0
BUYERS = (1, 4, 16, 64)
CLAIM_PROCESSES = 4
PLACES_FOR_ALL = 50
LIST_SECONDS = 30.0
DELEGATES = 1_000 if QUICK else partnering.DELEGATES
FIND_MS = 100.0
ACCEPT_MS = 100.0
FILTERS = 20 if QUICK else 200
READERS = 100 if QUICK else 1_000
PAPER_SECONDS = 60.0
BADGES = 100 if QUICK else 1_000
BADGE_SECONDS = 5.0
BADGE_MEGABYTES = 200.0
FLOOR_SERVER = ("--worker-class", "gthread", "--threads", "8", "--keep-alive", "5")


# -- cases


def pages(bench: Bench) -> None:
    """Public pages, whole and unchanged."""
    for name, path, most, unchanged in (
        ("event page", f"/e/{bench.slug}/", 2.0, False),
        ("event page, not modified", f"/e/{bench.slug}/", 2.0, True),
        ("registration page", f"/e/{bench.slug}/register", 4.0, False),
    ):
        ours, floors = [], []
        ask(bench.ours, path, unchanged)  # what is imported and compiled at first use comes before
        for _ in range(REPEATS):
            floors.append(bench.cpu_ms(lambda: ask(bench.floor, "/page"), 1))
            ours.append(bench.cpu_ms(partial(ask, bench.ours, path, unchanged), 0))
        bench.report(name, ours, floors, most)


def feeding(bench: Bench) -> None:
    """The programme of a hundred talks as a calendar, whole and unchanged; one person's feed without a figure."""
    public, own = feeds.fill(bench.app)
    asked_again(bench, f"feed of {feeds.TALKS} talks", public, feeds.MOST)
    asked_again(bench, f"feed of {feeds.TALKS} talks, not modified", public, feeds.MOST_UNCHANGED, unchanged=True)
    asked_again(bench, "somebody's own feed", own, math.inf, unchanged=True)


def showing(bench: Bench) -> None:
    """The public pages of a programme of 400 sessions; a session's own page without a figure."""
    for name, path, most, unchanged in programme.fill(bench.app):
        asked_again(bench, name, path, most, unchanged=unchanged)


def asked_again(bench: Bench, name: str, path: str, most: float, *, unchanged: bool = False) -> None:
    """An address that many ask for, beside the floor's page; each process makes it once before anything counts."""
    ask_ours = asking(bench.ours, path, REQUESTS, unchanged=unchanged)
    ask_ours()
    ours, floors = [], []
    for _ in range(REPEATS):
        floors.append(bench.cpu_ms(lambda: ask(bench.floor, "/page"), 1))
        ours.append(bench.cpu_ms(ask_ours, 0))
    bench.report(name, ours, floors, most)


def releasing(bench: Bench) -> None:
    """The first release of a whole programme, and then one of a single change again and again."""
    first, taken = releases.times(bench.app, 5 if QUICK else 30)
    fits = first <= releases.FIRST_SECONDS
    cost = f"{first:7.2f} s    {releases.SESSIONS} sessions, {releases.SPEAKERS} people"
    say(f"  {'first release of a programme':<40} {cost}   at most {releases.FIRST_SECONDS:g}  {verdict(fits)}")
    if not fits:
        bench.missed.append(f"{bench.engine}: the first release took {first:.1f} s")
    bench.report_times("release of one change", taken, releases.CHANGE_MS)


def ask(base: str, path: str, unchanged: bool = False) -> int:
    """Open a page again and again, each time as somebody new unless told that nothing changed."""
    visitor = Visitor(base)
    visitor.get(path)
    headers = {"If-None-Match": visitor.headers["etag"]} if unchanged else {}
    expected = 304 if unchanged else 200
    for _ in range(REQUESTS):
        visitor.cookies.clear()
        status = visitor.get(path, **headers)
        assert status == expected, (path, status)
    return REQUESTS


def registering(bench: Bench) -> None:
    """The sum of the POSTs of a registration; the pages between them are not counted, nor the worker."""
    ours, floors = [], []
    list(posts(bench, REPEATS))  # what is imported, compiled and prepared at first use comes before
    for turn in range(REPEATS):
        floors.append(bench.cpu_ms(lambda: send_floor(bench.floor), 1))
        with bench.app.app_context(), transaction():
            db.session.execute(sa.delete(RateLimit))  # all visitors come from one address here
        ours.append(list(posts(bench, turn)))
    bench.report("registration, all its POSTs", [sum(steps) for steps in ours], floors, 15.0, REGISTRATION)
    each = [statistics.median(costs) for costs in zip(*ours, strict=True)]
    say("    one by one: " + ", ".join(f"{cost:.1f}" for cost in each))


def send_floor(base: str) -> int:
    """The floor's registrations, by as many visitors on a connection each."""
    visitors = [Visitor(base) for _ in range(VISITORS)]
    for number in range(REQUESTS):
        assert visitors[number % VISITORS].post("/register") == 303
    return REQUESTS


def posts(bench: Bench, turn: int) -> Iterator[float]:
    """CPU milliseconds of each POST, step by step: everybody opens a step's page, then everybody sends it."""
    visitors = [Visitor(bench.ours) for _ in range(VISITORS)]
    start = f"/e/{bench.slug}/register"
    for visitor in visitors:
        visitor.get(f"{start}?lang=en")
    waiting = visitors
    steps = 0
    while waiting:
        steps += 1
        assert steps < 8, [visitor.path for visitor in waiting]

        def send(waiting: list[Visitor] = waiting) -> int:
            for visitor in waiting:
                number = visitors.index(visitor)
                path = urlsplit(visitor.path).path
                visitor.post(path, answers(bench, path, turn, number))
                assert visitor.status in (302, 303), (visitor.path, visitor.status, visitor.page)
            return len(waiting)

        yield bench.cpu_ms(send, 0)
        for visitor in waiting:
            visitor.follow()
            if visitor.path.endswith("/partnering"):  # the profile comes later: a link leads past it
                visitor.get(visitor.path.removesuffix("partnering") + "check")
        waiting = [visitor for visitor in waiting if not visitor.path.endswith("/done")]


def answers(bench: Bench, path: str, turn: int, number: int) -> dict[str, str]:
    """What a visitor types at a step."""
    if path.endswith("/register"):
        return {"ticket": bench.ticket, "quantity": "1"}
    if path.endswith("/people"):
        guest = {"given_name": "Ada", "family_name": "Minh", "email": f"ada{turn}-{number}@example.org"}
        return {f"people-0-{name}": value for name, value in guest.items()} | {"company": f"Lumenfold {number} GmbH"}
    return {
        "terms": "y",
        "privacy": "y",
        "billing_name": "Lumenfold GmbH",
        "street": "Beispielweg 1",
        "postcode": "01067",
        "city": "Dresden",
        "country": "DE",
    }


def bringing_in(bench: Bench) -> None:
    """A list of a thousand people: the dry run, and registering them all."""
    checked, brought = lists.seconds(bench.app)
    fits = brought <= LIST_SECONDS
    cost = f"{brought:7.2f} s    dry run {checked:.2f} s"
    say(f"  {f'{lists.PEOPLE} people brought in':<40} {cost}   at most {LIST_SECONDS:g}  {verdict(fits)}")
    if not fits:
        bench.missed.append(f"{bench.engine}: a list of people took {brought:.0f} s")


def finding(bench: Bench) -> None:
    """The directory among 12,000 people, with words, filters and their numbers, eight at a time."""
    scene = partnering.fill(bench.app, DELEGATES)
    settle(bench.app)
    partnering.milliseconds(bench.app, bench.ours, scene, 80)
    floors: list[float] = []
    for turn in range(REPEATS):
        floors.append(bench.cpu_ms(lambda: ask(bench.floor, "/page"), 1))
        before = cpu_seconds(bench.roots[0], *bench.cluster)
        taken = partnering.milliseconds(bench.app, bench.ours, scene, 80 if QUICK else 400, turn)
        cost = 1000 * (cpu_seconds(bench.roots[0], *bench.cluster) - before) / (len(taken) + partnering.SEEKERS)
        name = f"directory of {DELEGATES}, {partnering.PARALLEL} at once"
        most = Most(FIND_MS, statistics.median(floors), PAGE)
        bench.report_times(name, taken, most, f"{cost:5.1f} ms of CPU", counts=turn == REPEATS - 1)
    begun = time.perf_counter()
    wrong = partnering.facets_wrong(bench.app, scene, FILTERS)
    say(f"  {f'facets of {FILTERS} random filters':<40} {wrong} differ from brute force  {verdict(not wrong)}")
    say(f"    counted twice in {time.perf_counter() - begun:.0f} s")
    if wrong:
        bench.missed.append(f"{bench.engine}: {wrong} facets are wrong")


def accepting(bench: Bench) -> None:
    """Meetings accepted, twenty a second."""
    base = bench.cpu_ms(lambda: ask(bench.floor, "/page"), 1)
    taken = accepts.milliseconds(bench.app, bench.ours, 40 if QUICK else 200)
    bench.report_times(f"accepts, {accepts.RATE} a second", taken, Most(ACCEPT_MS, base, PAGE))


def printing(bench: Bench) -> None:
    """All papers of an event: schedules, table signs and lists, made by a worker."""
    made = papers.made(bench.app, READERS)
    fits = made.seconds <= PAPER_SECONDS
    cost = f"{made.seconds:7.2f} s    {made.pages} pages, {made.megabytes:.0f} MB"
    say(f"  {f'papers of {READERS} people':<40} {cost}   at most {PAPER_SECONDS:g}  {verdict(fits)}")
    if not fits:
        bench.missed.append(f"{bench.engine}: papers took {made.seconds:.0f} s")


def badging(bench: Bench) -> None:
    """The badges of a thousand people, made by a worker."""
    made = badges.printed(bench.app, BADGES)
    fits = made.seconds <= BADGE_SECONDS and made.megabytes <= BADGE_MEGABYTES
    cost = f"{made.seconds:7.2f} s    {made.megabytes:.0f} MB, a file of {made.kilobytes:.0f} KB"
    say(f"  {f'{BADGES} badges':<40} {cost}   at most {BADGE_SECONDS:g}, {BADGE_MEGABYTES:g} MB  {verdict(fits)}")
    if not fits:
        bench.missed.append(f"{bench.engine}: badges took {made.seconds:.1f} s and {made.megabytes:.0f} MB")


def weighing(bench: Bench) -> None:
    """Reasons of one person against everybody."""
    if reasons.main():
        bench.missed.append("reasons take too long, or weigh other than pair by pair")


def claims(bench: Bench) -> None:
    """The claim by itself on one pool, with more and more buyers at once, beside the floor's."""
    for buyers in BUYERS:
        ours, floors = [], []
        for _ in range(REPEATS):
            floor.build(url_of(bench.app))
            floors.append(rate(bench, "floor", buyers, CLAIM_SECONDS)[0])
            with bench.app.app_context():
                ref = make_product(make_event(days=40), capacity=floor.PLACES, gross=10_000).public_id
            ours.append(rate(bench, "ours", buyers, CLAIM_SECONDS, ref)[0])
        mine, base = statistics.median(ours), statistics.median(floors)
        fits = mine >= base / 2
        speed = f"{mine:6.0f} /s   floor {base:6.0f}   x {mine / base:4.2f}"
        say(f"  {f'claim, {buyers} at once':<40} {speed}   at least 0.5  {verdict(fits)}")
        if not fits:
            bench.missed.append(f"{bench.engine}: claim with {buyers} buyers")
    for buyers in BUYERS:
        with bench.app.app_context():
            product = make_product(make_event(days=40), capacity=PLACES_FOR_ALL, gross=10_000)
            pool, ref = product.draws[0].pool_id, product.public_id
        _speed, got = rate(bench, "ours", buyers, 1.0, ref)
        with bench.app.app_context():
            used = db.session.scalar(sa.select(Pool.used).where(Pool.id == pool))
        fits = used == PLACES_FOR_ALL
        say(f"  {PLACES_FOR_ALL} places, {buyers:>2} buyers: {used} sold ({got} after the start)  {verdict(fits)}")
        if not fits:
            bench.missed.append(f"{bench.engine}: {used} of {PLACES_FOR_ALL} places sold to {buyers} buyers")


def rate(bench: Bench, kind: str, buyers: int, seconds: float, *product: str) -> tuple[float, int]:
    """Places per second that so many buyers get, in up to four processes, and how many they got."""
    processes = min(buyers, CLAIM_PROCESSES)
    lane = ["-m", "tests.bench.claims", kind, url_of(bench.app), str(buyers // processes), str(seconds), *product]
    done = [json.loads(said) for said in crowds.race([lane] * processes)]
    return sum(each["got"] / each["seconds"] for each in done), int(sum(each["got"] for each in done))


# -- what it runs on


@contextmanager
def bench_on(engine: str) -> Iterator[Bench]:
    """Ours and the floor, each as two processes with threads, on a new database with its data."""
    url = databases.new_database(engine)
    ports = free_port(), free_port()
    bind = f"127.0.0.1:{ports[0]}"
    settings = databases.settings_for(
        url, instance=str(databases.folder() / "site"), base_url=f"http://{bind}", bind=bind
    )
    app = create_app({"TESTING": True}, settings)
    slug, ticket = fill(app)
    settle(app)
    floor.build(url)
    started = [
        serve(["--config", "gunicorn.conf.py", "wsgi:app"], environment_of(settings), ROOT),
        serve(
            [*FLOOR_SERVER, "--bind", f"127.0.0.1:{ports[1]}", "tests.bench.floor:create_app()"],
            {**os.environ, "FLOOR_URL": url, "PYTHONPATH": str(ROOT)},
            databases.folder(),  # away from our own gunicorn.conf.py
        ),
    ]
    cluster = []
    if engine == "postgresql":
        cluster.append(int((databases.cluster() / "data" / "postmaster.pid").read_text().split()[0]))
    sites = [f"http://127.0.0.1:{port}" for port in ports]
    try:
        until(lambda: answers_at(sites[0], f"/e/{slug}/") and answers_at(sites[1], "/page"), 60, "both sites to answer")
        roots = [process.pid for process in started]
        yield Bench(engine, app, sites[0], sites[1], roots, cluster, slug, ticket)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def serve(arguments: list[str], environment: dict[str, str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start gunicorn with two processes."""
    command = [sys.executable, "-m", "gunicorn", "--log-level", "warning", *arguments]
    return subprocess.Popen(command, cwd=folder, env={**environment, "WEB_CONCURRENCY": "2"})


def answers_at(base: str, path: str) -> bool:
    """Whether a site is up."""
    try:
        return Visitor(base).get(path) == 200
    except OSError:
        return False


def fill(app: Flask) -> tuple[str, str]:
    """A conference with its tickets and registrations; its slug, and the ticket that visitors buy."""
    with app.app_context():
        event = make_event("bench-2027", days=90)
        ticket = make_product(event, capacity=100_000, gross=22_000, partnering=True).public_id
        if not {"lists", "pages", "registering"} & WANTED:
            return event.slug, ticket
        others = [make_product(event, capacity=REGISTRATIONS, gross=cents) for cents in (0, 9_900, 35_000)]
        slug, event_id, ids = event.slug, event.id, [product.id for product in others]
        for first in range(0, REGISTRATIONS, 500):
            with transaction():
                place = db.session.get_one(type(event), event_id)
                products = [db.session.get_one(type(others[0]), each) for each in ids]
                for number in range(first, min(first + 500, REGISTRATIONS)):
                    registration.add_registration(
                        place,
                        products[number % 3],
                        email=f"guest{number}@example.org",
                        given_name="Jana",
                        family_name=f"Wittkowski {number}",
                        letters=False,
                    )
            db.session.remove()
        return slug, ticket


CASES: dict[str, Callable[[Bench], None]] = {
    "lists": bringing_in,
    "pages": pages,
    "feeds": feeding,
    "programme": showing,
    "releases": releasing,
    "registering": registering,
    "claims": claims,
    "redeem": at_doors.redeeming,
    "sync": at_doors.carrying,
    "reasons": weighing,
}
WITHOUT_TICKETS: dict[str, Callable[[Bench], None]] = {
    "accepts": accepting,
    "directory": finding,
    "papers": printing,
    "badges": badging,
}
"""Cases whose people never bought a ticket: they come after `verify`."""

ALL = {**CASES, **WITHOUT_TICKETS}.keys()
WANTED = ALL & set(sys.argv) or ALL


def main() -> int:
    """Everything on the databases asked for, or on both."""
    engines = [engine for engine in databases.ENGINES if engine in sys.argv] or ["postgresql", "sqlite"]
    folder = Path(tempfile.mkdtemp(prefix="partnering-bench-"))  # on a disk: what is written is to be safe
    os.environ[databases.FOLDER] = str(folder)
    cluster = None
    missed: list[str] = []
    try:
        if "postgresql" in engines:
            cluster = databases.start_cluster(durable=True)
            (folder / "cluster").write_text(str(cluster))
        for engine in engines:
            say(f"{engine}: {REGISTRATIONS} registrations, {os.cpu_count()} processors, medians of {REPEATS}")
            with bench_on(engine) as bench:
                for name in (name for name in CASES if name in WANTED):
                    CASES[name](bench)
                with bench.app.app_context():
                    wrong = [f"{engine}: {rule.code} {finding}" for rule, findings in results() for finding in findings]
                say(f"  verify: {'clean' if not wrong else wrong[:5]}")
                for name in (name for name in WITHOUT_TICKETS if name in WANTED):
                    WITHOUT_TICKETS[name](bench)
                missed += bench.missed + wrong
    finally:
        if cluster is not None:
            databases.stop_cluster(cluster)
        shutil.rmtree(folder, ignore_errors=True)
    say("Everything within its figures." if not missed else "Missed: " + "; ".join(missed[:20]))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
