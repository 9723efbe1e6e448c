"""Canary weights, and watching the alarms while a canary runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tooling.gates.gate import Answer, Verdict, passed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.environments import Canary
    from tooling.releases.release import Release
    from tooling.terraform.outputs import Outputs
    from tooling.terraform.plans import Plan

POLL_SECONDS = 15.0


@dataclass(frozen=True)
class Watch:
    """Watches the alarms for a given time.

    Parameters
    ----------
    alarms : callable
        Returns their state; its argument says whether INSUFFICIENT_DATA fails, as it does once the
        time is over. Before that, new alarms may lack data.
    clock, sleep : callable
        Monotonic seconds, and sleep; replaced in tests.
    """

    alarms: Callable[[bool], Answer]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def keep(self, minutes: int) -> Answer:
        """Return the first answer that is not a pass, or a pass at the end."""
        end = self.clock() + minutes * 60
        while True:
            left = end - self.clock()
            answer = self.alarms(left <= 0)
            if answer.verdict is not Verdict.PASS:
                return answer
            if left <= 0:
                return passed(f"No alarm in {minutes} minutes.")
            self.sleep(min(POLL_SECONDS, left))


def shares_to_keep(
    canary: Canary | None, deployed: Outputs | None, renewed: set[str]
) -> dict[str, dict[str, Any]]:
    """Return the current version and its share, for each function that gets a new version.

    Parameters
    ----------
    canary : Canary or None
        The environment's setting.
    deployed : Outputs or None
        What runs there; an empty environment has no version to keep.
    renewed : set of str
        The functions that get a new version.
    """
    if canary is None or deployed is None:
        return {}
    return {
        key: {"version": function.version, "weight": 1 - canary.percent / 100}
        for key, function in deployed.functions.items()
        if key in renewed
    }


def with_new_code(deployed: Outputs | None, release: Release) -> set[str]:
    """Return the functions whose code the release changes; each gets a new version."""
    running = deployed.release.functions if deployed else {}
    return {
        name
        for name, published in release.functions.items()
        if name in running and running[name].sha256 != published.sha256
    }


def with_new_version(deployed: Outputs | None, plan: Plan) -> set[str]:
    """Return the functions that a plan gives a new version, even for a setting alone.

    Parameters
    ----------
    plan : Plan
        A plan in which the version of a changing function is unknown.
    """
    renewed = {
        entry.before["function_name"]
        for entry in plan.resources
        if entry.type == "aws_lambda_function"
        and entry.actions == ("update",)
        and entry.unknown.get("version")
    }
    functions = deployed.functions if deployed else {}
    return {key for key, function in functions.items() if function.name in renewed}


def changes_aliases_alone(plan: Plan) -> bool:
    """Return whether a plan changes only aliases, as the end of a canary does."""
    return all(entry.type == "aws_lambda_alias" for entry in plan.changed)
