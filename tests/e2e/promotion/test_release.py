"""A release on its way from dev over staging to prod and back, killed wherever it can stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import kill, last_lines
from tests.e2e.promotion.conftest import edited, says
from tests.e2e.promotion.reader import reading_only
from tooling.ledger.ledger import key_of

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.promotion.conftest import Lab
    from tooling.releases.release import Release

PROMOTE = ("promote", "dev", "staging")
ROLL_BACK = ("rollback", "prod")
IN_THE_APPLY = r" 1/\d+ set"
KILLED = "An earlier run was killed"
GOES_ON = "This one continues from there"

CANARY = ("deletion_protection:", "canary: { percent: 10, minutes: 1 }\ndeletion_protection:")
NO_APPROVAL = ("approval: true", "approval: false")
# What only settings of an environment bring out: nobody can announce an upload, ...
TRAP = ("url_expiry_seconds: 900", "url_expiry_seconds: 899")
BROKEN_BY_A_SETTING = """

_answer = handler


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if os.environ["MEDIA_URL_EXPIRY_SECONDS"] == "899" and event["routeKey"] == "POST /images":
        raise RuntimeError("broken by a setting")
    return _answer(event, context)
"""
# ... or the plan holds what must not be applied.
OPEN_QUEUE = """
resource "aws_sqs_queue" "open" {
  count = var.retention.multipart_days == 3 ? 1 : 0
  name  = "${local.name}-open"
}

"""
NAME_OF_TABLE = 'table     = "${local.name}-images"'
OTHER_NAME_OF_TABLE = (
    'table     = "${local.name}-${var.retention.multipart_days == 3 ? "other" : "images"}"'
)


@pytest.fixture(scope="module")
def first(lab: Lab) -> Release:
    """The release that is everywhere at first."""
    return lab.release("staging")


@pytest.fixture(scope="module")
def prod(lab: Lab) -> Iterator[subprocess.Popen[str]]:
    """``prod``, brought up beside other work: most of it is waiting."""
    with edited(lab.file("prod"), NO_APPROVAL):
        process = lab.checkout.start("promote", "staging", "prod")
        last_lines(process, "==> State and artifact buckets")
    with process:
        yield process
        process.communicate()
    assert process.returncode == 0
    lab.checkout.run("destroy", "prod", "--yes")


@pytest.fixture(scope="module")
def newer(lab: Lab, first: Release, prod: object) -> Iterator[Release]:  # noqa: ARG001 - before it
    """A newer release in dev, with some traps in it that only settings spring."""
    terraform = lab.checkout.folder / "terraform"
    api = lab.checkout.folder / "lambdas" / "functions" / "api" / "handler.py"
    try:
        with (
            edited(terraform / "outputs.tf", ('output "api_url"', f'{OPEN_QUEUE}output "api_url"')),
            edited(terraform / "locals.tf", (NAME_OF_TABLE, OTHER_NAME_OF_TABLE)),
            edited(api, (text := api.read_text(encoding="utf-8"), text + BROKEN_BY_A_SETTING)),
        ):
            lab.checkout.run("deploy", "dev")
            yield lab.release("dev")
    finally:
        lab.checkout.run("deploy", "dev")


def test_what_the_settings_of_the_target_bring_into_the_plan_is_judged(
    lab: Lab, newer: Release
) -> None:
    with edited(lab.file("staging"), ("multipart_days: 2", "multipart_days: 3")):
        found = lab.refusals(*PROMOTE, "--dry-run")
    assert lab.release("dev") == newer
    says(
        found,
        scan=r"fail: plan of staging: \d findings, 0 skips .* CKV\w+",
        data=r"fail: The plan takes away what holds data: \S*aws_dynamodb_table\S* \(replaced\)\.",
    )


def test_a_canary_that_nobody_watched_to_its_end_is_rolled_back(
    lab: Lab, first: Release, newer: Release
) -> None:
    with edited(lab.file("staging"), CANARY):
        lab.kill_after("canary", *PROMOTE)
        alias = lab.functions.get_alias(FunctionName="media-staging-api", Name="live")
        assert list(alias["RoutingConfig"]["AdditionalVersionWeights"].values()) == [0.9]
        assert KILLED in lab.kill_after("returning", *PROMOTE)
        printed = lab.checkout.run(*PROMOTE, code=1)
    assert "unexpectedly, after 'returning'" in printed
    assert "killed before its release was verified" in printed
    _require_back(lab, first, newer)


def test_wherever_a_promotion_is_killed_the_next_goes_on_or_back(
    lab: Lab, first: Release, newer: Release
) -> None:
    with edited(lab.file("staging"), TRAP):
        lab.kill_after("gates", *PROMOTE)
        kill(lab.checkout, *PROMOTE, at=IN_THE_APPLY)
        lab.wait_for_terraform("staging")
        assert GOES_ON in lab.kill_after("applied", *PROMOTE)
        assert GOES_ON in lab.kill_after("smoke failed", *PROMOTE)
        kill(lab.checkout, *PROMOTE, at=IN_THE_APPLY)
        lab.wait_for_terraform("staging")
        printed = lab.checkout.run(*PROMOTE, code=1)
    assert f"staging was rolled back to release {first.id[:12]}" in printed
    _require_back(lab, first, newer)


def test_a_release_that_does_not_work_there_is_rolled_back(
    lab: Lab, first: Release, newer: Release
) -> None:
    with edited(lab.file("staging"), TRAP):
        printed = lab.checkout.run(*PROMOTE, code=1)
    assert "does not work in staging" in printed
    assert f"staging was rolled back to release {first.id[:12]}" in printed
    _require_back(lab, first, newer)
    assert lab.steps("staging")[-5:] == [
        "applied",
        "smoke failed",
        "returning",
        "smoke passed",
        "returned",
    ]


def _require_back(lab: Lab, first: Release, newer: Release) -> None:
    assert lab.release("dev") == newer
    assert lab.release("staging").id == first.id
    assert lab.behind_the_aliases("staging") == _digests(first)


def _digests(release: Release) -> dict[str, str]:
    return {name: function.sha256 for name, function in release.functions.items()}


def test_status_tells_what_a_promotion_would_bring(
    lab: Lab, newer: Release, prod: subprocess.Popen[str]
) -> None:
    prod.wait()
    status = {entry["environment"]: entry for entry in lab.checkout.document("status")}
    assert list(status) == ["dev", "staging", "prod"]
    assert lab.release("dev") == newer
    assert status["staging"]["brings"]["functions"] == ["api"]
    assert "update" in status["staging"]["plan"]
    assert status["prod"]["brings"] is None
    assert [entry["drift"] for entry in status.values()] == [[], [], []]
    differences = lab.checkout.document("diff", "staging", "prod")["settings"]
    assert {"name": "retention.log_days", "staging": "90", "prod": "365"} in differences


def test_a_release_goes_through_all_three_and_back(
    lab: Lab,
    first: Release,
    newer: Release,
    prod: subprocess.Popen[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prod.wait()
    with reading_only(lab, "dev", tmp_path, monkeypatch):
        lab.kill_after("smoke passed", *PROMOTE)
        assert GOES_ON in lab.checkout.run(*PROMOTE)
    _needs_the_approval_of_this_plan(lab, "promote", "staging", "prod")
    for name in ("dev", "staging", "prod"):
        assert lab.release(name).id == newer.id
        assert _digests(lab.release(name)) == lab.behind_the_aliases(name) == _digests(newer)
    _goes_back(lab, first)


def _needs_the_approval_of_this_plan(lab: Lab, *command: str) -> None:
    target = command[-1]
    before = lab.state(target)
    refused = lab.checkout.document(*command, "--approve", "0" * 64)
    assert refused["result"] == "refused"
    assert lab.state(target) == before
    digest = refused["plan"]["digest"]
    [finding] = [found for found in refused["gates"] if found["verdict"] not in {"pass", "skipped"}]
    assert finding == {
        "gate": "approval",
        "verdict": "fail",
        "evidence": f"It is for plan {'0' * 64}, but this plan is {digest}.",
    }
    lab.checkout.run(*command, "--approve", digest)


def _goes_back(lab: Lab, first: Release) -> None:
    with edited(lab.file("prod"), NO_APPROVAL):
        lab.kill_after("gates", *ROLL_BACK)
        kill(lab.checkout, *ROLL_BACK, at=IN_THE_APPLY)
        lab.wait_for_terraform("prod")
        kill(lab.checkout, *ROLL_BACK, at="==> Smoke test")
    # The release that was on its way is still meant after a run that was only refused.
    _needs_the_approval_of_this_plan(lab, *ROLL_BACK)
    assert lab.release("prod").id == first.id
    assert lab.behind_the_aliases("prod") == _digests(first)
    with edited(lab.file("prod"), NO_APPROVAL):
        found = lab.refusals("promote", "staging", "prod", "--dry-run")
    says(found, hold=rf"fail: Rolled back to release {first.id[:12]} .* release-hold -- prod")
    lab.checkout.run("release-hold", "prod")
    assert "There is no hold" in lab.checkout.run("release-hold", "prod", code=1)
    assert "intact" in lab.checkout.run("history", "prod", "--verify")


def test_an_edited_entry_is_found(lab: Lab) -> None:
    ledger, verify = lab.ledger("staging"), ("history", "staging", "--verify")
    content = ledger.contents()[1][1]
    edit = {"Bucket": ledger.bucket, "Key": key_of(2)}
    version = lab.s3.put_object(**edit, Body=content.replace(b"promote", b"rollback"))["VersionId"]
    try:
        printed = lab.checkout.run(*verify, code=1)
    finally:
        lab.s3.delete_object(**edit, VersionId=version)
    assert "The ledger of staging is not what was written" in printed
    assert "Entry 00000002 was written more than once" in printed
    assert "The entry before 00000003 is not the one it was chained to" in printed
    assert "The ledger of staging is intact" in lab.checkout.run(*verify)
