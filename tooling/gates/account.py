"""The caller is in the accounts that the environments say, on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tooling.aws.target import Target


def account(callers: Iterable[Target]) -> Answer:
    """Ask AWS who is calling, for each environment that a run touches."""
    seen = []
    for target in callers:
        environment = target.environment
        caller = target.sts.get_caller_identity()
        if caller["Account"] != environment.account_id:
            return failed(
                f"{environment.name} is account {environment.account_id}, but {caller['Arn']} is "
                f"in {caller['Account']}."
            )
        seen.append(f"{environment.name} {caller['Account']}")
    return passed(f"The caller is where it should be: {', '.join(seen)}.")
