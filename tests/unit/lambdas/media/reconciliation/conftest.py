"""What the tests of reconciliation share."""

import pytest

from tests.unit.lambdas.media.reconciliation.world import World


@pytest.fixture
def world() -> World:
    return World()
