"""``status``: the release, health, drift and pending promotion of every environment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from tooling.aws.target import open_target
from tooling.delivery.status import EnvironmentStatus
from tooling.environments.names import state_bucket
from tooling.errors import OperatorError
from tooling.gates.alarms import alarms
from tooling.gates.drift import drifted
from tooling.gates.gate import Gate
from tooling.ledger.integrity import authenticated
from tooling.ledger.lease import holder
from tooling.ledger.ledger import Ledger
from tooling.releases.artifact_copy import NOWHERE
from tooling.releases.differences import ReleaseDifference
from tooling.releases.sources import sources_of
from tooling.terraform.media_stack import media_stack
from tooling.terraform.outputs import read_outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tooling.console import Screen
    from tooling.environments import Environment, EnvironmentFiles
    from tooling.releases.release import Release
    from tooling.terraform.media_stack import MediaStack
    from tooling.workspace import Workspace


@dataclass(frozen=True)
class Overview:
    """Reads all environments; changes nothing and takes no lock.

    Parameters
    ----------
    workspace : Workspace
        The checkout and its folders.
    files : EnvironmentFiles
        The environments.
    screen : Screen
        Shows progress.
    """

    workspace: Workspace
    files: EnvironmentFiles
    screen: Screen

    def look(self, *, plans: bool) -> list[EnvironmentStatus]:
        """Return every environment in the order of promotion.

        Parameters
        ----------
        plans : bool
            Whether to plan each, to find drift and pending changes; takes seconds.
        """
        found = {
            environment.name: self._read(environment)
            for environment in in_order([self.files.load(name) for name in self.files.names()])
        }
        for status in found.values():
            source = found.get(status.environment.promotes_from or "")
            if source and source.release and source.release.id != getattr(status.release, "id", ""):
                status.difference = ReleaseDifference.between(
                    self.workspace.root, source.release, status.release
                )
        if plans:
            with self.screen.working("looking for drift"):
                self._plan(found)
        return list(found.values())

    def _read(self, environment: Environment) -> EnvironmentStatus:
        """Read one environment; a failure must not hide the others."""
        status = EnvironmentStatus(environment)
        try:
            self._fill(status)
        except OperatorError as error:
            status.problem = error.what
        except (ClientError, BotoCoreError) as error:
            status.problem = f"It can't be read: {error}"
        return status

    def _fill(self, status: EnvironmentStatus) -> None:
        environment = status.environment
        target = status.target = open_target(self.workspace, environment)
        status.deployed = read_outputs(target)
        found = authenticated(Ledger.of(target))
        status.entries, status.holds = found.authentic, found.holds
        status.forged = found.forged
        status.at_work = holder(target.s3, state_bucket(environment), datetime.now(UTC))
        if status.deployed:
            outputs = status.deployed
            status.health = Gate("alarms", lambda: alarms(target.cloudwatch, outputs)).find()

    def _plan(self, found: dict[str, EnvironmentStatus]) -> None:
        planned = []
        for status in found.values():
            source = found.get(status.environment.promotes_from or "")
            release = _to_come(source.release if source else None, status.release)
            if status.target and status.release and release:
                name = status.environment.name
                sources = sources_of(self.workspace, name, release)
                if sources:
                    # One at a time: Terraform's plugin cache is not safe for concurrent use.
                    stack = media_stack(self.workspace, status.target, sources)
                    stack.init(self.screen)
                    planned.append((status, stack, release))
        with ThreadPoolExecutor() as pool:
            for work in [pool.submit(self._compare, *each) for each in planned]:
                work.result()

    def _compare(self, status: EnvironmentStatus, stack: MediaStack, release: Release) -> None:
        try:
            stack.compare(release)
            plan = stack.compared()
        except OperatorError as error:
            status.problem = error.what
            return
        status.drift = list(drifted(plan))
        status.plan = "" if plan.summary.empty else plan.summary.counts()


def in_order(environments: Sequence[Environment]) -> list[Environment]:
    """Sort environments in the order of promotion."""
    by_name = {environment.name: environment for environment in environments}

    def depth(environment: Environment, seen: frozenset[str] = frozenset()) -> int:
        before = by_name.get(environment.promotes_from or "")
        if before is None or before.name in seen:
            return 0
        return 1 + depth(before, seen | {environment.name})

    return sorted(environments, key=lambda environment: (depth(environment), environment.name))


def _to_come(source: Release | None, here: Release | None) -> Release | None:
    """Return the release that a promotion would deliver, as if its zips were already copied."""
    if source is None or here is None:
        return here
    functions = {}
    for name, published in source.functions.items():
        ours = here.functions.get(name)
        same = ours is not None and ours.sha256 == published.sha256
        functions[name] = ours if ours and same else replace(published, version_id=NOWHERE)
    return replace(source, functions=functions)
