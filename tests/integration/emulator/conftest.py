"""An embedded AWS with something in it to steal, and raw HTTP to attack it with."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from tooling.aws.target import root_session
from tooling.emulator.process import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import boto3

REGION, ACCOUNT = "eu-central-1", "000000000000"
BUCKET, KEY, SECRET_PICTURE = "pictures", "uploads/somebody/image", b"a customer's image"
ALLOWED_ORIGIN = "http://app.example"
SOURCE = """
import os
import boto3
from botocore.config import Config

def handler(event, context):
    s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
    body = s3.get_object(Bucket=event.get("bucket", "pictures"), Key=event["key"])["Body"].read()
    return {"body": body.decode(), "key_id": os.environ["AWS_ACCESS_KEY_ID"]}
"""


@dataclass(frozen=True)
class Fortress:
    """The embedded AWS under attack.

    Parameters
    ----------
    emulator : Emulator
        It runs.
    session : boto3.Session
        Of its root, for the owner's own programs.
    stack : ExitStack
        Closes the clients.
    """

    emulator: Emulator
    session: boto3.Session
    stack: ExitStack

    def client(self, service: Any, session: boto3.Session | None = None) -> Any:
        """Return a client of the owner's, or of somebody else's."""
        config = Config(
            s3={"addressing_style": "path"}, signature_version="s3v4" if service == "s3" else None
        )
        client = (session or self.session).client(
            service, endpoint_url=self.emulator.endpoint, config=config
        )
        return self.stack.enter_context(closing(client))

    def send(
        self, request: str, headers: Mapping[str, str] | None = None, body: bytes | str = b""
    ) -> urllib3.BaseHTTPResponse:
        """Send a request such as ``GET /health`` with these headers, and as it stands."""
        method, _, path = request.partition(" ")
        return urllib3.request(
            method,
            self.emulator.endpoint + path,
            headers=headers,
            body=body,
            redirect=False,
            retries=False,
        )

    def signed_path(self, request: str, service: str, key: tuple[str, str], body: str = "") -> str:
        """Return a path whose query holds a signature: a page can send it without a preflight."""
        method, _, path = request.partition(" ")
        unsigned = AWSRequest(method, self.emulator.endpoint + path)
        _QuerySigner(Credentials(*key), service, REGION, body).add_auth(unsigned)
        return str(unsigned.prepare().url).removeprefix(self.emulator.endpoint)

    def functions(self) -> set[str]:
        """Return the names of the functions that are there."""
        found = self.client("lambda").list_functions()["Functions"]
        return {str(function["FunctionName"]) for function in found}

    def picture(self) -> bytes:
        """Return what lies in the bucket."""
        with self.client("s3").get_object(Bucket=BUCKET, Key=KEY)["Body"] as body:
            return bytes(body.read())


@pytest.fixture(scope="session")
def fortress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    emulator = Emulator(tmp_path_factory.mktemp("fortress") / "emulator")
    emulator.admit([ALLOWED_ORIGIN])
    emulator.start()
    with ExitStack() as stack:
        fortress = Fortress(emulator, root_session(emulator.credentials, REGION), stack)
        s3 = fortress.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket=BUCKET, Key=KEY, Body=SECRET_PICTURE)
        yield fortress
    emulator.stop()


@pytest.fixture(scope="session")
def function(fortress: Fortress) -> dict[str, str]:
    """A function that reads the bucket: its name, its ARN and that of its role."""
    iam, functions = fortress.client("iam"), fortress.client("lambda")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="reader",
        AssumeRolePolicyDocument=_policy(
            {**trust, "Principal": {"Service": "lambda.amazonaws.com"}}
        ),
    )["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=_policy(may))
    made = functions.create_function(
        FunctionName="reader",
        Role=role,
        Runtime="python3.11",
        Handler="reader.handler",
        Code={"ZipFile": zipped(SOURCE)},
        Timeout=30,
    )
    return {"name": "reader", "arn": made["FunctionArn"], "role": role}


class _QuerySigner(SigV4QueryAuth):
    """Signs a body too, which botocore would move into the query."""

    def __init__(self, credentials: Credentials, service: str, region: str, body: str) -> None:
        super().__init__(credentials, service, region)
        self._body = body

    def payload(self, request: AWSRequest) -> str:  # noqa: ARG002 - as botocore calls it
        return hashlib.sha256(self._body.encode()).hexdigest()


def function_document(role: str) -> str:
    """Return what makes a function of the attacker's own, which would run as the developer."""
    document = {
        "FunctionName": "stolen",
        "Role": role,
        "Runtime": "python3.11",
        "Handler": "reader.handler",
        "Code": {"ZipFile": base64.b64encode(zipped(SOURCE)).decode()},
    }
    return json.dumps(document)


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def zipped(source: str) -> bytes:
    """Return a function's zip with one module."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("reader.py", source)
    return target.getvalue()
