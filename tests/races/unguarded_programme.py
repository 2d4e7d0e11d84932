"""The site with the guards of the programme off, for the negative control.

No version of a draft and no stand of a release is asked for, releases take no turns, and nobody looks whether two
sessions would be in one exclusive room. The unique index over rooms and time is the test's to drop.
"""

from partnering.db import db
from partnering.programme import drafting, releasing
from wsgi import app

for room, guard, without in (
    (drafting, "_require_newest", lambda _session, _version: None),
    (drafting, "turn", lambda _event: None),
    (releasing, "_refused", lambda _after, _chosen: []),
    (releasing, "fingerprint", lambda _found: "any"),
):
    assert callable(getattr(room, guard))
    setattr(room, guard, without)
with app.app_context():
    db.engine.dispose()
