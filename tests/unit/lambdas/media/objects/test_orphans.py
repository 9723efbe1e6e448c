from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from media.objects.orphans import OrphanFinder

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
KEY = f"uploads/{OWNER}/{IMAGE}"


class Client:
    """An S3 client that lists what it was given and answers HEAD with a type or a fault."""

    def __init__(self, listed: str | None, head: str | ClientError) -> None:
        self._listed, self._head = listed, head

    def list_objects_v2(self, **request: Any) -> dict[str, Any]:
        assert request == {"Bucket": "b", "Prefix": KEY, "MaxKeys": 1}
        return {"Contents": [{"Key": self._listed}]} if self._listed else {}

    def head_object(self, **request: Any) -> dict[str, Any]:
        assert request == {"Bucket": "b", "Key": KEY}
        if isinstance(self._head, ClientError):
            raise self._head
        return {"ContentType": self._head}


def fault(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "HeadObject")


def find(listed: str | None, head: str | ClientError) -> str | bool | None:
    originals = OrphanFinder(cast("Any", Client(listed, head)), "b")
    found = originals.find(OWNER, IMAGE)
    return found.content_type if found else False


@pytest.mark.parametrize(
    ("head", "content_type"), [("image/heic", "image/heic"), ("text/html", None), ("", None)]
)
def test_a_declared_type_counts_only_if_it_is_accepted(head: str, content_type: str | None) -> None:
    assert find(KEY, head) == content_type


def test_what_is_gone_is_not_found_and_a_longer_key_is_another() -> None:
    assert find(None, "image/png") is False
    assert find(f"{KEY}x", "image/png") is False
    assert find(KEY, fault("404")) is False


def test_any_other_fault_is_one() -> None:
    with pytest.raises(ClientError):
        find(KEY, fault("403"))
