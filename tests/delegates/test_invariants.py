"""Documents that say more than people show are found by `flask verify`."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.db import db, transaction
from partnering.delegates import documents, services
from partnering.delegates.models import Delegate, DirectoryDocument
from partnering.events.models import Event
from partnering.verify import results
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event."""
    return make_partnering_event()


def wrong() -> list[tuple[str, str]]:
    """What is wrong with the directory, with the rule that says so."""
    return [(rule.code, finding) for rule, findings in results("I11") for finding in findings]


def write(delegate: Delegate, **values: Any) -> None:
    """Write into somebody's document what should not be there."""
    with transaction():
        db.session.execute(
            sa.update(DirectoryDocument).where(DirectoryDocument.delegate_id == delegate.id).values(**values)
        )


def hide(delegate: Delegate) -> None:
    """Let somebody hide."""
    services.show(delegate, "hidden", channel="profile")


@pytest.mark.parametrize("deed", [hide, services.leave], ids=["hidden", "left"])
def test_a_document_of_whoever_cannot_be_found_is_empty(event: Event, deed: Callable[[Delegate], object]):
    jana = make_delegate(event, given_name="Jana", family_name="Wittkowski")
    make_delegate(event)
    with transaction():
        deed(jana)
    assert wrong() == []
    for values in ({"shown": True}, {"text": "jana"}, {"sort_name": "wittkowski jana"}):
        write(jana, **values)
        assert wrong() == [("I11", f"the directory still knows delegate {jana.id}")], values
        with transaction():
            documents.write(jana)
        assert wrong() == []


def test_a_name_that_is_kept_back_finds_nobody(event: Event):
    jana = make_delegate(
        event, given_name="Jana", family_name="Wittkowski", company="Lumenfold", visibility="organisation"
    )
    kept = db.session.scalars(sa.select(DirectoryDocument).where(DirectoryDocument.delegate_id == jana.id)).one()
    text = kept.text
    assert wrong() == []
    for values in ({"text": f"{text} wittkowski"}, {"sort_name": jana.participant.sort_name}):
        write(jana, **values)
        assert wrong() == [("I11b", f"delegate {jana.id} is found by a name that they keep back")], values
        with transaction():
            documents.write(jana)
        assert wrong() == []


def test_a_company_that_is_named_after_somebody_may_say_so(event: Event):
    make_delegate(
        event, given_name="Jana", family_name="Wittkowski", company="Wittkowski GmbH", visibility="organisation"
    )
    assert wrong() == []
