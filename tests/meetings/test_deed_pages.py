"""The pages of what one does in depth: hand on, suggest, bring back, reserves, drafts, colleagues, many at once."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.audit import AuditEntry
from partnering.db import db, transaction
from partnering.delegates.models import Delegate
from partnering.errors import DomainError
from partnering.events.models import Event
from partnering.i18n import speaking
from partnering.meetings import deeds, own_times, proposing, queries, services
from partnering.meetings.errors import (
    LastOfSide,
    LimitReached,
    ProposalOver,
    RequestNotOpen,
    TooLateToUndo,
    VacancyOver,
)
from partnering.meetings.models import Meeting, MeetingVacancy
from partnering.meetings.rules import set_rules
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_meeting, make_partnering_event, make_request
from tests.meetings.deeds import at
from tests.support.counting import statements

from .test_pages import Guest, refs


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with three tables and eight times."""
    return make_partnering_event(tables=3, slots=8)


def anew(meeting_id: int) -> Meeting:
    """A meeting as it is now."""
    db.session.rollback()
    return db.session.get_one(Meeting, meeting_id)


def sentence(error: type[DomainError]) -> str:
    """What people read of an error."""
    with speaking("de"):
        return str(error.message)


def let_act(delegate: Delegate) -> None:
    """Let the colleagues of a company act for each other."""
    with transaction():
        delegate.profile.team_acts = True


def test_handing_a_request_to_the_right_colleague(app: Flask, event: Event):
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = make_request(event, to=jana)
    guest = Guest(app, event, jana)
    path = f"/meetings/{meeting.public_id}"
    assert ben.public_id in guest.get(path).text
    assert guest.post(f"{path}/forward", version=meeting.version).status_code == 422
    answer = guest.post(f"{path}/forward", to=ben.public_id, version=meeting.version)
    assert answer.location == f"{guest.base}/meetings"  # she does not sit in it any more
    assert anew(meeting.id).turn_id == ben.id
    assert guest.get(path).status_code == 404
    assert Guest(app, event, ben).get(path).status_code == 200


def test_accepting_asks_for_people_and_entries_once_and_not_for_what_was_written(app: Flask, event: Event):
    jana = make_delegate(event)
    meeting = make_request(event, by=make_delegate(event), to=jana)
    slot, version, path = (
        queries.offered(meeting)[0].public_id,
        meeting.version,
        f"/meetings/{meeting.public_id}/accept",
    )
    guest = Guest(app, event, jana)
    db.session.remove()
    with statements() as asked:
        assert guest.post(path, slot=slot, version=version).status_code == 302
    read = [" ".join(one.split()) for one in asked if one.startswith("SELECT")]
    often = {name: sum(f" FROM {name} " in one for one in read) for name in ("person", "email_address", "agenda_entry")}
    assert often == dict.fromkeys(often, 1)
    assert not [one for one in read if " FROM meeting_message " in one or " FROM meeting_proposal " in one]


def test_declining_with_a_wish_to_hear_later(app: Flask, event: Event):
    meeting = make_request(event)
    assert meeting.turn is not None
    asked, asker = Guest(app, event, meeting.turn), Guest(app, event, meeting.requester)
    path = f"/meetings/{meeting.public_id}"
    asked.post(f"{path}/decline", reason="no_time", later="y", version=meeting.version)
    assert (anew(meeting.id).decline_reason, anew(meeting.id).later) == ("no_time", True)
    assert "Über eine Nachricht nach der Veranstaltung freut sich die andere Seite." in asker.get(f"{path}").text
    with clock.frozen(clock.now() + timedelta(seconds=10)):
        assert f"{path}/undo" in asked.get(path).text
        assert asked.post(f"{path}/undo", version=anew(meeting.id).version).status_code == 302
    assert anew(meeting.id).request_state == "pending"


def test_after_half_a_minute_nothing_is_offered_to_be_taken_back(app: Flask, event: Event):
    meeting = make_request(event)
    assert meeting.turn is not None
    asked, path = Guest(app, event, meeting.turn), f"/meetings/{meeting.public_id}"
    asked.post(f"{path}/decline", version=meeting.version)
    with clock.frozen(clock.now() + timedelta(seconds=31)):
        assert f"{path}/undo" not in asked.get(path).text
        answer = asked.post(f"{path}/undo", version=anew(meeting.id).version)
    assert answer.status_code == 409
    assert sentence(TooLateToUndo) in answer.text


def test_at_the_limit_one_accepts_as_a_reserve_and_reads_the_place(app: Flask, event: Event):
    jana = make_delegate(event)
    make_meeting(event, to=jana)
    with transaction():
        set_rules(event, meeting_limit=1)
    first, second = make_request(event, to=jana), make_request(event, to=jana)
    guest = Guest(app, event, jana)
    assert 'name="slot"' not in guest.get("/meetings").text
    for number, meeting in ((1, first), (2, second)):
        path = f"/meetings/{meeting.public_id}"
        page = guest.get(f"{path}").text
        assert f"Diese Anfrage stünde auf Platz {number} Ihrer Nachrückliste." in page
        slot = queries.offered(meeting)[0].public_id
        refused = guest.post(f"{path}/accept", slot=slot, version=meeting.version)
        assert refused.status_code == 409
        assert sentence(LimitReached) in refused.text
        assert guest.post(f"{path}/accept", reserve="yes", version=meeting.version).status_code == 302
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            asker = Guest(app, event, anew(meeting.id).requester)
            assert f"Platz {number} auf der Nachrückliste" in asker.get(f"{path}").text


def test_another_time_is_suggested_agreed_refused_and_taken_back(app: Flask, event: Event):
    meeting = make_meeting(event)
    jana, tomas = (
        Guest(app, event, meeting.requester),
        Guest(app, event, meeting.invitee),
    )
    path, slots = f"/meetings/{meeting.public_id}", refs(event, 8)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        for answer, state in ((tomas.post, "refused"), (jana.post, "withdrawn"), (tomas.post, "agreed")):
            sent = jana.post(f"{path}/propose", slots=slots[4:6], version=anew(meeting.id).version)
            assert sent.status_code == 302
            proposal = proposing.open_of(anew(meeting.id))
            assert proposal is not None
            assert proposal.public_id in tomas.get(path).text
            word = {"refused": "refuse", "withdrawn": "take-back", "agreed": "agree"}[state]
            data = {"proposal": proposal.public_id, "slot": slots[5], "message": "Leider nein"}
            assert answer(f"{path}/{word}", **data).status_code == 302
            assert anew(meeting.id).proposals[-1].state == state
            late = answer(f"{path}/{word}", **data)
            assert late.status_code == 409
            assert sentence(ProposalOver) in late.text
    appointment = anew(meeting.id).appointment
    assert appointment is not None
    assert appointment.starts_at == queries.slots_of(event)[5].starts_at


def test_a_suggested_time_waits_for_an_answer_like_a_request(app: Flask, event: Event):
    jana = make_delegate(event)
    let_act(jana)
    colleague = make_delegate(event, colleague_of=jana)
    meeting, request = make_meeting(event, to=jana), make_request(event, to=jana)
    guest, asker = Guest(app, event, jana), Guest(app, event, meeting.requester)
    slots = queries.slots_of(event)
    with transaction():
        services.propose(anew(meeting.id), slots[4:6], by=anew(meeting.id).requester)
    said = "Eine andere Zeit wird vorgeschlagen"
    assert queries.waiting_for(jana) == queries.numbers(jana)["received"] == 2
    assert "2 neue Anfragen" in guest.get("/meetings").text
    received = guest.get("/meetings").text
    assert said in received
    assert request.public_id in received
    assert f"/meetings/{meeting.public_id}#agree" in received
    assert f"/meetings/{meeting.public_id}#agree" in guest.get("/meetings?tab=confirmed").text
    assert f"/meetings/{meeting.public_id}" in Guest(app, event, colleague).get("/meetings").text  # who acts for her
    assert queries.waiting_for(meeting.requester) == 0
    mine = asker.get("/meetings?tab=confirmed").text
    assert "Sie haben eine andere Zeit vorgeschlagen" in mine
    assert said not in mine
    with clock.frozen(clock.now() + timedelta(minutes=1)), statements() as few:
        guest.get("/meetings?tab=confirmed")
    for slot in slots[1:4]:
        make_meeting(event, to=jana, slot=slot, slots=[slot])
    with clock.frozen(clock.now() + timedelta(minutes=1)), statements() as many:
        guest.get("/meetings?tab=confirmed")
    assert len(many) <= len(few)
    proposal = proposing.open_of(anew(meeting.id))
    assert proposal is not None
    guest.post(f"/meetings/{meeting.public_id}/refuse", proposal=proposal.public_id)
    db.session.rollback()
    assert queries.waiting_for(jana) == queries.numbers(jana)["received"] == 1


def test_the_inbox_shows_what_the_other_side_wrote_last(app: Flask, event: Event):
    meeting = make_request(event)
    assert meeting.turn is not None
    with transaction():
        services.counter(meeting, queries.slots_of(event)[5:6], by=meeting.turn, message="Lieber am Nachmittag")
    assert "Lieber am Nachmittag" in Guest(app, event, meeting.requester).get("/meetings").text


def test_the_inbox_offers_no_time_that_is_gone(app: Flask, event: Event):
    jana, slots = make_delegate(event), queries.slots_of(event)
    meeting = make_request(event, to=jana, slots=slots[:3])
    guest = Guest(app, event, jana)

    def choices() -> list[str]:
        return re.findall(r'name="slot"[^>]*value="([^"]+)"', guest.get("/meetings?lang=en").text)

    assert choices() == refs(event)
    make_meeting(event, by=jana, slots=slots[:1])
    make_meeting(event, by=meeting.requester, slots=slots[2:3])
    assert choices() == [slots[1].public_id]
    page = guest.get("/meetings?lang=en").text
    assert page.count("No longer free:") == 1
    with transaction():
        own_times.keep_free(event, jana.participant, slots[1:2])
    page = guest.get("/meetings?lang=en").text
    assert "None of the times offered is free any more." in page
    assert f"/meetings/{meeting.public_id}" in page
    assert choices() == []


def test_an_old_page_suggests_nothing(app: Flask, event: Event):
    meeting = make_meeting(event)
    guest, seen = Guest(app, event, meeting.requester), meeting.version
    with transaction():
        services.move(meeting, queries.slots_of(event)[6])
    answer = guest.post(f"/meetings/{meeting.public_id}/propose", slots=refs(event, 2), version=seen)
    assert answer.status_code == 409
    assert sentence(RequestNotOpen) in answer.text
    assert proposing.open_of(anew(meeting.id)) is None


def test_what_one_called_off_takes_place_after_all(app: Flask, event: Event):
    meeting = make_meeting(event)
    jana, tomas = Guest(app, event, meeting.requester), Guest(app, event, meeting.invitee)
    path = f"/meetings/{meeting.public_id}"
    jana.post(f"{path}/cancel", reason="Krank", version=meeting.version)
    assert "Krank" in tomas.get(path).text
    assert f"{path}/revive" not in tomas.get(path).text
    assert tomas.post(f"{path}/revive").status_code == 409
    assert jana.post(f"{path}/revive", version=anew(meeting.id).version).status_code == 302
    slot = queries.offered(anew(meeting.id))[0].public_id
    assert tomas.post(f"{path}/accept", slot=slot, version=anew(meeting.id).version).status_code == 302
    assert anew(meeting.id).placement == "published"


def test_a_draft_is_kept_changed_sent_or_thrown_away(app: Flask, event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    guest, other = Guest(app, event, jana), Guest(app, event, tomas)
    ask = f"/partners/{tomas.public_id}/request"
    kept = guest.post(ask, slots=refs(event, 2), message="Erster Satz", draft="yes")
    draft = db.session.scalars(sa.select(Meeting)).one()
    path = f"/meetings/{draft.public_id}"
    assert kept.location == f"{guest.base}{path}"
    assert (other.get(path).status_code, draft.sent_at) == (404, None)
    assert "Erster Satz" in guest.get("/meetings?tab=sent").text
    page = guest.get(ask).text
    assert "Erster Satz" in page
    assert re.findall(r'name="slots" value="([a-z2-7]{16})"[^>]* checked', page) == refs(event, 2)
    assert guest.post(f"{path}/discard", version=draft.version).location == f"{guest.base}/meetings"
    db.session.rollback()
    assert db.session.scalars(sa.select(Meeting)).all() == []
    guest.post(ask, slots=refs(event, 1), draft="yes")
    guest.post(ask, slots=refs(event, 3), message="Anders")
    db.session.rollback()
    sent = db.session.scalars(sa.select(Meeting)).one()
    assert (sent.request_state, sent.message) == ("pending", "Anders")
    assert [slot.public_id for slot in queries.offered(sent)] == refs(event, 3)


def test_sending_a_draft_as_it_stands(app: Flask, event: Event):
    jana, tomas = make_delegate(event), make_delegate(event)
    with transaction():
        draft = services.save_draft(jana, tomas, queries.slots_of(event)[:1], "Guten Tag")
    guest = Guest(app, event, jana)
    assert guest.post(f"/meetings/{draft.public_id}/send", version=draft.version).status_code == 302
    assert anew(draft.id).request_state == "pending"
    assert Guest(app, event, tomas).get("/meetings").text.count("Guten Tag") == 1


def test_colleagues_answer_for_each_other_where_the_company_lets_them(app: Flask, event: Event):
    jana = make_delegate(event, given_name="Jana")
    ben = make_delegate(event, colleague_of=jana)
    meeting = make_request(event, to=jana)
    guest, path = Guest(app, event, ben), f"/meetings/{meeting.public_id}"
    assert guest.get(path).status_code == 404
    assert path not in guest.get("/meetings").text
    let_act(jana)
    assert path in guest.get("/meetings").text
    assert "Sie handeln hier für Jana Muster." in guest.get(f"{path}").text
    slot = queries.offered(meeting)[0].public_id
    answer = guest.post(f"{path}/accept", slot=slot, version=meeting.version)
    assert answer.status_code == 302
    assert "Sie haben für Jana Muster gehandelt." in guest.get(f"{path}").text
    now = anew(meeting.id)
    assert ({seat.delegate_id for seat in now.delegates}, now.placement) == (
        {jana.id, meeting.requester_id},
        "published",
    )
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "meeting.acted_for")).one()
    person = ben.participant.person
    assert person is not None
    assert (entry.actor_ref, entry.object_ref) == (person.public_id, meeting.public_id)


def test_joining_bringing_leaving_and_taking_over(app: Flask, event: Event):
    jana = make_delegate(event)
    ben, lena = make_delegate(event, colleague_of=jana), make_delegate(event, colleague_of=jana)
    meeting = make_meeting(event, by=jana)
    path = f"/meetings/{meeting.public_id}"

    def seats() -> set[int]:
        now = anew(meeting.id)
        return {seat.delegate_id for seat in now.delegates} - {meeting.invitee.id}

    assert Guest(app, event, ben).post(f"{path}/join", version=meeting.version).status_code == 302
    assert seats() == {jana.id, ben.id}
    guest = Guest(app, event, jana)
    assert guest.post(f"{path}/join", who=lena.public_id, version=anew(meeting.id).version).status_code == 302
    assert guest.post(f"{path}/leave", version=anew(meeting.id).version).location == f"{guest.base}/meetings"
    assert seats() == {ben.id, lena.id}
    Guest(app, event, lena).post(f"{path}/leave", version=anew(meeting.id).version)
    alone = Guest(app, event, ben).post(f"{path}/leave", version=anew(meeting.id).version)
    assert alone.status_code == 409
    assert sentence(LastOfSide) in alone.text
    swap = {"old": ben.public_id, "who": jana.public_id, "version": anew(meeting.id).version}
    assert Guest(app, event, ben).post(f"{path}/replace", **swap).status_code == 302
    assert seats() == {jana.id}


def test_a_stranger_joins_nothing(app: Flask, event: Event):
    meeting = make_meeting(event)
    stranger = Guest(app, event, make_delegate(event))
    assert stranger.post(f"/meetings/{meeting.public_id}/join").status_code == 404
    assert len(anew(meeting.id).delegates) == 2


def test_who_keeps_their_agenda_to_themselves_is_not_joined(app: Flask, event: Event):
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    meeting = make_meeting(event, by=jana)
    with transaction():
        jana.shares_agenda = False
    assert Guest(app, event, ben).post(f"/meetings/{meeting.public_id}/join").status_code == 404


def test_several_requests_are_declined_at_once(app: Flask, event: Event):
    jana = make_delegate(event)
    requests = [make_request(event, to=jana) for _n in range(4)]
    guest = Guest(app, event, jana)
    assert guest.get("/meetings/decline").text.count('name="meetings"') == 4
    nothing = guest.post("/meetings/decline", reason="no_fit")
    assert nothing.status_code == 422
    assert "Wählen Sie mindestens eine Anfrage aus" in nothing.text
    with transaction():
        services.withdraw(db.session.get_one(Meeting, requests[2].id))
    ticked = [meeting.public_id for meeting in requests[:3]]
    answer = guest.post("/meetings/decline", meetings=ticked, reason="no_fit", text="Bis bald")
    assert answer.location == f"{guest.base}/meetings?tab=closed"
    page = guest.get("/meetings?tab=closed").text
    assert "2 Anfragen abgelehnt. Eine war inzwischen schon beantwortet oder zurückgezogen." in page
    states = [anew(meeting.id).request_state for meeting in requests]
    assert states == ["declined", "declined", "withdrawn", "pending"]
    assert {anew(meeting.id).answer_text for meeting in requests[:2]} == {"Bis bald"}


def test_an_agreed_meeting_with_another_time_suggested_is_no_request_to_decline(app: Flask, event: Event):
    jana = make_delegate(event)
    request = make_request(event, to=jana)
    meeting = make_meeting(event, to=jana)
    with transaction():
        services.propose(meeting, [at(event, 3)], by=meeting.requester)
    guest = Guest(app, event, jana)
    assert meeting.public_id in guest.get("/meetings").text
    page = guest.get("/meetings/decline").text
    assert (request.public_id in page, meeting.public_id in page) == (True, False)
    guest.post("/meetings/decline", meetings=[request.public_id, meeting.public_id])
    assert [anew(each.id).request_state for each in (request, meeting)] == ["declined", "accepted"]


def test_nobody_declines_for_others_in_bulk(app: Flask, event: Event):
    meeting = make_request(event)
    stranger = Guest(app, event, make_delegate(event))
    stranger.post("/meetings/decline", meetings=[meeting.public_id])
    assert anew(meeting.id).request_state == "pending"


@pytest.mark.parametrize("tab", ["received", "sent", "confirmed", "closed"])
def test_the_inbox_asks_as_much_for_forty_as_for_two(app: Flask, ctx: Flask, tab: str):
    event = make_partnering_event(tables=45, slots=45, length=3, open_request_limit=100)
    jana = make_delegate(event)
    ben = make_delegate(event, colleague_of=jana)
    let_act(jana)
    guest = Guest(app, event, jana)

    def fill(count: int) -> None:
        for _n in range(count):
            to: dict[str, Any] = {"to": jana} if tab == "received" else {"by": jana}
            make = make_meeting if tab == "confirmed" else make_request
            meeting = make(event, **to)
            if tab == "received":
                make_request(event, to=ben)
            if tab == "closed":
                with transaction():
                    services.withdraw(meeting)

    fill(2)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        guest.get(f"/meetings?tab={tab}")
        with statements() as few:
            guest.get(f"/meetings?tab={tab}")
    fill(38)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        guest.get(f"/meetings?tab={tab}")  # what the process keeps of the directory is read anew
        with statements() as many:
            page = guest.get(f"/meetings?tab={tab}")
    assert page.text.count('class="card ask') == 40
    assert len(many) == len(few)


def vacancy_of(event: Event, count: int = 2) -> tuple[MeetingVacancy, Delegate, list[Meeting]]:
    """Olaf has left; a colleague of his; his meetings."""
    olaf = make_delegate(event, given_name="Olaf")
    colleague = make_delegate(event, colleague_of=olaf)
    meetings = [make_meeting(event, by=olaf) for _n in range(count)]
    with transaction():
        olaf.registration.state, olaf.left_at = "declined", clock.now()
        services.cascade(olaf)
    return db.session.scalars(sa.select(MeetingVacancy)).one(), colleague, meetings


def test_a_colleague_takes_over_what_is_ticked_and_lets_the_rest_go(app: Flask, event: Event):
    vacancy, ben, meetings = vacancy_of(event, 3)
    guest, path = Guest(app, event, ben), f"/vacancies/{vacancy.public_id}"
    assert f"/me{path}" in guest.get("/").text  # the first page says it, before the time for it is over
    assert path in guest.get("/meetings").text
    assert guest.get(path).text.count('name="meetings"') == 3
    ticked = [meeting.public_id for meeting in meetings[:2]]
    answer = guest.post(path, successor=ben.public_id, meetings=ticked)
    assert answer.location == f"{guest.base}/meetings?tab=confirmed"
    assert "2 Gespräche übernommen." in guest.get("/meetings?tab=confirmed").text
    states = [anew(meeting.id).request_state for meeting in meetings]
    assert states == ["accepted", "accepted", "cancelled"]
    again = guest.post(f"{path}", meetings=ticked)
    assert again.status_code == 409
    assert sentence(VacancyOver) in again.text
    assert path not in guest.get("/meetings").text


def test_what_one_has_no_time_for_cannot_be_taken_over_unawares(app: Flask, event: Event):
    vacancy, ben, meetings = vacancy_of(event)
    slot = meetings[0].appointment
    assert slot is not None
    taken = queries.slot_at(event.id, slot.starts_at, slot.ends_at)
    assert taken is not None
    make_meeting(event, by=ben, slots=[taken], slot=taken)
    guest, path = Guest(app, event, ben), f"/vacancies/{vacancy.public_id}"
    assert "Sie haben dann etwas anderes." in guest.get(f"{path}").text
    answer = guest.post(f"{path}", meetings=[meeting.public_id for meeting in meetings])
    assert answer.status_code == 409
    assert "hat dann schon etwas anderes" in answer.text
    assert [anew(meeting.id).request_state for meeting in meetings] == ["accepted", "accepted"]
    assert anew(meetings[0].id).closed_at is None


def test_a_company_chooses_who_takes_over(app: Flask, event: Event):
    vacancy, ben, meetings = vacancy_of(event)
    lena = make_delegate(event, colleague_of=ben)
    guest, path = Guest(app, event, ben), f"/vacancies/{vacancy.public_id}"
    ticked = [meeting.public_id for meeting in meetings]
    assert guest.post(path, successor=lena.public_id, meetings=ticked).status_code == 403
    let_act(ben)
    assert guest.post(path, successor=lena.public_id, meetings=ticked).status_code == 302
    assert all(deeds.sitting_for(anew(meeting.id), lena, ()) is not None for meeting in meetings)


def test_meetings_are_let_go(app: Flask, event: Event):
    vacancy, ben, meetings = vacancy_of(event)
    guest = Guest(app, event, ben)
    assert guest.post(f"/vacancies/{vacancy.public_id}/let-go").status_code == 302
    assert {anew(meeting.id).request_state for meeting in meetings} == {"cancelled"}


def test_vacancies_of_other_companies_do_not_exist(app: Flask, event: Event):
    vacancy, _ben, meetings = vacancy_of(event)
    for stranger in (make_delegate(event), meetings[0].invitee):
        guest = Guest(app, event, stranger)
        path = f"/vacancies/{vacancy.public_id}"
        assert guest.get(path).status_code == 404
        assert guest.post(path).status_code == 404
        assert guest.post(f"{path}/let-go").status_code == 404
