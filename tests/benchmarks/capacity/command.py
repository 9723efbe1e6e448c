"""``capacity``: what sizes of the system need on AWS, by arithmetic from measured figures."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.capacity.costs import THOUSAND, costs_of, storage_of
from tests.benchmarks.capacity.demand import RATES, Demand, Measured, Rate, Sizing
from tests.benchmarks.capacity.quotas import (
    Quota,
    Settings,
    broken,
    nearest,
    quotas_of,
    settings_of,
)
from tooling.errors import OperatorError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from tooling.console import Screen


def add_to(benchmarks: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options: one for each figure."""
    parser = benchmarks.add_parser("capacity", help=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for a script to read")
    parser.add_argument("--load", type=Path, help="what benchmark -- load --json has printed")
    parser.add_argument("--rate", type=float, help="another size, in uploads a second")
    for part in (Measured, Sizing, Settings):
        for field in fields(part):
            name = f"--{field.name.replace('_', '-')}"
            kind: type = type(field.default)
            parser.add_argument(name, type=kind, help=f"({field.default})")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> None:
    """Print what each size needs, and what a thousand uploads cost.

    Raises
    ------
    OperatorError
        The figures of the load can't be read.
    """
    if options.load and options.processing_ms is None:
        options.processing_ms = _processing_ms(options.load)
    demand = Demand(_chosen(Measured, options), _chosen(Sizing, options))
    settings = _chosen(Settings, options)
    rates = (Rate(f"{options.rate:g} a second", options.rate, 1),) if options.rate else RATES
    if options.json:
        screen.document(document(demand, settings, rates))
        return
    _show(screen, demand, settings, rates)


def _chosen(part: type[Any], options: argparse.Namespace) -> Any:
    given = {field.name: getattr(options, field.name) for field in fields(part)}
    return part(**{name: value for name, value in given.items() if value is not None})


def _processing_ms(path: Path) -> float:
    """Return the mean of the steady stream, which is the last load: nothing waited for a core."""
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["load"][-1]["processing_mean_ms"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise OperatorError(
            f"{path} holds no figures of a load.",
            reason=str(error),
            remedy="Write them there: nox -s benchmark -- load --json > FILE",
        ) from error


def document(demand: Demand, settings: Settings, rates: tuple[Rate, ...]) -> dict[str, Any]:
    """Return all figures for a script."""
    return {
        "processor_seconds": round(demand.processor_seconds, 3),
        "api_seconds": round(demand.api_seconds, 3),
        "sizes": [
            {
                "size": rate.name,
                "peak_per_second": round(rate.peak, 2),
                "pictures_at_once": round(rate.peak * demand.processor_seconds, 1),
                "requests_at_once": round(rate.peak * demand.api_seconds, 1),
                "settings": _shares(settings_of(demand, rate, settings)),
                "quotas": _shares(quotas_of(demand, rate)),
            }
            for rate in rates
        ],
        "dollars_per_thousand": {cost.item: round(cost.dollars, 5) for cost in costs_of(demand)},
        "dollars_per_thousand_and_month": round(storage_of(demand), 5),
    }


def _shares(quotas: list[Quota]) -> dict[str, float]:
    return {quota.name: round(quota.share, 4) for quota in quotas}


def _show(screen: Screen, demand: Demand, settings: Settings, rates: tuple[Rate, ...]) -> None:
    needs = {
        "uploads a second": (1.0, ".2f"),
        "images at once": (demand.processor_seconds, ".1f"),
        "requests at once": (demand.api_seconds, ".1f"),
        "table writes a second": (demand.write_units, ".0f"),
        "KB of logs a second": (demand.log_bytes / THOUSAND, ".0f"),
    }
    screen.wide_table(
        "What the busiest minute needs",
        ("", *(rate.name for rate in rates)),
        [
            (name, *(format(rate.peak * each, form) for rate in rates))
            for name, (each, form) in needs.items()
        ],
    )
    _show_shares(screen, "Settings", rates, lambda rate: settings_of(demand, rate, settings))
    _show_shares(screen, "AWS's quotas", rates, lambda rate: quotas_of(demand, rate))
    for rate in rates:
        quotas = [*settings_of(demand, rate, settings), *quotas_of(demand, rate)]
        names = ", ".join(each.name for each in broken(quotas))
        screen.say(f"{rate.name}: {names or f'nothing breaks; next is {nearest(quotas).name}'}")
    costs = costs_of(demand)
    total = sum(cost.dollars for cost in costs)
    screen.wide_table(
        "A thousand uploads",
        ("item", "US dollars"),
        [*((cost.item, f"{cost.dollars:.4f}") for cost in costs), ("in all", f"{total:.4f}")],
    )
    screen.say(f"Kept for a month: {storage_of(demand):.4f} US dollars a thousand.")


def _show_shares(
    screen: Screen, title: str, rates: tuple[Rate, ...], of: Callable[[Rate], list[Quota]]
) -> None:
    rows = zip(*(of(rate) for rate in rates), strict=True)
    screen.wide_table(
        title,
        ("what", "allowed", "breaks at", *(rate.name for rate in rates), "lifted by"),
        [
            (
                row[0].name,
                f"{row[0].allowed:,.0f}",
                f"{row[0].breaks_at:,.0f} a second",
                *(f"{quota.share:.1%}" for quota in row),
                row[0].remedy,
            )
            for row in rows
        ],
    )
