"""Our pre-signed URLs equal those of botocore, byte for byte."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from botocore import auth
from botocore.config import Config
from botocore.session import Session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media.urls.sigv4 import Presigned, locate_bucket, sign_url

MOMENT = datetime(2026, 11, 23, 6, 7, 30, tzinfo=UTC)
OVERRIDES = {
    "response-content-type": "image/jpeg",
    "response-content-disposition": "attachment; filename=\"a_.jpg\"; filename*=UTF-8''%C3%A9.jpg",
    "versionId": "v.1_-~x",
}
PARAMETERS = ("ResponseContentType", "ResponseContentDisposition", "VersionId")
keys = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)


@cache
def session_with(token: str | None) -> Session:
    session = Session()
    session.set_credentials("AKIDEXAMPLE", "wJalr/secret+key", token)
    return session


@cache
def client_of(token: str | None, endpoint: str | None) -> Any:
    return session_with(token).create_client(
        "s3",
        region_name="eu-central-1",
        endpoint_url=endpoint,
        config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}),
    )


@pytest.fixture
def fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "get_current_datetime", lambda: MOMENT.replace(tzinfo=None))


@pytest.mark.usefixtures("environment", "fixed_time")
@pytest.mark.parametrize("token", [None, "a/token+with=signs"])
@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:4566", "https://s3.example.com"])
@pytest.mark.parametrize("overrides", [OVERRIDES, {}])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=keys)
def test_a_url_is_the_same_as_botocores(
    token: str | None, endpoint: str | None, overrides: dict[str, str], key: str
) -> None:
    client = client_of(token, endpoint)
    named = dict(zip(PARAMETERS, overrides.values(), strict=False))
    theirs = client.generate_presigned_url(
        "get_object", Params={"Bucket": "media-test", "Key": key, **named}, ExpiresIn=900
    )
    credentials = session_with(token).get_credentials()
    assert credentials
    address = locate_bucket(client, "media-test")
    request = Presigned("GET", key, MOMENT, timedelta(seconds=900), overrides=overrides)
    assert sign_url(address, credentials, request) == theirs


@pytest.mark.usefixtures("environment", "fixed_time")
@pytest.mark.parametrize("token", [None, "a/token+with=signs"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=keys)
def test_an_upload_is_the_same_as_botocores(token: str | None, key: str) -> None:
    client = client_of(token, None)
    theirs = client.generate_presigned_url(
        "put_object",
        Params={
            "Bucket": "media-test",
            "Key": key,
            "ContentType": "image/png",
            "ContentLength": 12,
            "IfNoneMatch": "*",
        },
        ExpiresIn=900,
    )
    credentials = session_with(token).get_credentials()
    assert credentials
    headers = {"Content-Type": "image/png", "Content-Length": "12", "If-None-Match": "*"}
    request = Presigned("PUT", key, MOMENT, timedelta(seconds=900), headers=headers)
    assert sign_url(locate_bucket(client, "media-test"), credentials, request) == theirs
