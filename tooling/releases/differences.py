"""What differs between two releases, and between two environments' settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tooling.console import flatten
from tooling.releases.git import git

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.environments import Environment
    from tooling.releases.release import Release

# Differ by their nature.
IDENTITY = frozenset({"name", "promotes_from"})


@dataclass(frozen=True)
class ReleaseDifference:
    """The difference between the releases of two environments.

    Parameters
    ----------
    commits : list of str or None
        One line each, newest first; None where git does not know both commits.
    functions : list of str
        Those whose zips differ.
    terraform : bool
        Whether the Terraform sources or the providers differ.
    runtime : bool
        Whether runtime or architecture differ.
    first : bool
        Whether the next environment holds no release yet.
    """

    commits: list[str] | None
    functions: list[str]
    terraform: bool
    runtime: bool
    first: bool = False

    @classmethod
    def between(cls, root: Path, newer: Release, older: Release | None) -> ReleaseDifference:
        """Compare two releases; against nothing, everything is new."""
        if older is None:
            return cls(None, sorted(newer.functions), terraform=True, runtime=True, first=True)
        return cls(
            commits=commits_between(root, older.git_commit, newer.git_commit),
            functions=sorted(
                name
                for name, published in newer.functions.items()
                if name not in older.functions or older.functions[name].sha256 != published.sha256
            ),
            terraform=(newer.terraform_digest, newer.provider_lock_digest)
            != (older.terraform_digest, older.provider_lock_digest),
            runtime=(newer.runtime, newer.architecture) != (older.runtime, older.architecture),
        )

    def __str__(self) -> str:
        if self.first:
            return "its first release"
        commits = "commits unknown" if self.commits is None else f"{len(self.commits)} commits"
        parts = [commits]
        if self.functions:
            parts.append(f"functions {', '.join(self.functions)}")
        if self.terraform:
            parts.append("Terraform")
        if self.runtime:
            parts.append("runtime")
        return "; ".join(parts)

    def document(self) -> dict[str, Any]:
        """Return the difference as a script reads it."""
        return {
            "commits": self.commits,
            "functions": self.functions,
            "terraform": self.terraform,
            "runtime": self.runtime,
        }


def commits_between(root: Path, older: str, newer: str) -> list[str] | None:
    """Return the commits that `newer` has over `older`, None where git does not know them."""
    first, last = (commit.removesuffix("-dirty") for commit in (older, newer))
    printed = git(root, "log", "--format=%h %s", operands=(f"{first}..{last}", "--"))
    return None if printed is None else printed.decode(errors="replace").splitlines()


def settings_between(one: Environment, other: Environment) -> list[tuple[str, str, str]]:
    """Return name and both values of every setting that differs; a dash where one has none."""
    left, right = (
        dict(flatten(environment.model_dump(exclude=set(IDENTITY), exclude_none=True)))
        for environment in (one, other)
    )
    return [
        (name, left.get(name, "-"), right.get(name, "-"))
        for name in sorted(left | right)
        if left.get(name) != right.get(name)
    ]
