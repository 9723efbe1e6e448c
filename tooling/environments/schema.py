"""The schema of environment files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from media.model.limits import (
    RENDITION_NAME,
    RENDITION_QUALITY_MAX,
    RENDITION_QUALITY_MIN,
    RENDITION_SIDE_MAX,
    RENDITION_SIDE_MIN,
)
from tooling.environments.memory import require_room
from tooling.environments.section import Count, Section
from tooling.environments.sizing import Api, Processor

EMBEDDED_ACCOUNT_ID = "000000000000"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,11}$")]
Days = Annotated[int, Field(ge=1, le=3650)]
Quality = Annotated[int, Field(ge=RENDITION_QUALITY_MIN, le=RENDITION_QUALITY_MAX)]
Side = Annotated[int, Field(ge=RENDITION_SIDE_MIN, le=RENDITION_SIDE_MAX)]

# CloudWatch Logs takes these periods and no others.
LOG_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557),
    *(2922, 3288, 3653),
)


class Aws(Section):
    """The account and region; an empty account id means the embedded AWS."""

    account_id: Annotated[str, Field(pattern=r"^(\d{12})?$")]
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    profile: Annotated[str, Field(pattern=r"^\S+$")] | None = None


class Limits(Section):
    """What the processor accepts."""

    upload_bytes: Annotated[int, Field(ge=1024, le=5 * 1024**3)]
    pixels: Annotated[int, Field(ge=1_000_000, le=1_000_000_000)]
    frames: Annotated[int, Field(ge=1, le=100_000)]


class Rendition(Section):
    """One size that is made of every image, by its longest side or cut to a box."""

    name: Annotated[str, Field(pattern=rf"^{RENDITION_NAME}$")]
    longest_side: Side | None = None
    width: Side | None = None
    height: Side | None = None
    format: Literal["webp", "jpeg", "avif"] = "webp"
    quality: Quality = 80

    @model_validator(mode="after")
    def _size_is_told_once(self) -> Rendition:
        box = (self.width is not None, self.height is not None)
        if box != ((self.longest_side is None,) * 2):
            message = f"'{self.name}' needs either longest_side, or both width and height"
            raise ValueError(message)
        return self

    @property
    def pixels_max(self) -> int:
        """How many pixels it has at the most."""
        side = self.longest_side or 0
        return (self.width or side) * (self.height or side)

    def size_of(self, width: int, height: int) -> tuple[int, int]:
        """Return the width and height that it has of an image, both in pixels; never enlarged."""
        if self.width is None or self.height is None:
            scale = min(1.0, (self.longest_side or 0) / max(width, height))
            return round(width * scale), round(height * scale)
        scale = min(1.0, width / self.width, height / self.height)
        return round(self.width * scale), round(self.height * scale)


class Retention(Section):
    """How long data is kept."""

    log_days: int
    access_log_days: Days
    trash_days: Days
    noncurrent_days: Days
    multipart_days: Days
    infrequent_access_days: Annotated[int, Field(ge=30, le=3650)]
    purges_per_run_max: Annotated[int, Field(ge=1)] = 1000

    @field_validator("log_days")
    @classmethod
    def _log_days_are_known(cls, value: int) -> int:
        if value not in LOG_DAYS:
            allowed = ", ".join(str(days) for days in LOG_DAYS)
            message = f"CloudWatch Logs keeps logs for one of {allowed} days"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _trash_is_still_there(self) -> Retention:
        if self.noncurrent_days < self.trash_days:
            message = (
                "noncurrent_days must be no less than trash_days: an image in the trash can be "
                "restored only while its object lasts"
            )
            raise ValueError(message)
        return self


class Alarms(Section):
    """Who receives alarms, and at which thresholds."""

    emails: list[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]]
    queue_age_seconds: Annotated[int, Field(ge=60)]
    function_errors: Count
    api_5xx: Count


class Canary(Section):
    """The canary: the share and time of a new version before it serves all requests."""

    percent: Annotated[int, Field(ge=1, le=50)]
    minutes: Annotated[int, Field(ge=1, le=120)]


class Environment(Section):
    """One environment, as its file in ``environments/`` describes it."""

    name: Name
    project: Name
    aws: Aws
    promotes_from: Name | None
    soak_minutes: Annotated[int, Field(ge=0, le=20160)] = 0
    approval: bool = False
    canary: Canary | None = None
    deletion_protection: bool
    limits: Limits
    renditions: Annotated[list[Rendition], Field(min_length=1, max_length=10)]
    month_shards: Annotated[int, Field(ge=1, le=100)]
    processor: Processor
    api: Api
    retention: Retention
    cors_origins: list[Annotated[str, Field(pattern=r"^https?://[^/*\s]+$")]]
    alarms: Alarms

    @model_validator(mode="after")
    def _rendition_names_are_distinct(self) -> Environment:
        names = [rendition.name for rendition in self.renditions]
        if len(names) != len(set(names)):
            message = "renditions: two of them share a name; give each its own"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _only_promotions_are_guarded(self) -> Environment:
        guarded = [name for name in ("soak_minutes", "approval", "canary") if getattr(self, name)]
        if guarded and self.promotes_from is None:
            message = (
                f"{', '.join(guarded)}: for environments that are promoted to; name the one this "
                "is promoted from in promotes_from, or leave it out"
            )
            raise ValueError(message)
        if self.promotes_from == self.name:
            message = "promotes_from: an environment can't be promoted from itself; name another"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _memory_holds_the_largest_picture(self) -> Environment:
        require_room(
            pixels=self.limits.pixels,
            upload_bytes=self.limits.upload_bytes,
            rendition_pixels=max(rendition.pixels_max for rendition in self.renditions),
            memory_mb=self.processor.memory_mb,
        )
        return self

    @property
    def embedded(self) -> bool:
        """Whether this environment lives on the embedded AWS of this machine."""
        return not self.aws.account_id

    @property
    def account_id(self) -> str:
        """The account's twelve digits, those of the embedded AWS where none is filled in."""
        return self.aws.account_id or EMBEDDED_ACCOUNT_ID
