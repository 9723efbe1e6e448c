"""Commands that promote releases between environments and roll them back."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from tooling.aws.target import WrongAccount
from tooling.commands.arguments import Destination, EnvironmentName, JsonWanted, Source
from tooling.delivery.promote import Promotion
from tooling.delivery.result import Decision
from tooling.delivery.rollback import Rollback, lift_hold
from tooling.delivery.run import Run
from tooling.gates.gate import Finding, Gate, Verdict
from tooling.gates.source import order
from tooling.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer()

Approved = Annotated[
    str | None,
    typer.Option("--approve", metavar="DIGEST", help="Digest of the plan to approve."),
]


@app.command()
def promote(
    source: Source,
    destination: Destination,
    approve: Approved = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Evaluate the gates and show the plan; write nothing.")
    ] = False,
    json_wanted: JsonWanted = False,
) -> None:
    """Promote the release that runs in FROM to TO, if every gate passes."""
    session = Session.open(json_wanted=json_wanted)
    decision = Decision(f"promote {source} {destination}")
    with _result_shown(session, decision):
        _require_order(session, decision, source, destination)
        with _wrong_account_refused(session, decision):
            origin = session.target(source)
            target = session.target(destination)
        with session.workspace.alone_in(destination):
            open_run = partial(Run.open, dry=True) if dry_run else Run.with_foundation
            run = open_run(session.workspace, target, session.screen, decision.command)
            promotion = Promotion(run, decision, source=origin)
            (promotion.dry_run if dry_run else promotion.promote)(approve)


@app.command()
def rollback(
    name: EnvironmentName,
    release: Annotated[
        str | None,
        typer.Argument(
            metavar="[RELEASE]", help="A release id; default: the release before the current one."
        ),
    ] = None,
    approve: Approved = None,
    json_wanted: JsonWanted = False,
) -> None:
    """Return ENV to a release that worked there, and hold further promotions."""
    session = Session.open(json_wanted=json_wanted)
    decision = Decision(f"rollback {name} {release or ''}".strip())
    with _result_shown(session, decision):
        with _wrong_account_refused(session, decision):
            target = session.target(name)
        with session.workspace.alone_in(name):
            run = Run.open(session.workspace, target, session.screen, decision.command)
            Rollback(run, decision, wanted=release).roll_back(approve)


@app.command()
def release_hold(name: EnvironmentName) -> None:
    """Lift the hold that a rollback set on ENV."""
    session = Session.open()
    target = session.target(name)
    with session.workspace.alone_in(name):
        run = Run.open(session.workspace, target, session.screen, f"release-hold {name}")
        # Under the lease no rollback can set a new hold, which would be lifted unseen.
        with run.lease.held():
            lift_hold(name, run.journal)
    session.screen.say(f"The hold on {name} is lifted.", style="bold green")


def _require_order(session: Session, decision: Decision, source: str, destination: str) -> None:
    """Refuse a promotion that the files do not allow, before anything is opened."""
    session.files.load(source)
    target = session.files.load(destination)
    found = Gate("order", lambda: order(source, target)).find()
    decision.findings = [found]
    if not found.lets_through:
        decision.show_gates(session.screen)
        decision.result = "refused"
        raise decision.refusal(destination)


@contextmanager
def _wrong_account_refused(session: Session, decision: Decision) -> Iterator[None]:
    """Refuse a caller from another account as a gate would: nothing is opened."""
    try:
        yield
    except WrongAccount as error:
        decision.findings.append(Finding("account", Verdict.FAIL, error.reason))
        decision.show_gates(session.screen)
        decision.result = "refused"
        raise


@contextmanager
def _result_shown(session: Session, decision: Decision) -> Iterator[None]:
    """Print the result in one line, or as JSON; the caller reports a failure."""
    try:
        yield
        release = decision.release.id[:12] if decision.release else "?"
        session.screen.say(f"Release {release}: {decision.result}.", style="bold green")
        if decision.next:
            session.screen.say(f"Next: {decision.next}")
    finally:
        if session.screen.json_wanted:
            session.screen.document(decision.document())
