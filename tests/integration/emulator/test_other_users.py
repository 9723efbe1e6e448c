"""Another user of the machine, whose programs reach the port too, gets nowhere without the key."""

from __future__ import annotations

import hashlib
import json
import stat
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import urllib3
from botocore.auth import HmacV1Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.integration.emulator.conftest import (
    ACCOUNT,
    BUCKET,
    KEY,
    REGION,
    SECRET_PICTURE,
)

if TYPE_CHECKING:
    from tests.integration.emulator.conftest import Fortress

CALLS = {
    "apigatewayv2": ("get_apis", {}),
    "cognito-idp": ("list_user_pools", {"MaxResults": 1}),
    "dynamodb": ("list_tables", {}),
    "events": ("list_rules", {}),
    "iam": ("list_users", {}),
    "kms": ("list_keys", {}),
    "lambda": ("list_functions", {}),
    "logs": ("describe_log_groups", {}),
    "s3": ("list_buckets", {}),
    "sqs": ("list_queues", {}),
    "sts": ("get_caller_identity", {}),
}
REFUSED = {400, 403}
WEB_IDENTITY = (
    "POST /?Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=x"
    f"&RoleArn=arn:aws:iam::{ACCOUNT}:role/reader&WebIdentityToken=a.b.c"
)
JSON = {"Content-Type": "application/x-amz-json-1.0"}
LIST_TABLES = {**JSON, "X-Amz-Target": "DynamoDB_20120810.ListTables"}
# What ministack serves of each kind: queries, JSON, paths; and what it does for whoever asks.
UNSIGNED: dict[str, tuple[str, dict[str, str], str]] = {
    "buckets": ("GET /", {}, ""),
    "a new bucket": ("PUT /stolen", {}, ""),
    "an object": (f"GET /{BUCKET}/{KEY}", {}, ""),
    "another object": (f"PUT /{BUCKET}/{KEY}", {}, "x"),
    "a bucket's policy": (f"PUT /{BUCKET}?policy", {}, "{}"),
    "a deletion": (
        f"POST /{BUCKET}?delete",
        {},
        f"<Delete><Object><Key>{KEY}</Key></Object></Delete>",
    ),
    "a table": ("POST /", LIST_TABLES, "{}"),
    "users by a query": ("POST /?Action=ListUsers&Version=2010-05-08", {}, ""),
    "functions": ("GET /2015-03-31/functions", {}, ""),
    "an invocation": ("POST /2015-03-31/functions/reader/invocations", {}, "{}"),
    "APIs": ("GET /v2/apis", {}, ""),
    "a bucket's tags": (f"GET /v20180820/tags/arn%3Aaws%3As3%3A%3A%3A{BUCKET}", {}, ""),
    "a role, by a web identity": (WEB_IDENTITY, {}, ""),
    "a user of one's own": (
        "POST /",
        {**JSON, "X-Amz-Target": "AWSCognitoIdentityProviderService.SignUp"},
        "{}",
    ),
    "the reset": ("POST /_ministack/reset", {}, ""),
    "a setting": ("POST /_ministack/config", {}, '{"lambda_svc.LAMBDA_EXECUTOR": "x"}'),
    "a function's code": ("GET /_ministack/lambda-code/reader", {}, ""),
    "messages": ("GET /_ministack/sqs/messages", {}, ""),
    "the container registry": ("POST /v2/x/blobs/uploads/", {}, ""),
    "a function by its URL": ("GET /_aws/lambda-url/x/", {}, ""),
}


def strangers(fortress: Fortress) -> dict[str, boto3.Session]:
    known = fortress.emulator.credentials.key_id
    keys = {
        "wrong secret": (known, "guessed"),
        "test": ("test", "test"),
        "account": (ACCOUNT, "test"),
    }
    return {name: boto3.Session(*key, region_name=REGION) for name, key in keys.items()}


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("stranger", ["wrong secret", "test", "account"])
def test_a_call_that_the_root_did_not_sign(fortress: Fortress, stranger: str, service: str) -> None:
    operation, options = CALLS[service]
    client = fortress.client(service, strangers(fortress)[stranger])
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**options)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in REFUSED
    getattr(fortress.client(service), operation)(**options)  # the owner's own is answered


@pytest.mark.parametrize("stranger", ["wrong secret", "test", "account"])
def test_a_signed_url_and_a_form_that_the_root_did_not_sign(
    fortress: Fortress, stranger: str
) -> None:
    theirs, own = fortress.client("s3", strangers(fortress)[stranger]), fortress.client("s3")
    for client, statuses in ((theirs, (403, 403)), (own, (200, 204))):
        url = client.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": KEY})
        form = client.generate_presigned_post(BUCKET, "uploads/form")
        fields = {**form["fields"], "file": ("x", b"x")}
        found = (
            urllib3.request("GET", url).status,
            urllib3.request("POST", form["url"], fields=fields),
        )
        assert (found[0], found[1].status) == statuses


def test_a_signature_in_the_query_of_any_service(fortress: Fortress) -> None:
    root = fortress.emulator.credentials
    request = "GET /2015-03-31/functions"
    for key, status in (
        (("test", "test"), 403),
        ((root.key_id, "guessed"), 403),
        ((root.key_id, root.secret), 200),
    ):
        signed = fortress.signed_path(request, "lambda", key)
        assert fortress.send(f"GET {signed}").status == status


def test_a_signature_of_the_old_kind(fortress: Fortress) -> None:
    root = fortress.emulator.credentials
    for secret, status in (("guessed", 403), (root.secret, 200)):
        request = AWSRequest("GET", f"{fortress.emulator.endpoint}/{BUCKET}/{KEY}")
        HmacV1Auth(Credentials(root.key_id, secret)).add_auth(request)
        headers = {name: str(value) for name, value in request.headers.items()}
        assert fortress.send(f"GET /{BUCKET}/{KEY}", headers).status == status


def test_a_bucket_before_the_name_of_the_host_is_no_way_round(fortress: Fortress) -> None:
    root, host = fortress.emulator.credentials, f"{BUCKET}.localhost:{fortress.emulator.port}"
    for secret, status in (("guessed", 403), (root.secret, 200)):
        request = AWSRequest("GET", f"http://{host}/{KEY}")
        S3SigV4QueryAuth(Credentials(root.key_id, secret), "s3", REGION).add_auth(request)
        path = str(request.prepare().url).removeprefix(f"http://{host}")
        assert fortress.send(f"GET {path}", {"Host": host}).status == status


@pytest.mark.parametrize("wanted", UNSIGNED)
@pytest.mark.parametrize("authorization", [None, "Bearer x", "AWS4-HMAC-SHA256 x"])
def test_a_call_without_a_signature(
    fortress: Fortress, function: dict[str, str], wanted: str, authorization: str | None
) -> None:
    request, headers, body = UNSIGNED[wanted]
    sent = headers | ({"Authorization": authorization} if authorization else {})
    assert fortress.send(request, sent, body).status in REFUSED
    assert fortress.picture() == SECRET_PICTURE
    assert function["name"] in fortress.functions()


@pytest.mark.parametrize("authorization", ["Bearer x", "Basic eDp4"])
def test_a_key_that_is_only_named_beside_another_authorization(
    fortress: Fortress, authorization: str
) -> None:
    """The id of a key stands in every URL that it signs, so it is no secret."""
    root = fortress.emulator.credentials
    for service in ("s3", "dynamodb"):
        query = fortress.signed_path("POST /", service, (root.key_id, "guessed"), "{}")
        answer = fortress.send(
            f"POST {query}", LIST_TABLES | {"Authorization": authorization}, "{}"
        )
        assert answer.status in REFUSED


def test_two_authorizations_that_two_readers_would_read_apart(fortress: Fortress) -> None:
    scope = f"{fortress.emulator.credentials.key_id}/20300101/{REGION}/dynamodb/aws4_request"
    headers = urllib3.HTTPHeaderDict(LIST_TABLES)
    headers.add("Authorization", "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=0")
    headers.add("Authorization", f"Credential={scope}", combine=False)
    answer = fortress.send("POST /", headers, "{}")
    assert answer.status == 403


def test_a_functions_key_can_not_be_reckoned_from_its_names(
    fortress: Fortress, function: dict[str, str]
) -> None:
    answer = fortress.client("lambda").invoke(
        FunctionName=function["name"], Payload=json.dumps({"key": KEY})
    )
    result: dict[str, Any] = json.loads(answer["Payload"].read())
    assert result["body"].encode() == SECRET_PICTURE  # with its own key it reads what it may

    digest = hashlib.sha256(f"{function['arn']}:{function['role']}".encode()).hexdigest()
    reckoned = boto3.Session(
        f"ASIA{digest[:16].upper()}",
        hashlib.sha256(f"secret:{digest}".encode()).hexdigest(),
        hashlib.sha256(f"token:{digest}".encode()).hexdigest(),
        region_name=REGION,
    )
    with pytest.raises(ClientError):
        fortress.client("s3", reckoned).get_object(Bucket=BUCKET, Key=KEY)
    # Nor is the id of its key enough.
    query = fortress.signed_path("POST /", "s3", (result["key_id"], "guessed"), "{}")
    sent = LIST_TABLES | {"Authorization": "Bearer x"}
    assert fortress.send(f"POST {query}", sent, "{}").status in REFUSED


def test_the_files_are_their_owners_alone(fortress: Fortress) -> None:
    folder = fortress.emulator.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "credentials").stat().st_mode) == 0o600
    within = [folder / "state", folder / "objects", *(folder / "objects").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in within} == {0}


def test_the_key_stands_in_no_log_and_in_no_environment(fortress: Fortress) -> None:
    secret = fortress.emulator.credentials.secret
    process = fortress.emulator.process_id()
    with open(f"/proc/{process}/environ", "rb") as file:  # noqa: PTH123 - no file that lies somewhere
        assert secret.encode() not in file.read()
    assert secret not in fortress.emulator.log.read_text(encoding="utf-8")
    assert secret not in repr(fortress.emulator.credentials)
