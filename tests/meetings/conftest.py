"""Fixtures for tests of meetings."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.meetings.office import Office, open_office
from tests.support.smtp import SmtpSink


@pytest.fixture
def office(ctx: Flask, post: SmtpSink) -> Iterator[Office]:
    """A post office to which everything goes over SMTP."""
    yield from open_office(ctx, post)
