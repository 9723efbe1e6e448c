import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from tests.unit.lambdas.functions.api.client import Api


@pytest.fixture(scope="module")
def api_module(environment: None) -> ModuleType:  # noqa: ARG001 - sets what the import reads
    return importlib.reload(importlib.import_module("functions.api.handler"))


@pytest.fixture
def api(
    api_module: ModuleType, read_event: Callable[[str], dict[str, Any]], lambda_context: object
) -> Api:
    return Api(api_module, read_event("http-request"), lambda_context)
