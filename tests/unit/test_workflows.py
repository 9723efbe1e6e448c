"""What runs beside credentials on GitHub was named by hash or commit, and was there before them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CREDENTIALS = "aws-actions/configure-aws-credentials@"
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
INSTALLS = re.compile(r"\bpip\b.*\binstall\b|\bnox -s install\b|\b(npm|pipx|apt-get|curl|wget)\b")
LOCKED_NOX = (
    "python -m pip install --require-hashes --only-binary :all: --requirement .ci/requirements.lock"
)


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return found


JOBS = [
    pytest.param(job, id=f"{path.stem}-{name}")
    for path in WORKFLOWS
    for name, job in jobs(path).items()
]


def takes_credentials(step: dict[str, Any]) -> bool:
    return str(step.get("uses", "")).startswith(CREDENTIALS)


def test_there_are_jobs_with_credentials_to_look_at() -> None:
    with_credentials = [
        job
        for path in WORKFLOWS
        for job in jobs(path).values()
        if any(takes_credentials(step) for step in job["steps"])
    ]
    assert len(with_credentials) == 3


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_named_by_commit_with_its_version_beside_it(path: Path) -> None:
    uses = [line for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert uses
    assert [line for line in uses if not PINNED.search(line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_gives_nothing_but_reading_to_all_its_jobs(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("job", JOBS)
def test_only_a_job_that_assumes_a_role_may_ask_for_a_token_of_github(job: dict[str, Any]) -> None:
    may_ask = job.get("permissions", {}).get("id-token") == "write"
    assert may_ask == any(takes_credentials(step) for step in job["steps"])


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_may_ask_for_one_runs_in_an_environment(job: dict[str, Any]) -> None:
    if job.get("permissions", {}).get("id-token") == "write":
        assert job["environment"].startswith("${{ inputs.")


@pytest.mark.parametrize("job", JOBS)
def test_nox_comes_from_its_hashed_lock_alone(job: dict[str, Any]) -> None:
    commands = [str(step.get("run", "")) for step in job["steps"]]
    assert [line for line in commands if re.search(r"\bpip\b", line)] == [LOCKED_NOX]


@pytest.mark.parametrize("job", JOBS)
def test_everything_is_installed_before_credentials_are_there(job: dict[str, Any]) -> None:
    steps = job["steps"]
    first = next((n for n, step in enumerate(steps) if takes_credentials(step)), None)
    if first is None:
        return
    commands = [str(step.get("run", "")) for step in steps]
    assert [line for line in commands[first:] if INSTALLS.search(line)] == []
    assert [step["uses"] for step in steps[first:] if "setup-" in str(step.get("uses"))] == []
    assert "nox -s install" in commands[:first]
