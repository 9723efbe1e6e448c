"""The embedded AWS takes its port before it is started, so two never reach for the same."""

from __future__ import annotations

import pytest

from tooling.emulator.ports import take_port
from tooling.errors import OperatorError


def test_of_two_that_start_at_once_only_one_gets_the_port() -> None:
    with take_port(None, inhabited=False) as first:
        wanted = first.getsockname()[1]
        with take_port(wanted, inhabited=False) as second:
            assert second.getsockname()[1] != wanted


def test_what_is_deployed_keeps_its_port() -> None:
    with take_port(None, inhabited=True) as first:
        wanted = first.getsockname()[1]
        with pytest.raises(OperatorError, match=f"Port {wanted} is taken"):
            take_port(wanted, inhabited=True)
    with take_port(wanted, inhabited=True) as again:
        assert again.getsockname()[1] == wanted
