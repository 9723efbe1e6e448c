"""Alarms without figures, whose treatment of missing data ministack leaves out of account."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def let_alarms_treat_missing_data() -> None:
    """Take a new alarm for what its treatment of missing data says, as AWS soon does.

    ministack leaves an alarm without figures at INSUFFICIENT_DATA for ever, which would say of
    every environment that nobody knows how it is.
    """
    cloudwatch: Any = import_module("ministack.services.cloudwatch")
    evaluate_alarm = cloudwatch._evaluate_alarm  # the fault is in there

    def evaluate_in_full(alarm: dict[str, Any]) -> None:
        evaluate_alarm(alarm)
        unchecked = alarm["StateValue"] == "INSUFFICIENT_DATA"
        if unchecked and alarm.get("TreatMissingData") == "notBreaching":
            alarm["StateValue"] = "OK"
            alarm["StateReason"] = "No figures, which this alarm treats as not breaching."

    cloudwatch._evaluate_alarm = evaluate_in_full
