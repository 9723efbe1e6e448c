"""The smoke test that ends every deployment."""

from tooling.smoke.journey import SmokeTest, run
from tooling.smoke.steps import SmokeTestFailed

__all__ = ["SmokeTest", "SmokeTestFailed", "run"]
