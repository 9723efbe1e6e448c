"""The embedded AWS takes its port before it is started, so two never reach for the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.emulator.process import Emulator

if TYPE_CHECKING:
    from pathlib import Path


def test_of_two_that_start_at_once_only_one_gets_the_port(tmp_path: Path) -> None:
    with Emulator(tmp_path / "one")._listener() as first:
        wanted = first.getsockname()[1]
        other = Emulator(tmp_path)
        (tmp_path / "port").write_text(str(wanted), encoding="ascii")
        with other._listener() as second:
            assert second.getsockname()[1] != wanted
