"""A compromised function: what the rights of its role can do to other owners' images."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from media.model.timestamps import format_timestamp
from media.urls.sigv4 import Presigned, locate_bucket, sign_url
from tests.integration.roles import refused
from tests.integration.test_purge import purge, row_of
from tests.integration.user import User, unique_png
from tooling.http import send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Aws

SAMPLE = unique_png()


@pytest.fixture
def image_id(owner: User) -> Iterator[str]:
    """A victim's image."""
    image_id = owner.upload(SAMPLE, title="a secret")
    yield image_id
    owner.remove(image_id)


def write(role: Aws, image_id: str, **attributes: dict[str, Any]) -> None:
    """Set attributes of a row, in names that no reserved word gets in the way of."""
    role.dynamodb.update_item(
        TableName=role.table,
        Key={"image_id": {"S": image_id}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        ExpressionAttributeNames={f"#{name}": name for name in attributes},
        ExpressionAttributeValues={f":{name}": value for name, value in attributes.items()},
    )


def text(value: str) -> dict[str, Any]:
    return {"S": value}


def due_yesterday(image_id: str) -> dict[str, dict[str, Any]]:
    past = format_timestamp(datetime.now(UTC) - timedelta(days=1))
    return {
        "status": text("trashed"),
        "deleted_at": text(past),
        "purge_at": text(past),
        "trash_shard": text("trash#0"),
        "purge_due": text(f"{past}#{image_id}"),
    }


def versions(aws: Aws, prefix: str) -> list[str]:
    found = aws.s3.list_object_versions(Bucket=aws.bucket, Prefix=prefix)
    return sorted(entry["VersionId"] for entry in found.get("Versions", []))


def test_a_processor_has_no_original_purged(
    aws: Aws, processor: Aws, owner: User, image_id: str
) -> None:
    before = versions(aws, owner.key_of(image_id))
    write(processor, image_id, **due_yesterday(image_id))
    for lie in (None, "gone", "purging", "trace"):
        if lie:
            write(processor, image_id, **{lie: {"BOOL": True}})
        purge(aws)
        assert versions(aws, owner.key_of(image_id)) == before, lie
        assert row_of(aws, image_id), lie


def test_a_processor_may_not_decide_for_the_owner(processor: Aws, image_id: str) -> None:
    past = text(format_timestamp(datetime.now(UTC) - timedelta(days=1)))
    decision: dict[str, Any] = {"M": {"at": past, "until": past}}
    key = {"image_id": text(image_id)}
    refused(lambda: write(processor, image_id, discarded=decision))
    refused(lambda: write(processor, image_id, **due_yesterday(image_id), discarded=decision))
    refused(lambda: write(processor, image_id, title=text("x"), tags={"L": []}))
    refused(
        lambda: processor.dynamodb.update_item(
            TableName=processor.table, Key=key, UpdateExpression="REMOVE discarded"
        )
    )
    refused(
        lambda: processor.dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": processor.table,
                        "Key": key,
                        "UpdateExpression": "SET discarded = :decision",
                        "ExpressionAttributeValues": {":decision": decision},
                    }
                }
            ]
        )
    )


def test_a_processor_gives_an_image_to_nobody(
    processor: Aws, owner: User, stranger: User, image_id: str
) -> None:
    write(processor, image_id, owner=text(stranger.sub))
    for route in (f"GET /images/{image_id}", f"GET /images/{image_id}/content"):
        assert stranger.call(route).status == 404
    assert stranger.call(f"DELETE /images/{image_id}").status == 404
    listed = stranger.call("GET /images").document["images"]
    assert image_id not in {each["image_id"] for each in listed}
    shown = owner.call(f"GET /images/{image_id}")
    assert (shown.status, shown.document["degraded"]) == (200, True)
    assert send("GET", shown.document["original"]["url"]).body == SAMPLE


@pytest.mark.parametrize("leads_to", ["original", "rendition"])
def test_a_processor_leads_nobody_to_anothers_object(
    processor: Aws, owner: User, stranger: User, image_id: str, leads_to: str
) -> None:
    own = stranger.upload(unique_png())
    try:
        thumb = (row_of(owner.aws, image_id) or {})["renditions"]
        if leads_to == "original":
            write(processor, own, key=text(owner.key_of(image_id)))
            led_to = stranger.call(f"GET /images/{own}/content").headers["location"]
            assert urlsplit(led_to).path.endswith(stranger.key_of(own))  # as if it had no row
        else:
            write(processor, own, renditions=thumb)
            assert stranger.call(f"GET /images/{own}").document["renditions"] == {}
            assert stranger.call(f"GET /images/{own}/content?rendition=thumb").status == 404
    finally:
        write(owner.aws, own, key=text(stranger.key_of(own)))
        stranger.remove(own)


def test_a_processor_serves_no_page_under_a_rendition(
    aws: Aws, processor: Aws, owner: User, image_id: str
) -> None:
    key = (row_of(aws, image_id) or {})["renditions"]["M"]["thumb"]["M"]["key"]["S"]
    processor.s3.put_object(
        Bucket=aws.bucket, Key=key, Body=b"<script>alert(1)</script>", ContentType="text/html"
    )
    shown = owner.call(f"GET /images/{image_id}").document["renditions"]["thumb"]["url"]
    led_to = owner.call(f"GET /images/{image_id}/content?rendition=thumb").headers["location"]
    for url in (shown, led_to):
        answer = send("GET", url)
        assert (answer.status, answer.headers["content-type"]) == (200, "image/webp")


def test_an_api_writes_over_no_original(aws: Aws, api: Aws, owner: User, image_id: str) -> None:
    key = owner.key_of(image_id)
    before = versions(aws, key)
    refused(lambda: api.s3.put_object(Bucket=aws.bucket, Key=key, Body=b"x"))
    refused(lambda: api.s3.create_multipart_upload(Bucket=aws.bucket, Key=key))
    refused(lambda: api.s3.put_object(Bucket=aws.bucket, Key=key, Body=b"x", IfNoneMatch='"x"'))
    source = f"{aws.bucket}/{key}"
    refused(lambda: api.s3.copy_object(Bucket=aws.bucket, Key=key, CopySource=source))
    refused(
        lambda: api.s3.copy_object(Bucket=aws.bucket, Key=key, CopySource=source, IfNoneMatch="*")
    )
    with pytest.raises(ClientError) as caught:
        api.s3.put_object(Bucket=aws.bucket, Key=key, Body=b"x", IfNoneMatch="*")
    assert caught.value.response["Error"]["Code"] == "PreconditionFailed"
    assert versions(aws, key) == before


def test_an_api_says_nothing_of_what_an_image_is(
    api: Aws, owner: User, stranger: User, image_id: str
) -> None:
    refused(lambda: write(api, image_id, owner=text(stranger.sub)))
    refused(lambda: write(api, image_id, key=text(owner.key_of(image_id))))
    refused(lambda: write(api, image_id, purging={"BOOL": True}))
    refused(lambda: write(api, image_id, renditions={"M": {}}))
    row = {"image_id": text(image_id), "key": text("uploads/x"), "format": text("png")}
    refused(lambda: api.dynamodb.put_item(TableName=api.table, Item=row))


def test_a_purger_decides_for_nobody(purger: Aws, image_id: str) -> None:
    refused(lambda: write(purger, image_id, discarded={"BOOL": True}))
    refused(lambda: write(purger, image_id, owner=text("x")))


def test_a_url_ends_with_the_life_of_urls_whatever_it_says(
    aws: Aws, api: Aws, owner: User, image_id: str
) -> None:
    """Whoever has an API's credentials signs for a week, and gets an hour at most."""
    credentials = api.session.get_credentials()
    assert credentials

    def fetch(age: timedelta) -> int:
        request = Presigned(
            "GET", owner.key_of(image_id), datetime.now(UTC) - age, timedelta(days=7)
        )
        return send("GET", sign_url(locate_bucket(api.s3, aws.bucket), credentials, request)).status

    assert fetch(timedelta(minutes=10)) == 200
    assert fetch(timedelta(minutes=16)) == 403
