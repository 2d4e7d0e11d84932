"""What the committee reads, and what it does not: names, groups, its own house, the points of others."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.contributions import counting, queries, ranking, reading, reviews, setting_up
from partnering.contributions.errors import PointsMissing, ReviewClosed
from partnering.contributions.models import Call, Submission
from partnering.contributions.writing import Author
from partnering.db import transaction
from partnering.errors import Stale
from partnering.events.models import Event
from tests.factories import make_event, make_organiser, make_participant, make_role
from tests.factories.contributions import (
    make_call,
    make_draft,
    make_member,
    make_review,
    make_submission,
    make_told,
    make_topic,
)
from tests.support.counting import statements_of
from tests.support.signing_in import sign_in

SECRETS = ("Rosalind Quent", "Quentlabor", "AG Quent", "rosalind@quent.example", "Bitte an Frau Quent")


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event("probe")


@pytest.fixture
def call(event: Event) -> Call:
    return make_call(event)


def telling(event: Event, **more: object) -> Submission:
    """A contribution whose every field but title and text says whose it is."""
    author = make_participant(event, email="rosalind@quent.example", given_name="Rosalind", family_name="Quent")
    return make_submission(
        event,
        author,
        group="AG Quent",
        remarks="Bitte an Frau Quent",
        authors=[Author("Rosalind Quent", "Quentlabor", "rosalind@quent.example", True)],
        **more,
    )


def test_no_page_of_the_committee_says_whose_a_contribution_is(client: FlaskClient, event: Event, call: Call):
    submission = telling(event, title="Peptide")
    make_review(event, submission)
    member = make_member(event)
    sign_in(client, member)

    for path in ("", f"/{submission.public_id}"):
        page = client.get(f"/e/probe/committee{path}")
        assert page.status_code == 200
        assert "Peptide" in page.text
        assert [secret for secret in SECRETS if secret in page.text] == []
        assert submission.participant.public_id not in page.text


def test_without_anonymity_names_are_read(client: FlaskClient, event: Event):
    make_call(event, anonymous=False)
    submission = telling(event)
    sign_in(client, make_member(event))

    assert "Rosalind Quent (Quentlabor)" in client.get(f"/e/probe/committee/{submission.public_id}").text


def test_a_version_without_names_is_read_instead(event: Event, call: Call):
    submission = telling(event, text="Wie Quent zeigt, wirkt es.")
    assert counting.gives_away(submission) == ["Quent"]
    with transaction():
        submission.blind_text = "Wie früher gezeigt, wirkt es."

    assert reading.blind(call, submission).text == "Wie früher gezeigt, wirkt es."
    assert counting.gives_away(submission) == []


@pytest.mark.parametrize("text", ["von der AG QUENT", "im Quentlabor gemessen", "QUENT et al."])
def test_what_a_text_gives_away_is_found_whatever_the_case(event: Event, call: Call, text: str):
    assert counting.names_in(text, telling(event)) != []


@pytest.mark.parametrize("text", ["Eloquent gesagt", "quentin", "nichts davon"])
def test_parts_of_other_words_are_no_names(event: Event, call: Call, text: str):
    assert counting.names_in(text, telling(event)) == []


@pytest.mark.parametrize(
    ("address", "reads"),
    [
        ("rosalind@quent.example", False),
        ("kollege@quent.example", False),
        ("fremd@anderswo.example", True),
    ],
)
def test_nobody_judges_themselves_or_their_own_house(event: Event, call: Call, address: str, reads: bool):
    submission = telling(event)
    member = make_member(event, address)

    assert (reading.shown(call, submission.public_id, member) is not None) == reads
    assert (reading.next_for(call, member) is not None) == reads


def test_a_free_mail_domain_is_no_house(event: Event, call: Call):
    submission = make_submission(event, authors=[Author("A B", "", "ab@gmail.com", True)])

    assert reading.shown(call, submission.public_id, make_member(event, "cd@gmail.com")) is not None


def test_who_hands_in_does_not_read_it_under_another_address(event: Event, call: Call):
    member = make_member(event, "vera@komitee.example")
    author = make_participant(event, member)
    submission = make_submission(event, author, authors=[Author("Vera Tau", "", "privat@anders.example", True)])

    assert reading.shown(call, submission.public_id, member) is None


def test_a_member_reads_their_topics_and_the_least_read_first(event: Event, call: Call):
    other = make_topic(event, "Diagnostik")
    first, second = make_submission(event, title="Erster"), make_submission(event, title="Zweiter")
    elsewhere = make_submission(event, title="Dritter", topic=other)
    make_review(event, first)
    member = make_member(event)
    with transaction():
        setting_up.set_committee(event, call, member, [queries.topics_of(call)[0]])

    assert [row.blind.title for row in reading.list_of(call, member)] == ["Zweiter", "Erster"]
    assert reading.shown(call, elsewhere.public_id, member) is None
    assert reading.shown(call, second.public_id, member) is not None


def test_drafts_and_withdrawn_ones_are_read_by_nobody(event: Event, call: Call):
    draft, member = make_draft(event), make_member(event)

    assert reading.shown(call, draft.public_id, member) is None
    assert reading.list_of(call, member) == []


def test_the_points_of_others_show_once_mine_are_given(client: FlaskClient, event: Event, call: Call):
    submission = make_submission(event)
    make_review(event, submission)
    member = make_member(event)
    sign_in(client, member)
    address = f"/e/probe/committee/{submission.public_id}"

    assert "Mitglied 1" not in client.get(address).text
    make_review(event, submission, member)
    assert "Mitglied 1" in client.get(address).text


def test_points_need_every_criterion_and_a_draft_does_not_count(event: Event, call: Call):
    submission, member = make_submission(event), make_member(event)
    [first, *_others] = queries.criteria_of(call)

    with pytest.raises(PointsMissing), transaction():
        reviews.give(event, submission, member, {first.id: 3})
    with transaction():
        reviews.give(event, submission, member, {first.id: 3}, finished=False)
    assert [each.count for each in ranking.of(call)] == [0]


def test_points_beyond_the_scale_are_none(event: Event, call: Call):
    submission, member = make_submission(event), make_member(event)

    with pytest.raises(PointsMissing), transaction():
        reviews.give(event, submission, member, {one.id: 6 for one in queries.criteria_of(call)})


def test_a_stale_review_is_refused_and_a_told_one_closed(event: Event, call: Call):
    submission, member = make_submission(event), make_member(event)
    make_review(event, submission, member)
    points = {one.id: 1 for one in queries.criteria_of(call)}

    with pytest.raises(Stale), transaction():
        reviews.give(event, submission, member, points, version=99)
    told = make_told(event)
    with pytest.raises(ReviewClosed), transaction():
        reviews.give(event, told, member, points)


def test_who_steps_back_counts_no_more(event: Event, call: Call):
    submission, member = make_submission(event), make_member(event)
    make_review(event, submission, member)
    with transaction():
        reviews.step_back(event, submission, member)

    assert [each.count for each in ranking.of(call)] == [0]
    assert reading.next_for(call, member) is None


def test_ranking_weighs_criteria_and_members_alike(event: Event, call: Call):
    good, bad = make_submission(event, title="Gut"), make_submission(event, title="Schwach")
    criteria = queries.criteria_of(call)
    with transaction():
        setting_up.change_criterion(event, criteria[0], criteria[0].name, 2)
        reviews.give(event, good, make_member(event), dict(zip([c.id for c in criteria], [5, 1, 1], strict=True)))
        reviews.give(event, good, make_member(event), dict.fromkeys([c.id for c in criteria], 5))
        reviews.give(event, bad, make_member(event), dict.fromkeys([c.id for c in criteria], 2))

    ranked = [(each.submission.title, each.mean, each.median, each.spread, each.count) for each in ranking.of(call)]
    assert ranked == [("Gut", 4.0, 4.0, 2.0, 2), ("Schwach", 2.0, 2.0, 0.0, 1)]


def test_a_retired_criterion_counts_no_more(event: Event, call: Call):
    submission, member = make_submission(event), make_member(event)
    criteria = queries.criteria_of(call)
    with transaction():
        reviews.give(event, submission, member, dict(zip([c.id for c in criteria], [0, 5, 5], strict=True)))
        setting_up.retire(event, criteria[0])

    assert [each.mean for each in ranking.of(call)] == [5.0]


def test_ranking_and_lists_ask_as_much_for_many_as_for_two(event: Event, call: Call):
    member = make_member(event)
    for _ in range(2):
        make_review(event, make_submission(event), member)
    asked = [statements_of(lambda: ranking.of(call)), statements_of(lambda: reading.list_of(call, member))]
    for _ in range(8):
        make_review(event, make_submission(event))

    assert [statements_of(lambda: ranking.of(call)), statements_of(lambda: reading.list_of(call, member))] == asked


def test_an_organiser_is_no_reader_by_being_one(client: FlaskClient, event: Event, call: Call):
    katja = make_organiser(event)
    sign_in(client, katja)
    assert client.get("/e/probe/committee").status_code == 404

    make_role(event, katja, "committee")
    assert "Sie organisieren diese Tagung auch" in client.get("/e/probe/committee").text


def test_groups_that_resemble_each_other_are_shown_never_refused(event: Event, call: Call):
    first = make_submission(event, group="AG Wirkstoffforschung Dresden")
    second = make_submission(event, group="AG Wirkstoff-Forschung Dresden")
    make_submission(event, group="Institut für Optik")

    assert counting.alike(second, queries.handed_in(call)) == [first]
