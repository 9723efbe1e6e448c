"""Commands that repair an environment."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Annotated

import typer

from media.model.timestamps import format_timestamp
from tooling.commands.arguments import Afresh, DryRun, EnvironmentName, JsonWanted
from tooling.errors import OperatorError
from tooling.repair.audit import report
from tooling.repair.audit.audit import Audit, Terms, open_store
from tooling.repair.audit.sources import Sources
from tooling.repair.queue import QueueFeeder
from tooling.repair.recovery import return_originals, return_rows
from tooling.repair.redrive import report as redrive_report
from tooling.repair.redrive.redrive import Redrive
from tooling.repair.reprocess import Progress, Reprocess, Selection
from tooling.repair.timestamps import read_timestamp
from tooling.session import Session

app = typer.Typer()

# An exit code of its own: nothing has failed so far, but some messages are still open.
UNDECIDED = 3

Wait = Annotated[float, typer.Option(help="Seconds to wait for the results.", min=0)]
Repair = Annotated[bool, typer.Option("--repair", help="Repair what differs.")]
Sample = Annotated[int, typer.Option(help="How many originals to verify by checksum.", min=0)]
Seed = Annotated[str | None, typer.Option(help="Verify the same originals as an earlier audit.")]
Grace = Annotated[float, typer.Option(help="Ignore changes of the last N minutes.", min=0)]
ShowKeys = Annotated[bool, typer.Option("--keys", help="Show the objects' keys.")]
OnlyStale = Annotated[
    bool, typer.Option("--stale/--all", help="Skip up-to-date images, or redo every one.")
]
Owner = Annotated[str | None, typer.Option(help="Only this user's images.")]
Since = Annotated[str | None, typer.Option(help="Only images uploaded on or after this date.")]
RowsFrom = Annotated[
    str | None,
    typer.Option(metavar="TABLE", help="A restored copy of the table to take rows from."),
]
DeletedSince = Annotated[
    str | None, typer.Option(metavar="DATE", help="Restore originals deleted since this date.")
]
Rate = Annotated[float, typer.Option(help="Maximum messages per second.", min=0.1)]


@app.command()
def redrive(
    name: EnvironmentName,
    dry_run: DryRun = False,
    json_wanted: JsonWanted = False,
    keys: ShowKeys = False,
    wait: Wait = 120,
) -> None:
    """Show the dead letters and why they failed, and send them again."""
    session = Session.open(json_wanted=json_wanted)
    deployed = session.deployed(name)
    run = Redrive(deployed.target, deployed.outputs, is_dry=dry_run)
    result, ends = run.run(session.screen), run.follow_up
    if result.sent:
        run.wait(wait, session.screen)
    if json_wanted:
        session.screen.document(redrive_report.document(result, ends, with_keys=keys))
    else:
        redrive_report.show(session.screen, result, with_keys=keys)
        session.screen.say(redrive_report.last_line(result, ends, is_dry=dry_run))
    redrive_report.require_success(name, result, ends)
    if ends.unheard:
        raise typer.Exit(UNDECIDED)


@app.command()
def reprocess(  # noqa: PLR0913, PLR0917 - one for each option
    name: EnvironmentName,
    stale: OnlyStale = True,
    owner: Owner = None,
    since: Since = None,
    rate: Rate = 20,
    afresh: Afresh = False,
    dry_run: DryRun = False,
    json_wanted: JsonWanted = False,
) -> None:
    """Make renditions again; images that are up to date are skipped."""
    session = Session.open(json_wanted=json_wanted)
    moment = format_timestamp(read_timestamp(since)) if since else None
    selection = Selection(is_forced=not stale, owner=owner, since=moment)
    deployed = session.deployed(name)
    feeder = None if dry_run else QueueFeeder(deployed.target.sqs, deployed.outputs.queue_url, rate)
    run = Reprocess(
        deployed.target.dynamodb, deployed.outputs.table_name, deployed.outputs.media_bucket, feeder
    )
    path = session.workspace.environment_state(name) / "reprocess.json"
    with session.workspace.alone_in(name, "reprocess"):
        if afresh:
            path.unlink(missing_ok=True)
        offered = run.run(Progress.read(path, selection), session.screen)
    if json_wanted:
        session.screen.document({"images": offered, "dry_run": dry_run})
    elif dry_run:
        session.screen.say(f"{offered} images would be sent to the processor.")
    else:
        session.screen.say(f"{offered} images were sent to the processor.", style="bold green")


@app.command()
def audit(  # noqa: PLR0913, PLR0917 - one for each option
    name: EnvironmentName,
    repair: Repair = False,
    sample: Sample = 100,
    seed: Seed = None,
    grace: Grace = 120,
    rate: Rate = 20,
    afresh: Afresh = False,
    dry_run: DryRun = False,
    json_wanted: JsonWanted = False,
) -> None:
    """Compare objects, renditions and rows; report what differs, or --repair it."""
    session = Session.open(json_wanted=json_wanted)
    deployed = session.deployed(name)
    sources = Sources(deployed.target, deployed.outputs.table_name, deployed.outputs.media_bucket)
    path = session.workspace.environment_state(name) / "audit" / "audit.sqlite"
    is_repairing = repair and not dry_run
    with session.workspace.alone_in(name, "audit"):
        if afresh:
            path.unlink(missing_ok=True)
        terms = Terms(timedelta(minutes=grace), sample, seed)
        with closing(open_store(path, terms, session.screen)) as store:
            run = Audit(store, sources, deployed.target.environment.month_shards)
            run.run(session.screen)
            if is_repairing:
                run.repair(
                    QueueFeeder(deployed.target.sqs, deployed.outputs.queue_url, rate),
                    session.screen,
                )
            if json_wanted:
                session.screen.document(report.document(store))
            else:
                report.show(session.screen, store)
            found, kept = sum(report.differences(store).values()), report.unrepaired(store)
        path.unlink()
    report.conclude(session.screen, name, found=found, kept=kept, is_repairing=is_repairing)


@app.command()
def recover(
    name: EnvironmentName,
    rows_from: RowsFrom = None,
    deleted_since: DeletedSince = None,
    dry_run: DryRun = False,
    json_wanted: JsonWanted = False,
) -> None:
    """Restore rows from a copy of the table, and originals from older versions."""
    since = read_timestamp(deleted_since) if deleted_since else None
    if rows_from is None and since is None:
        raise OperatorError(
            "Nothing to recover was named.",
            remedy="Give --rows-from TABLE, --deleted-since DATE, or both.",
        )
    session = Session.open(json_wanted=json_wanted)
    deployed = session.deployed(name)
    table, screen = deployed.outputs.table_name, session.screen
    rows = originals = 0
    if rows_from:
        rows, _ = return_rows(deployed.target, rows_from, table, screen, is_dry=dry_run)
    if since:
        sources = Sources(deployed.target, table, deployed.outputs.media_bucket)
        originals = return_originals(sources, since, screen, is_dry=dry_run)
    if json_wanted:
        screen.document({"rows": rows, "originals": originals, "dry_run": dry_run})
    else:
        would = "would be" if dry_run else "were"
        screen.say(f"{rows} rows and {originals} originals {would} restored.")
        screen.say(f"Next, once the queue is empty: nox -s audit -- {name}")
