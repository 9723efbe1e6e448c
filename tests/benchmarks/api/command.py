"""``api``: what each route costs, what a page costs at any size, and what comes through HTTP."""

from __future__ import annotations

import base64
import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.benchmarks import deployment, imports
from tests.benchmarks.api import report
from tests.benchmarks.api.cases import ALL_PAGE, CASES, CROWDED_PAGE, LARGE_PAGE, PAGE
from tests.benchmarks.api.load import measure_load
from tests.benchmarks.api.measurement import WARM_UP, measure
from tests.benchmarks.api.stand import TABLE, Stand
from tests.benchmarks.machine import describe_machine
from tests.benchmarks.worker import Worker, WorkerError
from tooling.errors import OperatorError
from tooling.images.api_client import MediaClient
from tooling.users.pool import UserPool

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from tooling.aws.target import Target
    from tooling.console import Screen

SIZES = (10, 1_000, 100_000)
PAGE_IMAGES, RENDITIONS, FEW = 100, 3, 10
LISTED_IMAGES = 20
FILLED_AT_ONCE = 10_000
# Where the embedded DynamoDB takes seconds for a page, fewer pages say as much.
ROUNDS_AT_SIZE, ROUNDS_OF_MANY, MANY = 30, 5, 10_000


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = benchmarks.add_parser("api", help=__doc__)
    deployment.add_options(parser)
    parser.add_argument("--rounds", type=int, default=100, help="requests of each kind (100)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of load, each time (10)")
    parser.add_argument(
        "--rows",
        type=int,
        nargs="+",
        default=SIZES,
        help="rows in the table at which pages are taken",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Measure all, and print the figures.

    Raises
    ------
    OperatorError
        The environment is not deployed, or lives on an AWS account.
    """
    session = deployment.open_session(options.environment, screen)
    deployed = session.deployed(options.environment)
    target, outputs = deployed.target, deployed.outputs
    stand = Stand(session.workspace, target, outputs)
    try:
        found = _measure_all(stand, target, options, screen)
    except WorkerError as error:
        raise OperatorError(
            "The API could not be measured.",
            reason=str(error),
            remedy="Deploy what is in the checkout, and try again.",
        ) from error
    document = {"machine": describe_machine(), **found}
    if options.json:
        screen.document(document)
    else:
        report.show(screen, document)


def _measure_all(
    stand: Stand, target: Target, options: argparse.Namespace, screen: Screen
) -> dict[str, Any]:
    screen.step("Cold start")
    cold = imports.measure_function(stand.workspace, "api")
    with (
        tempfile.TemporaryDirectory() as folder,
        stand.own_table(Path(folder)) as dynamodb,
        stand.probe(TABLE, dynamodb) as probe,
    ):
        screen.step("Warm requests")
        routes, signing = _measure_routes(stand, probe, options.rounds)
        screen.step("Pages")
        pages = _measure_pages(probe, options.rows, screen)
    screen.step("Load")
    load = _measure_load(stand, target, options.seconds)
    return {"cold_start": cold, "routes": routes, "signing": signing, "pages": pages, "load": load}


def _measure_routes(
    stand: Stand, probe: Worker, rounds: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return what each route takes, and what signing the URLs of a page takes of it."""
    owner, bare = str(uuid4()), str(uuid4())
    _fill(probe, owner, 0, max(PAGE_IMAGES, rounds + WARM_UP))
    _fill(probe, bare, 0, PAGE_IMAGES, rendered=False)
    # Before images are thrown away, for the page must be whole.
    signed, unsigned = (
        median(measure(probe, LARGE_PAGE, each, rounds).core_milliseconds) for each in (owner, bare)
    )
    milliseconds = signed - unsigned
    urls = PAGE_IMAGES * RENDITIONS
    served = stand.routes()
    found = [measure(probe, case, owner, rounds) for case in CASES if case.route in served]
    return [each.document() for each in found], {
        "images": PAGE_IMAGES,
        "urls": urls,
        "milliseconds": round(milliseconds, 2),
        "microseconds_per_url": round(milliseconds * 1000 / urls, 1),
    }


def _measure_pages(probe: Worker, sizes: list[int], screen: Screen) -> list[dict[str, Any]]:
    """Return what a page takes in a table that grows: of one who has few, of one who has most."""
    one, other = str(uuid4()), str(uuid4())
    _fill(probe, one, 0, FEW)
    filled, rows = FEW, []
    for size in sorted(sizes):
        _fill(probe, other, filled - FEW, size - filled)
        filled = max(filled, size)
        rounds = ROUNDS_OF_MANY if size > MANY else ROUNDS_AT_SIZE
        found = [measure(probe, PAGE, one, ROUNDS_AT_SIZE)]
        if filled > FEW:
            found.append(measure(probe, CROWDED_PAGE, other, rounds))
        everyone = measure(probe, ALL_PAGE, one, rounds, admin=True)
        found += [everyone] if everyone.succeeded else []
        rows += [{"rows": filled, **each.document()} for each in found]
        screen.done(f"{filled:,} rows")
    return rows


def _fill(probe: Worker, owner: str, first: int, count: int, *, rendered: bool = True) -> None:
    for start in range(first, first + count, FILLED_AT_ONCE):
        part = min(FILLED_AT_ONCE, first + count - start)
        order = {"table": TABLE, "owner": owner, "first": start, "count": part}
        probe.ask({"do": "fill", **order, "rendered": rendered})


def _measure_load(stand: Stand, target: Target, seconds: float) -> list[dict[str, Any]]:
    pool = UserPool.of(target, stand.outputs)
    with (
        pool.temporary_user("benchmark") as token,
        _images(stand, _subject(token())) as image_id,
    ):
        client = MediaClient(stand.outputs.api_url, token)
        return [
            row
            for path in ("/health", f"/images/{image_id}", f"/images?limit={LISTED_IMAGES}")
            for row in measure_load(client, path, seconds)
        ]


@contextmanager
def _images(stand: Stand, owner: str) -> Iterator[str]:
    """Yield the newest of some images that an owner has until the block ends: rows, no files."""
    rows = {"table": stand.outputs.table_name, "owner": owner, "count": LISTED_IMAGES}
    with stand.probe(stand.outputs.table_name) as probe:
        try:
            filled = probe.ask({"do": "fill", **rows, "first": 0, "rendered": True})
            yield filled["first_image"]
        finally:
            probe.ask({"do": "clear", **rows})


def _subject(token: str) -> str:
    """Return whose token it is; it comes from Cognito itself and need not be verified here."""
    claims = token.split(".")[1]
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return str(decoded["sub"])
