"""The processor's settings, from its environment variables."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from functions.store import Store
from media.inspection import RenditionSpec, read_specs
from media.model.limits import Limits

_MEBIBYTE = 1024**2


@dataclass(frozen=True, slots=True)
class Settings:
    """The store, limits, renditions and memory of one environment."""

    store: Store
    trash_life: timedelta
    limits: Limits
    renditions: tuple[RenditionSpec, ...]
    file_seconds_max: float
    memory_bytes: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings; a missing or invalid variable stops the function at its start.

        Raises
        ------
        KeyError, ValueError
            If a variable is missing or invalid.
        """
        return cls(
            store=Store.from_environment(environment),
            trash_life=timedelta(days=int(environment["MEDIA_TRASH_DAYS"])),
            limits=Limits(
                upload_bytes=int(environment["MEDIA_UPLOAD_BYTES_MAX"]),
                pixels=int(environment["MEDIA_PIXELS_MAX"]),
                frames=int(environment["MEDIA_FRAMES_MAX"]),
            ),
            renditions=read_specs(json.loads(environment["MEDIA_RENDITIONS"])),
            file_seconds_max=float(environment["MEDIA_FILE_SECONDS_MAX"]),
            # Set by Lambda itself.
            memory_bytes=int(environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) * _MEBIBYTE,
        )
