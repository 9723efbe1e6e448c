"""What AWS and an environment's own settings allow, and how much of it a rate takes.

AWS's figures are its published defaults for eu-central-1, as known in 2025; an account may have
others, which Service Quotas shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.benchmarks.capacity.demand import RENDITIONS

if TYPE_CHECKING:
    from tests.benchmarks.capacity.demand import Demand, Rate

# Of DynamoDB, to rows or index entries of one partition key.
PARTITION_WRITES = 1000
# Of all uploads, those of the owner with the most. An assumption.
OWNER_SHARE = 0.1


@dataclass(frozen=True)
class Quota:
    """Something that can be used up.

    Parameters
    ----------
    name : str
        What.
    allowed : float
        How much.
    each : float
        How much an upload a second needs.
    peak : float
        Uploads a second in the busiest minute.
    remedy : str
        The setting or the quota that lifts it.
    """

    name: str
    allowed: float
    each: float
    peak: float
    remedy: str

    @property
    def share(self) -> float:
        """How much of it is needed; above 1 it breaks."""
        return self.peak / self.breaks_at

    @property
    def breaks_at(self) -> float:
        """Uploads a second that it is just enough for."""
        return self.allowed / self.each


@dataclass(frozen=True)
class Settings:
    """What an environment's own file allows; the defaults are those of prod."""

    concurrency_max: int = 100
    throttle_rate: float = 500
    announcing_rate: float = 200
    month_shards: int = 1


def settings_of(demand: Demand, rate: Rate, settings: Settings) -> list[Quota]:
    """Return what the environment's own brakes have to let through."""
    allowed = (
        (
            "images at once",
            settings.concurrency_max,
            demand.processor_seconds,
            "`processor.concurrency_max`, `concurrency_reserved`",
        ),
        (
            "uploads announced a second",
            settings.announcing_rate,
            1,
            "`api.route_throttles` of `POST /images`",
        ),
        (
            "requests a second",
            settings.throttle_rate,
            demand.measured.requests,
            "`api.throttle_rate_per_second`, `concurrency_reserved`",
        ),
        (
            "writes a second to a month of all images",
            PARTITION_WRITES * settings.month_shards,
            demand.index_units,
            "`month_shards`",
        ),
    )
    return [Quota(name, most, each, rate.peak, remedy) for name, most, each, remedy in allowed]


def quotas_of(demand: Demand, rate: Rate) -> list[Quota]:
    """Return what AWS's defaults have to let through."""
    at_once = demand.processor_seconds + demand.api_seconds
    requests = demand.measured.requests
    allowed = (
        ("executions at once, new account", 10, at_once, "Lambda: Concurrent executions"),
        ("executions at once", 1000, at_once, "Lambda: Concurrent executions"),
        ("executions at once of one queue", 1000, demand.processor_seconds, "a second queue"),
        ("S3 writes a second, `renditions/`", 3500, RENDITIONS, "none: S3 splits as it is used"),
        ("S3 writes a second, `uploads/`", 3500, 1, "none: S3 splits as it is used"),
        ("S3 reads a second, `uploads/`", 5500, 1, "none: S3 splits as it is used"),
        ("events handed over a second", 4500, 1, "EventBridge: Invocations throttle limit"),
        ("requests a second", 10_000, requests, "API Gateway: Throttle rate"),
        ("table writes a second, new table", 4000, demand.write_units, "DynamoDB: warm throughput"),
        ("table writes a second", 40_000, demand.write_units, "DynamoDB: Table-level write quota"),
        ("table reads a second", 40_000, demand.read_units, "DynamoDB: Table-level read quota"),
        (
            "index writes a second of one owner",
            PARTITION_WRITES,
            demand.index_units * OWNER_SHARE,
            "none: more owners",
        ),
    )
    return [Quota(name, most, each, rate.peak, remedy) for name, most, each, remedy in allowed]


def broken(quotas: list[Quota]) -> list[Quota]:
    """Return what is not enough, what breaks first first."""
    return sorted((each for each in quotas if each.share > 1), key=lambda each: each.breaks_at)


def nearest(quotas: list[Quota]) -> Quota:
    """Return what breaks first."""
    return min(quotas, key=lambda each: each.breaks_at)
