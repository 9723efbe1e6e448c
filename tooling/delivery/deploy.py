"""``deploy`` and ``plan``: from the checkout to a running, smoke-tested environment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from tooling.delivery.run import Run
from tooling.delivery.verification import smoke_test
from tooling.environments.names import artifact_bucket
from tooling.errors import OperatorError
from tooling.ledger.entry import Step
from tooling.packaging.build import build_all
from tooling.packaging.platforms import lambda_platform, this_platform
from tooling.releases.release import Release, describe, publish
from tooling.scanning.gate import require_clean_plan
from tooling.terraform.foundation import TITLE, plan_foundation
from tooling.terraform.media_stack import media_stack
from tooling.terraform.outputs import read_outputs
from tooling.terraform.reports import show_outputs, show_plan

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.console import Screen
    from tooling.packaging.build import Artifact
    from tooling.packaging.platforms import Platform
    from tooling.terraform.outputs import Outputs
    from tooling.terraform.stack import Stack
    from tooling.terraform.summary import PlanSummary
    from tooling.workspace import Workspace


def platform_of(target: Target) -> Platform:
    """Return what the functions of `target` run on."""
    return this_platform() if target.endpoint else lambda_platform()


@dataclass(frozen=True)
class Deployment:
    """One run of ``deploy`` or ``plan`` for one environment.

    It may be interrupted at any step and run again: buckets and zips are written once under fixed
    names, Terraform keeps its state in the state bucket, and only the plan that was shown and
    scanned is applied. Both commands hold the environment's lease; ``deploy`` records each step
    in the ledger.

    Parameters
    ----------
    workspace : Workspace
        The checkout and its folders.
    target : Target
        Where the environment lives.
    screen : Screen
        Shows progress.
    """

    workspace: Workspace
    target: Target
    screen: Screen

    def deploy(self) -> Outputs:
        """Deploy the checkout, verify it, and show the outputs.

        Raises
        ------
        OperatorError
            The environment takes its releases from another, another run holds its lease, or a step
            failed.
        """
        run = self._run("deploy")
        with run.lease.held(), run.journal.failures_recorded():
            run.journal.record(Step.STARTED)
            outputs = self._roll_out(run)
            run.journal.record(Step.FINISHED, release=outputs.release)
        show_outputs(self.screen, self.target.environment.name, outputs.values)
        return outputs

    def plan(self) -> None:
        """Save a plan, and show it.

        Raises
        ------
        OperatorError
            The environment takes its releases from another, or another run holds its lease.
        """
        run = self._run("plan")
        with run.lease.held():
            self._prepare()

    def _run(self, command: str) -> Run:
        self._require_own_builds()
        name = self.target.environment.name
        return Run.with_foundation(self.workspace, self.target, self.screen, f"{command} {name}")

    def _roll_out(self, run: Run) -> Outputs:
        release, stack, summary = self._prepare()
        if not summary.empty:
            require_clean_plan(self.workspace, self.target, stack, self.screen)
            here = read_outputs(run.target)
            run.journal.record(
                Step.APPLYING, release=release, previous=here.release if here else None
            )
            run.apply(stack, summary)
        outputs = stack.outputs()
        run.journal.record(Step.APPLIED, summary.counts(), release=outputs.release)
        smoke_test(run.journal, self.target, outputs, self.screen)
        return outputs

    def _prepare(self) -> tuple[Release, Stack, PlanSummary]:
        with ThreadPoolExecutor(max_workers=1) as beside:
            buckets = beside.submit(
                plan_foundation, self.workspace, self.target, replace(self.screen, quiet=True)
            )
            artifacts = self._package()
            self.screen.step(TITLE)
            buckets.result().apply(self.screen)
        release = self._publish(artifacts)
        return release, *self._plan(release)

    def _require_own_builds(self) -> None:
        """Refuse an environment that takes its releases from another."""
        environment = self.target.environment
        if environment.promotes_from:
            raise OperatorError(
                f"{environment.name} takes promotions, not deployments; nothing was done.",
                reason=f"environments/{environment.name}.yaml says promotes_from: "
                f"{environment.promotes_from}.",
                remedy=f"nox -s promote -- {environment.promotes_from} {environment.name}",
            )

    def _package(self) -> list[Artifact]:
        began = monotonic()
        platform = platform_of(self.target)
        self.screen.step(f"Packages for {platform.name}")
        artifacts = build_all(self.workspace, platform, self.screen)
        for artifact in artifacts:
            word = "built" if artifact.built else "unchanged"
            self.screen.done(f"{artifact.function} {artifact.sha256[:12]} {word}")
        self.screen.done("ready", began)
        return artifacts

    def _publish(self, artifacts: list[Artifact]) -> Release:
        bucket = artifact_bucket(self.target.environment)
        functions = {
            artifact.function: publish(self.target.s3, bucket, artifact) for artifact in artifacts
        }
        release = describe(self.workspace.root, platform_of(self.target), functions)
        self.screen.done(f"release {release.id[:12]} of commit {release.short_commit}")
        return release

    def _plan(self, release: Release) -> tuple[Stack, PlanSummary]:
        began = monotonic()
        self.screen.step("Plan")
        stack = media_stack(self.workspace, self.target)
        summary = stack.plan(self.screen, release).summary
        show_plan(self.screen, summary, began)
        return stack, summary
