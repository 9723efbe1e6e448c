"""The faults of ministack that this project meets, each repaired in a module of its own.

They are repaired where ministack is imported, before it serves; nothing else knows of them.
"""

from tooling.emulator.repairs.alarm_queries import answer_alarm_queries_in_full
from tooling.emulator.repairs.condition_keys import tell_policies_of_writes
from tooling.emulator.repairs.missing_data import let_alarms_treat_missing_data
from tooling.emulator.repairs.routine_logging import quiet_routine_logging
from tooling.emulator.repairs.version_listings import encode_version_listings


def repair() -> None:
    """Apply every repair to the ministack that this process has imported."""
    answer_alarm_queries_in_full()
    encode_version_listings()
    let_alarms_treat_missing_data()
    quiet_routine_logging()
    tell_policies_of_writes()
