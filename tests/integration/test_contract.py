"""The deployed API against its OpenAPI document, by requests that schemathesis makes up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks

from tests.integration.user import User, unique_png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
EXAMPLES = 40
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
schema = schemathesis.openapi.from_path(DOCUMENT)


@pytest.fixture(scope="module")
def image_id(owner: User) -> Iterator[str]:
    image_id = owner.upload(unique_png())
    yield image_id
    owner.remove(image_id)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_document_tells_of(
    case: Case[Any], owner: User, image_id: str
) -> None:
    headers: dict[str, Any] = {"authorization": f"Bearer {owner.token}"}
    # Made-up ids and tags seldom hit anything: every other request is about an image there is.
    if case.path_parameters and crc32(repr(case.query).encode()) % 2:
        case.path_parameters["id"] = image_id
    case.call_and_validate(base_url=owner.aws.outputs["api_url"], headers=headers, checks=CHECKS)
