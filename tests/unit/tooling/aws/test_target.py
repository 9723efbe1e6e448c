"""Which AWS a command reaches, and that it refuses the wrong one before anything else."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import boto3
import pytest

from tooling.aws.target import Target, root_session
from tooling.emulator.credentials import RootCredentials
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tooling.environments import Environment

ACCOUNT = "111122223333"
ENDPOINT = "http://127.0.0.1:4566"


def on_account(environment: Environment) -> Environment:
    aws = environment.aws.model_copy(update={"account_id": ACCOUNT})
    return environment.model_copy(update={"aws": aws})


def with_profile(environment: Environment, profile: str) -> Environment:
    aws = environment.aws.model_copy(update={"profile": profile})
    return environment.model_copy(update={"aws": aws})


def target(environment: Environment, endpoint: str | None) -> Target:
    return Target(environment, endpoint, boto3.Session("a", "b", region_name="eu-central-1"))


def test_the_first_line_says_where_an_environment_lives(dev: Environment) -> None:
    assert target(dev, ENDPOINT).describe() == (
        "dev lives on the embedded AWS at http://127.0.0.1:4566 "
        "(account 000000000000, eu-central-1)."
    )
    assert target(on_account(dev), None).describe() == (
        f"dev lives in AWS (account {ACCOUNT}, eu-central-1)."
    )


def test_embedded_programs_get_the_sessions_key_and_nothing_of_the_shell(
    dev: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded = target(dev, ENDPOINT)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, "of the shell")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    variables = embedded.process_environment()
    assert "of the shell" not in variables.values()
    assert (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]) == ("a", "b")
    assert variables["AWS_REGION"] == "eu-central-1"


def test_programs_of_an_account_keep_the_shells_credentials(
    dev: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = target(on_account(dev), None)
    monkeypatch.setenv("AWS_PROFILE", "mine")
    assert account.process_environment()["AWS_PROFILE"] == "mine"


def test_a_profile_of_the_shell_does_not_stand_in_the_way_of_the_embedded_aws(
    dev: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    session = root_session(RootCredentials("key", "secret"), dev.aws.region)
    credentials = session.get_credentials()
    assert credentials is not None
    assert credentials.access_key == "key"
    assert session.client("s3", endpoint_url=ENDPOINT).meta.region_name == dev.aws.region


def test_a_profile_of_its_own_reaches_the_embedded_aws(
    dev: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = target(with_profile(dev, "reader"), ENDPOINT)
    monkeypatch.setenv("AWS_PROFILE", "of the shell")
    variables = reader.process_environment()
    assert variables["AWS_PROFILE"] == "reader"
    assert "AWS_ACCESS_KEY_ID" not in variables


@contextmanager
def sts(account: str) -> Iterator[str]:
    """Answer GetCallerIdentity on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            body = (
                "<GetCallerIdentityResponse><GetCallerIdentityResult>"
                f"<Arn>arn:aws:iam::{account}:user/somebody</Arn><UserId>U</UserId>"
                f"<Account>{account}</Account>"
                "</GetCallerIdentityResult></GetCallerIdentityResponse>"
            ).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_right_account_is_let_through(
    dev: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sts(ACCOUNT) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        target(on_account(dev), None).require_account()


def test_another_account_is_refused_with_both_numbers(
    dev: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sts("999988887777") as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        with pytest.raises(OperatorError, match="not in the account of dev") as caught:
            target(on_account(dev), None).require_account()
    assert ACCOUNT in caught.value.reason
    assert "999988887777" in caught.value.reason
    assert "environments/dev.yaml" in caught.value.remedy


def test_no_credentials_are_told_as_such(dev: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    session = boto3.Session(region_name="eu-central-1")
    with pytest.raises(OperatorError, match="did not identify the caller") as caught:
        Target(on_account(dev), None, session).require_account()
    assert f"account {ACCOUNT}" in caught.value.remedy
