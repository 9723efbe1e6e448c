"""A gate that can't be asked closes the way; the others are asked all the same."""

from __future__ import annotations

from tooling.gates.gate import Answer, Gate, Verdict, ask_all, passed


def test_a_gate_that_cannot_be_asked_is_an_unknown_and_the_others_are_asked_all_the_same() -> None:
    def broken() -> Answer:
        raise PermissionError("AccessDenied:\n not for you")

    findings = ask_all([Gate("first", broken), Gate("second", lambda: passed("Fine."))])
    assert [(found.gate, found.verdict) for found in findings] == [
        ("first", Verdict.UNKNOWN),
        ("second", Verdict.PASS),
    ]
    assert findings[0].evidence == "AccessDenied: not for you"
    assert not findings[0].lets_through
