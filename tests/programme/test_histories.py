"""Random drafts, releases and letters: what is public, what agendas hold, and who was told what, once."""

import random
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import verify
from partnering.agenda.models import AgendaEntry, Location
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event, Participant
from partnering.programme import changes, drafting, queries, release_letters, releasing
from partnering.programme.facts import KEEP, NothingToRelease, Part, Time
from partnering.programme.models import LetterChange, ProgrammeSession, ReleasedSession, ReleaseLetter
from tests.factories import make_event, make_participant
from tests.factories.programme import at, make_room

WALKS, DEEDS = 6, 25


@dataclass(frozen=True)
class Plan:
    """What a session is to be; without an hour it has no time."""

    hour: int | None
    room: int
    people: frozenset[int]
    title: str
    off: bool = False

    @property
    def state(self) -> str:
        return "cancelled" if self.off else "withdrawn" if self.hour is None else "live"


@dataclass
class World:
    """The model: drafts and what is public by session, sequence and state of each entry by session and person."""

    drafts: dict[int, Plan] = field(default_factory=dict)
    public: dict[int, Plan] = field(default_factory=dict)
    entries: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)

    def release(self, id: int) -> None:
        """Make the draft of one session public."""
        before, after = self.public.get(id), self.drafts[id]
        if before is None:
            if after.state == "live":
                self.public[id] = after
                self.entries.update({(id, who): (0, "live") for who in after.people})
            return
        if after.state != "live":
            if before.state == "withdrawn":
                return
            after = replace(before, hour=before.hour if after.off else None, off=after.off)
        self.public[id] = after
        was = before.people if before.state == "live" else frozenset()
        now = after.people if after.state == "live" else frozenset()
        rises = (before.hour, before.room, before.people, before.state) != (
            after.hour,
            after.room,
            after.people,
            after.state,
        )
        for who in was | now:
            sequence, _state = self.entries.get((id, who), (-1, ""))
            if rises or who not in was & now:
                self.entries[id, who] = (sequence + 1, "live" if who in now else "cancelled")


class Walk:
    """One history, in the model and in the programme at once."""

    def __init__(self, event: Event, seed: int) -> None:
        self.event, self.chance, self.model = event, random.Random(seed), World()
        self.rooms: list[Location] = [make_room(event) for _ in range(2)]
        self.people: dict[int, Participant] = {
            each.id: each for each in (make_participant(event, email=f"w{seed}-{n}@example.org") for n in range(4))
        }

    def step(self) -> None:
        """One deed."""
        drafts = self.model.drafts
        if not drafts or (len(drafts) < 5 and self.chance.random() < 0.15):
            self._draft()
            return
        deeds = [self._edit] * 6 + [self._turn_off] * 2 + [self._release] * 3 + [self._send]
        self.chance.choice(deeds)(self.chance.choice(sorted(drafts)))

    def _plan(self) -> Plan:
        some = frozenset(self.chance.sample(sorted(self.people), self.chance.randint(0, 2)))
        hour = self.chance.choice((9, 10, 11, 14, None))
        return Plan(hour, self.chance.randrange(2), some, f"Titel {self.chance.randrange(3)}")

    def _given(self, plan: Plan) -> tuple[BilingualText, list[Part], Time | None]:
        people = [Part(self.people[id]) for id in sorted(plan.people)]
        if plan.hour is None:
            return BilingualText(de=plan.title), people, None
        starts = at(self.event, plan.hour)
        return BilingualText(de=plan.title), people, Time(starts, at(self.event, plan.hour + 1), self.rooms[plan.room])

    def _draft(self) -> None:
        plan = self._plan()
        title, people, time = self._given(plan)
        with transaction():
            session = drafting.draft(self.event, title=title, people=people, time=time)
        self.model.drafts[session.id] = plan

    def _edit(self, id: int) -> None:
        before, new = self.model.drafts[id], self._plan()
        if before.off:
            return
        what = self.chance.choice(("time", "people", "title", "all"))
        after = {
            "time": replace(before, hour=new.hour, room=new.room),
            "people": replace(before, people=new.people),
            "title": replace(before, title=new.title),
            "all": new,
        }[what]
        title, people, time = self._given(after)
        with transaction():
            session = db.session.get_one(ProgrammeSession, id)
            drafting.edit(session, {"title": title}, people=people, time=time if what in ("time", "all") else KEEP)
        self.model.drafts[id] = after

    def _turn_off(self, id: int) -> None:
        plan = self.model.drafts[id]
        with transaction():
            session = db.session.get_one(ProgrammeSession, id)
            assert (drafting.take_back if plan.off else drafting.call_off)(session)
        self.model.drafts[id] = replace(plan, off=not plan.off)

    def _release(self, id: int) -> None:
        only = {id} if self.chance.random() < 0.4 else None
        with suppress(NothingToRelease), transaction():  # the model then finds nothing new either
            releasing.release(self.event, only=only)
        for each in [id] if only else sorted(self.model.drafts):
            self.model.release(each)

    def _send(self, _id: int) -> None:
        with transaction():
            release_letters.send(self.event, release_letters.pending(self.event))

    def check(self) -> None:
        """What is public and what agendas hold is what the model says."""
        db.session.expire_all()
        shown = {each.session.session_id: each.session for each in queries.released(self.event, cancelled=True)}
        expected = {id: plan for id, plan in self.model.public.items() if plan.state != "withdrawn"}
        assert {
            id: (row.state, row.starts_at, row.title.de, frozenset(part.participant_id for part in row.people))
            for id, row in shown.items()
        } == {
            id: (plan.state, at(self.event, plan.hour or 0), plan.title, plan.people) for id, plan in expected.items()
        }
        rows = db.session.execute(
            sa.select(ProgrammeSession.id, AgendaEntry.participant_id, AgendaEntry.sequence, AgendaEntry.state).join(
                AgendaEntry, AgendaEntry.appointment_id == ProgrammeSession.appointment_id
            )
        )
        assert {(row[0], row[1]): (row[2], row[3]) for row in rows} == self.model.entries

    def check_letters(self) -> None:
        """After all letters are sent: nobody was told a thing twice, and everybody on a stage knows how it is now."""
        self._send(0)
        told = db.session.execute(
            sa.select(ReleaseLetter.participant_id, LetterChange)
            .join(LetterChange, LetterChange.letter_id == ReleaseLetter.id)
            .where(ReleaseLetter.state == "sent")
            .order_by(ReleaseLetter.decided_at, ReleaseLetter.id)
        ).all()
        keys = [(who, each.session_id, each.after_id) for who, each in told]
        assert len(keys) == len(set(keys))
        last = {(who, each.session_id): each for who, each in told}
        for row in db.session.scalars(sa.select(ReleasedSession).where(ReleasedSession.current)):
            on_stage = {part.participant_id for part in row.people}
            for who in self.people:
                said = last.get((who, row.session_id))
                if row.state != "live" or who not in on_stage:
                    assert said is None or not said.part or said.after.state != "live", (who, row.session_id)
                else:
                    assert said is not None, (who, row.session_id)
                    assert said.part, (who, row.session_id)
                    change = changes.between(row.session, said.after, changes.as_released(row))
                    assert not change.rises, (who, row.session_id, change.codes)
                    assert "title" not in change.codes


@pytest.mark.engine("sqlite")  # the rules are the same; what databases do differently is asked elsewhere
@pytest.mark.parametrize("seed", range(WALKS))
def test_whatever_is_drafted_and_released_the_programme_and_its_people_agree(ctx: Flask, seed: int):
    walk = Walk(make_event(f"walk-{seed}"), seed)
    for _step in range(DEEDS):
        walk.step()
        walk.check()
    walk.check_letters()

    assert [finding for _rule, findings in verify.results() for finding in findings] == []
