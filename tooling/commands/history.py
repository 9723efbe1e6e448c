"""Commands that report on releases and change nothing: status, history, diff."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from tooling.commands.arguments import Destination, EnvironmentName, JsonWanted, Source
from tooling.delivery.history import runs_of
from tooling.delivery.overview import Overview
from tooling.errors import OperatorError
from tooling.ledger.integrity import authenticated, faults, verified
from tooling.ledger.ledger import Ledger
from tooling.releases.differences import ReleaseDifference, settings_between
from tooling.session import Session
from tooling.terraform.outputs import read_outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tooling.aws.target import Target
    from tooling.ledger.entry import Entry

app = typer.Typer()

SHORT = 12  # digits of a digest
COLUMNS = ("environment", "where", "release", "age", "drift", "health", "hold", "to come")


@app.command()
def status(
    quick: Annotated[
        bool, typer.Option("--quick", help="Skip the plan, and so the search for drift.")
    ] = False,
    json_wanted: JsonWanted = False,
) -> None:
    """Show each environment's release, health, drift and pending promotion."""
    session = Session.open(json_wanted=json_wanted)
    found = Overview(session.workspace, session.files, session.screen).look(plans=not quick)
    if json_wanted:
        session.screen.document([entry.document() for entry in found])
        return
    session.screen.table("", COLUMNS, [entry.row() for entry in found])
    for entry in found:
        for remark in entry.remarks():
            session.screen.say(remark)
    for entry in found:
        if entry.next:
            session.screen.say(f"Next: {entry.next}", style="bold")


@app.command()
def history(
    name: EnvironmentName,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Check for entries that were edited, removed, moved or forged."
        ),
    ] = False,
    steps: Annotated[bool, typer.Option("--steps", help="Show every step of every run.")] = False,
    json_wanted: JsonWanted = False,
) -> None:
    """Show who changed ENV, to which release, and how it ended."""
    session = Session.open(json_wanted=json_wanted)
    target = session.target(name)
    ledger = Ledger.of(target)
    if verify:
        verify_ledger(session, name, ledger)
        return
    entries = ledger.entries()
    if json_wanted:
        session.screen.document([asdict(entry) for entry in entries])
        return
    session.screen.table(f"History of {name}", *(_steps if steps else _runs)(entries))
    session.screen.say(f"Every step: nox -s history -- {name} --steps")


def _runs(entries: Sequence[Entry]) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    rows = [
        (
            run.numbers,
            *_when_and_who(run.began),
            run.began.command,
            (run.release_id or "-")[:SHORT],
            run.ending,
            run.reason,
        )
        for run in runs_of(entries)
    ]
    return ("no", "began (UTC)", "who", "command", "release", "end", "why"), rows


def _steps(entries: Sequence[Entry]) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    rows = [
        (
            entry.sequence,
            *_when_and_who(entry),
            entry.command,
            entry.step.value,
            (entry.release_id or "-")[:SHORT],
            entry.detail,
        )
        for entry in entries
    ]
    return ("no", "time (UTC)", "who", "command", "step", "release", "detail"), rows


def _when_and_who(entry: Entry) -> tuple[str, str]:
    time = entry.time[: len("2026-01-01T12:00:00")].replace("T", " ")
    return time, f"{entry.origin['user']}@{entry.origin['host']}"


@app.command()
def diff(source: Source, destination: Destination, json_wanted: JsonWanted = False) -> None:
    """Show how two environments differ: releases and settings."""
    session = Session.open(json_wanted=json_wanted)
    targets = [session.target(name) for name in (source, destination)]
    settings = settings_between(*(target.environment for target in targets))
    difference = _difference(session, *targets)
    if json_wanted:
        session.screen.document(
            {
                "releases": difference.document() if difference else None,
                "settings": [
                    {"name": setting, source: left, destination: right}
                    for setting, left, right in settings
                ],
            }
        )
        return
    session.screen.say(f"{source} has over {destination}: {difference or 'nothing is deployed'}")
    for commit in (difference.commits if difference else None) or []:
        session.screen.say(f"  {commit}")
    session.screen.table("Settings", ("setting", source, destination), settings)


def _difference(session: Session, source: Target, destination: Target) -> ReleaseDifference | None:
    """Return how one environment's release differs from another's; None without a release."""
    newer, older = read_outputs(source), read_outputs(destination)
    if newer is None:
        return None
    return ReleaseDifference.between(
        session.workspace.root, newer.release, older.release if older else None
    )


def verify_ledger(session: Session, name: str, ledger: Ledger) -> None:
    """Report whether a ledger is intact and authentic.

    Raises
    ------
    OperatorError
        It is not, or somebody wrote to it who may not change the environment.
    """
    found = faults(ledger)
    if session.screen.json_wanted:
        entries = None if found else authenticated(ledger)
        session.screen.document(
            {
                "intact": not found and not (entries and entries.forged),
                "faults": found,
                "not_authenticated": entries.unauthenticated if entries else None,
            }
        )
    entries = verified(ledger, name)
    if entries.forged:
        raise OperatorError(
            f"The ledger of {name} has entries from somebody without the right to change it.",
            reason=f"Not authenticated: {_listed(entries.forged)}. They steer nothing.",
            remedy="Find out who wrote them: CloudTrail, the object's versions. Revoke "
            "their right to write to the state bucket.",
        )
    if entries.unauthenticated:
        session.screen.say(
            f"Written before the ledger had a key: {_listed(entries.unauthenticated)}. "
            "They are not authenticated and steer nothing."
        )
    session.screen.say(f"The ledger of {name} is intact.", style="bold green")


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)
