"""One function, in place of what Terraform would take minutes for."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.commits import commit_of
from tooling.delivery.aliases import shares
from tooling.releases.release import UNKNOWN_RELEASE, PublishedFunction, Release, terraform_digest
from tooling.terraform.outputs import Outputs
from tooling.terraform.plans import Plan
from tooling.terraform.resource_change import ResourceChange

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

    from tooling.console import Screen
    from tooling.scanning.findings import Report
    from tooling.terraform.summary import PlanSummary

ROOT = Path(__file__).resolve().parents[3]
LOCK = ROOT / "terraform" / ".terraform.lock.hcl"
ALIAS = {"actions": ["update"], "before": {}}
CHANGED = Plan((ResourceChange("aws_lambda_alias.live", "aws_lambda_alias", ALIAS),))
WORKS: list[tuple[str, str, int]] = [("all", "ok", 1)]


def zipped(text: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        # Without the time of day: the same text is the same zip.
        archive.writestr(
            zipfile.ZipInfo("code.py"), f"def handler(event, context):\n    return {text!r}\n"
        )
    return target.getvalue()


def release_of(name: str) -> Release:
    """A release of the checkout's Terraform sources with one function, whose code names it."""
    commit = commit_of(name)
    digest = hashlib.sha256(zipped(commit)).hexdigest()
    return replace(
        UNKNOWN_RELEASE,
        git_commit=commit,
        terraform_digest=terraform_digest(ROOT / "terraform"),
        provider_lock_digest=hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        functions={"api": PublishedFunction(f"functions/api/{digest}.zip", "v", digest)},
    )


OLD, NEW = release_of("old"), release_of("new")


@dataclass
class Site:
    """What is deployed: one function. Stands for Terraform, which takes minutes for it.

    Parameters
    ----------
    functions : LambdaClient
        Where it is.
    name : str
        The function's.
    release : Release
        The one that is there.
    faults : list
        What the next applies raise; None for nothing.
    """

    functions: LambdaClient
    name: str
    release: Release = OLD
    coming: Release = NEW
    faults: list[Exception | None] = field(default_factory=list)
    keeps: list[dict[str, float]] = field(default_factory=list)
    """By version, the share that it keeps after the next apply."""
    shared: list[dict[str, float]] = field(default_factory=list)
    """How the versions shared the requests as each apply began."""
    locked: list[bool] = field(default_factory=list)
    """Whether each plan held the lock of the state."""
    alarms: dict[str, Any] = field(default_factory=dict)
    scanned: Report | None = None
    """What checkov says of every plan; None where there is nothing to scan."""

    def plan(
        self,
        screen: Screen,  # noqa: ARG002 - as the stack's own
        release: Release,
        keeps: object,  # noqa: ARG002 - as the stack's own
        *,
        lock: bool,
    ) -> Plan:
        self.coming = release
        self.locked.append(lock)
        return CHANGED

    @property
    def target(self) -> SimpleNamespace:
        return SimpleNamespace(environment=SimpleNamespace(name="staging"))

    @property
    def terraform(self) -> SimpleNamespace:
        return SimpleNamespace(folder=ROOT / "terraform")

    def apply(self, screen: Screen, summary: PlanSummary) -> None:  # noqa: ARG002 - as above
        self.shared.append(shares(self.functions, self.name))
        fault = self.faults.pop(0) if self.faults else None
        if fault:
            raise fault
        self.publish(self.coming.git_commit)
        self.release = self.coming

    def publish(self, code: str) -> None:
        made = self.functions.update_function_code(
            FunctionName=self.name, ZipFile=zipped(code), Publish=True
        )
        self.functions.update_alias(
            FunctionName=self.name,
            Name="live",
            FunctionVersion=made["Version"],
            RoutingConfig={"AdditionalVersionWeights": self.keeps.pop() if self.keeps else {}},
        )

    def outputs(self) -> Outputs:
        function = {"name": self.name, "version": "1", "log_group": ""}
        named = {"functions": {"api": function}, "release": self.release.document()}
        return Outputs("staging", named | self.alarms)
