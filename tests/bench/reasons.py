"""What it takes to weigh one person against everybody: `python -m tests.bench.reasons [--quick]`.

The directory of an event in memory, as each process keeps it, with as many people as asked for; ends with 1 if the
95th percentile takes longer than it may, or if any person scores other than pair by pair.
"""

import random
import sys
import time
from datetime import timedelta

from partnering import clock
from partnering.delegates import taxonomy
from partnering.delegates.index import Index, Row
from partnering.delegates.reasons import Known, between, descending, scores, weight_of

PEOPLE = 2_000 if "--quick" in sys.argv else 12_000
TURNS = 50
MOST_MS = 150.0


def someone(dice: random.Random) -> Known:
    """Somebody with a full profile: goals, fields, texts, opportunities, and what they seek themselves."""
    codes = {f"language.{code}" for code in dice.sample(["de", "en", "cs", "pl", "fr"], 2)}
    codes.add(f"region.DE-{dice.choice(['SN', 'BE', 'BY', 'TH'])}")
    for head, facet, most in (
        ("offer", "goal", 4),
        ("seek", "goal", 4),
        ("is", "sector", 3),
        ("is", "therapeutic_area", 4),
        ("is", "technology", 3),
        ("offer", "~modality", 3),
        ("seek", "~modality", 3),
        ("is", "~therapeutic_area", 2),
        ("deal.offer", "modality", 3),
        ("deal.offer", "stage", 1),
        ("deal.seek", "modality", 2),
        ("person", "goal", 2),
    ):
        terms = taxonomy.facet(facet.removeprefix("~")).terms
        codes |= {f"{head}.{facet}.{term.code}" for term in dice.sample(terms, dice.randint(0, most))}
    return Known(frozenset(codes))


def directory(people: list[Known]) -> Index:
    """Their directory, in memory."""
    now = clock.now()
    rows = {
        number: Row(
            number, number, number, number, 1, True, f"{number:06d}", now - timedelta(days=1), sorted(one.codes), {}
        )
        for number, one in enumerate(people)
    }
    return Index(1, rows, now)


def main() -> int:
    """Measure and print."""
    dice = random.Random(2023)
    people = [someone(dice) for _number in range(PEOPLE)]
    held = directory(people)
    took, wrong = [], 0
    for mine in dice.sample(people, TURNS):
        begun = time.perf_counter()
        planes = scores(held.codes, mine)
        first = [number for _score, level in descending(planes, held.everybody) for number in held.by_name(level)][:20]
        reasons = [between(mine, people[number], numbers=held.numbers) for number in first]
        took.append(1000 * (time.perf_counter() - begun))
        order = [weight_of(each) for each in reasons]
        wrong += order != sorted(order, reverse=True)
        for place in dice.sample(range(PEOPLE), 20):
            score = sum((plane >> place & 1) << digit for digit, plane in enumerate(planes))
            wrong += score != weight_of(between(mine, people[place]))
    took.sort()
    slow = took[int(0.95 * len(took))]
    sys.stdout.write(
        f"reasons of one person against {PEOPLE}: median {took[len(took) // 2]:.1f} ms, p95 {slow:.1f} ms, "
        f"at most {MOST_MS:g}; scored wrongly: {wrong}\n"
    )
    return int(slow > MOST_MS or wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
