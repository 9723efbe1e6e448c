"""What one environment has over another: commits, functions, settings."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

from tooling.delivery.overview import in_order
from tooling.environments import Canary
from tooling.packaging.build import FUNCTIONS
from tooling.releases.differences import ReleaseDifference, commits_between, settings_between
from tooling.releases.moves import MOVES, REVERSE_MOVES, Move, moves_of
from tooling.releases.release import UNKNOWN_RELEASE, terraform_digest
from tooling.releases.sources import sources_of
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.environments import Environment


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    completed = subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return completed.stdout.strip()


def committed(folder: Path, text: str) -> str:
    """Write a Terraform source and commit it; return the commit."""
    (folder / "terraform").mkdir(exist_ok=True)
    (folder / "terraform" / "main.tf").write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", text)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path) -> Path:
    git(folder, "init", "--quiet")
    return folder


def test_commits_are_those_that_the_older_lacks(tmp_path: Path) -> None:
    root = repository(tmp_path)
    commits = [committed(root, text) for text in ("first", "second", "third")]
    found = commits_between(root, commits[0], f"{commits[2]}-dirty")
    assert found is not None
    assert [line.split(" ", 1)[1] for line in found] == ["third", "second"]
    assert commits_between(root, commits[2], commits[2]) == []
    assert commits_between(root, "unknown", commits[2]) is None


def test_a_release_differs_by_what_it_consists_of(tmp_path: Path) -> None:
    functions = dict(UNKNOWN_RELEASE.functions)
    functions["api"] = replace(functions["api"], sha256="1" * 64)
    newer = replace(UNKNOWN_RELEASE, functions=functions, terraform_digest="1" * 64)
    found = ReleaseDifference.between(tmp_path, newer, UNKNOWN_RELEASE)
    assert str(found) == "commits unknown; functions api; Terraform"
    same = ReleaseDifference.between(tmp_path, UNKNOWN_RELEASE, UNKNOWN_RELEASE)
    assert (same.functions, same.terraform, same.runtime) == ([], False, False)
    everything = ReleaseDifference.between(tmp_path, newer, None)
    assert everything.functions == sorted(FUNCTIONS)


def test_sources_come_from_the_checkout_or_from_the_commit(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    root = repository(tmp_path / "root")
    workspace = Workspace(root, tmp_path / "state", tmp_path / "cache")
    old = committed(root, "old")
    release = replace(
        UNKNOWN_RELEASE, git_commit=old, terraform_digest=terraform_digest(root / "terraform")
    )
    assert sources_of(workspace, "prod", release) == root / "terraform"
    (root / "terraform" / MOVES).write_text(str(Move("module.a", "module.b")))
    committed(root, "new")
    sources = sources_of(workspace, "prod", release)
    assert sources is not None
    assert (sources / "main.tf").read_text() == "old"
    assert moves_of(sources) == []
    assert (sources / REVERSE_MOVES).read_text() == str(Move("module.b", "module.a"))
    assert sources_of(workspace, "prod", replace(release, terraform_digest="1" * 64)) is None
    assert sources_of(workspace, "prod", replace(release, git_commit="0" * 40)) == sources


def test_settings_that_differ_are_listed_and_names_are_not(dev: Environment) -> None:
    canary = Canary(percent=10, minutes=5)
    prod = dev.model_copy(update={"name": "prod", "promotes_from": "dev", "canary": canary})
    assert settings_between(dev, dev) == []
    assert settings_between(dev, prod) == [
        ("canary.minutes", "-", "5"),
        ("canary.percent", "-", "10"),
    ]


def test_environments_stand_in_the_order_of_promotion(dev: Environment) -> None:
    def named(name: str, before: str | None) -> Environment:
        return dev.model_copy(update={"name": name, "promotes_from": before})

    mixed = [named("prod", "staging"), named("alpha", None), named("staging", "dev"), dev]
    assert [each.name for each in in_order(mixed)] == ["alpha", "dev", "staging", "prod"]
    circle = [named("one", "two"), named("two", "one")]
    assert {each.name for each in in_order(circle)} == {"one", "two"}
