"""An environment's outputs are read by name, and missing or odd ones are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tooling.errors import OperatorError
from tooling.releases.release import UNKNOWN_RELEASE
from tooling.terraform.outputs import Function, Outputs

if TYPE_CHECKING:
    from collections.abc import Callable

FUNCTION = {"name": "media-dev-api", "version": "7", "log_group": "/aws/lambda/api", "arn": "a"}


def test_each_output_has_its_type() -> None:
    outputs = Outputs(
        "dev",
        {
            "release": UNKNOWN_RELEASE.document(),
            "functions": {"api": FUNCTION},
            "alarm_names": ["errors", "age"],
            "health_alarm_name": "health",
            "queue_url": "https://queue",
        },
    )
    assert outputs.release == UNKNOWN_RELEASE
    assert outputs.functions == {"api": Function("media-dev-api", "7", "/aws/lambda/api")}
    assert outputs.alarms == ("errors", "age", "health")
    assert outputs.queue_url == "https://queue"


@pytest.mark.parametrize(
    "read",
    [
        lambda outputs: outputs.api_url,
        lambda outputs: outputs.functions,
        lambda outputs: outputs.alarms,
        lambda outputs: outputs.release,
    ],
)
def test_an_output_missing_in_an_older_release_is_reported(
    read: Callable[[Outputs], object],
) -> None:
    with pytest.raises(OperatorError, match="The state of dev holds no output") as caught:
        read(Outputs("dev", {}))
    assert "older release" in caught.value.reason
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_url", None),
        ("api_url", ["\x1b[2J"]),
        ("functions", "none"),
        ("functions", {"api": {"name": "x"}}),
        ("functions", {"api": None}),
    ],
)
def test_an_output_of_another_form_is_reported(name: str, value: Any) -> None:
    with pytest.raises(OperatorError, match=f"The output {name} of dev can't be read") as caught:
        getattr(Outputs("dev", {name: value}), name)
    assert caught.value.reason.isprintable()
    assert caught.value.remedy


@pytest.mark.parametrize("value", ["one", [1], None])
def test_names_of_alarms_that_are_no_list_of_names_are_reported(value: Any) -> None:
    with pytest.raises(OperatorError, match="The output alarm_names of dev can't be read"):
        _ = Outputs("dev", {"alarm_names": value, "health_alarm_name": "health"}).alarms
