"""Starting and ending the site, as people do it."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support import databases, servers
from tests.support.smtp import free_port
from tests.support.waiting import until

BIN = str(Path(sys.executable).parent)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"PARTNERING_SECRET_KEY": "dev"}, "PARTNERING_SECRET_KEY needs at least 32 random characters."),
        ({"PARTNERING_BASE_URL": "http://events.example"}, "PARTNERING_BASE_URL must begin with https://"),
        ({"PARTNERING_MODE": "sample", "PARTNERING_BIND": "0.0.0.0:8000"}, "base address and bind must be loopback"),
        ({"FLASK_DEBUG": "1"}, "Debug mode shows code and data to visitors."),
    ],
)
def test_a_site_that_would_not_be_safe_does_not_start(tmp_path, settings, reason):
    ours = servers.environment_of(databases.settings_for(f"sqlite:///{tmp_path}/none.db"))

    done = subprocess.run(
        [f"{BIN}/gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"],
        cwd=servers.ROOT,
        env=ours | {"PARTNERING_BIND": f"127.0.0.1:{free_port()}"} | settings,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode != 0
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.engine("sqlite")
def test_one_key_ends_the_site_and_its_worker(engine, tmp_path):
    url = f"http://127.0.0.1:{free_port()}"
    settings = databases.settings_for(
        databases.new_database(engine), base_url=url, bind=url.removeprefix("http://"), instance=str(tmp_path)
    )
    log = tmp_path / "log"
    with log.open("wb") as output:
        started = subprocess.Popen(
            ["scripts/serve", BIN],
            cwd=servers.ROOT,
            env=servers.environment_of(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        until(lambda: answers(url), 90, "the site to answer")
        assert members(started.pid) >= {"gunicorn", "flask"}
        os.killpg(started.pid, signal.SIGINT)
        assert started.wait(90) == 0
        until(lambda: not members(started.pid), 10, "every process to end")
    finally:
        if members(started.pid):
            os.killpg(started.pid, signal.SIGKILL)
    assert f"The site is on {url}" in log.read_text()
    assert "Traceback" not in log.read_text()


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


def members(group: int) -> set[str]:
    """The names of the programs that run in a process group."""
    names = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = status.read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        state, _parent, its_group = fields.split()[:3]
        if int(its_group) == group and state != "Z":
            names.add(name)
    return names
