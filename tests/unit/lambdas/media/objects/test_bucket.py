"""Renditions are written once, even if two deliveries of an event write at the same time."""

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from media.objects import bucket
from media.objects.bucket import MediaBucket


class ScriptedS3:
    """An S3 client whose puts end as scripted, one after the other; None is a success."""

    def __init__(self, *codes: str | None) -> None:
        self.codes = list(codes)
        self.puts = 0

    def put_object(self, **_: Any) -> dict[str, Any]:
        self.puts += 1
        code = self.codes.pop(0)
        if code:
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "PutObject")
        return {}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "_WRITE_PAUSE_SECONDS", 0)


def write(client: ScriptedS3) -> None:
    MediaBucket(cast("Any", client), "media-test").write_rendition(
        "renditions/x", b"x", "image/webp"
    )


def test_one_that_is_there_already_is_the_same_image() -> None:
    client = ScriptedS3("PreconditionFailed")
    write(client)
    assert client.puts == 1


def test_one_that_is_being_written_is_tried_again() -> None:
    client = ScriptedS3("ConditionalRequestConflict", "ConditionalRequestConflict", None)
    write(client)
    assert client.puts == 3


def test_one_that_is_being_written_for_ever_is_a_fault() -> None:
    client = ScriptedS3(*["ConditionalRequestConflict"] * 4)
    with pytest.raises(ClientError):
        write(client)
    assert client.puts == 4


def test_any_other_fault_is_one_at_once() -> None:
    client = ScriptedS3("AccessDenied")
    with pytest.raises(ClientError):
        write(client)
    assert client.puts == 1
