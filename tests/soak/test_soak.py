"""A short soak; `make soak` runs the long one."""

import os
import subprocess
import sys

import pytest

from tests.support.servers import ROOT

pytestmark = [pytest.mark.race, pytest.mark.timeout(300)]


def test_three_seconds_of_everything_at_once_break_no_rule(engine: str):
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", engine],
        cwd=ROOT,
        env=os.environ | {"SOAK_SECONDS": "3", "SOAK_PROCESSES": "3"},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert f"{engine}: 3 processes" in done.stdout
    assert "0 findings" in done.stdout
