"""The root's key reaches the operator's own programs, and no file but its own."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Checkout

SHELL = 'eval "$1"; exec "$2" -c "$3"'
# A program of the operator's that knows nothing of this project.
PROGRAM = """
import boto3
print(boto3.client("sts").get_caller_identity()["Arn"])
print([bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]])
"""


def test_a_shell_takes_them_and_programs_of_ones_own_work(dev: Checkout) -> None:
    printed = dev.run("emulator", "credentials")
    names = [part.partition("=")[0] for part in shlex.split(printed)]
    assert names == [
        "export",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    ]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    completed = subprocess.run(
        ["/bin/sh", "-c", SHELL, "-", printed, sys.executable, PROGRAM],
        env=kept,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "arn:aws:iam::000000000000:root" in completed.stdout
    assert "media-dev-state-000000000000" in completed.stdout


def test_the_secret_stands_in_its_own_file_alone(dev: Checkout) -> None:
    """Neither rendered variables nor plans, logs or Terraform's state hold it."""
    secret = dev.emulator.credentials.secret.encode()
    files = [path for path in dev.state.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 20
    holding = [path for path in files if secret in path.read_bytes()]
    assert holding == [dev.emulator.folder / "credentials"]
    assert secret.decode() not in dev.run("render", "dev") + dev.run("emulator", "status")


def test_a_deployment_leaves_nothing_that_others_can_read(dev: Checkout) -> None:
    assert stat.S_IMODE(dev.state.stat().st_mode) == 0o700
    environment = dev.state / "environments" / "dev"
    plans = [
        *environment.rglob("*.tfplan"),
        *environment.rglob("*.json"),
        *environment.rglob("*.hcl"),
    ]
    assert plans
    open_to_others = [
        path for path in plans if path.stat().st_mode & 0o077 and not path.is_symlink()
    ]
    assert open_to_others == []
