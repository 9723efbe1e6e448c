"""One Terraform root of one environment: prepared, planned, applied, read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tooling.releases.release import terraform_digest
from tooling.terraform.adapter import Terraform
from tooling.terraform.backend import backend_configuration, write_backend_configuration, write_json
from tooling.terraform.binary import find_terraform
from tooling.terraform.outputs import Outputs
from tooling.terraform.plans import Plan
from tooling.terraform.providers import find_mirror, write_cli_configuration
from tooling.terraform.state import state_outputs
from tooling.terraform.summary import Action

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.aws.target import Target
    from tooling.console import Screen
    from tooling.terraform.adapter import Message
    from tooling.terraform.summary import PlanSummary
    from tooling.workspace import Workspace

FINISHED_HOOKS = frozenset({"apply_complete", "apply_errored"})
# The provider's schema is large: collecting garbage less often saves each run of Terraform a
# quarter of its processor time, for a third more memory.
GARBAGE_COLLECTION = {"GOGC": "400"}


@dataclass(frozen=True)
class Stack:
    """A root module, with one state, in an environment.

    Parameters
    ----------
    terraform : Terraform
        Runs in the stack's root module.
    folder : Path
        Rendered variables, backend settings, plans and Terraform's own data of this stack.
    target : Target
        The AWS it lives on.
    state_key : str
        Key of its state in the state bucket.
    founded : bool
        Whether there is a state bucket; a plan to be looked at is made without one, too.
    """

    terraform: Terraform
    folder: Path
    target: Target
    state_key: str
    founded: bool = True

    @property
    def plan_file(self) -> Path:
        """The saved plan: the only thing that is ever applied."""
        return self.folder / "plan.tfplan"

    @property
    def plan_document(self) -> Path:
        """The saved plan as JSON, for the scan."""
        return self.folder / "plan.json"

    def init(self, screen: Screen) -> None:
        """Initialise the root module, unless that is already done.

        Terraform would hash the provider each time, which takes seconds.
        """
        settings = backend_configuration(self.target, self.state_key) if self.founded else {}
        backend = write_backend_configuration(self.folder / "backend.hcl", settings)
        lock = self.terraform.folder / ".terraform.lock.hcl"
        wanted = hashlib.sha256(
            backend.read_bytes()
            + lock.read_bytes()
            + terraform_digest(self.terraform.folder).encode()
            + str(self.terraform.binary).encode()
        ).hexdigest()
        done = self.folder / "data" / "initialised"
        if _reads(done) == wanted and _providers_are_there(self.folder / "data"):
            return
        with screen.working("preparing Terraform and its provider"):
            self.terraform.init(backend)
        done.write_text(wanted, encoding="ascii")

    def plan_with(
        self,
        screen: Screen,
        variables: dict[str, Any],
        *,
        destroy: bool = False,
        lock: bool = True,
    ) -> Plan:
        """Save a plan for these variables, and return it.

        A plan that is only shown needs no `lock` on the state, and no permission to write.
        """
        self.init(screen)
        path = write_json(self.folder / "terraform.tfvars.json", variables)
        with screen.progress("reading what is there", None) as progress:

            def refreshing(message: Message) -> None:
                if message.get("type") == "refresh_start":
                    progress.now(message["hook"]["resource"]["addr"])

            changed = self.terraform.plan(
                self.plan_file, variables=path, destroy=destroy, lock=lock, listener=refreshing
            )
        return self.read_plan() if changed else Plan()

    def read_plan(self) -> Plan:
        """Return the saved plan with all that Terraform found, and leave it as JSON beside it.

        One that changes nothing is read only by who asks: what was found changed stands in it too.
        """
        document = self.terraform.show(self.plan_file)
        write_json(self.plan_document, document)
        return Plan.from_document(document)

    def apply(self, screen: Screen, summary: PlanSummary) -> None:
        """Apply exactly the saved plan, printing each finished resource."""
        total = sum(2 if change.action is Action.REPLACE else 1 for change in summary.changes)
        with screen.progress("applying", total) as progress:
            count = 0

            def applying(message: Message) -> None:
                nonlocal count
                kind = message.get("type")
                if kind == "apply_start":
                    progress.now(message["hook"]["resource"]["addr"])
                elif kind == "apply_progress":
                    hook = message["hook"]
                    progress.now(f"{hook['resource']['addr']} ({hook['elapsed_seconds']} s)")
                elif kind in FINISHED_HOOKS:
                    count += 1
                    progress.advance(_finished(message, count, total))

            self.terraform.apply(self.plan_file, applying)

    def outputs(self) -> Outputs:
        """Return the outputs; empty before the first apply."""
        environment = self.target.environment
        values = state_outputs(self.target.s3, environment, self.state_key)
        return Outputs(environment.name, values)


def prepared_terraform(
    workspace: Workspace, target: Target, root: Path, state_key: str
) -> tuple[Terraform, Path]:
    """Return what runs in the root module `root` of `target`, and the folder for what it makes."""
    name = state_key.removesuffix(".tfstate")
    folder = workspace.environment_state(target.environment.name) / name
    folder.mkdir(parents=True, exist_ok=True)
    environment = terraform_environment(workspace, target.process_environment())
    environment["TF_DATA_DIR"] = str(folder / "data")
    terraform = Terraform(
        find_terraform(workspace.cache), root, environment, target.environment.name
    )
    return terraform, folder


def terraform_environment(workspace: Workspace, variables: dict[str, str]) -> dict[str, str]:
    """Return the environment of a Terraform run: `variables`, and where providers come from."""
    # Whatever the operator's shell sets for other projects must not reach this one.
    kept = {
        name: value
        for name, value in variables.items()
        if not name.startswith(("TF_VAR_", "TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR", "TF_LOG"))
    }
    configuration = write_cli_configuration(
        workspace.cache / "terraform.rc", find_mirror(dict(variables))
    )
    own = {"TF_CLI_CONFIG_FILE": str(configuration), "TF_IN_AUTOMATION": "1"}
    return GARBAGE_COLLECTION | kept | own


def _reads(path: Path) -> str | None:
    return path.read_text(encoding="ascii") if path.exists() else None


def _providers_are_there(data: Path) -> bool:
    """Return whether the links that init made still lead somewhere: a cache may be deleted."""
    links = list((data / "providers").rglob("*"))
    return bool(links) and all(link.exists() for link in links)


def _finished(message: Message, count: int, total: int) -> str:
    hook = message["hook"]
    failed = message["type"] == "apply_errored"
    word = (
        "failed" if failed else {"create": "made", "delete": "removed"}.get(hook["action"], "set")
    )
    seconds = hook.get("elapsed_seconds", 0)
    return f"{count:>3}/{total} {word} {hook['resource']['addr']} ({seconds} s)"
