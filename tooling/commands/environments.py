"""Commands on one environment: deploy and its relatives."""

from __future__ import annotations

from typing import Annotated

import typer

from tooling.commands.arguments import EnvironmentName, JsonWanted
from tooling.console import ask
from tooling.delivery.deploy import Deployment
from tooling.delivery.destroy import destroy as destroy_environment
from tooling.delivery.run import Run
from tooling.delivery.verification import smoke_test
from tooling.session import Session
from tooling.terraform.locks import stack_that_holds
from tooling.terraform.outputs import require_outputs
from tooling.terraform.reports import show_outputs

app = typer.Typer()


@app.command()
def deploy(name: EnvironmentName) -> None:
    """Build, plan, scan, apply and smoke-test an environment; run again, it changes nothing."""
    session = Session.open()
    target = session.target(name)
    with session.workspace.alone_in(name):
        Deployment(session.workspace, target, session.screen).deploy()
    session.screen.say(f"{name} is deployed and works.", style="bold green")
    session.screen.say(f"Next: nox -s upload -- {name} FILE...")


@app.command()
def plan(name: EnvironmentName) -> None:
    """Show what deploy would change; creates only buckets, the ledger's key and zips."""
    session = Session.open()
    target = session.target(name)
    with session.workspace.alone_in(name):
        Deployment(session.workspace, target, session.screen).plan()


@app.command()
def smoke(name: EnvironmentName, json_wanted: JsonWanted = False) -> None:
    """Send an image through a deployed environment and check every step.

    The result goes into the environment's ledger as evidence for promotions.
    """
    session = Session.open(json_wanted=json_wanted)
    target = session.target(name)
    with session.workspace.alone_in(name):
        run = Run.open(session.workspace, target, session.screen, f"smoke {name}")
        # During a change the result would be evidence for neither release.
        with run.lease.held():
            found = require_outputs(target)
            steps = smoke_test(run.journal, target, found, session.screen)
    if json_wanted:
        session.screen.document(
            [{"step": step, "finding": end, "milliseconds": ms} for step, end, ms in steps]
        )


@app.command()
def outputs(name: EnvironmentName, json_wanted: JsonWanted = False) -> None:
    """Show a deployed environment's names, ARNs, URLs and release."""
    session = Session.open(json_wanted=json_wanted)
    found = session.deployed(name).outputs.values
    if json_wanted:
        session.screen.document(found)
    else:
        show_outputs(session.screen, name, found)


@app.command()
def destroy(
    name: EnvironmentName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Delete an environment with its images, state and zips; asks first."""
    session = Session.open()
    target = session.target(name)

    def confirm(question: str) -> bool:
        return yes or ask(question) == name

    with session.workspace.alone_in(name):
        run = Run.open(session.workspace, target, session.screen, f"destroy {name}")
        destroy_environment(run, confirm)
    session.screen.say(f"{name} is gone.", style="bold green")


@app.command()
def unlock(name: EnvironmentName, lock_id: str) -> None:
    """Remove the state lock of a killed run; the next run's message names its id."""
    session = Session.open()
    target = session.target(name)
    stack = stack_that_holds(session.workspace, target, lock_id)
    stack.init(session.screen)
    stack.terraform.force_unlock(lock_id)
    session.screen.say("The lock is removed.")
