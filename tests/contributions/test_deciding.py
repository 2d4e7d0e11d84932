"""Decisions that nobody knows, letters that tell them, sessions made of what was accepted, and what is forgotten."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.contributions import deciding, errors, making, queries, reminding, reviews, setting_up, writing
from partnering.contributions.models import Call, Submission, SubmissionAuthor
from partnering.contributions.writing import Author
from partnering.db import BilingualText, db, transaction
from partnering.events import cloning
from partnering.events.erasing import erase
from partnering.events.models import Event, Participant
from partnering.jobs import worker
from partnering.programme import changes, drafting, releasing
from partnering.programme import queries as programme
from partnering.verify import results
from tests.factories import make_event, make_organiser, make_participant, make_person, make_registration
from tests.factories.contributions import make_call, make_draft, make_member, make_review, make_submission, make_told
from tests.factories.programme import at, make_track
from tests.support.letters import deliver_all, letters_to, text_of


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


@pytest.fixture
def call(event: Event) -> Call:
    return make_call(event)


def decide(event: Event, submission: Submission, decision: str, reason: str = "") -> None:
    with transaction():
        deciding.decide(event, submission, decision, make_person(), reason)


def tell(event: Event, submission: Submission) -> bool:
    with transaction():
        return deciding.tell_one(event, submission)


def make(event: Event, *submissions: Submission) -> int:
    with transaction():
        return len(making.make_sessions(event, submissions))


THREE = (
    Author("Rosa Lind", "Institut für Proben", "rosa@proben.example"),
    Author("Theo Berg", "Haus Berg", "theo@berg.example", True),
    Author("Ohne Adresse"),
)


def by_three(event: Event, **more: object) -> Submission:
    rosa = make_participant(event, email="rosa@proben.example", given_name="Rosa", family_name="Lind")
    return make_submission(event, rosa, authors=THREE, **more)


def test_a_decision_is_silent_and_can_be_undone(event: Event, call: Call):
    submission = by_three(event)
    decide(event, submission, "accept")
    assert (submission.state, deciding.is_untold(submission)) == ("submitted", True)
    decide(event, submission, "")

    assert (submission.decision, submission.decided_by_id, deciding.is_untold(submission)) == ("", None, False)
    assert [letter.kind for letter in letters_to("rosa@proben.example")] == ["contributions.received"]


def test_every_author_with_an_address_is_told_once(ctx: Flask, event: Event, call: Call):
    submission = by_three(event, title="Peptide")
    deliver_all(ctx)
    decide(event, submission, "accept", "Sehr gern.")
    assert [tell(event, submission), tell(event, submission)] == [True, False]

    letters = {letter["To"]: text_of(letter) for letter in deliver_all(ctx)}
    assert sorted(letters) == ["rosa@proben.example", "theo@berg.example"]
    main, speaker = letters["rosa@proben.example"], letters["theo@berg.example"]
    assert ("10 Minuten" in main, "Sehr gern." in main, "/register" in main) == (True, True, True)
    assert ("Sie tragen vor." in main, "Sie tragen vor." in speaker) == (False, True)
    assert ("Rosa Lind angegeben" in speaker, "/privacy" in speaker, "Sie haben zugesagt" in speaker) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize(("decision", "state"), [("reserve", "reserve"), ("reject", "rejected")])
def test_the_other_answers_are_letters_too(ctx: Flask, event: Event, call: Call, decision: str, state: str):
    submission = by_three(event)
    member = make_member(event)
    with transaction():
        points = {one.id: 2 for one in queries.criteria_of(call)}
        reviews.give(event, submission, member, points, comment="Nur für uns.", to_author="Mehr Zahlen, bitte.")
    deliver_all(ctx)
    decide(event, submission, decision)
    tell(event, submission)

    texts = [text_of(letter) for letter in deliver_all(ctx)]
    assert submission.state == state
    assert [("Mehr Zahlen" in text, "Nur für uns" in text) for text in texts] == [(True, False)] * 2


def test_who_is_on_the_reserve_list_can_be_accepted_later(event: Event, call: Call):
    submission = make_told(event, "reserve")
    decide(event, submission, "accept")
    assert deciding.is_untold(submission)
    tell(event, submission)

    assert submission.state == "accepted"
    with pytest.raises(errors.CannotDecide):
        decide(event, submission, "reject")


def test_undoing_on_the_reserve_list_leads_back_to_it(event: Event, call: Call):
    submission = make_told(event, "reserve")
    decide(event, submission, "accept")
    decide(event, submission, "")

    assert (submission.decision, deciding.is_untold(submission)) == ("reserve", False)


def test_the_worker_tells_everybody_for_who_may_and_for_nobody_else(ctx: Flask, event: Event, call: Call):
    katja = make_organiser(event)
    many = [make_submission(event) for _ in range(3)]
    for submission in many:
        decide(event, submission, "accept")
    with transaction():
        assert deciding.tell(event, call, many[:1], make_person("fremd@example.org")) == 1
        assert deciding.tell(event, call, many[1:], katja) == 2
    worker.run_once(ctx)

    db.session.expire_all()
    assert [submission.state for submission in many] == ["submitted", "accepted", "accepted"]


def test_sessions_are_made_once_without_a_time_and_nobody_sees_them(event: Event, call: Call):
    track = make_track(event, "Wirkstoffe")
    with transaction():
        topic = queries.topics_of(call)[0]
        setting_up.change_topic(event, topic, topic.name, track)
    submission = by_three(event, title="Peptide")
    decide(event, submission, "accept")
    tell(event, submission)

    assert [make(event, submission), make(event, submission)] == [1, 0]
    session = making.session_of(submission)
    assert session is not None
    assert (session.title, session.kind, session.language) == (BilingualText(de="Peptide"), "pitch", "de")
    assert (session.track_id, session.appointment_id, session.note) == (track.id, None, "10 Minuten")
    assert [part.participant.name for part in programme.people_of(session)] == ["Theo Berg"]
    last = session.abstract.de.splitlines()[-1]
    assert last == "Autorinnen und Autoren: Rosa Lind (Institut für Proben), Theo Berg (Haus Berg), Ohne Adresse"
    assert programme.released(event) == []


def test_a_speaker_with_a_ticket_stays_one_participant_as_they_are_printed(event: Event, call: Call):
    registration = make_registration(event, email="theo@berg.example", given_name="Theodor", family_name="von Berg")
    submission = by_three(event)
    decide(event, submission, "accept")
    tell(event, submission)
    make(event, submission)

    session = making.session_of(submission)
    assert session is not None
    [part] = programme.people_of(session)
    assert (part.participant_id, part.participant.name) == (registration.participant_id, "Theodor von Berg")


def test_only_what_was_accepted_becomes_a_session(event: Event, call: Call):
    decided = make_submission(event)
    decide(event, decided, "accept")

    assert make(event, decided, make_submission(event), make_told(event, "reserve")) == 0


def test_who_withdraws_what_was_accepted_is_called_off_and_organisers_hear_of_it(ctx: Flask, event: Event, call: Call):
    make_organiser(event, make_person("katja@probe.example"))
    submission = make_told(event)
    make(event, submission)
    with transaction():
        writing.withdraw(event, submission)

    session = making.session_of(submission)
    assert session is not None
    assert [each.codes for each in changes.drafted(event)] == []
    assert session.cancelled_at is not None
    assert [letter.kind for letter in letters_to("katja@probe.example")] == ["contributions.withdrawn"]
    assert [finding for rule, findings in results() if rule.code == "P5" for finding in findings] == []
    assert any("war noch nicht öffentlich" in text_of(letter) for letter in deliver_all(ctx))


def test_a_public_session_whose_author_withdraws_is_called_off_in_the_draft_alone(ctx: Flask, event: Event, call: Call):
    make_organiser(event, make_person("katja@probe.example"))
    submission = make_told(event)
    make(event, submission)
    with transaction():
        [session] = programme.sessions_of(event)
        drafting.place(session, at(event, 10), None)
        releasing.release(event)
    with transaction():
        writing.withdraw(event, submission)

    assert [each.session.state for each in programme.released(event)] == ["live"]
    assert [each.codes for each in changes.drafted(event)] == [("cancelled",)]
    assert any("bis Sie das veröffentlichen" in text_of(letter) for letter in deliver_all(ctx))


def test_who_agreed_to_register_is_reminded_twice_until_they_have(event: Event, call: Call):
    submission, registered = make_told(event), make_told(event)
    address = registered.authors[0].email
    make_registration(event, email=address)
    written = []
    for days in (20, 14, 10, 3, 1):
        with transaction():
            written.append(reminding.remind(event.first_day - timedelta(days=days)))

    assert written == [0, 1, 0, 1, 0]
    assert [letter.kind for letter in letters_to(submission.authors[0].email)].count("contributions.register") == 2


def test_an_erased_author_leaves_no_name_behind(event: Event, call: Call):
    submission = by_three(event)
    decide(event, submission, "accept")
    tell(event, submission)
    make(event, submission)
    with transaction():
        drafting.place(programme.sessions_of(event)[0], at(event, 10), None)
        releasing.release(event)
    rosa = db.session.get_one(Participant, submission.participant_id)
    make_draft(event, rosa, group="AG Zwei")
    with transaction():
        erase(rosa)

    db.session.expire_all()
    session = making.session_of(submission)
    assert session is not None
    assert (submission.state, submission.title, submission.text, submission.group_key) == ("withdrawn", "", "", None)
    [row] = programme.released(event)
    assert ("Rosa" in session.abstract.de, "Rosa" in row.session.abstract.de) == (False, False)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SubmissionAuthor)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1


def test_a_cloned_event_brings_the_rules_and_nothing_that_was_handed_in(event: Event, call: Call):
    make_submission(event)
    with transaction():
        copy = cloning.clone(
            event,
            slug="probe-2",
            name=BilingualText(de="Probe 2"),
            first_day=event.first_day + timedelta(days=364),
            parts=("programme",),
        )

    copied = queries.call_of(copy)
    assert copied is not None
    assert copied.closes_at - call.closes_at in (
        timedelta(days=364),
        timedelta(days=364, hours=1),
        timedelta(days=363, hours=23),
    )
    assert [str(topic.name) for topic in queries.topics_of(copied)] == ["Wirkstoffe"]
    assert len(queries.criteria_of(copied)) == 3
    assert queries.handed_in(copied) == []


def test_a_scale_stays_once_points_were_given(event: Event, call: Call):
    make_review(event, make_submission(event))
    hours = {"opens_at": call.opens_at, "closes_at": call.closes_at}

    with pytest.raises(errors.ScaleInUse), transaction():
        setting_up.set_call(event, {**hours, "top_points": 10})


@pytest.mark.parametrize(
    ("closes", "decides", "error"),
    [(-2, None, errors.HoursInDisorder), (5, 4, errors.TooEarlyDecision)],
)
def test_hours_in_disorder_are_refused(event: Event, closes: int, decides: int | None, error: type[Exception]):
    now = clock.now()
    with pytest.raises(error), transaction():
        make_call(
            event,
            closes_at=now + timedelta(days=closes),
            decides_at=now + timedelta(days=decides) if decides else None,
        )
