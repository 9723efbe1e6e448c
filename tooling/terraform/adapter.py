"""Terraform's actions, through python-terraform, with explicit flags only.

python-terraform (0.10.1, no release since 2019) assembles the command lines. Its ``cmd`` is not
used to run them: it can neither stream output nor take an environment of its own, passes
``-synchronous`` on to Terraform, writes every dict it is given to a temporary ``-var-file`` that
stays behind on a bad working folder, and its ``plan``, ``apply``, ``destroy`` and ``init`` add or
miss flags that current Terraform refuses. The tests of this module hold one case
for each of these.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_terraform import IsFlagged
from python_terraform import Terraform as CommandLine

from tooling.errors import Interrupted
from tooling.terraform.diagnostics import Diagnostic, TerraformFailed, parse_line
from tooling.terraform.process import run_to_its_end
from tooling.terraform.providers import preparing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Message = dict[str, Any]
    Listener = Callable[[Message], None]

SUCCEEDED, FAILED, SUCCEEDED_WITH_CHANGES = 0, 1, 2


@dataclass(frozen=True)
class Terraform:
    """Terraform in one working folder.

    Parameters
    ----------
    binary : Path
        The terraform program.
    folder : Path
        The root module.
    environment : dict of str to str
        The whole environment of the program, PATH included.
    subject : str
        The environment, for messages.
    """

    binary: Path
    folder: Path
    environment: dict[str, str]
    subject: str

    def init(self, backend_configuration: Path | None) -> None:
        """Prepare the folder: providers as locked, state where `backend_configuration` says.

        None leaves the backend alone, for validation and tests.
        """
        backend = (
            {"backend": False}
            if backend_configuration is None
            else {"backend_config": str(backend_configuration), "reconfigure": IsFlagged}
        )
        with preparing(self.environment):
            self._run("init", lockfile="readonly", input=False, json=IsFlagged, **backend)

    def validate(self) -> None:
        """Check the configuration by itself."""
        text = self._run("validate", json=IsFlagged, accept=(SUCCEEDED, FAILED))
        document = json.loads(text)
        if not document["valid"]:
            found = [Diagnostic.from_document(entry) for entry in document["diagnostics"]]
            raise TerraformFailed("validate", self.subject, found)

    def plan(
        self,
        plan_file: Path,
        *,
        variables: Path | None = None,
        destroy: bool = False,
        lock: bool = True,
        listener: Listener | None = None,
    ) -> bool:
        """Write a plan to `plan_file`; return whether it changes anything, outputs included.

        A plan that is only read needs no `lock` on the state.
        """
        options: dict[str, object] = {"out": str(plan_file), "destroy": destroy}
        if not lock:
            options["lock"] = False
        if variables is not None:
            options["var_file"] = str(variables)
        code = self._stream(
            "plan",
            listener,
            accept=(SUCCEEDED, SUCCEEDED_WITH_CHANGES),
            detailed_exitcode=IsFlagged,
            input=False,
            lock_timeout="10s",
            json=IsFlagged,
            **options,
        )
        return code == SUCCEEDED_WITH_CHANGES

    def show(self, plan_file: Path) -> dict[str, Any]:
        """Return a saved plan as a document."""
        document: dict[str, Any] = json.loads(self._run("show", str(plan_file), json=IsFlagged))
        return document

    def apply(self, plan_file: Path, listener: Listener | None = None) -> None:
        """Apply exactly the saved plan, which may be a destroy plan."""
        self._stream(
            "apply",
            listener,
            str(plan_file),
            input=False,
            lock_timeout="10s",
            json=IsFlagged,
        )

    def force_unlock(self, lock_id: str) -> None:
        """Remove the state lock of a killed run."""
        self._run("force-unlock", lock_id, force=IsFlagged)

    def command(self, action: str, *arguments: str, **options: object) -> list[str]:
        """Return the command line of an action, with the given flags alone."""
        line: list[str] = CommandLine(
            working_dir=str(self.folder), terraform_bin_path=str(self.binary)
        ).generate_cmd_string(action, *arguments, **options)
        return line

    def _run(
        self,
        action: str,
        *arguments: str,
        accept: tuple[int, ...] = (SUCCEEDED,),
        **options: object,
    ) -> str:
        """Run an action that prints one document; return its output."""
        lines: list[str] = []
        self._execute(self.command(action, *arguments, **options), lines.append, accept)
        return "".join(lines)

    def _stream(
        self,
        action: str,
        listener: Listener | None,
        *arguments: str,
        accept: tuple[int, ...] = (SUCCEEDED,),
        **options: object,
    ) -> int:
        """Run an action that reports progress; pass each message to the listener."""

        def tell(line: str) -> None:
            message = parse_line(line)
            if message is not None and listener is not None:
                listener(message)

        return self._execute(self.command(action, *arguments, **options), tell, accept)

    def _execute(
        self, line: list[str], on_line: Callable[[str], None], accept: tuple[int, ...]
    ) -> int:
        action = line[1]
        printed: list[str] = []

        def hear(text: str) -> None:
            printed.append(text)
            on_line(text)

        try:
            code = run_to_its_end(line, self.folder, self.environment, hear)
        except Interrupted as error:
            raise Interrupted(
                f"terraform {action} was stopped; what it did is written into its state."
            ) from error
        if code not in accept:
            raise TerraformFailed(action, self.subject, _diagnostics(printed), "".join(printed))
        return code


def _diagnostics(printed: list[str]) -> list[Diagnostic]:
    messages = (parse_line(line) for line in printed)
    return [
        Diagnostic.from_document(message["diagnostic"])
        for message in messages
        if message and message.get("type") == "diagnostic"
    ]
