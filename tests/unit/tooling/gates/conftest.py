"""A plan and an environment that the gates have nothing against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.tooling.gates.answers import ALIAS
from tests.unit.tooling.ledger.entries import resource

if TYPE_CHECKING:
    from tooling.environments import Environment

CONFIGURED = {
    "root_module": {
        "module_calls": {
            "function": {
                "module": {
                    "resources": [
                        {
                            "address": "aws_lambda_alias.live",
                            "expressions": {"function_version": {}, "description": {}},
                        }
                    ]
                }
            }
        }
    }
}


@pytest.fixture
def staging(dev: Environment) -> Environment:
    return dev.model_copy(update={"name": "staging", "promotes_from": "dev"})


@pytest.fixture
def plan() -> dict[str, Any]:
    """A plan that renews a function's alias, of an environment that nobody has touched."""
    return {
        "configuration": CONFIGURED,
        "resource_changes": [
            resource(ALIAS, "update", before={"function_version": "1"}),
            resource("module.table.aws_dynamodb_table.this", "no-op", before={"name": "t"}),
        ],
        "resource_drift": [
            resource(
                ALIAS,
                "update",
                before={"function_version": "1", "description": None, "routing_config": None},
                after={"function_version": "1", "description": "", "routing_config": []},
            )
        ],
        "output_changes": {"functions": {"actions": ["update"], "before": 1, "after": 2}},
    }
