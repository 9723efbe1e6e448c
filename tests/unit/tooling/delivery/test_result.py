"""A refusal lists the gates that did not pass, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.aws.target import Target
from tooling.delivery.plan import Planned
from tooling.delivery.result import Decision
from tooling.gates.gate import Finding, Gate, Verdict, skipped
from tooling.releases.release import UNKNOWN_RELEASE
from tooling.terraform.adapter import Terraform
from tooling.terraform.media_stack import MediaStack
from tooling.terraform.plans import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.environments import Environment

ORDER = Finding("order", Verdict.PASS, "staging is promoted from dev.")
ALARMS = Finding("alarms", Verdict.UNKNOWN, "Not known: errors.")
HOLD = Finding("hold", Verdict.FAIL, "Rolled back")
APPROVAL = Finding("approval", Verdict.FAIL, "none yet")


def decision(*findings: Finding) -> Decision:
    made = Decision("promote dev staging")
    made.findings = list(findings)
    return made


def test_unknown_counts_as_no() -> None:
    error = decision(ORDER, ALARMS, HOLD).refusal("staging")
    assert error.what == "2 of 3 gates did not pass (alarms, hold); nothing was changed in staging."
    assert error.reason.splitlines() == [
        "alarms: unknown: Not known: errors.",
        "hold: fail: Rolled back",
    ]
    assert error.remedy.endswith("nox -s promote -- dev staging")


def test_a_gate_that_was_not_asked_lets_through_and_is_shown_as_skipped() -> None:
    soak = Gate("soak", lambda: skipped("It has worked here before.")).find()
    made = decision(ORDER, soak)
    assert made.failed_gates == []
    assert made.document()["gates"][-1] == {
        "gate": "soak",
        "verdict": "skipped",
        "evidence": "It has worked here before.",
    }


def test_where_only_the_approval_is_missing_its_command_is_reported(
    dev: Environment, tmp_path: Path
) -> None:
    made = decision(ORDER, APPROVAL)
    target = Target(dev, None, None)  # type: ignore[arg-type]
    terraform = Terraform(tmp_path, tmp_path, {}, "dev")
    stack = MediaStack(terraform, tmp_path, target, "media.tfstate", environments=tmp_path)
    made.planned = Planned(stack, UNKNOWN_RELEASE, Plan())
    error = made.refusal("staging")
    assert "waits for an approval" in error.what
    digest = made.planned.digest
    assert error.remedy.endswith(f"nox -s promote -- dev staging --approve {digest}")
    document = made.document()
    assert document["plan"] == {
        "digest": digest,
        "release": UNKNOWN_RELEASE.id,
        "goes_back_to": None,
        "summary": "no changes",
        "changes": [],
        "outputs": [],
    }


def test_a_document_says_what_every_gate_said() -> None:
    assert decision(ORDER, HOLD).document()["gates"] == [
        {"gate": "order", "verdict": "pass", "evidence": "staging is promoted from dev."},
        {"gate": "hold", "verdict": "fail", "evidence": "Rolled back"},
    ]
