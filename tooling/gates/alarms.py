"""Gate: every alarm of the environment is OK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed, unknown

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient

    from tooling.terraform.outputs import Outputs

NAMES_A_CALL = 100


def alarms(cloudwatch: CloudWatchClient, outputs: Outputs, *, settled: bool = True) -> Answer:
    """Check that every alarm of the environment exists and is OK.

    INSUFFICIENT_DATA counts as unknown: the alarms of this project treat missing data as healthy,
    so an alarm in that state was only just created, or changed by hand.

    Parameters
    ----------
    settled : bool
        Whether INSUFFICIENT_DATA fails; false while new alarms may still lack data.
    """
    states = alarm_states(cloudwatch, outputs)
    raised = sorted(name for name, state in states.items() if state == "ALARM")
    if raised:
        return failed(f"In ALARM: {', '.join(raised)}.")
    well = {"OK"} if settled else {"OK", "INSUFFICIENT_DATA"}
    unsure = sorted(f"{name} ({state})" for name, state in states.items() if state not in well)
    if unsure:
        return unknown(f"Not known: {', '.join(unsure)}.")
    return passed(f"{len(states)} alarms are OK{'' if settled else ' or still lack data'}.")


def alarm_states(cloudwatch: CloudWatchClient, outputs: Outputs) -> dict[str, str]:
    """Return the state of every alarm by name, or ``missing`` if it does not exist."""
    names = list(outputs.alarms)
    states = dict.fromkeys(names, "missing")
    for start in range(0, len(names), NAMES_A_CALL):
        answer = cloudwatch.describe_alarms(
            AlarmNames=names[start : start + NAMES_A_CALL],
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            MaxRecords=NAMES_A_CALL,
        )
        for alarm in [*answer["MetricAlarms"], *answer["CompositeAlarms"]]:
            states[alarm["AlarmName"]] = alarm["StateValue"]
    return states
