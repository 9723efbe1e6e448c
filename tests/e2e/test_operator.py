"""The operator's commands, from nothing to a served image and back to nothing."""

from __future__ import annotations

import io
import os
import re
import socket
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from PIL import Image

from tooling.aws.target import root_session
from tooling.http import send
from tooling.images.api_client import MediaClient
from tooling.smoke.image import PICTURE_HEIGHT, PICTURE_WIDTH, draw_picture
from tooling.users.pool import UserPool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Checkout


def fetch(url: str) -> tuple[bytes, str]:
    answer = send("GET", url)
    assert answer.status == 200, answer.text
    return answer.body, answer.headers["content-type"]


def test_the_same_deploy_again_changes_and_builds_nothing(dev: Checkout) -> None:
    printed = dev.run("deploy", "dev")
    assert printed.splitlines()[0].startswith("dev lives on the embedded AWS at http://127.0.0.1:")
    assert re.search(r"api \w{12} unchanged", printed)
    assert re.search(r"processor \w{12} unchanged", printed)
    assert printed.count("no changes") == 2, printed  # the foundation's plan and the main one
    assert "==> Apply" not in printed
    assert "applied" not in printed
    assert "deployed and works" in printed


def test_smoke_tells_each_step_with_its_milliseconds(dev: Checkout) -> None:
    steps = dev.document("smoke", "dev")
    assert {step["finding"] for step in steps} == {"ok"}
    assert {"processed", "rendition thumb", "hidden from another user"} <= {
        step["step"] for step in steps
    }
    assert all(isinstance(step["milliseconds"], int) for step in steps)


def test_smoke_says_no_where_the_deployed_system_lacks_something(dev: Checkout) -> None:
    path = dev.folder / "environments" / "dev.yaml"
    text = path.read_text()
    path.write_text(
        text.replace("{ name: thumb,", "{ name: huge, longest_side: 1700 }\n  - { name: thumb,")
    )
    try:
        printed = dev.run("smoke", "dev", code=1)
    finally:
        path.write_text(text)
    assert "The smoke test failed" in printed
    assert "At 'processed': it lacks the renditions huge" in printed
    assert re.search(r"processed +failed +\d+", printed)


def test_outputs_name_what_another_system_needs(outputs: dict[str, Any]) -> None:
    for name in ("api_url", "media_bucket", "table_arn", "user_pool_client_id", "dashboard_url"):
        assert outputs[name], name
    assert set(outputs["release"]["functions"]) == {"api", "processor", "purger"}
    assert re.fullmatch(r"[0-9a-f]{64}", outputs["release"]["id"])


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "trip").mkdir(parents=True)
    (folder / "trip" / "one.jpg").write_bytes(draw_picture(os.urandom(8)))
    (folder / "two.png").write_bytes(_png())
    (folder / "fake.jpg").write_bytes(b"<html></html>")
    (folder / "notes.txt").write_text("not an image")
    return folder


def _png() -> bytes:
    target = io.BytesIO()
    Image.effect_noise((64, 48), 80).save(target, "PNG")
    return target.getvalue()


def test_upload_walks_a_folder_and_goes_on_past_bad_files(dev: Checkout, pictures: Path) -> None:
    outcomes = {
        outcome["file"].removeprefix(f"{pictures}/"): outcome
        for outcome in dev.document("upload", "dev", str(pictures))
    }
    assert {name: outcome["status"] for name, outcome in outcomes.items()} == {
        "trip/one.jpg": "ready",
        "two.png": "ready",
        "fake.jpg": "rejected",
        "notes.txt": "not sent",
    }
    original, content_type = fetch(outcomes["trip/one.jpg"]["urls"]["original"])
    assert original == (pictures / "trip" / "one.jpg").read_bytes()
    assert content_type == "image/jpeg"
    large, content_type = fetch(outcomes["trip/one.jpg"]["urls"]["large"])
    assert content_type == "image/webp"
    with Image.open(io.BytesIO(large)) as image:
        assert image.size == (round(1600 * PICTURE_WIDTH / PICTURE_HEIGHT), 1600)
    assert "unsupported_format" in outcomes["fake.jpg"]["detail"]
    assert "content_type" in outcomes["notes.txt"]["detail"]


def test_a_token_opens_the_api_for_the_uploads_of_the_operator(
    dev: Checkout, outputs: dict[str, Any], pictures: Path
) -> None:
    [outcome] = dev.document("upload", "dev", str(pictures / "two.png"))
    token = dev.run("token", "dev").splitlines()[0]
    answer = MediaClient(outputs["api_url"], lambda: token).request("GET", "/images?limit=1")
    assert [image["image_id"] for image in answer.document["images"]] == [outcome["image_id"]]


def test_upload_tells_a_person_what_failed_and_exits_otherwise(
    dev: Checkout, pictures: Path
) -> None:
    printed = dev.run("upload", "dev", str(pictures / "two.png"), "/nowhere.jpg", code=1)
    assert "1 of 2 files are not ready" in printed
    assert "No such file" in printed
    assert re.search(r"two\.png thumb: http://127\.0\.0\.1:", printed)


def test_what_lives_there_outlasts_a_restart_of_the_emulator(dev: Checkout) -> None:
    assert "state is kept" in dev.run("emulator", "stop")
    assert "Not running" in dev.run("emulator", "status")
    steps = dev.document("smoke", "dev")  # starts it again by itself
    assert {step["finding"] for step in steps} == {"ok"}
    assert dev.document("emulator", "status")["running"] is True


def test_a_taken_port_stops_nothing_for_good(dev: Checkout) -> None:
    port = int(dev.document("emulator", "status")["endpoint"].rpartition(":")[2])
    dev.run("emulator", "stop")
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        for command in (["smoke", "dev"], ["deploy", "dev"], ["emulator", "start"]):
            assert f"Port {port} is taken by another program" in dev.run(*command, code=1)
    assert {step["finding"] for step in dev.document("smoke", "dev")} == {"ok"}


def test_two_environments_do_not_touch_each_other(
    staging: Checkout, outputs: dict[str, Any]
) -> None:
    other = staging.document("outputs", "staging")
    assert staging.document("outputs", "dev") == outputs
    for name in (
        "media_bucket",
        "table_arn",
        "queue_arn",
        "user_pool_id",
        "kms_key_arn",
        "api_url",
    ):
        assert other[name] != outputs[name]
    printed = staging.run("plan", "dev")
    assert printed.count("no changes") == 2, printed


def test_a_token_of_one_environment_opens_nothing_in_the_other(
    staging: Checkout, outputs: dict[str, Any]
) -> None:
    endpoint = staging.document("emulator", "status")["endpoint"]
    session = root_session(staging.emulator.credentials, "eu-central-1")
    cognito = session.client("cognito-idp", endpoint_url=endpoint)
    pool = UserPool(cognito, outputs["user_pool_id"], outputs["user_pool_client_id"])
    other = staging.document("outputs", "staging")
    with pool.temporary_user("stranger") as token:
        assert MediaClient(outputs["api_url"], token).request("GET", "/images").status == 200
        assert MediaClient(other["api_url"], token).request("GET", "/images").status == 401
    cognito.close()


@pytest.fixture
def account(checkout: Checkout) -> Iterator[str]:
    """An environment that lives in an AWS account."""
    path = checkout.folder / "environments" / "account.yaml"
    content = yaml.safe_load((checkout.folder / "environments" / "dev.yaml").read_text())
    content["aws"]["account_id"] = "111122223333"
    path.write_text(yaml.safe_dump(content))
    promoted = path.with_name("promoted.yaml")
    promoted.write_text(yaml.safe_dump(content | {"promotes_from": "dev"}))
    yield "account"
    path.unlink()
    promoted.unlink()


def test_an_account_of_somebody_else_is_refused(
    dev: Checkout, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = dev.document("emulator", "status")["endpoint"]
    for name, value in {
        "AWS_ENDPOINT_URL_STS": endpoint,  # the one call that may be made: who is calling?
        **dev.emulator.credentials.variables,
    }.items():
        monkeypatch.setenv(name, value)
    for command, refused in (
        (["deploy", account], account),
        (["plan", account], account),
        (["destroy", account, "--yes"], account),
        (["promote", "dev", "promoted"], "promoted"),
    ):
        printed = dev.run(*command, code=1)
        assert f"not in the account of {refused}" in printed
        assert "111122223333" in printed
        assert "000000000000" in printed


def test_an_account_without_credentials_is_refused_and_starts_no_emulator(
    checkout: Checkout, account: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    before = checkout.document("emulator", "status")
    printed = checkout.run("deploy", account, code=1)
    assert "did not identify the caller" in printed
    assert "Sign in to account 111122223333" in printed
    assert checkout.document("emulator", "status") == before


def test_a_rendered_account_has_nothing_of_the_emulator(checkout: Checkout, account: str) -> None:
    printed = checkout.run("render", account)
    assert '"account_id": "111122223333"' in printed
    assert '"emulator_endpoint": ""' in printed
    assert '"require_tls": true' in printed


def test_an_unknown_environment_is_answered_with_those_that_exist(checkout: Checkout) -> None:
    printed = checkout.run("deploy", "production", code=1)
    assert "no environment called 'production'" in printed
    assert "dev, prod, staging" in printed


def test_an_environment_that_is_promoted_to_is_not_deployed_to(checkout: Checkout) -> None:
    for command in ("deploy", "plan"):
        printed = checkout.run(command, "prod", code=1)
        assert "prod takes promotions, not deployments" in printed
        assert "nox -s promote -- staging prod" in printed


def test_destroy_asks_and_takes_silence_for_no(dev: Checkout) -> None:
    printed = dev.run("destroy", "dev", code=1)
    assert "Nothing was destroyed" in printed


def test_destroy_of_what_is_not_there_says_so(dev: Checkout) -> None:
    assert "nothing to destroy" in dev.run("destroy", "prod", "--yes")


def test_a_protected_environment_is_not_destroyed(dev: Checkout) -> None:
    path = dev.folder / "environments" / "dev.yaml"
    text = path.read_text()
    path.write_text(text.replace("deletion_protection: false", "deletion_protection: true"))
    try:
        assert "protected against deletion" in dev.run("destroy", "dev", "--yes", code=1)
    finally:
        path.write_text(text)
