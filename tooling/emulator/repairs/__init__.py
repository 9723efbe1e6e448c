"""The faults of ministack that this project meets, each repaired in a module of its own.

They are repaired where ministack is imported, before it serves; nothing else knows of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.emulator.repairs.alarm_queries import answer_alarm_queries_in_full
from tooling.emulator.repairs.condition_keys import tell_policies_of_writes
from tooling.emulator.repairs.function_credentials import make_function_credentials_secret
from tooling.emulator.repairs.missing_data import let_alarms_treat_missing_data
from tooling.emulator.repairs.root_credentials import verify_the_root
from tooling.emulator.repairs.routine_logging import quiet_routine_logging
from tooling.emulator.repairs.unsigned_calls import refuse_unsigned_calls
from tooling.emulator.repairs.users_calls import check_calls_of_users
from tooling.emulator.repairs.version_listings import encode_version_listings

if TYPE_CHECKING:
    from tooling.emulator.credentials import RootCredentials


def repair(root: RootCredentials) -> None:
    """Apply every repair to the ministack that this process has imported.

    Parameters
    ----------
    root : RootCredentials
        The key of the account's root.
    """
    verify_the_root(root)
    refuse_unsigned_calls()
    check_calls_of_users()
    make_function_credentials_secret(root)
    answer_alarm_queries_in_full()
    encode_version_listings()
    let_alarms_treat_missing_data()
    quiet_routine_logging()
    tell_policies_of_writes()
