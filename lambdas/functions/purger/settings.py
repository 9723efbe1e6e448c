"""The purger's settings, from the environment that its deployment sets."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Names and sizes of one environment."""

    bucket: str
    table: str
    month_shards: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings; what is missing or wrong stops the function at its start.

        Raises
        ------
        KeyError, ValueError
            If a variable is missing or holds no such value.
        """
        return cls(
            bucket=environment["MEDIA_BUCKET"],
            table=environment["MEDIA_TABLE"],
            month_shards=int(environment["MEDIA_MONTH_SHARDS"]),
        )
