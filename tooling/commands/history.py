"""Commands that tell of releases and change nothing: status, history, diff."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from tooling.clients import Clients
from tooling.commands.arguments import Destination, EnvironmentName, JsonWanted, Source
from tooling.promotion.deployed import read_deployed
from tooling.promotion.differences import ReleaseDifference, settings_between
from tooling.promotion.ledger import Ledger
from tooling.promotion.overview import Overview
from tooling.promotion.verification import faults, verified
from tooling.rendering import state_bucket
from tooling.session import Session

app = typer.Typer()

COLUMNS = ("environment", "where", "release", "age", "drift", "health", "hold", "to come")


@app.command()
def status(
    quick: Annotated[  # noqa: FBT002
        bool, typer.Option("--quick", help="Don't plan: drift is not looked for.")
    ] = False,
    json_wanted: JsonWanted = False,  # noqa: FBT002
) -> None:
    """Show what runs in each environment, how it is, and what a promotion would bring."""
    session = Session.open(json_wanted=json_wanted)
    found = Overview(session.workspace, session.files, session.screen).look(plans=not quick)
    if json_wanted:
        session.screen.document([entry.document() for entry in found])
        return
    session.screen.table("", COLUMNS, [entry.row() for entry in found])
    for entry in found:
        for remark in entry.remarks():
            session.screen.say(remark)


@app.command()
def history(
    name: EnvironmentName,
    verify: Annotated[  # noqa: FBT002
        bool, typer.Option("--verify", help="Check that no entry was edited, removed or moved.")
    ] = False,
    json_wanted: JsonWanted = False,  # noqa: FBT002
) -> None:
    """Show who brought what to ENV, and how it ended."""
    session = Session.open(json_wanted=json_wanted)
    target = session.target(name)
    ledger = Ledger(Clients(target).s3, state_bucket(target.environment))
    if verify:
        _verify(session, name, ledger)
        return
    entries = ledger.entries()
    if json_wanted:
        session.screen.document([asdict(entry) for entry in entries])
        return
    rows = [
        (
            entry.sequence,
            entry.time[:19].replace("T", " "),
            f"{entry.origin['user']}@{entry.origin['host']}",
            entry.command,
            entry.step.value,
            (entry.release_id or "-")[:12],
            entry.detail,
        )
        for entry in entries
    ]
    columns = ("no", "time (UTC)", "who", "command", "step", "release", "detail")
    session.screen.table(f"History of {name}", columns, rows)


@app.command()
def diff(source: Source, destination: Destination, json_wanted: JsonWanted = False) -> None:  # noqa: FBT002
    """Show what differs between two environments: releases, and settings of their files."""
    session = Session.open(json_wanted=json_wanted)
    targets = [session.target(name) for name in (source, destination)]
    settings = settings_between(*(target.environment for target in targets))
    newer, older = (read_deployed(Clients(target).s3, target.environment) for target in targets)
    difference = (
        ReleaseDifference.between(
            session.workspace.root, newer.release, older.release if older else None
        )
        if newer
        else None
    )
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


def _verify(session: Session, name: str, ledger: Ledger) -> None:
    if session.screen.json_wanted:
        found = faults(ledger)
        session.screen.document({"intact": not found, "faults": found})
    verified(ledger, name)
    session.screen.say(f"The ledger of {name} is intact.", style="bold green")
