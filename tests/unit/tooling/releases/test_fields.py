"""A release that somebody else wrote down is a release, or is refused in a sentence."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commits import commit_of
from tooling.errors import OperatorError
from tooling.ledger.entry import Entry, Step, Unreadable
from tooling.releases.differences import commits_between
from tooling.releases.fields import InvalidRelease
from tooling.releases.release import UNKNOWN_RELEASE, PublishedFunction, Release
from tooling.releases.sources import sources_of
from tooling.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "ab" * 32
KEY = f"functions/api/{DIGEST}.zip"
PUBLISHED = replace(
    UNKNOWN_RELEASE,
    git_commit=commit_of("published"),
    functions={"api": PublishedFunction(KEY, "3HL4kqtJ.lcp_XroDT-DmJ+rmSpXd3/bA==", DIGEST)},
)
ATTACKS: tuple[object, ...] = (
    "",
    "--output=/tmp/x",
    "-rf",
    "../../x",
    "/etc/x",
    "a b",
    "a\n",
    "\x1b[2J",
    "[bold]x[/]",
    "${file('x')}",
    "{{ x }}",
    "<script>",
    "A" * 100_000,
    None,
    0,
    [],
    {},
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
PATHS = [
    *((name,) for name in PUBLISHED.document()),
    *(("functions", "api", name) for name in ("key", "version_id", "sha256")),
]


def changed(path: tuple[str, ...], value: object) -> dict[str, Any]:
    """The published release with one field replaced."""
    document: dict[str, Any] = json.loads(json.dumps(PUBLISHED.document()))
    *parents, last = path
    place = document
    for name in parents:
        place = place[name]
    place[last] = value
    return document


def with_right_id(document: dict[str, Any]) -> dict[str, Any]:
    """As an attacker would write it, who can count."""
    functions = {name: PublishedFunction(**each) for name, each in document["functions"].items()}
    fields = {name: value for name, value in document.items() if name not in ("id", "functions")}
    return Release(**fields, functions=functions).document()


def test_what_a_deployment_records_is_read_again() -> None:
    assert Release.from_document(json.loads(json.dumps(PUBLISHED.document()))) == PUBLISHED
    dirty = replace(PUBLISHED, git_commit=f"{commit_of('a')}-dirty")
    assert Release.from_document(dirty.document()) == dirty
    sha256 = replace(PUBLISHED, git_commit="0f" * 32)
    assert Release.from_document(sha256.document()) == sha256


@pytest.mark.parametrize("value", ATTACKS, ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_a_field_that_could_act_is_refused(path: tuple[str, ...], value: object) -> None:
    if path == ("functions",) and value == {}:
        return  # a release of no functions does nothing
    if path[-1] == "version_id" and str(value).startswith("-"):
        return  # S3's own may begin so; it goes to S3 alone, and to no program
    with pytest.raises(InvalidRelease) as caught:
        Release.from_document(changed(path, value))
    assert path[-1] in caught.value.reason
    assert len(caught.value.reason) < 200
    assert caught.value.reason.isprintable()


@pytest.mark.parametrize("name", ["/x", "../x", "", "-o", "Api", "a/b", "a\x1b", "é"])
def test_the_name_of_a_function_cannot_be_a_path_or_an_option(name: str) -> None:
    entry = {"key": f"functions/{name}/{DIGEST}.zip", "version_id": "v", "sha256": DIGEST}
    with pytest.raises(InvalidRelease, match="the name of a function"):
        Release.from_document(changed(("functions",), {name: entry}))


def test_a_zip_lies_under_its_own_name_and_digest() -> None:
    for key in (f"functions/processor/{DIGEST}.zip", f"functions/api/{'cd' * 32}.zip"):
        with pytest.raises(InvalidRelease, match=r"functions\.api\.key"):
            Release.from_document(changed(("functions", "api", "key"), key))


def test_the_id_is_that_of_the_description() -> None:
    with pytest.raises(InvalidRelease, match="id is not that of its description"):
        Release.from_document(changed(("id",), "0" * 64))


def test_a_field_more_or_less_is_refused() -> None:
    with pytest.raises(InvalidRelease, match="no release has"):
        Release.from_document({**PUBLISHED.document(), "more": "x"})
    document = PUBLISHED.document()
    del document["runtime"]
    with pytest.raises(InvalidRelease, match="lacks runtime"):
        Release.from_document(document)


@given(JSON)
def test_whatever_json_holds_is_a_release_or_refused(document: object) -> None:
    with pytest.raises(OperatorError):
        Release.from_document(document)


@given(st.sampled_from(PATHS), JSON)
def test_whatever_a_field_holds_it_is_a_release_or_refused(
    path: tuple[str, ...], value: object
) -> None:
    try:
        found = Release.from_document(changed(path, value))
    except OperatorError:
        return
    assert found.id == PUBLISHED.id or path in {("functions",), ("functions", "api", "version_id")}


def test_an_entry_of_the_ledger_with_such_a_release_cannot_be_read() -> None:
    evil = with_right_id(changed(("git_commit",), "--output=x"))
    entry = Entry(
        run="run",
        command="promote dev staging",
        step=Step.SMOKE_PASSED,
        origin={"user": "anna", "host": "here"},
        release=evil,
        time="2026-01-01T12:00:00+00:00",
    )
    with pytest.raises(Unreadable, match="git_commit"):
        Entry.decoded(entry.encoded())


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "checkout"
    (root / "terraform").mkdir(parents=True)
    return Workspace(root, tmp_path / "state", tmp_path / "cache")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "terraform").mkdir(parents=True)
    (folder / "terraform" / "main.tf").write_text("# nothing\n")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "m"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_git_takes_no_commit_for_an_option(
    workspace: Workspace, tmp_path: Path, repository: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    option = f"--output={victim}"
    here = replace(workspace, root=repository)
    for commit in (option, f"{option}-dirty"):
        assert sources_of(here, "prod", replace(PUBLISHED, git_commit=commit)) is None
        assert commits_between(repository, commit, "HEAD") is None
        assert commits_between(repository, "HEAD", commit) is None
    assert victim.read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir() if "..HEAD" in path.name] == []
