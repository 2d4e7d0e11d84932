"""What tests of registering share."""

import pytest

from .shop import Shop


@pytest.fixture
def shop(app):
    """The shop."""
    return Shop(app)
