import json
from pathlib import Path

from functions.api.openapi import build_document

DOCUMENT = Path(__file__).resolve().parents[5] / "docs" / "openapi.json"


def test_the_document_in_the_repository_is_that_of_the_code() -> None:
    written = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert written == build_document(), (
        "run in lambdas/: python -m functions.api.openapi > ../docs/openapi.json"
    )
