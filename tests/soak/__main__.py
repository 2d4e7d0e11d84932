"""Let a crowd loose on places and check every rule afterwards: `python -m tests.soak [sqlite] [postgresql]`.

SOAK_SECONDS (60) for each database, SOAK_PROCESSES (8), SOAK_SEED (1). Ends with 1 if a rule is broken, if two deeds
waited for each other, or if anything else happened that nobody may be told.
"""

import json
import os
import sys
from collections import Counter

from partnering.app import create_app
from partnering.db import db
from partnering.verify import results
from tests.factories import make_event, make_pool, make_product
from tests.factories.tickets import make_code, make_workshop

from ..support import crowds, databases


def soak(engine: str, seconds: float, processes: int, seed: int) -> list[str]:
    """What went wrong with one crowd on one database; prints what it did."""
    url = databases.new_database(engine)
    app = create_app({"TESTING": True}, databases.settings_for(url))
    with app.app_context():
        event = make_event("soak", days=60)
        pools = [make_pool(event, capacity) for capacity in (20, 12, 8)]
        tickets = [
            make_product(event, pools=own, partnering=False, most_per_order=3)
            for own in (pools[:1], pools[:2], pools[1:], pools[2:], [])
        ]
        make_workshop(event, "Pitch", event.opens_at, capacity=5)
        make_code(event, "TEN TIMES", uses_max=10)
        make_code(event, "KEPT", "voucher", products=tickets[:2], blocked=4, uses_max=9)
        ref = event.public_id
        db.session.remove()
    lanes = [["-m", "tests.soak.crowd", url, ref, str(seconds), str(seed * 1000 + n)] for n in range(processes)]
    totals = {kind: Counter[str]() for kind in ("done", "refused", "wrong")}
    for answer in crowds.race(lanes, timeout=seconds + 120):
        for kind, counted in json.loads(answer).items():
            totals[kind].update(counted)
    with app.app_context():
        broken = [f"{rule.code}: {finding}" for rule, findings in results() for finding in findings]
        rules = len(list(results()))
        db.session.remove()
        db.engine.dispose()
    databases.drop_database(url)
    wrong = [f"{count} x {what}" for what, count in totals["wrong"].most_common()]
    deeds = sum(totals["done"].values())
    say(f"{engine}: {processes} processes, {seconds:g} s, {deeds} deeds, {rules} rules, {len(broken)} findings")
    for kind in ("done", "refused"):
        say(f"  {kind}: " + ", ".join(f"{name} {count}" for name, count in totals[kind].most_common()))
    for line in (*wrong, *broken[:20]):
        say(f"  WRONG {line}")
    return [*wrong, *broken]


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201 -- what the command is for


def main(engines: list[str]) -> int:
    """Every database in turn; the exit code."""
    seconds = float(os.environ.get("SOAK_SECONDS", "60"))
    processes, seed = int(os.environ.get("SOAK_PROCESSES", "8")), int(os.environ.get("SOAK_SEED", "1"))
    ours = databases.FOLDER not in os.environ
    if ours:
        databases.make_folder()
    try:
        wrong = [each for engine in engines for each in soak(engine, seconds, processes, seed)]
    finally:
        if ours:
            databases.remove_folder()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(databases.ENGINES)))
