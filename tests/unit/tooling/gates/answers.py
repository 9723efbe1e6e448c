"""What tests of gates look for in an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tooling.gates.gate import Answer, Verdict

ALIAS = 'module.function["api"].aws_lambda_alias.live'


def says(answer: Answer, verdict: Verdict, part: str = "") -> None:
    assert answer.verdict is verdict, answer.evidence
    assert part in answer.evidence
