"""`python -m tests.calendar_conformance FOLDER`: checks a folder of scenarios, one line a fault, see README.md."""

import argparse
import sys
from pathlib import Path

from . import checking
from .expectation import Malformed


def main(arguments: list[str]) -> int:
    """Check a folder. 0 when nothing is wrong, 1 for faults, 2 for a folder that cannot be checked."""
    parser = argparse.ArgumentParser(prog="calendar_conformance", description=__doc__)
    parser.add_argument("folder", type=Path, help="a scenario, or a folder of scenarios")
    parser.add_argument("--without", default="", help="rules to leave out, as in R5,R14")
    parser.add_argument("--peers", action="store_true", help="let ical.js, libical and a CalDAV server read it too")
    asked = parser.parse_args(arguments)
    try:
        found = list(checking.faults(asked.folder, set(filter(None, asked.without.split(",")))))
        count = len(checking.folders(asked.folder))
    except Malformed as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if asked.peers:
        from . import peers  # what it needs is not in the standard library

        found += peers.faults(asked.folder)
    sys.stdout.write("".join(f"{fault}\n" for fault in found))
    sys.stderr.write(f"{count} scenarios, {len(found)} faults\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
