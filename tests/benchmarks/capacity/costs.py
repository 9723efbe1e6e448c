"""What a thousand uploads cost, by AWS's list prices; nothing was billed for these figures.

US dollars in eu-central-1, without tax and free tier, as known in 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.benchmarks.capacity.demand import RENDITIONS

if TYPE_CHECKING:
    from tests.benchmarks.capacity.demand import Demand

MILLION = 1_000_000
THOUSAND = 1000
GIGABYTE = 10**9
MEBIBYTES_PER_GIBIBYTE = 1024

S3_WRITE = 5.40 / MILLION
S3_READ = 0.43 / MILLION
S3_STORED_GB_MONTH = 0.0245
# S3's events are among those that are paid, and every object of the bucket has one.
EVENT = 1.00 / MILLION
SQS_REQUEST = 0.40 / MILLION
LAMBDA_REQUEST = 0.20 / MILLION
LAMBDA_ARM_GB_SECOND = 0.0000133334
HTTP_REQUEST = 1.20 / MILLION
WRITE_UNIT = 0.7625 / MILLION
READ_UNIT = 0.1525 / MILLION
LOGS_GB = 0.63
# Sent, received and deleted.
QUEUE_REQUESTS = 3


@dataclass(frozen=True)
class Cost:
    """What one thing costs for a thousand uploads, in US dollars."""

    item: str
    dollars: float


def costs_of(demand: Demand) -> list[Cost]:
    """Return what a thousand uploads cost, item by item."""
    measured, sizing = demand.measured, demand.sizing
    processing = sizing.processor_mb / MEBIBYTES_PER_GIBIBYTE * demand.processor_seconds
    answering = sizing.api_mb / MEBIBYTES_PER_GIBIBYTE * demand.api_seconds
    objects = 1 + RENDITIONS
    per_upload = {
        "S3: the original and three renditions written": objects * S3_WRITE,
        "S3: the original read": S3_READ,
        "EventBridge: an event of each object": objects * EVENT,
        "SQS: sent, received, deleted": QUEUE_REQUESTS * SQS_REQUEST,
        "Lambda: processor": processing * LAMBDA_ARM_GB_SECOND + LAMBDA_REQUEST,
        "Lambda: API": answering * LAMBDA_ARM_GB_SECOND + measured.requests * LAMBDA_REQUEST,
        "API Gateway: requests": measured.requests * HTTP_REQUEST,
        "DynamoDB: writes": demand.write_units * WRITE_UNIT,
        "DynamoDB: reads": demand.read_units * READ_UNIT,
        "CloudWatch: logs": demand.log_bytes / GIGABYTE * LOGS_GB,
    }
    return [Cost(item, THOUSAND * dollars) for item, dollars in per_upload.items()]


def storage_of(demand: Demand) -> float:
    """Return what a thousand images cost for each month that they are kept, in US dollars."""
    measured = demand.measured
    stored = measured.original_bytes + measured.renditions_bytes
    return THOUSAND * stored / GIGABYTE * S3_STORED_GB_MONTH
