"""A canary is watched for its time by a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.tooling.ledger.entries import resource
from tooling.delivery.watch import (
    Watch,
    changes_aliases_alone,
    shares_to_keep,
    with_new_code,
    with_new_version,
)
from tooling.environments import Canary
from tooling.gates.gate import Answer, Verdict, failed, passed, unknown
from tooling.releases.release import UNKNOWN_RELEASE
from tooling.terraform.outputs import Outputs
from tooling.terraform.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

FUNCTION = 'module.function["api"].aws_lambda_function.this'


@dataclass
class Clock:
    """Time that passes only while somebody sleeps."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def watch(self, alarms: Callable[[bool], Answer]) -> Watch:
        return Watch(alarms, lambda: self.seconds, self.sleep)


def test_alarms_that_stay_quiet_pass_when_the_time_is_over_and_not_before() -> None:
    clock, asked = Clock(), []

    def quiet(settled: bool) -> Answer:
        asked.append(clock.seconds)
        assert settled is (clock.seconds >= 600)
        return passed("OK")

    assert clock.watch(quiet).keep(10).verdict is Verdict.PASS
    assert clock.seconds == 600
    assert asked[0] == 0
    assert asked[-1] == 600
    assert max(clock.slept) <= 15


@pytest.mark.parametrize("bad", [failed("In ALARM: errors."), unknown("Not known: errors.")])
def test_an_alarm_ends_it_at_once_and_so_does_one_that_does_not_know(bad: Answer) -> None:
    clock = Clock()
    answer = clock.watch(lambda _: bad if clock.seconds >= 90 else passed("OK")).keep(10)
    assert answer is bad
    assert clock.seconds == 90


@pytest.mark.parametrize(("knows_after", "passes"), [(300, True), (601, False)])
def test_an_alarm_may_wait_for_figures_but_must_be_well_in_the_end(
    knows_after: int,
    passes: bool,
) -> None:
    clock = Clock()

    def waits(settled: bool) -> Answer:
        knows = clock.seconds >= knows_after
        return passed("OK") if knows or not settled else unknown("Not known: errors.")

    answer = clock.watch(waits).keep(10)
    assert (answer.verdict is Verdict.PASS) is passes
    assert clock.seconds == 600


@pytest.fixture
def deployed() -> Outputs:
    functions = {
        "api": {"name": "media-prod-api", "version": "7", "log_group": "/a"},
        "processor": {"name": "media-prod-processor", "version": "3", "log_group": "/p"},
    }
    return Outputs("prod", {"release": UNKNOWN_RELEASE.document(), "functions": functions})


def planned(*resources: dict[str, Any]) -> Plan:
    return Plan.from_document({"resource_changes": resources})


@pytest.fixture
def plan() -> Plan:
    """A plan that publishes a new version of one function and only configures nothing else."""
    return planned(
        resource(
            FUNCTION,
            "update",
            before={"function_name": "media-prod-api"},
            after_unknown={"version": True},
        ),
        resource(
            'module.function["processor"].aws_lambda_function.this',
            "update",
            before={"function_name": "media-prod-processor"},
            after_unknown={},
        ),
    )


def test_only_a_function_with_a_new_version_keeps_the_old_one(
    deployed: Outputs, plan: Plan
) -> None:
    renewed = with_new_version(deployed, plan)
    assert renewed == {"api"}
    keeps = shares_to_keep(Canary(percent=10, minutes=5), deployed, renewed)
    assert keeps == {"api": {"version": "7", "weight": 0.9}}


def test_without_a_canary_or_anything_deployed_nothing_is_kept(
    deployed: Outputs, plan: Plan
) -> None:
    assert shares_to_keep(None, deployed, {"api"}) == {}
    assert shares_to_keep(Canary(percent=10, minutes=5), None, {"api"}) == {}
    assert with_new_version(None, plan) == set()


def test_new_code_alone_tells_beforehand_which_functions_get_a_new_version(
    deployed: Outputs,
) -> None:
    running = deployed.release.functions
    code = replace(running["api"], sha256="1" * 64)
    moved = replace(running["processor"], key="elsewhere", version_id="other")
    coming = replace(
        deployed.release,
        functions=running | {"api": code, "processor": moved, "added": code},
    )
    assert with_new_code(deployed, coming) == {"api"}
    assert with_new_code(None, coming) == set()


def test_the_plan_that_ends_a_canary_touches_aliases_alone() -> None:
    alias = resource('module.function["api"].aws_lambda_alias.live', "update")
    table = resource("module.table.aws_dynamodb_table.this", "no-op")
    assert changes_aliases_alone(planned(alias, table))
    table["change"]["actions"] = ["update"]
    assert not changes_aliases_alone(planned(alias, table))
