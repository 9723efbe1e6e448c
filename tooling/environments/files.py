"""The folder of environment files, and the errors about invalid ones."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from tooling.environments.faults import describe_fault
from tooling.environments.schema import Environment
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class EnvironmentFiles:
    """The folder of environment files.

    Parameters
    ----------
    folder : Path
        Holds one ``<name>.yaml`` an environment.
    """

    folder: Path

    def names(self) -> list[str]:
        """Return the names of all environments, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.yaml"))

    def load(self, name: str) -> Environment:
        """Return the environment called `name`.

        Raises
        ------
        OperatorError
            There is no such environment, or its file is wrong; every fault of the file is named.
        """
        path = self.folder / f"{name}.yaml"
        if name not in self.names():
            raise OperatorError(
                f"There is no environment called '{name}'.",
                reason=f"Known environments: {', '.join(self.names()) or 'none'}.",
                remedy=f"Name one of them, or write {self._shown(path)}.",
            )
        content = self._read(path)
        if "name" in content:
            raise OperatorError(
                f"{self._shown(path)} can't be used: name: unknown field.",
                reason="The file's own name is the name of the environment.",
                remedy=f"Remove the field 'name' from {self._shown(path)}.",
            )
        try:
            return Environment.model_validate({"name": name, **content})
        except ValidationError as error:
            faults = "\n".join(describe_fault(detail) for detail in error.errors())
            raise OperatorError(
                f"{self._shown(path)} can't be used.",
                reason=faults,
                remedy=f"Correct {self._shown(path)} and run the command again.",
            ) from error

    def embedded_origins(self) -> set[str]:
        """Return the web origins of all environments that live on the embedded AWS.

        A file that is wrong has none: its environment can't be deployed until it is right.
        """
        origins: set[str] = set()
        for name in self.names():
            with suppress(OperatorError):
                environment = self.load(name)
                origins |= set(environment.cors_origins) if environment.embedded else set()
        return origins

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise OperatorError(
                f"{self._shown(path)} is not valid YAML.",
                reason=str(error),
                remedy="Correct the line named above.",
            ) from error
        if not isinstance(content, dict):
            raise OperatorError(
                f"{self._shown(path)} holds no fields.",
                remedy="Copy the content of another environment file and adapt it.",
            )
        return content

    def _shown(self, path: Path) -> str:
        return f"{self.folder.name}/{path.name}"
