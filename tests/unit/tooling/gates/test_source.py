"""What is promoted comes in order, and from the sources that its release names."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.unit.tooling.gates.answers import says
from tooling.gates.gate import Verdict
from tooling.gates.source import checkout, order
from tooling.packaging.platforms import lambda_platform
from tooling.releases.release import UNKNOWN_RELEASE, describe

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.environments import Environment


def test_only_the_environment_before_may_promote(staging: Environment, dev: Environment) -> None:
    says(order("dev", staging), Verdict.PASS)
    says(order("staging", staging.model_copy(update={"name": "prod"})), Verdict.FAIL, "from dev")
    says(order("staging", dev), Verdict.FAIL, "from nowhere")


def test_an_edited_source_or_lock_is_told_with_the_commit_to_check_out(
    root: Path, tmp_path: Path
) -> None:
    terraform = tmp_path / "terraform"
    shutil.copytree(root / "terraform", terraform, ignore=shutil.ignore_patterns(".terraform"))
    commit = "abcdef0123456789"
    release = replace(
        UNKNOWN_RELEASE,
        git_commit=commit,
        terraform_digest=_digest(tmp_path),
        provider_lock_digest=_lock(tmp_path),
    )
    says(checkout(terraform, release), Verdict.PASS)
    (terraform / "README.md").write_text("changes nothing that is deployed")
    says(checkout(terraform, release), Verdict.PASS)
    main = terraform / "modules" / "table" / "main.tf"
    text = main.read_text()
    main.write_text(f"{text}# edited\n")
    says(checkout(terraform, release), Verdict.FAIL, f"commit {commit[:12]}")
    main.write_text(text)
    says(checkout(terraform, release), Verdict.PASS)
    lock = terraform / ".terraform.lock.hcl"
    lock.write_text(f"{lock.read_text()}# edited\n")
    says(checkout(terraform, release), Verdict.FAIL, "lock")


def _digest(root: Path) -> str:
    return describe(root, lambda_platform(), {}).terraform_digest


def _lock(root: Path) -> str:
    return describe(root, lambda_platform(), {}).provider_lock_digest
