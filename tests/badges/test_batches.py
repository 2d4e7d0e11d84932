"""Whose badges are printed, what is new or has changed since, and the job that makes the file."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, current_app

from partnering.agenda.models import Location
from partnering.badges import queries, services, tasks
from partnering.badges.layout import For
from partnering.badges.models import BadgeBatch, BadgePrint
from partnering.badges.standard import standard
from partnering.db import BilingualText, db, transaction
from partnering.jobs import runner, worker
from partnering.jobs.models import Job, JobFile
from partnering.programme.services import Part
from partnering.questions.models import SensitiveAnswer
from partnering.registration import codes
from partnering.registration import services as registrations
from tests.factories import make_event, make_organiser, make_product, make_registration
from tests.factories.badges import make_layout
from tests.factories.delegates import make_delegate
from tests.factories.programme import make_session
from tests.factories.questions import make_question, make_sheet
from tests.readers import pages
from tests.readers.codes import zbar
from tests.support.counting import statements_of
from tests.support.there import there

from .some import letters


def print_all(event: Any, person: Any, **options: Any) -> JobFile:
    """A batch, and what the worker makes of it."""
    with transaction():
        ref = services.print_badges(event, person, **options).public_id
    worker.run_once(current_app._get_current_object())  # type: ignore[attr-defined]  # the documented way
    db.session.rollback()
    batch = there(queries.batch_by_ref(ref))
    job = db.session.scalars(sa.select(Job).where(Job.public_id == batch.job_ref)).one()
    assert (job.state, batch.state) == ("done", "done"), job.last_error
    assert job.total == batch.number == there(job.result)["badges"]
    return db.session.scalars(sa.select(JobFile).where(JobFile.job_id == job.id)).one()


def names(event: Any, which: str = "all", **more: Any) -> list[str]:
    return [badge.first for badge in queries.wanted(event, which, "name", **more)]


# -- whose badges


def test_who_cancelled_has_no_badge(ctx: Flask):
    event = make_event()
    make_registration(event, given_name="Jana")
    gone = make_registration(event, given_name="Geht")
    with transaction():
        registrations.cancel_registration(gone, "organiser")

    assert names(event) == ["Jana"]


def test_badges_are_sorted_by_name_organisation_or_date(ctx: Flask):
    event = make_event()
    for given, family, company in (("C", "Zander", "Alpha"), ("B", "Äpfel", "Gamma"), ("A", "Müller", "Beta")):
        make_registration(event, given_name=given, family_name=family, company=company)

    assert {sort: [badge.last for badge in queries.badges(event, sort=sort)] for sort in queries.SORTS} == {
        "name": ["Äpfel", "Müller", "Zander"],
        "organisation": ["Zander", "Müller", "Äpfel"],
        "date": ["Zander", "Äpfel", "Müller"],
    }


def test_the_role_comes_from_the_ticket_or_from_the_stage(ctx: Flask):
    event = make_event()
    make_registration(event, product=make_product(event, role="exhibitor"), family_name="A")
    on_stage = make_registration(event, family_name="B")
    make_registration(event, family_name="C")
    make_session(event, people=[Part(on_stage.participant)])

    assert [badge.role for badge in queries.badges(event)] == ["exhibitor", "speaker", "attendee"]


@pytest.mark.parametrize(
    ("whole", "title", "given", "family", "expected"),
    [
        ("", "Dr.", "Jana", "Wittkowski", ("Jana", "Dr. Wittkowski")),
        ("Dr. Jana Wittkowski", "Dr.", "Jana", "Wittkowski", ("Jana", "Dr. Wittkowski")),
        ("Prof. Dr. h. c. Hans-Joachim Ziegenbalg", "Prof. Dr. h. c.", "Hans-Joachim", "Ziegenbalg", None),
        ("Prof. Dr. Anna Maria Weiß", "", "Anna Maria", "Weiß", ("Anna Maria", "Prof. Dr. Weiß")),
        ("Anna Maria Weiß", "", "Anna Maria", "Weiß", ("Anna Maria", "Weiß")),
        ("J. Robert Roth", "", "Julius", "Roth", ("J.", "Robert Roth")),
        ("Hajo Ziegenbalg", "Prof.", "Hans-Joachim", "Ziegenbalg", ("Hajo", "Ziegenbalg")),
        ("Madonna", "", "Madonna", "", ("Madonna", "")),
        ("", "", "", "Ohnevor", ("Ohnevor", "")),
        ("", "", "", "", ("", "")),
    ],
)
def test_a_title_is_no_first_name(whole: str, title: str, given: str, family: str, expected: tuple[str, str] | None):
    found = queries.names_on_badge(whole, title, given, family)

    assert found == (expected or ("Hans-Joachim", "Prof. Dr. h. c. Ziegenbalg"))


def test_a_badge_carries_the_code_in_force(ctx: Flask):
    event = make_event()
    registration = make_registration(event)
    [badge] = queries.badges(event)

    assert codes.find(badge.code) is registration.code
    assert badge.printed == codes.printed(there(registration.code))
    assert badge.code_id == there(registration.code).id


def test_the_table_or_stand_of_the_organisation_stands_on_it(ctx: Flask):
    event = make_event()
    delegate = make_delegate(event)
    at_the_stand = make_registration(event, family_name="A")
    make_registration(event, family_name="B")
    with transaction():
        stand = Location(event_id=event.id, kind="stand", name=BilingualText("Stand 12", "Stand 12"))
        db.session.add(stand)
        db.session.flush()
        delegate.profile.location_id = stand.id
        at_the_stand.organisation_id = delegate.profile.organisation_id

    assert [badge.place for badge in queries.badges(event)] == ["Stand 12", ""]


def test_the_number_of_queries_does_not_grow_with_the_guests(ctx: Flask):
    event = make_event()
    product = make_product(event, capacity=100)
    make_registration(event, product=product)
    one = statements_of(lambda: queries.wanted(event, "changed", "name"))
    for _number in range(8):
        make_registration(event, product=product)

    assert statements_of(lambda: queries.wanted(event, "changed", "name")) == one


def test_what_is_sensitive_stands_neither_on_the_badge_nor_in_its_code(ctx: Flask):
    event = make_event()
    question = make_question(event, label="Ernährung", data_class="sensitive", retention_days=30)
    registration = make_registration(event)
    with transaction():
        registration.sheet_id = make_sheet(event, {question: "Zöliakie"}).id
    assert db.session.scalars(sa.select(SensitiveAnswer)).one().value == {"value": "Zöliakie"}

    [badge] = queries.badges(event)
    file = print_all(event, make_organiser(event))

    said = pages.text(file.content) + file.content.decode("latin-1") + repr(badge)
    assert [word for word in ("Zöliakie", "liakie", "Ernährung", "Ern") if word in said] == []
    assert zbar(pages.picture(file.content, dpi=200)) == [badge.code]


# -- new, changed, selected


def agree(registration: Any, wanted: bool = True) -> None:
    """Its holder agrees to photos, or no longer."""
    with transaction():
        registrations.agree(registration, {"photo": wanted}, {"photo": BilingualText("Fotos", "Photos")})


def test_new_are_those_whose_code_is_on_no_paper(ctx: Flask):
    event = make_event()
    organiser, product = make_organiser(event), make_product(event, capacity=10)
    make_registration(event, product=product, given_name="Erste")
    assert names(event, "new") == ["Erste"]
    print_all(event, organiser)
    make_registration(event, product=product, given_name="Zweite")

    assert (names(event, "new"), names(event, "changed")) == (["Zweite"], [])
    text = pages.text(print_all(event, organiser, which="new").content)
    assert ("Zweite" in text, "Erste" in text) == (True, False)
    assert names(event, "new") == []


def change_name(registration: Any) -> None:
    registration.badge_name = "Neu Name"


def change_company(registration: Any) -> None:
    registration.participant.company = "Anders GmbH"


def change_function(registration: Any) -> None:
    registration.participant.function = "Leitung"


def change_role(registration: Any) -> None:
    registration.place.product.role = "press"


@pytest.mark.parametrize("change", [change_name, change_company, change_function, change_role])
def test_changed_are_those_that_would_say_something_else_now(ctx: Flask, change: Any):
    event = make_event()
    organiser = make_organiser(event)
    registration = make_registration(event, given_name="Jana")
    make_registration(event, given_name="Bleibt")
    print_all(event, organiser)
    assert names(event, "changed") == []

    with transaction():
        change(registration)

    assert [badge.ref for badge in queries.wanted(event, "changed", "name")] == [registration.public_id]
    print_all(event, organiser, which="changed")
    assert (names(event, "changed"), names(event, "new")) == ([], [])


def test_a_choice_about_photos_changes_the_badge_and_back(ctx: Flask):
    event = make_event()
    registration = make_registration(event)
    print_all(event, make_organiser(event))

    agree(registration)
    assert len(queries.wanted(event, "changed", "name")) == 1
    agree(registration, False)
    assert queries.wanted(event, "changed", "name") == []


def test_who_did_not_agree_to_photos_bears_the_sign(ctx: Flask):
    event = make_event()
    product = make_product(event, capacity=10)
    agrees, _silent, no_longer = [make_registration(event, product=product, given_name=n) for n in ("A", "B", "C")]
    agree(agrees)
    agree(no_longer)
    agree(no_longer, False)

    assert [(b.first, b.no_photos) for b in queries.badges(event)] == [("A", False), ("B", True), ("C", True)]


def test_a_new_code_makes_the_badge_new_and_the_old_code_revoked(ctx: Flask):
    event = make_event()
    registration = make_registration(event)
    print_all(event, make_organiser(event))
    [before] = queries.badges(event)

    with transaction():
        services.renew_after_loss(event, registration)

    [after] = queries.wanted(event, "new", "name")
    assert after.code != before.code
    assert there(codes.find(before.code)).revoked_at is not None
    assert there(codes.find(after.code)).revoked_at is None


def test_only_who_holds_a_ticket_gets_a_badge_anew(ctx: Flask):
    event = make_event()
    gone = make_registration(event)
    with transaction():
        registrations.cancel_registration(gone, "organiser")
    for held in (None, gone):
        with pytest.raises(services.NoBadge), transaction():
            services.renew_after_loss(event, held)


def test_selected_are_only_live_ones_of_this_event(ctx: Flask):
    event, other = make_event("eins"), make_event("zwei")
    mine, theirs = make_registration(event, given_name="Mein"), make_registration(other, given_name="Fremd")

    assert names(event, "selected", refs=[mine.public_id, theirs.public_id]) == ["Mein"]
    assert names(event, "selected", refs=[]) == []


# -- the job


def test_a_job_makes_the_file_in_the_events_language(ctx: Flask):
    event = make_event("probe", languages="en")
    registration = make_registration(event, given_name="Jana", family_name="Łęcka")
    file = print_all(event, make_organiser(event))

    assert (file.name, file.media_type) == ("badges-probe.pdf", "application/pdf")
    text = letters(pages.text(file.content))
    assert ("Łęcka" in text, "Attendee" in text) == (True, True)
    assert zbar(pages.picture(file.content, dpi=200)) == [codes.code_text(there(registration.code))]


def test_each_badge_is_printed_in_its_own_layout_or_all_in_one(ctx: Flask):
    event = make_event()
    organiser = make_organiser(event)
    make_registration(event, product=make_product(event, role="exhibitor"), given_name="Paul")
    make_registration(event, given_name="Jana")
    small = make_layout(event, "a7", when=For(roles=("exhibitor",)))
    large = make_layout(event, "a6")

    def sizes(**options: Any) -> list[int]:
        read = pages.reader(print_all(event, organiser, **options).content)
        return sorted(round(float(page.mediabox[2]) * 25.4 / 72) for page in read.pages)

    assert sizes() == [74, 105]
    assert sizes(layout=small) == [74, 74]
    assert sizes(layout=large) == [105, 105]
    assert sizes(paper="label-80x50") == [210]


def test_what_was_printed_is_noted_once_however_often_the_job_runs(ctx: Flask):
    event = make_event()
    make_registration(event)
    make_registration(event)
    print_all(event, make_organiser(event))
    batch = db.session.scalars(sa.select(BadgeBatch)).one()
    placed = [(badge, standard("a6")) for badge in queries.badges(event)]
    with transaction():
        services.note_batch(there(queries.batch_by_ref(batch.public_id)), placed)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(BadgePrint)) == 2


def test_progress_is_told_on_the_way(ctx: Flask, monkeypatch: pytest.MonkeyPatch):
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(tasks, "STEP", 2)
    tell = runner.RunningJob.progress

    def listen(job: Any, done: int, total: int) -> None:
        told.append((done, total))
        tell(job, done, total)

    monkeypatch.setattr(runner.RunningJob, "progress", listen)
    event = make_event()
    product = make_product(event, capacity=10)
    for _number in range(5):
        make_registration(event, product=product)
    print_all(event, make_organiser(event), paper="a6")

    assert told == [(0, 5), (2, 5), (4, 5), (5, 5)]


def test_layouts_are_asked_in_their_order_and_a_retired_one_no_more(ctx: Flask):
    event = make_event()
    first, second = make_layout(event, name="Eins"), make_layout(event, name="Zwei")
    assert [row.name.de for row in queries.layout_rows(event)] == ["Eins", "Zwei"]
    with transaction():
        services.move_layout_up(event, there(queries.layout_at(event, second.public_id)))
    assert [row.name.de for row in queries.layout_rows(event)] == ["Zwei", "Eins"]
    with transaction():
        services.retire_layout(event, there(queries.layout_at(event, second.public_id)))
    assert [row.public_id for row in queries.layout_rows(event)] == [first.public_id]


def test_a_layout_comes_back_as_it_was_drawn(ctx: Flask):
    event = make_event()
    drawn = replace(standard("label-80x50"), when=For(("abc",), ("crew",)), colours={"crew": "#123456"})
    row = make_layout(event, "label-80x50", when=drawn.when, colours=drawn.colours)

    assert queries.read(row) == replace(drawn, id=row.id)
