"""``deploy`` and ``plan``: from the checkout to a running, smoke-tested environment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any

from tooling import smoke
from tooling.buckets import ensure_bucket
from tooling.clients import Clients
from tooling.packaging.build import build_all
from tooling.packaging.platforms import lambda_platform, this_platform
from tooling.releases import describe, publish
from tooling.rendering import (
    artifact_bucket,
    foundation_variables,
    render_variables,
    state_bucket,
)
from tooling.reports import show_outputs, show_plan
from tooling.scanning.gate import require_clean_plan
from tooling.stack import foundation_stack, media_stack

if TYPE_CHECKING:
    from tooling.console import Screen
    from tooling.packaging.build import Artifact
    from tooling.packaging.platforms import Platform
    from tooling.releases import Release
    from tooling.stack import Stack
    from tooling.target import Target
    from tooling.terraform.plans import PlanSummary
    from tooling.workspace import Workspace


def platform_of(target: Target) -> Platform:
    """Return what the functions of `target` run on."""
    return this_platform() if target.endpoint else lambda_platform()


@dataclass(frozen=True)
class Deployment:
    """One run of ``deploy`` or ``plan`` for one environment.

    Every step can be interrupted and the whole be run again: buckets and zips are written once
    under fixed names, Terraform keeps its state in the state bucket, and of the environment
    nothing is applied but the plan that was shown and scanned.

    Parameters
    ----------
    workspace : Workspace
        The checkout and its folders.
    target : Target
        Where the environment lives.
    screen : Screen
        Where progress is told.
    """

    workspace: Workspace
    target: Target
    screen: Screen

    @cached_property
    def clients(self) -> Clients:
        """AWS clients for the target."""
        return Clients(self.target)

    def deploy(self) -> dict[str, Any]:
        """Bring the environment to what the checkout says, prove it works, show what is there."""
        stack, summary = self.plan()
        if not summary.empty:
            require_clean_plan(self.workspace, self.target, stack, self.screen)
            self._apply(stack, summary)
        outputs = stack.outputs()
        smoke.run(self.target, self.clients, outputs, self.screen)
        show_outputs(self.screen, self.target.environment.name, outputs)
        return outputs

    def plan(self) -> tuple[Stack, PlanSummary]:
        """Prepare everything up to a saved plan, and show it."""
        self._lay_foundation()
        release = self._publish(self._package())
        return self._plan(release)

    def _lay_foundation(self) -> None:
        began = monotonic()
        self.screen.step("State and artifact buckets")
        environment = self.target.environment
        for bucket in (state_bucket(environment), artifact_bucket(environment)):
            if ensure_bucket(self.clients.s3, bucket, environment.aws.region):
                self.screen.done(f"{bucket} made")
        stack = foundation_stack(self.workspace, self.target)
        stack.init(self.screen)
        summary = stack.plan(self.screen, foundation_variables(self.target))
        if not summary.empty:
            stack.apply(self.screen, summary)
        self.screen.done(summary.counts(), began)

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
            artifact.function: publish(self.clients.s3, bucket, artifact) for artifact in artifacts
        }
        release = describe(self.workspace.root, platform_of(self.target), functions)
        self.screen.done(f"release {release.id[:12]} of commit {release.short_commit}")
        return release

    def _plan(self, release: Release) -> tuple[Stack, PlanSummary]:
        began = monotonic()
        self.screen.step("Plan")
        stack = media_stack(self.workspace, self.target)
        stack.init(self.screen)
        stack.terraform.validate()
        variables = render_variables(
            self.workspace.environments, self.target.environment, self.target.endpoint, release
        )
        summary = stack.plan(self.screen, variables)
        show_plan(self.screen, summary, began)
        return stack, summary

    def _apply(self, stack: Stack, summary: PlanSummary) -> None:
        self.screen.step("Apply")
        began = monotonic()
        stack.apply(self.screen, summary)
        self.screen.done(f"applied: {summary.counts()}", began)
