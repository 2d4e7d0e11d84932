"""Drafts, handing in, the rules of a call at their limits, withdrawing."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.contributions import errors, queries, setting_up, writing
from partnering.contributions.models import Call, Submission
from partnering.contributions.writing import Author
from partnering.db import db, transaction
from partnering.errors import Stale
from partnering.events.models import Event
from tests.factories import make_event, make_participant
from tests.factories.contributions import make_call, make_draft, make_review, make_submission, make_told, make_topic
from tests.support.letters import letters_to


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


@pytest.fixture
def call(event: Event) -> Call:
    return make_call(event)


def hand_in(event: Event, submission: Submission, *, commits: bool = True) -> Submission:
    with transaction():
        return writing.hand_in(event, db.session.merge(submission), commits=commits)


def values_of(submission: Submission, **others: Any) -> dict[str, Any]:
    kept = {name: getattr(submission, name) for name in writing.SAID}
    return {"topic": submission.topic, **kept, **others}


def save(event: Event, submission: Submission, authors: list[Author] | None = None, **others: Any) -> None:
    with transaction():
        held = [Author(one.name, one.affiliation, one.email, one.speaks) for one in queries.authors_of(submission)]
        writing.save(event, submission, values_of(submission, **others), authors if authors is not None else held)


def test_handing_in_twice_is_handing_in_once_and_one_letter(event: Event, call: Call):
    draft = make_draft(event)
    address = draft.authors[0].email

    hand_in(event, draft)
    hand_in(event, draft)

    assert draft.state == "submitted"
    assert [letter.kind for letter in letters_to(address)] == ["contributions.received"]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 2100, True),
        ("a" * 2101, False),
        ("😀" * 2100, True),
        ("ü" * 2100, True),
        ("u\u0308" * 2100, True),
        ("zeile\r\n" * 350, True),
        ("zeile\r\n" * 351, False),
    ],
    ids=["all", "one more", "emoji", "umlauts", "umlauts in two", "line ends", "one line more"],
)
def test_characters_count_as_typed_and_line_ends_one_each(event: Event, call: Call, text: str, fits: bool):
    draft = make_draft(event, text=text)

    assert [type(lack) for lack in writing.lacks(draft)] == ([] if fits else [errors.TooLong])


def test_how_much_too_long_is_said(event: Event, call: Call):
    [lack] = writing.lacks(make_draft(event, text="a" * 2107))

    assert (lack.details["by"], lack.status) == (7, 422)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"topic": None}, errors.TopicMissing),
        ({"form": "workshop"}, errors.FormNotAsked),
        ({"title": ""}, errors.TitleMissing),
        ({"text": ""}, errors.TextMissing),
        ({"group": ""}, errors.GroupMissing),
        ({"authors": []}, errors.SpeakerMissing),
        ({"authors": [Author("Rosa Lind", speaks=True)]}, errors.SpeakerUnknown),
        ({"authors": [Author("Rosa Lind", email="rosa@haus.example")]}, errors.SpeakerMissing),
        (
            {"authors": [Author(f"Autor {n}", email="a@haus.example", speaks=n == 0) for n in range(11)]},
            errors.TooManyAuthors,
        ),
    ],
)
def test_what_is_missing_is_named_and_a_draft_may_lack_it(
    event: Event, call: Call, change: Any, error: type[Exception]
):
    draft = make_draft(event)
    save(event, draft, **change)

    with pytest.raises(error):
        hand_in(event, draft)
    db.session.expire_all()
    assert draft.state == "draft"


def test_a_language_that_is_not_taken_is_refused(event: Event):
    make_call(event, languages="en")
    draft = make_draft(event)

    assert [type(lack) for lack in writing.lacks(draft)] == [errors.LanguageNotAsked]


def test_a_topic_that_was_retired_meanwhile_is_refused(event: Event, call: Call):
    draft = make_draft(event)
    with transaction():
        setting_up.retire(event, queries.topics_of(call)[0])

    with pytest.raises(errors.TopicMissing):
        hand_in(event, draft)


def test_without_the_commitment_nothing_is_handed_in(event: Event, call: Call):
    with pytest.raises(errors.NotCommitted):
        hand_in(event, make_draft(event), commits=False)


def test_a_second_one_of_a_group_is_refused_and_never_says_whose_it_is(event: Event, call: Call):
    make_submission(event, title="Der erste", group="AG  Straße")
    second = make_draft(event, group="ag STRASSE")

    with pytest.raises(errors.GroupHasOne) as refused:
        hand_in(event, second)

    assert "Wirkstoffe" in str(refused.value.message)
    assert "Der erste" not in str(refused.value.message)


def test_another_topic_or_a_withdrawn_group_mate_leaves_room(event: Event, call: Call):
    first = make_submission(event, group="AG Lind")
    other_topic = make_draft(event, group="AG Lind", topic=make_topic(event))
    mate = make_draft(event, group="AG Lind")

    hand_in(event, other_topic)
    with transaction():
        writing.withdraw(event, first)
    hand_in(event, mate)

    assert (first.state, other_topic.state, mate.state) == ("withdrawn", "submitted", "submitted")


def test_what_is_handed_in_cannot_move_into_a_taken_place(event: Event, call: Call):
    make_submission(event, group="AG Lind")
    other = make_submission(event, group="AG Berg")

    with pytest.raises(errors.GroupHasOne):
        save(event, other, group="AG Lind")
    db.session.expire_all()
    assert other.group == "AG Berg"


def test_without_the_rule_a_group_hands_in_as_many_as_it_likes(event: Event):
    make_call(event, one_per_group=False)

    assert [make_submission(event, group="AG Lind").state for _ in range(2)] == ["submitted"] * 2


def test_the_rule_cannot_come_while_groups_have_several(event: Event):
    call = make_call(event, one_per_group=False)
    for _ in range(2):
        make_submission(event, group="AG Lind")

    with pytest.raises(errors.GroupsHaveSeveral), transaction():
        setting_up.set_call(event, {"opens_at": call.opens_at, "closes_at": call.closes_at, "one_per_group": True})


def test_the_call_takes_what_was_begun_in_time_ten_minutes_longer(event: Event, call: Call):
    draft, closes_at = make_draft(event), call.closes_at

    with clock.frozen(closes_at + timedelta(minutes=9)):
        hand_in(event, draft)
        assert draft.state == "submitted"
        with pytest.raises(errors.NotOpen), transaction():
            writing.begin(event, call, make_participant(event))


def test_later_nothing_is_taken_and_what_was_handed_in_is_only_withdrawn(event: Event, call: Call):
    draft, handed_in, closes_at = make_draft(event), make_submission(event), call.closes_at

    with clock.frozen(closes_at + timedelta(minutes=10)):
        with pytest.raises(errors.NotOpen):
            hand_in(event, draft)
        with pytest.raises(errors.NotOpen):
            save(event, handed_in, title="Anders")
        with transaction():
            assert writing.withdraw(event, handed_in)


def test_a_change_lets_the_committee_read_again_and_reopens_the_decision(event: Event, call: Call):
    submission = make_submission(event)
    make_review(event, submission)
    with transaction():
        submission.decision, submission.blind_text = "accept", "Ohne Namen"
    save(event, submission, title="Neu gefasst")

    db.session.expire_all()
    assert (submission.decision, submission.blind_text) == ("", "")
    assert [review.state for review in submission.reviews] == ["draft"]


def test_saving_the_same_changes_nothing(event: Event, call: Call):
    submission = make_submission(event)
    make_review(event, submission)
    version = submission.version
    save(event, submission)

    db.session.expire_all()
    assert (submission.version, [review.state for review in submission.reviews]) == (version, ["done"])


def test_a_stale_page_is_refused(event: Event, call: Call):
    draft = make_draft(event)

    with pytest.raises(Stale), transaction():
        writing.save(event, draft, values_of(draft), [], version=draft.version - 1)


def test_an_empty_draft_is_taken_up_again_and_there_is_an_end_to_drafts(event: Event, call: Call):
    author = make_participant(event)
    with transaction():
        first = writing.begin(event, call, author)
        assert writing.begin(event, call, author) is first
        first.title = "Begonnen"
        for n in range(writing.MOST_DRAFTS - 1):
            writing.begin(event, call, author).title = f"Noch einer {n}"
            db.session.flush()

    with pytest.raises(errors.TooManyDrafts), transaction():
        writing.begin(event, call, author)


def test_a_withdrawn_draft_is_gone(event: Event, call: Call):
    draft = make_draft(event)
    with transaction():
        writing.withdraw(event, draft)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 0


def test_two_who_speak_cannot_be_stored(event: Event, call: Call):
    draft = make_draft(event)
    save(
        event, draft, [Author("A B", email="a@x.example", speaks=True), Author("C D", email="c@x.example", speaks=True)]
    )

    assert [author.speaks for author in queries.authors_of(draft)] == [True, False]


def test_what_was_rejected_is_not_withdrawn(event: Event, call: Call):
    with pytest.raises(errors.IsDecided), transaction():
        writing.withdraw(event, make_told(event, "reject"))


def test_nothing_is_taken_of_an_event_that_was_called_off(event: Event, call: Call):
    draft = make_draft(event)
    with transaction():
        event.state = "cancelled"

    with pytest.raises(errors.NotOpen):
        hand_in(event, draft)
    assert clock.now() < call.closes_at
