"""What happens at doors: redeeming beside the floor, what devices are told, and their own verdicts."""

import itertools
import statistics
import time
from collections.abc import Sequence
from typing import NamedTuple

from . import doors, floor, phone
from .doors import Doors
from .reporting import QUICK, REPEATS, TICKET, Bench, Most, say, url_of, verdict
from .settling import settle

TICKETS = 2_000 if QUICK else doors.TICKETS
SCANS = 60 if QUICK else 300
REDEEM_CPU_MS = 2.5
REDEEM_P99_MS = 100.0
REDEEM_OF_FLOOR = 0.4
ROUNDS = 3 if QUICK else 20
SYNC_SECONDS = 3.0
SYNC_KILOBYTES = 2.5 * 1024
OFFLINE_MS = 50.0
OFFLINE_SCANS = 100 if QUICK else 500
LIST_SECONDS = 3.0
"""Nobody at a door waits longer for a page to know its guests."""


def redeeming(bench: Bench) -> None:
    """Tickets shown by one, four and sixteen scanners, beside the floor's; and one ticket shown by all at once."""
    many = the_doors(bench)
    floor.build(url_of(bench.app), tickets=REPEATS * SCANS * sum(map(lanes_of, doors.SCANNERS)))
    floor_texts = map(floor.code_of, itertools.count())
    doors.shown(doors.scanners(bench.ours, many, 16), many.take(80))  # what is prepared at first use comes before
    for number in doors.SCANNERS:
        tickets = SCANS * lanes_of(number)
        ours, floors = [], []
        for _ in range(REPEATS):
            crowd = doors.floor_scanners(bench.floor, number)
            floors.append(timed(bench, crowd, list(itertools.islice(floor_texts, tickets)), 1))
            crowd = doors.scanners(bench.ours, many, number)
            ours.append(timed(bench, crowd, many.take(tickets), 0))
        mine, base = median_of(ours), median_of(floors)
        name, ratio = f"redeem, {number} scanners", mine.rate / base.rate
        most, slowest = Most(REDEEM_CPU_MS, base.cpu, TICKET), Most(REDEEM_P99_MS, base.cpu, TICKET)
        fits = mine.cpu <= most.here and (
            number < max(doors.SCANNERS) or (mine.p99 < slowest.here and ratio >= REDEEM_OF_FLOOR)
        )
        say(
            f"  {name:<40} {mine.rate:4.0f} /s  p50 {mine.p50:5.1f}  p95 {mine.p95:5.1f}  p99 {mine.p99:5.1f} ms "
            f" {mine.cpu:5.2f} ms of CPU"
        )
        say(
            f"    floor {base.rate:4.0f} /s, p50 {base.p50:.1f}, p99 {base.p99:.1f} ms, {base.cpu:.2f} ms of CPU:"
            f" x {ratio:.2f} of its rate, x {mine.cpu / base.cpu:.1f} of its CPU   {most},"
            f" p99 {slowest}, at least x {REDEEM_OF_FLOOR:g} with 16  {verdict(fits)}"
        )
        if not fits:
            bench.missed.append(f"{bench.engine}: {name}, {mine.cpu:.2f} ms of CPU, p99 {mine.p99:.0f}, x {ratio:.2f}")
    crowd = doors.scanners(bench.ours, many, 16)
    right = sum(doors.one_came_in(doors.at_once(crowd, text), len(crowd)) for text in many.take(ROUNDS))
    said = f"1 ok, 15 told when and where in {right} of {ROUNDS}"
    say(f"  16 scanners, one code at once: {said}  {verdict(right == ROUNDS)}")
    if right != ROUNDS:
        bench.missed.append(f"{bench.engine}: one code at once went wrong {ROUNDS - right} times")


class Shown(NamedTuple):
    """Tickets a second, milliseconds from asking to the answer, and milliseconds of CPU for each."""

    rate: float
    p50: float
    p95: float
    p99: float
    cpu: float


def lanes_of(scanners: int) -> int:
    """How many times as many tickets so many scanners show as one does: the time is to be about the same."""
    return {1: 1, 4: 2}.get(scanners, 4)


def timed(bench: Bench, crowd: Sequence[doors.Scanner], texts: list[str], site: int) -> Shown:
    """What showing these tickets at our site (0) or the floor's (1) took."""
    seconds, taken = 0.0, [0.0]

    def work() -> int:
        nonlocal seconds, taken
        seconds, taken = doors.shown(crowd, texts)
        return len(texts)

    cpu = bench.cpu_ms(work, site)
    p50, p95, p99 = (taken[min(len(taken) - 1, int(len(taken) * part))] for part in (0.5, 0.95, 0.99))
    return Shown(len(texts) / seconds, p50, p95, p99, cpu)


def median_of(turns: Sequence[Shown]) -> Shown:
    """The median of each figure."""
    return Shown(*(statistics.median(each) for each in zip(*turns, strict=True)))


_filled: dict[str, Doors] = {}


def the_doors(bench: Bench) -> Doors:
    """The event whose tickets are shown and told of."""
    found = _filled.get(bench.slug + bench.ours)
    if found is None:
        begun = time.perf_counter()
        found = _filled[bench.slug + bench.ours] = doors.fill(bench.app, TICKETS)
        settle(bench.app)
        say(f"    {TICKETS} tickets made in {time.perf_counter() - begun:.0f} s")
    return found


def carrying(bench: Bench) -> None:
    """What a device is told of all tickets, then of a hundred changes; and what a phone in a browser makes of it."""
    many = the_doors(bench)
    first = [doors.synced(bench.ours, many) for _ in range(1 + REPEATS)][1:]
    whole, kilobytes = statistics.median(each.seconds for each in first), first[0].kilobytes
    fits = whole < SYNC_SECONDS and kilobytes < SYNC_KILOBYTES
    number = len(first[0].said["rows"])
    cost = f"{whole:7.2f} s    {kilobytes / 1024:.2f} MB"
    say(f"  {f'first sync of {number} tickets':<40} {cost}   at most {SYNC_SECONDS:g}, 2.5 MB  {verdict(fits)}")
    if not fits or number != TICKETS:
        bench.missed.append(f"{bench.engine}: a first sync of {number} took {whole:.1f} s and {kilobytes:.0f} KB")
    changed = doors.change(bench.app, many, doors.CHANGED)
    delta = doors.synced(bench.ours, many, first[0].said["cursor"])
    told = {row[1] for row in delta.said["rows"]}
    fits = not delta.said["whole"] and changed <= told
    cost = f"{delta.seconds:7.2f} s    {delta.kilobytes:.0f} KB, {len(told)} rows"
    say(f"  {f'sync after {len(changed)} changes':<40} {cost}  {verdict(fits)}")
    if not fits:
        bench.missed.append(f"{bench.engine}: a sync after changes did not tell them")
    alone(bench, many)


def alone(bench: Bench, many: Doors) -> None:
    """A phone in a browser: its first list, its verdicts without network, and its page opened anew without."""
    turns = [phone.worked(bench.ours, many, OFFLINE_SCANS) for _ in range(REPEATS)]
    for name, taken in (
        ("first list in a browser", [each.learnt for each in turns]),
        ("list read anew without network", [each.opened for each in turns]),
    ):
        seconds = statistics.median(taken)
        fits = seconds < LIST_SECONDS
        say(f"  {f'{name}, {TICKETS} tickets':<50} {seconds:7.2f} s   at most {LIST_SECONDS:g}  {verdict(fits)}")
        if not fits:
            bench.missed.append(f"{bench.engine}: {name} took {seconds:.1f} s")
    p50, p95, p99 = (statistics.median(phone.part(each.taken, share) for each in turns) for share in (0.5, 0.95, 0.99))
    wrong = sum(each.wrong for each in turns)
    fits = p99 < OFFLINE_MS and not wrong
    cost = f"p50 {p50:5.1f}  p95 {p95:5.1f}  p99 {p99:5.1f} ms"
    say(f"  {f'verdict without network, {TICKETS} tickets':<50} {cost}   at most {OFFLINE_MS:g}  {verdict(fits)}")
    if not fits:
        bench.missed.append(f"{bench.engine}: verdicts without network took {p99:.0f} ms, {wrong} were wrong")
