"""The purge on the deployed system removes all of an image, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from media.lifecycle.purge import Purger, PurgeResult, PurgeRules
from media.model.timestamps import format_timestamp
from media.objects.versions import VersionedObjects
from media.rows.due import DueImage, PurgeQueue
from tests.integration.user import User, unique_png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Aws


def make_due(aws: Aws, image_id: str) -> None:
    """Let the time of an image in the trash be over, its owner's decision with it."""
    past = format_timestamp(datetime.now(UTC) - timedelta(hours=1))
    row = row_of(aws, image_id) or {}
    assert "purge_due" in row
    row |= {"purge_at": {"S": past}, "purge_due": {"S": f"{past}#{image_id}"}}
    if "discarded" in row:
        row["discarded"]["M"]["until"] = {"S": past}
    aws.dynamodb.put_item(TableName=aws.table, Item=row)


class QueueOfOne(PurgeQueue):
    """The due rows of one image."""

    def __init__(self, aws: Aws, image_id: str) -> None:
        super().__init__(aws.dynamodb, aws.table, shards=1)
        self._image_id = image_id

    def due(self, now: datetime) -> Iterator[list[DueImage]]:
        for page in super().due(now):
            yield [due for due in page if due.image_id == self._image_id]


def purge_later(aws: Aws, image_id: str, later: timedelta) -> list[PurgeResult]:
    """Purge one image as the purger will by then: S3's own times can't be set."""
    purger = Purger(
        QueueOfOne(aws, image_id),
        VersionedObjects(aws.s3, aws.bucket),
        aws.bucket,
        lambda: datetime.now(UTC) + later,
        PurgeRules(trash_life=timedelta(days=7), images_max=10),
    )
    results: list[PurgeResult] = []
    purger.run(lambda: True, lambda purged: results.append(purged.result))
    return results


def purge(aws: Aws) -> dict[str, Any]:
    answer = aws.functions.invoke(
        FunctionName=aws.outputs["functions"]["purger"]["alias_arn"], Payload=b"{}"
    )
    document: dict[str, Any] = json.loads(answer["Payload"].read())
    assert answer.get("FunctionError") is None, document
    return document


def versions_of(aws: Aws, prefix: str) -> list[str]:
    found = aws.s3.list_object_versions(Bucket=aws.bucket, Prefix=prefix)
    return [entry["Key"] for entry in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]]


def row_of(aws: Aws, image_id: str) -> dict[str, Any] | None:
    answer = aws.dynamodb.get_item(
        TableName=aws.table, Key={"image_id": {"S": image_id}}, ConsistentRead=True
    )
    return answer.get("Item")


def test_after_its_time_nothing_of_an_image_is_left(aws: Aws, owner: User) -> None:
    image_id = owner.upload(unique_png(), title="a secret")
    key, neighbour = owner.key_of(image_id), owner.key_of(image_id) + "-2"
    try:
        aws.s3.put_object(Bucket=aws.bucket, Key=neighbour, Body=unique_png())
        aws.wait_for_row(neighbour, lambda row: row["status"]["S"] == "ready")
        aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=unique_png(200, 300))
        aws.wait_for_row(key, lambda row: row.get("width", {}).get("N") == "200")
        assert owner.call(f"DELETE /images/{image_id}").status == 204
        assert purge(aws)["purged"] == 0  # its time is not over
        assert len(versions_of(aws, key)) == 3
        make_due(aws, image_id)
        assert purge(aws)["purged"] == 1
        aws.wait_for_empty_queue()

        assert versions_of(aws, key) == [neighbour]
        assert versions_of(aws, f"renditions/{image_id}/") == []
        # The events of its own deletions leave a trace of nobody, due before the next run.
        trace = row_of(aws, image_id) or {}
        assert trace["trace"]["BOOL"]
        assert not {"owner", "title", "renditions"} & trace.keys()
        assert trace["purge_at"]["S"] < format_timestamp(datetime.now(UTC) + timedelta(minutes=30))
        assert owner.call(f"GET /images/{image_id}").status == 404
        assert owner.call(f"POST /images/{image_id}/restore").status == 404
        make_due(aws, image_id)
        last = purge(aws)
        assert last.pop("forgotten") >= 1
        assert last == {"purged": 0, "spared": 0, "failed": 0, "finished": True}
        aws.wait_for_empty_queue()
        assert row_of(aws, image_id) is None
    finally:
        aws.remove(neighbour)
        aws.remove(key)


def test_an_object_deleted_by_hand_is_purged_with_its_renditions(aws: Aws, owner: User) -> None:
    image_id = owner.upload(unique_png())
    key = owner.key_of(image_id)
    try:
        aws.s3.delete_object(Bucket=aws.bucket, Key=key)
        aws.wait_for_row(key, lambda row: row["status"]["S"] == "trashed")
        assert owner.call(f"POST /images/{image_id}/restore").status == 409
        # Its row may say what it likes: the marker in S3 is young.
        make_due(aws, image_id)
        assert purge(aws)["purged"] == 0
        assert len(versions_of(aws, key)) == 2
        assert purge_later(aws, image_id, timedelta(days=8)) == [PurgeResult.PURGED]
        aws.wait_for_empty_queue()
        assert versions_of(aws, key) == versions_of(aws, f"renditions/{image_id}/") == []
    finally:
        aws.remove(key)


def test_a_restored_image_is_not_purged_and_a_claimed_one_not_restored(
    aws: Aws, owner: User
) -> None:
    image_id = owner.upload(unique_png())
    try:
        owner.call(f"DELETE /images/{image_id}")
        make_due(aws, image_id)
        assert owner.call(f"POST /images/{image_id}/restore").status == 200
        assert purge(aws)["purged"] == 0
        owner.call(f"DELETE /images/{image_id}")
        aws.dynamodb.update_item(
            TableName=aws.table,
            Key={"image_id": {"S": image_id}},
            UpdateExpression="SET purging = :true",
            ExpressionAttributeValues={":true": {"BOOL": True}},
        )
        refused = owner.call(f"POST /images/{image_id}/restore")
        assert (refused.status, refused.document["type"]) == (
            409,
            "urn:media:problem:not-restorable",
        )
    finally:
        owner.remove(image_id)


def test_the_schedule_runs_the_alias(aws: Aws) -> None:
    function = aws.outputs["functions"]["purger"]
    names = aws.events.list_rule_names_by_target(TargetArn=function["alias_arn"])["RuleNames"]
    (rule,) = (aws.events.describe_rule(Name=name) for name in names)
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 hour)", "ENABLED")
