"""Contributions of one research group that are handed in at once: the index lets one stand.

With the index away, nothing else stops them: the negative control.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from partnering.contributions.models import Submission
from partnering.db import db, transaction
from tests.factories import make_event
from tests.factories.contributions import make_call, make_draft
from tests.support.servers import Site

from .test_accepts import Race, deed, run

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

StartSite = Callable[..., AbstractContextManager[Site]]


def one_group(site: Site, count: int = 16) -> tuple[Race, int]:
    """So many drafts of one group to one topic, to be handed in at once; and the event's id."""
    race: Race = []
    with site.app.app_context():
        with transaction():
            event = make_event()
            make_call(event)
            drafts = [make_draft(event, group="AG Lind") for _ in range(count)]
            slug, event_id = event.slug, event.id
            known = [(draft.public_id, draft.participant.person) for draft in drafts]
        for ref, person in known:
            race.append(deed(site, person, f"/e/{slug}/me/contributions/{ref}/hand-in", commits="y"))
        db.session.remove()
    return race, event_id


def states(site: Site, event_id: int) -> Counter[str]:
    """How many contributions are in which state."""
    with site.app.app_context():
        found = Counter(db.session.scalars(sa.select(Submission.state).where(Submission.event_id == event_id)))
        db.session.remove()
    return found


def test_of_sixteen_of_one_group_one_stands_and_without_the_index_several(start_site: StartSite):
    with start_site(processes=4, threads=4, workers=0) as site:
        race, event_id = one_group(site)
        answers = Counter(run(site, race))
        assert answers == {303: 1, 422: 15}
        assert states(site, event_id) == {"submitted": 1, "draft": 15}

        with site.app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("DROP INDEX uq_submission_group")
        race, event_id = one_group(site)
        answers = Counter(run(site, race))
        assert answers[303] > 1
        assert states(site, event_id)["submitted"] == answers[303]
