"""The steps of a smoke test: each is named and timed, and the first that fails ends it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator


class SmokeTestFailed(OperatorError):
    """The deployed system does not work."""


@dataclass
class Steps:
    """The finished steps and the current one."""

    done: list[tuple[str, str, int]] = field(default_factory=list)
    """Name, finding and milliseconds of each step done."""
    current: str = "preparation"

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Do a step."""
        began = monotonic()
        finding = "failed"
        self.current = name
        try:
            yield
            finding = "ok"
        finally:
            self.done.append((name, finding, round((monotonic() - began) * 1000)))

    @contextmanager
    def errors_as_failures(self) -> Iterator[None]:
        """Turn every exception into a failure of the current step.

        Raises
        ------
        SmokeTestFailed
            An exception was raised; a release is verified only if every step passes.
        """
        try:
            yield
        except SmokeTestFailed:
            raise
        except Exception as error:
            said = " ".join(str(error).split())
            raise self.failure(f"{type(error).__name__}: {said}") from error

    def failure(self, reason: str) -> SmokeTestFailed:
        """Return the failure of the current step."""
        return SmokeTestFailed(
            "The smoke test failed: what is deployed does not work.",
            reason=f"At '{self.current}': {reason}",
            remedy="Look at the functions' log groups (nox -s outputs -- ENV names them).",
        )
