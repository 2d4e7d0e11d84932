"""R61: after people have used every secret there is, the logs of web and worker hold none of them."""

import pytest

from tests.conftest import StartSite
from tests.support.browser import playwright_of_process
from tests.support.servers import Site
from tests.support.signing_in import cookie_of
from tests.support.waiting import until

from .stage import FORGED, set_up


@pytest.mark.timeout(120)
def test_no_secret_reaches_a_log(start_site: StartSite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--access-logfile -")  # as many an installation has it
    with start_site(processes=1) as site:
        use_every_secret(site)


def use_every_secret(live_server: Site) -> None:
    """Open all doors, let letters leave, and read the logs."""
    stage = set_up(live_server.app, live_server.engine)
    own = stage.world.own
    address = own.addresses["other attendee"]
    paths = [
        f"/r/{own.tokens['party']}",
        f"/r/{own.tokens['party']}/cancel",
        f"/t/{own.tokens['ticket']}",
        f"/t/{own.tokens['feed']}",
        f"/c/{own.tokens['feed']}.ics",
        f"/login/{stage.letters['sign-in']}",
        f"/confirm/{stage.letters['address']}",
        f"/t/{FORGED}",
    ]
    with playwright_of_process() as playwright:
        asks = playwright.request.new_context(base_url=live_server.url)
        for path in paths:
            asks.get(path)
        session = {"Cookie": f"{cookie_of(live_server.app)}={stage.sessions['organiser']}"}
        assert asks.get(f"/manage/{own.slug}/people", headers=session).status == 200
        asks.dispose()
    until(lambda: len(live_server.post.arrived) >= 3, 40, "letters to leave")
    secrets = {*own.tokens.values(), *stage.letters.values(), *stage.sessions.values(), FORGED}
    secrets |= {token.rpartition("-")[2] for token in (*own.tokens.values(), *stage.letters.values())}

    log = live_server.log()
    assert "/r/" in log, "requests are logged"
    assert [secret for secret in secrets if secret in log] == []
    assert live_server.settings.secret_key not in log
    assert address not in log
