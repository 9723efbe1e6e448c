"""The canary: new versions serve a share of requests, then all of them or none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from tooling.delivery.aliases import send_all_to
from tooling.delivery.plan import plan_at_once
from tooling.delivery.watch import Watch, changes_aliases_alone
from tooling.errors import OperatorError
from tooling.gates.alarms import alarms
from tooling.gates.gate import Answer, Gate, Verdict
from tooling.ledger.entry import Step
from tooling.ledger.lease import LeaseHeld
from tooling.smoke import SmokeTestFailed

if TYPE_CHECKING:
    from tooling.delivery.plan import Planned
    from tooling.delivery.run import Run
    from tooling.terraform.outputs import Outputs


def run_canary(run: Run, planned: Planned) -> None:
    """Watch the new versions serve their share; then route all requests to them, or none.

    Raises
    ------
    SmokeTestFailed
        An alarm went off, or could not be read.
    """
    try:
        _watch_and_widen(run, planned)
    except LeaseHeld:
        raise  # the new holder deals with the canary
    except (OperatorError, ClientError, BotoCoreError) as error:
        restore_versions(run, planned)
        reason = error.reason if isinstance(error, SmokeTestFailed) else str(error)
        raise SmokeTestFailed("The canary failed.", reason=reason) from error


def _watch_and_widen(run: Run, planned: Planned) -> None:
    canary = run.target.environment.canary
    if canary is None:
        return
    outputs = planned.stack.outputs()
    run.screen.step(f"Canary: {canary.percent}% for {canary.minutes} minutes")
    run.journal.record(Step.CANARY, f"{canary.percent}%", release=planned.release)
    answer = Watch(partial(_alarms, run, outputs)).keep(canary.minutes)
    if answer.verdict is not Verdict.PASS:
        raise SmokeTestFailed("The canary failed.", reason=answer.evidence)
    run.screen.done(answer.evidence)
    rest = plan_at_once(run, planned.release, planned.stack.terraform.folder)
    if not changes_aliases_alone(rest.plan):
        raise SmokeTestFailed(
            "The canary failed.", reason="Somebody else changed the environment during the canary."
        )
    run.apply(rest.stack, rest.summary)


def _alarms(run: Run, outputs: Outputs, settled: bool) -> Answer:  # noqa: FBT001
    """Evaluate the alarms; one that can't be read counts as unknown."""
    asked = Gate("alarms", lambda: alarms(run.target.cloudwatch, outputs, settled=settled))
    found = asked.find()
    return Answer(found.verdict, found.evidence)


def restore_versions(run: Run, planned: Planned) -> None:
    """Route all requests back to the previous versions at once; Terraform follows."""
    try:
        functions = planned.stack.outputs().functions
    except (OperatorError, LookupError) as error:
        run.screen.say(
            f"Requests could not be routed back to the previous versions at once: {error}"
        )
        return
    for key, kept in planned.keeps.items():
        name = functions[key].name
        try:
            run.lease.require()
            send_all_to(run.target.functions, name, kept["version"])
        except (ClientError, BotoCoreError) as error:
            run.screen.say(f"Requests to {name} could not be routed back at once: {error}")
