"""Each permission of the API's role is needed: without any one of them, a named request fails.

The policy of the deployed role itself is changed and put back, and the API is called over HTTP.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.integration.user import User, unique_png
from tooling.errors import OperatorError
from tooling.http import send
from tooling.images.api_client import send_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.conftest import Aws

POLICY = "task"
# Not asked for by the embedded AWS: what S3 and DynamoDB do with the key on a caller's behalf.
NOT_ENFORCED = {("kms:Decrypt", "key"), ("kms:GenerateDataKey", "key")}


@dataclass(frozen=True)
class World:
    """What the behaviours are tried on: a ready image, its rendition, and an upload under way."""

    owner: User
    admin: User
    image: dict[str, Any]
    original: bytes
    upload: dict[str, Any]

    def status_of(self, route: str, document: object = None, **headers: str) -> int:
        return self.owner.call(route, document, headers).status

    @property
    def route(self) -> str:
        return f"/images/{self.image['image_id']}"


def shows_an_image(world: World) -> bool:
    return world.status_of(f"GET {world.route}") == 200


def changes_an_image(world: World) -> bool:
    answer = world.owner.call(f"PATCH {world.route}", {"tags": ["x"]}, {"if-match": "*"})
    return answer.status == 200


def announces_an_upload(world: World) -> bool:
    answer = world.owner.call("POST /images", {"content_type": "image/png", "bytes": 1})
    if answer.status == 201:
        world.owner.remove(answer.document["image_id"])
    return answer.status == 201


def signs_an_upload(world: World) -> bool:
    try:
        send_file(world.upload, "x.png", world.original)
    except OperatorError:
        return False
    return True


def signs_a_form(world: World) -> bool:
    fields = [*world.upload["fields"].items(), ("file", ("x.png", world.original))]
    return send("POST", world.upload["url"], fields=fields).status == 204


def lists_own_images(world: World) -> bool:
    return world.status_of("GET /images") == 200


def lists_all_images(world: World) -> bool:
    return world.admin.call("GET /images?all=true").status == 200


def finds_a_duplicate(world: World) -> bool:
    document = {"content_type": "image/png", "bytes": 1, "sha256": world.image["sha256"]}
    return world.status_of("POST /images", document) == 200


def looks_for_an_original_without_a_row(world: World) -> bool:
    return world.status_of(f"GET /images/{uuid4()}") == 404


def serves_the_original(world: World) -> bool:
    return send("GET", world.image["original"]["url"]).status == 200


def serves_a_rendition(world: World) -> bool:
    return send("GET", world.image["renditions"]["thumb"]["url"]).status == 200


def serves_an_original_without_a_row(world: World) -> bool:
    """Nobody knows its version, so it is signed and looked at without one."""
    aws, image_id = world.owner.aws, str(uuid4())
    key = world.owner.key_of(image_id)
    aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=b"no image", ContentType="image/png")
    try:
        aws.wait_for_row(key, lambda row: row["status"]["S"] == "rejected")
        aws.dynamodb.delete_item(TableName=aws.table, Key={"image_id": {"S": image_id}})
        return world.status_of(f"GET /images/{image_id}/content") == 307
    finally:
        aws.remove_versions(key)
        aws.wait_for_empty_queue()
        aws.remove(key)
        aws.dynamodb.delete_item(TableName=aws.table, Key={"image_id": {"S": image_id}})


BEHAVIOURS: dict[tuple[str, str], Callable[[World], bool]] = {
    ("dynamodb:GetItem", "table"): shows_an_image,
    ("dynamodb:UpdateItem", "table"): changes_an_image,
    ("dynamodb:PutItem", "table"): announces_an_upload,
    ("dynamodb:Query", "by_owner"): lists_own_images,
    ("dynamodb:Query", "by_month"): lists_all_images,
    ("dynamodb:Query", "by_checksum"): finds_a_duplicate,
    ("s3:ListBucket", "bucket"): looks_for_an_original_without_a_row,
    ("s3:GetObject", "uploads"): serves_an_original_without_a_row,
    ("s3:GetObjectVersion", "uploads"): serves_the_original,
    ("s3:GetObject", "renditions"): serves_a_rendition,
    ("s3:PutObject", "uploads"): signs_an_upload,
    ("s3:PutObject", "uploads by form"): signs_a_form,
}


def name_of(permission: dict[str, Any]) -> str:
    """Name what a permission is for, as the table above does."""
    way = " by form" if "s3:authType" in str(permission.get("Condition")) else ""
    return f"{_name_of(permission['Resource'])}{way}"


def _name_of(resource: str) -> str:
    for part in ("uploads", "renditions", "by_owner", "by_month", "by_checksum"):
        if resource.endswith((f"/{part}", f"/{part}/*")):
            return part
    kind = resource.split(":")[2]
    return {"dynamodb": "table", "s3": "bucket", "kms": "key"}[kind]


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def single_permissions(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """Split the statements of a policy into one for each action on each resource."""
    return [
        {**statement, "Sid": f"P{number}", "Action": action, "Resource": resource}
        for number, (statement, action, resource) in enumerate(
            (statement, action, resource)
            for statement in policy["Statement"]
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        )
    ]


@dataclass(frozen=True)
class Role:
    """The role of the deployed API function, and what it may do."""

    aws: Aws
    name: str
    permissions: list[dict[str, Any]]

    @contextmanager
    def without(self, permission: tuple[str, str]) -> Iterator[None]:
        """Take one permission away for a while."""
        kept = [p for p in self.permissions if (p["Action"], name_of(p)) != permission]
        assert len(kept) == len(self.permissions) - 1
        self._put(kept)
        try:
            yield
        finally:
            self._put(self.permissions)

    def _put(self, permissions: list[dict[str, Any]]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": permissions})
        self.aws.iam.put_role_policy(RoleName=self.name, PolicyName=POLICY, PolicyDocument=document)


@pytest.fixture(scope="module")
def role(aws: Aws) -> Iterator[Role]:
    function = aws.functions.get_function_configuration(
        FunctionName=aws.outputs["functions"]["api"]["name"]
    )
    name = function["Role"].rsplit("/", 1)[1]
    policy: Any = aws.iam.get_role_policy(RoleName=name, PolicyName=POLICY)["PolicyDocument"]
    yield Role(aws, name, single_permissions(policy))
    aws.iam.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=json.dumps(policy))


@pytest.fixture(scope="module")
def world(owner: User, admin: User) -> Iterator[World]:
    original = unique_png()
    image_id = owner.upload(original)
    announced = owner.announce(original)
    image = owner.call(f"GET /images/{image_id}").document
    yield World(owner, admin, image, original, announced["upload"])
    owner.aws.wait_for_empty_queue()
    owner.remove(image_id)
    owner.remove(announced["image_id"])


def test_every_permission_has_its_behaviour(role: Role) -> None:
    held = {(p["Action"], name_of(p)) for p in role.permissions}
    assert held == BEHAVIOURS.keys() | NOT_ENFORCED


@pytest.mark.parametrize("permission", BEHAVIOURS, ids=lambda p: f"{p[0]} on {p[1]}")
def test_a_permission_taken_away_breaks_its_behaviour(
    role: Role, world: World, permission: tuple[str, str]
) -> None:
    behaves = BEHAVIOURS[permission]
    with role.without(permission):
        assert not behaves(world)
    assert behaves(world)
