"""What an upload asks of each part of the system, and how much of that a rate of uploads makes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

# DynamoDB counts writes in units of 1 KiB, and strongly consistent reads in units of 4 KiB.
WRITE_UNIT_BYTES = 1024
# Of three renditions, each in one request.
RENDITIONS = 3
MEBIBYTES_PER_VCPU = 1769


@dataclass(frozen=True)
class Measured:
    """Figures of this system, most of them from the other benchmarks; see docs/capacity.md.

    Parameters
    ----------
    processing_ms : float
        Mean time of an image in the processor, as ``benchmark -- load`` tells it.
    announcing_ms, reading_ms : float
        Work of a core for ``POST /images``, and for a page of twenty images.
    row_bytes, announced_bytes : int
        A ready row with metadata, and one that is only announced.
    processor_log_bytes, api_log_bytes : int
        Log lines of an invocation.
    original_bytes, renditions_bytes : int
        Of one image, and of its renditions together.
    slowdown : float
        How much longer a core of Lambda takes than the core that was measured. An assumption.
    aws_ms, api_aws_ms : float
        Waiting for S3 and DynamoDB in an image, for DynamoDB in a request. Assumptions.
    requests : int
        Requests to the API for each upload, its announcement among them. An assumption.
    """

    processing_ms: float = 154.0
    announcing_ms: float = 1.8
    reading_ms: float = 8.7
    row_bytes: int = 1800
    announced_bytes: int = 500
    processor_log_bytes: int = 1300
    api_log_bytes: int = 1700
    original_bytes: int = 3_000_000
    renditions_bytes: int = 250_000
    slowdown: float = 1.5
    aws_ms: float = 150.0
    api_aws_ms: float = 15.0
    requests: int = 4


@dataclass(frozen=True)
class Sizing:
    """Of an environment, as its file says.

    Parameters
    ----------
    processor_mb, api_mb : int
        Memory of the functions, which their share of a processor goes with.
    """

    processor_mb: int = 2304
    api_mb: int = 512


@dataclass(frozen=True)
class Rate:
    """A size of the system.

    Parameters
    ----------
    name : str
        As people say it.
    mean : float
        Uploads a second.
    busy : float
        How many times that the busiest minute has.
    """

    name: str
    mean: float
    busy: float

    @property
    def peak(self) -> float:
        """Uploads a second in the busiest minute."""
        return self.mean * self.busy


RATES = (
    Rate("2,000 a day", 2000 / 86_400, 20),
    Rate("2,000 an hour", 2000 / 3_600, 5),
    Rate("2,000 a second", 2000, 1),
)


@dataclass(frozen=True)
class Demand:
    """What one upload asks for.

    Parameters
    ----------
    measured : Measured
        Figures of the system.
    sizing : Sizing
        Of the environment.
    """

    measured: Measured
    sizing: Sizing

    @property
    def processor_seconds(self) -> float:
        """Time in the processor on Lambda; what is decoded takes one core, and no more."""
        share = min(1.0, self.sizing.processor_mb / MEBIBYTES_PER_VCPU)
        return (
            self.measured.processing_ms * self.measured.slowdown / share + self.measured.aws_ms
        ) / 1000

    @property
    def api_seconds(self) -> float:
        """Time in the API function on Lambda, for all requests that go with an upload."""
        share = min(1.0, self.sizing.api_mb / MEBIBYTES_PER_VCPU)
        reading = (self.measured.requests - 1) * self.measured.reading_ms
        work = (self.measured.announcing_ms + reading) * self.measured.slowdown / share
        return (work + self.measured.requests * self.measured.api_aws_ms) / 1000

    @property
    def index_units(self) -> int:
        """Write units of one index that holds whole rows."""
        return ceil(self.measured.row_bytes / WRITE_UNIT_BYTES)

    @property
    def write_units(self) -> int:
        """Write units: announcement, ready row, two indexes that hold it whole, one of keys."""
        announced = ceil(self.measured.announced_bytes / WRITE_UNIT_BYTES)
        return announced + 3 * self.index_units + 1

    @property
    def read_units(self) -> float:
        """Read units: the processor's look at the row, and pages of twenty rows, not consistent."""
        page = ceil(20 * self.measured.row_bytes / 4096) / 2
        return 1 + (self.measured.requests - 1) * page

    @property
    def log_bytes(self) -> float:
        """Bytes of logs."""
        return self.measured.processor_log_bytes + self.measured.requests * (
            self.measured.api_log_bytes
        )
