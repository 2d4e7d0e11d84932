"""The tests mirror the rooms; `tests/flows` walks whole journeys, `tests/house` looks after the house itself."""

import pytest

pytest.register_assert_rewrite("tests.support", "tests.factories")
