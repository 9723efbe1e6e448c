"""Sizing of the functions, of the queue before one of them and of the API before the other."""

from __future__ import annotations

from math import ceil
from typing import Annotated

from pydantic import Field, model_validator

from tooling.environments.section import Count, Section

SECONDS_PER_MESSAGE = 30
# A message stays hidden so many timeouts; terraform/modules/events has the same figure.
TIMEOUTS_HIDDEN = 6
OUTAGE_SECONDS = 1800
DAY_SECONDS = 24 * 3600
# What a request may take: a page of a hundred images on a function that has run before.
REQUEST_SECONDS = 0.2


class Processor(Section):
    """Sizing of the function that makes renditions."""

    memory_mb: Annotated[int, Field(ge=512, le=10240)]
    timeout_seconds: Annotated[int, Field(ge=10, le=900)]
    concurrency_max: Annotated[int, Field(ge=2, le=1000)]
    concurrency_reserved: Count | None = None
    batch_size: Annotated[int, Field(ge=1, le=10)]
    max_receive_count: Annotated[int, Field(ge=2, le=100)]

    @property
    def file_seconds_max(self) -> int:
        """Seconds before the processor gives up on a file, as in terraform/locals.tf."""
        return self.timeout_seconds // (2 * self.batch_size)

    @model_validator(mode="after")
    def _a_batch_has_time(self) -> Processor:
        # The file has half of a message's share, which must do for the largest on a busy machine.
        if self.timeout_seconds < SECONDS_PER_MESSAGE * self.batch_size:
            message = (
                f"timeout_seconds must be {SECONDS_PER_MESSAGE * self.batch_size} or more, "
                f"{SECONDS_PER_MESSAGE} for each message of a batch"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _the_queue_is_never_throttled(self) -> Processor:
        if self.concurrency_reserved and self.concurrency_reserved < self.concurrency_max:
            message = (
                f"concurrency_reserved must be {self.concurrency_max} or more, which is "
                "concurrency_max, or left out: what the queue hands over beyond it is throttled "
                "and uses up its attempts"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _attempts_outlast_an_outage(self) -> Processor:
        apart = TIMEOUTS_HIDDEN * self.timeout_seconds
        least, most = ceil(OUTAGE_SECONDS / apart) + 1, DAY_SECONDS // apart
        if not least <= self.max_receive_count <= most:
            message = (
                f"max_receive_count must be {least} to {most}: attempts are {apart} seconds apart, "
                "and have to outlast an outage of half an hour, but not to go on for over a day"
            )
            raise ValueError(message)
        return self


class RouteThrottle(Section):
    """The throttle of one route, below that of the whole API."""

    route: Annotated[str, Field(pattern=r"^[A-Z]+ /")]
    rate_per_second: Count
    burst: Count


class Api(Section):
    """Sizing of the HTTP API and its function."""

    memory_mb: Annotated[int, Field(ge=256, le=10240)]
    timeout_seconds: Annotated[int, Field(ge=3, le=29)]
    url_expiry_seconds: Annotated[int, Field(ge=60, le=3600)]
    upload_form: bool = False
    throttle_rate_per_second: Count
    throttle_burst: Count
    route_throttles: list[RouteThrottle] = Field(default_factory=list)
    cursor_key_generation: Annotated[int, Field(ge=1)] = 1
    concurrency_reserved: Count | None = None

    @model_validator(mode="after")
    def _the_throttle_comes_first(self) -> Api:
        least = ceil(self.throttle_rate_per_second * REQUEST_SECONDS)
        if self.concurrency_reserved and self.concurrency_reserved < least:
            message = (
                f"concurrency_reserved must be {least} or more, a fifth of "
                "throttle_rate_per_second, or left out: a request may take 0.2 seconds, and those "
                "beyond it are answered with 503"
            )
            raise ValueError(message)
        return self
