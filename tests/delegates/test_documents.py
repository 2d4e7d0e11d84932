"""What the directory knows of people: no more than they show, from the moment they show it."""

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock
from partnering.db import db, transaction
from partnering.delegates import document_tasks, documents, index, services
from partnering.delegates.models import Delegate, DirectoryDocument, Opportunity, OpportunityTerm
from partnering.events.models import Event
from partnering.events.services import rename
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def document(delegate: Delegate) -> DirectoryDocument | None:
    """The row of a delegate as it is stored."""
    db.session.expire_all()
    return db.session.scalars(
        sa.select(DirectoryDocument).where(DirectoryDocument.delegate_id == delegate.id)
    ).one_or_none()


def known(delegate: Delegate) -> DirectoryDocument:
    """The same, which is there."""
    found = document(delegate)
    assert found is not None
    return found


def test_who_has_always_been_hidden_has_no_document(event: Event):
    jana = make_delegate(event, visibility="hidden")
    with transaction():
        documents.write(jana)
    assert document(jana) is None


def test_a_document_says_what_a_profile_says(event: Event):
    jana = make_delegate(
        event,
        given_name="Jana",
        family_name="Öztürk",
        function="Leiterin Einkauf",
        company="Straßenbau AG",
        offers=["licence"],
        fields=[("sector", "bioinformatics")],
        organisation_type="cro",
        country="CZ",
        languages=["de", "cs"],
        sentences=("Peptide", "Geräte"),
    )
    row = known(jana)
    assert row.shown
    assert row.codes == [
        "country.CZ",
        "is.organisation_type.cro",
        "is.sector.bioinformatics",
        "language.cs",
        "language.de",
        "offer.goal.licence",
        "offer.~modality.peptide",
    ]
    said = row.text.split()
    for word in ("jana", "ozturk", "oeztuerk", "einkauf", "strassenbau", "peptide", "gerate", "geraete", "czechia"):
        assert word in said


def test_only_the_organisation_is_known_of_who_shows_no_name(event: Event):
    jana = make_delegate(event, given_name="Jana", function="Einkauf", company="Lumenfold", visibility="organisation")
    row = known(jana)
    assert (row.text.split(), row.sort_name, row.codes) == (["lumenfold"], "lumenfold", [])


def test_a_function_that_is_not_shown_is_not_known(event: Event):
    jana = make_delegate(event, function="Einkauf")
    with transaction():
        jana.shows_function = False
        documents.write(jana)
    assert "einkauf" not in known(jana).text.split()


def test_whoever_hides_or_leaves_is_forgotten_at_once(event: Event):
    jana, ben = make_delegate(event), make_delegate(event)
    numbers = known(jana).number, known(ben).number
    with transaction():
        services.show(jana, "hidden")
        services.leave(ben)
    for delegate, number in zip((jana, ben), numbers, strict=True):
        row = known(delegate)
        assert (row.shown, row.text, row.codes, row.sort_name, row.visible_at) == (False, "", [], "", None)
        assert row.number == number + 1


def test_whoever_is_withheld_is_forgotten(event: Event):
    jana = make_delegate(event)
    with transaction():
        jana.profile.withheld_at = clock.now()
        documents.write_for_profile(jana.profile)
    assert not known(jana).shown


def test_a_new_name_and_new_words_of_the_organisation_are_known_at_once(event: Event):
    jana = make_delegate(event, given_name="Jana", company="Lumenfold")
    ben = make_delegate(event, colleague_of=jana)
    with transaction():
        rename(jana.participant, title="", given_name="Zora", family_name="Neu", function="", company="Lumenfold")
        services.edit(jana.profile, offers="Bakteriophagen", seeks="", terms=[])
    assert {"zora", "neu", "bakteriophagen"} <= set(known(jana).text.split())
    assert "jana" not in known(jana).text.split()
    assert "bakteriophagen" in known(ben).text.split()


def test_opportunities_are_known_with_kind_stage_and_terms(event: Event):
    jana = make_delegate(event)
    with transaction():
        for title, shown in (("Kinasehemmer", True), ("Geheimes", False)):
            one = Opportunity(
                event_id=event.id,
                profile_id=jana.profile_id,
                kind="asset",
                title=title,
                stage="preclinical",
                shown=shown,
                created_at=clock.now(),
                updated_at=clock.now(),
            )
            db.session.add(one)
            db.session.flush()
            db.session.add(
                OpportunityTerm(event_id=event.id, opportunity_id=one.id, facet="modality", term="small_molecule")
            )
        documents.write_for_profile(jana.profile)
    row = known(jana)
    assert [code for code in row.codes if code.startswith("opportunity")] == [
        "opportunity.asset",
        "opportunity.modality.small_molecule",
        "opportunity.stage.preclinical",
    ]
    assert "kinasehemmer" in row.text.split()
    assert "geheimes" not in row.text.split()
    held = index.of(event.id).lists
    assert {name: list(held[name]) for name in ("opportunity", "modality", "stage")} == {
        "opportunity": ["asset"],
        "modality": ["small_molecule"],
        "stage": ["preclinical"],
    }


def test_missing_documents_are_written_by_the_worker_and_by_command(event: Event, app: Flask):
    jana, ben = make_delegate(event), make_delegate(event)
    with transaction():
        db.session.execute(sa.delete(DirectoryDocument))
        db.session.expire_all()
    assert not document_tasks.complete_documents()
    assert known(jana).shown
    with transaction():
        known(ben).text = "veraltet"
    result = app.test_cli_runner().invoke(args=["reindex"])
    assert (result.exit_code, result.output) == (0, f"{event.slug}: 2\norganisations: 0\n")
    assert "veraltet" not in known(ben).text


def test_what_is_remembered_holds_until_somebody_changes_something(event: Event):
    jana, ben = make_delegate(event), make_delegate(event)
    first = index.of(event.id)
    assert index.of(event.id) is first
    with transaction():
        services.show(jana, "hidden")
        assert index.of(event.id) is not first
    second = index.of(event.id)
    assert (first.delegates, second.delegates) == ([jana.id, ben.id], [ben.id])
    with transaction():
        services.show(jana, "name")
        db.session.execute(sa.update(DirectoryDocument).values(changed_at=event.opens_at.replace(year=2001)))
    assert index.of(event.id).delegates == first.delegates


def test_what_was_undone_is_not_remembered(event: Event):
    jana = make_delegate(event)
    index.of(event.id)
    with pytest.raises(services.UnknownTerm):
        hide_and_fail(jana)
    assert index.of(event.id).delegates == [jana.id]


def hide_and_fail(delegate: Delegate) -> None:
    """Hide somebody, look, and undo it all."""
    with transaction():
        services.show(delegate, "hidden")
        assert index.of(delegate.event_id).delegates == []
        services.show(delegate, "no such thing")
