"""A release is named by what runs, and by nothing else."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tooling.releases.release import (
    UNKNOWN_RELEASE,
    PublishedFunction,
    Release,
    git_commit,
    terraform_digest,
)


def test_the_id_covers_everything_that_decides_what_runs() -> None:
    changed = [
        replace(UNKNOWN_RELEASE, git_commit="other"),
        replace(UNKNOWN_RELEASE, terraform_digest="1" * 64),
        replace(UNKNOWN_RELEASE, provider_lock_digest="1" * 64),
        replace(UNKNOWN_RELEASE, runtime="python3.12"),
        replace(UNKNOWN_RELEASE, architecture="x86_64"),
        replace(UNKNOWN_RELEASE, functions={"api": PublishedFunction("k", "v", "1" * 64)}),
    ]
    assert len({release.id for release in [UNKNOWN_RELEASE, *changed]}) == len(changed) + 1


def test_the_id_does_not_depend_on_the_bucket_it_lies_in() -> None:
    moved = {
        name: replace(function, version_id="other")
        for name, function in UNKNOWN_RELEASE.functions.items()
    }
    assert replace(UNKNOWN_RELEASE, functions=moved).id == UNKNOWN_RELEASE.id


def test_a_short_commit_still_says_that_files_differ() -> None:
    commit = "0a3a71db7828" + "f" * 28
    assert replace(UNKNOWN_RELEASE, git_commit=commit).short_commit == "0a3a71db7828"
    dirty = replace(UNKNOWN_RELEASE, git_commit=f"{commit}-dirty")
    assert dirty.short_commit == "0a3a71db7828-dirty"


def test_a_release_survives_the_state() -> None:
    document = json.loads(json.dumps(UNKNOWN_RELEASE.document()))
    assert Release.from_document(document) == UNKNOWN_RELEASE
    assert document["id"] == UNKNOWN_RELEASE.id


def test_the_id_of_a_release_that_runs_somewhere_never_changes() -> None:
    release = Release(
        git_commit="1" * 40,
        terraform_digest="2" * 64,
        provider_lock_digest="3" * 64,
        runtime="python3.13",
        architecture="arm64",
        functions={"api": PublishedFunction("functions/api/4.zip", "v", "4" * 64)},
    )
    assert release.id == "a2e78188491b8cbef30a7eb68f74c08f0b4d3af27b80d663c8859d439f13fa00"


def test_a_zips_digest_is_told_in_base64_beside_the_release_and_not_in_it() -> None:
    empty = PublishedFunction("k", "v", hashlib.sha256(b"").hexdigest())
    release = replace(UNKNOWN_RELEASE, functions={"api": empty})
    assert release.code_sha256 == {"api": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}
    assert release.document()["functions"]["api"].keys() == {"key", "version_id", "sha256"}


def test_tests_and_texts_change_no_terraform_digest(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("a")
    before = terraform_digest(tmp_path)
    (tmp_path / "README.md").write_text("words")
    (tmp_path / "main.tftest.hcl").write_text("tests")
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "copy.tf").write_text("cache")
    assert terraform_digest(tmp_path) == before


def test_the_roles_of_githubs_workflows_belong_to_no_release(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("a")
    before = terraform_digest(tmp_path)
    (tmp_path / "github").mkdir()
    (tmp_path / "github" / "main.tf").write_text("roles")
    assert terraform_digest(tmp_path) == before
    (tmp_path / "modules" / "github").mkdir(parents=True)
    (tmp_path / "modules" / "github" / "main.tf").write_text("a module of an environment")
    assert terraform_digest(tmp_path) != before


def test_no_environment_reads_them() -> None:
    sources = Path(__file__).resolve().parents[4] / "terraform"
    others = [path for path in sources.rglob("*.tf") if "github" not in path.parts]
    assert others
    assert [path for path in others if "github" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    "name",
    [
        "modules/table/main.tf",
        "override.tf.json",
        "terraform.tfvars",
        "extra.auto.tfvars",
        "extra.auto.tfvars.json",
        ".terraform.lock.hcl",
        "foundation/.terraform.lock.hcl",
        "templates/policy.json.tftpl",
    ],
)
def test_the_terraform_digest_covers_all_that_terraform_may_read(tmp_path: Path, name: str) -> None:
    digests = {terraform_digest(tmp_path)}
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a")
    digests.add(terraform_digest(tmp_path))
    path.write_text("b")
    digests.add(terraform_digest(tmp_path))
    path.rename(path.with_name("other.tf"))
    digests.add(terraform_digest(tmp_path))
    assert len(digests) == 4


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for command in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "m"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_a_changed_checkout_is_told_from_its_commit(repository: Path) -> None:
    clean = git_commit(repository)
    assert len(clean) == 40
    (repository / "new").write_text("x")
    assert git_commit(repository) == f"{clean}-dirty"


def test_without_git_the_commit_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_commit(tmp_path) == "unknown"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_commit(tmp_path) == "unknown"
